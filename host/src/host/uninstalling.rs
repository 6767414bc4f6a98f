//! Takes adapters out of the plugins folder that is installed into.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::Host;
use super::installing::id_of;
use crate::discovery::Catalog;
use crate::error::FindError;
use crate::provenance::signature_path;
use crate::staged_file;
use crate::state_file::StateError;

/// What was taken out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Uninstalled {
    /// The files that were removed.
    pub removed: Vec<PathBuf>,
    /// The file that is the adapter now, in another folder, if there is one.
    pub used_instead: Option<PathBuf>,
}

/// Why an adapter is not taken out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UninstallError {
    /// There is none with this id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It is not in the folder that is installed into.
    #[error("{} is not in {}, so it is not removed", path.display(), folder.display())]
    Elsewhere {
        /// The adapter's file.
        path: PathBuf,
        /// The folder that is installed into.
        folder: PathBuf,
    },
    /// There is no folder that is installed into.
    #[error("there is no plugins folder to install into")]
    NoFolder,
    /// The system does not let us.
    #[error("cannot remove {}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What has to be remembered cannot be.
    #[error(transparent)]
    State(#[from] StateError),
}

impl UninstallError {
    /// The error's name for programs; it never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Find(error) => error.class(),
            Self::Elsewhere { .. } => "not-installed",
            Self::NoFolder => "no-folder",
            Self::Remove { .. } => "cannot-remove",
            Self::State(_) => "state",
        }
    }
}

impl Host {
    /// Takes an adapter out of the plugins folder of the user: all its files there, and what it was
    /// granted. Its account stays, and is used again if the adapter is.
    ///
    /// # Errors
    /// [`UninstallError`] if it is not there, or cannot be removed.
    pub fn uninstall(&self, id: &str, dry_run: bool) -> Result<Uninstalled, UninstallError> {
        let _one_at_a_time = self.lock_installing(dry_run)?;
        let folder = self.install_folder().ok_or(UninstallError::NoFolder)?;
        let there = Catalog::scan(&self.folders, &self.admission());
        let (mut here, elsewhere): (Vec<_>, Vec<_>) = there
            .files
            .iter()
            .filter(|file| id_of(file) == Some(id))
            .partition(|file| file.path.parent() == Some(&*folder));
        if here.is_empty() {
            let path = match elsewhere.first() {
                Some(file) => file.path.clone(),
                None => self.find(id)?.0,
            };
            return Err(UninstallError::Elsewhere { path, folder });
        }
        // The one that is used comes last: until then, it is used.
        here.sort_by_key(|file| file.in_use().is_some());
        let uninstalled = Uninstalled {
            removed: here.iter().map(|file| file.path.clone()).collect(),
            used_instead: elsewhere.first().map(|file| file.path.clone()),
        };
        if dry_run {
            return Ok(uninstalled);
        }
        staged_file::sweep(&folder);
        for path in &uninstalled.removed {
            let removed = fs::remove_file(path);
            removed.map_err(|source| UninstallError::Remove {
                path: path.clone(),
                source,
            })?;
            // That of a library stands beside it.
            let _ = fs::remove_file(signature_path(path));
        }
        self.installed.set_origin(id, None)?;
        for permission in self.settings.granted(id)? {
            self.settings.revoke(id, permission)?;
        }
        Ok(uninstalled)
    }
}
