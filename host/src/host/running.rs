//! What runs an adapter: a worker, this process, or nothing but its templates.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::version::Placed;
use super::{Host, Isolation};
use crate::discovery::{AdapterKind, Description};
use crate::error::CallError;
use crate::loading::LoadError;
use crate::runner::{InProcess, Runner};
use crate::settings::Permission;
use crate::template_adapter::TemplateAdapter;
use crate::worker::{Isolated, Limits};

impl Host {
    /// What runs the version, from its private copy.
    pub(super) fn runner(&self, id: &str, placed: &Placed) -> Result<Arc<dyn Runner>, CallError> {
        // Held while loading, so that one version is not loaded twice.
        let mut runner = placed.version.lock_runner();
        if let Some(runner) = &*runner {
            return Ok(Arc::clone(runner));
        }
        let (is_in_process, limits) = self.terms(id, &placed.version.description)?;
        let loaded = self
            .new_runner(id, placed, is_in_process, limits)
            .map_err(|source| CallError::Load {
                adapter: id.to_owned(),
                source: Box::new(source),
            })?;
        *runner = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Says that the adapter may be called at once, if it runs.
    pub(super) fn expect_call(&self, id: &str) {
        let placed = self.in_use().versions.get(id).cloned();
        if let Some(runner) = placed.and_then(|it| it.version.lock_runner().clone()) {
            runner.expect_call();
        }
    }

    /// Whether the adapter runs in-process, and what it may use otherwise.
    fn terms(&self, id: &str, description: &Description) -> Result<(bool, Limits), CallError> {
        // There is no sandbox in this process.
        let is_in_process = !self.policy.requires_sandbox()
            && !self.policy.requires_isolation(id)
            && (self.isolation == Isolation::InProcess
                || self.in_process.contains(id)
                || self.settings.is_in_process(id)?);
        let mut limits = self.limits.clone();
        limits.require_sandbox |=
            self.policy.requires_sandbox() || self.settings.requires_sandbox()?;
        // Granted is what was asked for and granted: an update that asks for more gets no more.
        let granted = self.settings.granted(id)?;
        let asked = &description.manifest.permissions;
        limits.network =
            asked.contains(&Permission::Network) && granted.contains(&Permission::Network);
        Ok((is_in_process, limits))
    }

    /// Has the adapter started anew when it is next called.
    pub(super) fn forget_runner(&self, adapter: &str) {
        if let Some(placed) = self.in_use().versions.get(adapter) {
            placed.version.lock_runner().take();
        }
    }

    fn new_runner(
        &self,
        id: &str,
        placed: &Placed,
        is_in_process: bool,
        limits: Limits,
    ) -> Result<Arc<dyn Runner>, LoadError> {
        self.admit(id, placed)?;
        let version = &placed.version;
        let sha256 = version.sha256.clone();
        let Description { manifest, kind } = &version.description;
        let abi = match kind {
            AdapterKind::Library { abi, .. } => abi,
            AdapterKind::Template(pages) => {
                return Ok(Arc::new(TemplateAdapter {
                    pages: pages.clone(),
                    open_as: manifest.open_as,
                    sha256,
                }));
            }
        };
        let copy = version.copy(&placed.path, &self.copies)?;
        if is_in_process {
            let runner =
                InProcess::load(&copy.path, abi).map_err(|refusal| refusal.of(&copy.path, abi))?;
            return Ok(Arc::new(runner.with_sha256(sha256)));
        }
        Ok(Arc::new(Isolated {
            adapter: id.to_owned(),
            sha256,
            library: copy.path.clone(),
            abi: abi.clone(),
            program: self.worker_program.clone(),
            limits,
            quarantine: Arc::clone(&self.quarantine),
            stats: Arc::clone(&self.stats),
            worker: parking_lot::Mutex::default(),
            is_forgiven: AtomicBool::default(),
        }))
    }
}
