//! A version of an adapter that is in use: what was found, its private copy, and what runs it,
//! together. So a call that begins with a version ends with it, whatever the folder holds by then.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::admission::{Admission, Candidate};
use crate::discovery::{self, AdapterFile, AdapterKind, Catalog, Description, FileState};
use crate::loading::LoadError;
use crate::private_copy::{PrivateCopies, PrivateCopy, sha256_hex};
use crate::provenance::Provenance;
use crate::runner::Runner;
use crate::trust::TrustedKeys;

/// What can be called at a time, and what was found in the folders: one is replaced by the next as
/// a whole.
#[derive(Default)]
pub(super) struct InUse {
    pub(super) catalog: Arc<Catalog>,
    /// By the adapter's id.
    pub(super) versions: HashMap<String, Placed>,
    /// The rules that decided upon that.
    pub(super) admission: Arc<Admission>,
}

impl InUse {
    /// The ready adapters of a first look.
    pub(super) fn of(catalog: Catalog, admission: Admission) -> Self {
        let placed = |(file, description): (&AdapterFile, &Description)| {
            let placed = Placed::of(file)?;
            Some((description.manifest.id.clone(), placed))
        };
        Self {
            versions: catalog.all_ready().filter_map(placed).collect(),
            catalog: Arc::new(catalog),
            admission: Arc::new(admission),
        }
    }
}

/// A version, and the file in a plugins folder that it is of.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) path: PathBuf,
    pub(super) version: Arc<Version>,
}

impl Placed {
    /// The version that a ready file holds.
    pub(super) fn of(file: &AdapterFile) -> Option<Self> {
        Some(Self {
            path: file.path.clone(),
            version: Arc::new(Version {
                description: file.description.clone()?,
                sha256: file.sha256.clone()?,
                package_sha256: file.package.as_ref().map(|it| it.sha256.clone()),
                provenance: file.provenance.clone(),
                copy: Mutex::default(),
                runner: Mutex::default(),
            }),
        })
    }
}

/// A version of an adapter that is in use.
pub(super) struct Version {
    pub(super) description: Description,
    pub(super) sha256: String,
    /// Of the package that it is in, if it is in one.
    package_sha256: Option<String>,
    provenance: Provenance,
    /// None until it is first needed.
    copy: Mutex<Option<Arc<PrivateCopy>>>,
    /// What runs it, once it was called.
    runner: Mutex<Option<Arc<dyn Runner>>>,
}

impl Version {
    /// The same for the rules.
    pub(super) fn candidate(&self) -> Candidate<'_> {
        Candidate {
            manifest: &self.description.manifest,
            sha256: &self.sha256,
            package_sha256: self.package_sha256.as_deref(),
            provenance: &self.provenance,
        }
    }

    /// Its private copy, made of the file at `path` if there is none yet.
    pub(super) fn copy(
        &self,
        path: &Path,
        copies: &PrivateCopies,
    ) -> Result<Arc<PrivateCopy>, LoadError> {
        let mut copy = lock(&self.copy);
        if let Some(copy) = &*copy {
            return Ok(Arc::clone(copy));
        }
        let made = Arc::new(self.new_copy(path, copies)?);
        *copy = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Whether it can be called without its file: templates stand in the description.
    pub(super) fn needs_no_file(&self) -> bool {
        self.is_template() || lock(&self.copy).is_some()
    }

    pub(super) fn is_template(&self) -> bool {
        matches!(self.description.kind, AdapterKind::Template(_))
    }

    pub(super) fn lock_runner(&self) -> MutexGuard<'_, Option<Arc<dyn Runner>>> {
        lock(&self.runner)
    }

    /// What was found is what is loaded: the policy goes by its manifest.
    fn new_copy(&self, path: &Path, copies: &PrivateCopies) -> Result<PrivateCopy, LoadError> {
        let path = path.to_owned();
        let read = discovery::bytes_that_run(&path);
        if let Ok(bytes) = &read
            && sha256_hex(bytes) == self.sha256
        {
            let kept = copies.keep(&path, bytes);
            return kept.map_err(|source| LoadError::Copy { path, source });
        }
        if let Some(copy) = copies.get(&self.sha256) {
            return Ok(copy);
        }
        Err(
            match AdapterFile::inspect(path.clone(), &TrustedKeys::none()).state {
                FileState::Refused(source) => LoadError::Changed { path, source },
                _ => LoadError::Replaced { path },
            },
        )
    }
}

/// A lock that a panic poisoned still guards something whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
