//! The adapter under validation: called as a host calls it, with every failure told.

use std::path::Path;

use super::Failure;
use crate::abi_name::AbiName;
use crate::discovery::{AdapterKind, Description};
use crate::runner::{Answer, Request};
use crate::template_adapter::TemplateAdapter;
use crate::worker::{Limits, NotLoaded, Probe, Probed, SandboxReport, WorkerProgram};

/// What the adapter answered, or why it did not.
pub(super) type Said = Result<Answer, Failure>;

/// The adapter under validation.
pub(super) struct Subject<'validation> {
    runs: Runs<'validation>,
    probe: Option<Probe>,
    /// What was printed by workers that ended well.
    pub(super) printed: Vec<String>,
}

/// Where it runs.
enum Runs<'validation> {
    Library(Probed<'validation>),
    Template(TemplateAdapter),
}

impl<'validation> Subject<'validation> {
    /// A library's private copy, or a file of templates.
    pub(super) fn new(
        description: &'validation Description,
        sha256: &str,
        library: &'validation Path,
        program: &'validation WorkerProgram,
        limits: &'validation Limits,
    ) -> Self {
        let Description { manifest, kind } = description;
        let of_library = |abi: &'validation AbiName| {
            Runs::Library(Probed {
                program,
                library,
                adapter: &manifest.id,
                abi,
                limits,
            })
        };
        Self {
            runs: match kind {
                AdapterKind::Library { abi, .. } => of_library(abi),
                AdapterKind::Template(pages) => Runs::Template(TemplateAdapter {
                    pages: pages.clone(),
                    open_as: manifest.open_as,
                    sha256: sha256.to_owned(),
                }),
            },
            probe: None,
            printed: Vec::new(),
        }
    }

    pub(super) fn is_library(&self) -> bool {
        matches!(self.runs, Runs::Library(_))
    }

    /// Loads the adapter into a new worker; says what its sandbox is like.
    pub(super) fn load(&mut self) -> Result<Option<SandboxReport>, NotLoaded> {
        self.end_worker();
        let Runs::Library(probed) = &self.runs else {
            return Ok(None);
        };
        let (probe, sandbox) = Probe::start(probed)?;
        self.probe = Some(probe);
        Ok(Some(sandbox))
    }

    /// Makes a call, in a new worker if there is none any more.
    pub(super) fn call(&mut self, request: &Request<'_>) -> Said {
        if let Runs::Template(template) = &self.runs {
            return Ok(template.answer(request).into());
        }
        let probe = self.worker()?;
        let (probe, answer) = probe.call(request).map_err(Failure::Worker)?;
        self.probe = Some(probe);
        Ok(answer)
    }

    /// Several threads that make all of these calls at once.
    pub(super) fn call_together(
        &mut self,
        threads: usize,
        rounds: usize,
        requests: &[Request<'_>],
        limit: std::time::Duration,
    ) -> Result<Vec<Vec<Answer>>, Failure> {
        let probe = self.worker()?;
        let together = probe.together(threads, rounds, requests, limit);
        let (probe, answers) = together.map_err(Failure::Worker)?;
        self.probe = Some(probe);
        Ok(answers)
    }

    /// The memory that is the worker's alone at the moment, in bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        self.probe.as_ref()?.memory()
    }

    /// How many threads the worker has at the moment.
    pub(super) fn threads(&self) -> Option<usize> {
        self.probe.as_ref()?.threads()
    }

    /// Ends the worker, and keeps what was printed.
    pub(super) fn end_worker(&mut self) {
        if let Some(probe) = self.probe.take() {
            self.printed.extend(probe.end());
        }
    }

    /// Takes the worker; a call that it survives puts it back.
    fn worker(&mut self) -> Result<Probe, Failure> {
        if self.probe.is_none() {
            self.load().map_err(|not_loaded| match not_loaded {
                NotLoaded::Failed(failure) => Failure::Worker(failure),
                NotLoaded::Refused(refusal) => Failure::Load(refusal),
            })?;
        }
        self.probe.take().ok_or(Failure::NoWorker)
    }
}
