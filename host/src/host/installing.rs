//! Installs packages into a plugins folder.
//!
//! What stands in the folder is the package file itself, so that an installation is one rename:
//! whatever ends it, the old version is there or the new one. It is verified and loaded before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Host;
use super::version::Placed;
use crate::admission::Admission;
use crate::discovery::{AdapterFile, Catalog, Description, FileState};
use crate::owner_only;
use crate::package::{self, PACKAGE_ENDING};
use crate::pins::PinChange;
use crate::refusal::Refusal;
use crate::staged_file::{self, StagedFile};
use crate::state_file::{self, StateError};

/// How an installation departs from the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstallOptions {
    /// Whether an older version may take a newer one's place.
    pub allow_downgrade: bool,
    /// Whether a change of what is pinned is accepted with it.
    pub accept: bool,
    /// Verify everything, and leave everything as it is.
    pub dry_run: bool,
    /// The index that it is from, if it is from one: what [`Host::origins`] tells afterwards.
    pub index: Option<String>,
}

/// What was installed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Installed {
    /// The file, as it is in the plugins folder now.
    pub file: AdapterFile,
    /// What it tells of itself.
    pub description: Description,
    /// The version that was used before, if there was one.
    pub before: Option<semver::Version>,
    /// Whether it was there already, the same byte for byte; then nothing was done.
    pub is_there_already: bool,
    /// Other files of the same adapter in the same folder, which are used no more.
    pub no_longer_used: Vec<PathBuf>,
}

/// Why a package is not installed. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// Some other file.
    #[error("it is not a package (NAME{PACKAGE_ENDING})")]
    NotAPackage,
    /// It could not be used where it would be.
    #[error(transparent)]
    Refused(Refusal),
    /// A newer version is there.
    #[error("{id} {there} is installed, and {new} is older")]
    Downgrade {
        /// The adapter.
        id: String,
        /// The version that is used.
        there: semver::Version,
        /// The version that was to be installed.
        new: semver::Version,
    },
    /// Another file would be used all the same.
    #[error("{} would be used instead: {why}", winner.display())]
    OtherWins {
        /// The other file.
        winner: PathBuf,
        /// By which rule.
        why: &'static str,
    },
    /// It was tried and does not load.
    #[error("it does not load: {0}")]
    DoesNotLoad(String),
    /// There is no folder to install into.
    #[error("there is no plugins folder to install into")]
    NoFolder,
    /// The folder cannot be written into, or has no room.
    #[error("cannot write into the plugins folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What has to be remembered cannot be.
    #[error(transparent)]
    State(#[from] StateError),
}

impl InstallError {
    /// The error's name for programs; it never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPackage => "not-a-package",
            Self::Refused(refusal) => refusal.code(),
            Self::Downgrade { .. } => "downgrade",
            Self::OtherWins { .. } => "same-id",
            Self::DoesNotLoad(_) => "does-not-load",
            Self::NoFolder => "no-folder",
            Self::Folder { .. } => "cannot-write",
            Self::State(_) => "state",
        }
    }
}

impl Host {
    /// Installs a package: verifies everything in it, loads it once as an upgrade does, and puts it
    /// into the plugins folder of the user, in one step. Hosts that run take it up by themselves.
    ///
    /// The folder is `plugins` in the home, if it is searched, else the first one that can be
    /// written into; it is made if need be.
    ///
    /// # Errors
    /// [`InstallError`]; nothing is changed then.
    pub fn install(
        &self,
        package: &[u8],
        options: &InstallOptions,
    ) -> Result<Installed, InstallError> {
        let _one_at_a_time = self.lock_installing(options.dry_run)?;
        let folder = self.install_folder().ok_or(InstallError::NoFolder)?;
        let admission = self.admission();
        let there = Catalog::scan(&self.folders, &admission);
        let (file, description) = checked(&folder, package, &admission)?;
        let installed = Installed {
            before: version_of(&there, &description.manifest.id),
            is_there_already: fs::read(&file.path).is_ok_and(|bytes| bytes == package),
            no_longer_used: others(&there, &folder, &file, &description),
            file,
            description,
        };
        installed.check_version(options)?;
        installed.check_wins(there)?;
        let change = installed.check_admitted(&admission, options)?;
        if options.dry_run {
            return Ok(installed);
        }
        staged_file::sweep(&folder);
        let id = &installed.description.manifest.id;
        if installed.is_there_already {
            let index = options.index.clone();
            let index = index.or(self.installed.origins()?.remove(id));
            self.installed.set_origin(id, index.as_deref())?;
            self.copies.sweep();
            return Ok(installed);
        }
        let failed = |source| InstallError::Folder {
            path: folder.clone(),
            source,
        };
        make_folder(&folder, &self.home).map_err(failed)?;
        let staged = StagedFile::write(&folder, package).map_err(failed)?;
        self.accept_and_try(&staged, &installed, change)?;
        // Before the file: if this is the last that is done, the next update looks where the user
        // wants it to.
        self.installed.set_origin(id, options.index.as_deref())?;
        staged.put_in_place(&installed.file.path).map_err(failed)?;
        // The copy that was tried is of a name that is gone.
        self.copies.sweep();
        Ok(installed)
    }

    /// The index that each adapter was installed from, by the adapter's id.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be read.
    pub fn origins(&self) -> Result<BTreeMap<String, String>, StateError> {
        self.installed.origins()
    }

    /// When the newest index of this place was made that was [seen](Self::saw_index) so far.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be read.
    pub fn newest_index(&self, index: &str) -> Result<Option<String>, StateError> {
        self.installed.newest_index(index)
    }

    /// Remembers when an index was made.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn saw_index(&self, index: &str, generated: &str) -> Result<(), StateError> {
        self.installed.saw_index(index, generated)
    }

    /// Where is installed to.
    pub(super) fn install_folder(&self) -> Option<PathBuf> {
        let own = self.home.join("plugins");
        if self.folders.contains(&own) {
            return Some(own);
        }
        let can_be_written = |folder: &&PathBuf| {
            // A folder that is not there can be made.
            tempfile::tempfile_in(folder)
                .map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |_| true)
        };
        let first = self.folders.iter().find(can_be_written);
        first.or(self.folders.first()).cloned()
    }

    /// Tries what was staged. A change of what is pinned is accepted for that, and for good if it
    /// loads.
    fn accept_and_try(
        &self,
        staged: &StagedFile,
        installed: &Installed,
        change: Option<PinChange>,
    ) -> Result<(), InstallError> {
        let Some(change) = change else {
            return self.try_staged(staged, installed);
        };
        self.accept(&change)?;
        let tried = self.try_staged(staged, installed);
        if tried.is_err() {
            self.accept(&change.undone())?;
        }
        tried
    }

    /// Loads what was staged where it will run: what is tried is what is put in place.
    fn try_staged(&self, staged: &StagedFile, installed: &Installed) -> Result<(), InstallError> {
        let admission = self.admission();
        let mut file = AdapterFile::inspect(staged.path().to_owned(), &admission.keys);
        admission.decide(&mut file);
        if let FileState::Refused(refusal) = file.state {
            return Err(InstallError::Refused(refusal));
        }
        let id = &installed.description.manifest.id;
        let placed = Placed::of(&file).ok_or(InstallError::NotAPackage)?;
        let tried = self.try_out(id, &placed);
        tried.map_err(|unusable| InstallError::DoesNotLoad(unusable.why))
    }

    pub(super) fn lock_installing(&self, dry_run: bool) -> Result<Option<File>, StateError> {
        if dry_run {
            return Ok(None);
        }
        owner_only::create_private_folder(&self.home)
            .map_err(|source| state_file::failed("make the folder", &self.home, source))?;
        state_file::lock(&self.home.join("install.lock")).map(Some)
    }
}

impl Installed {
    fn check_version(&self, options: &InstallOptions) -> Result<(), InstallError> {
        let new = &self.description.manifest.version;
        match &self.before {
            Some(there) if new < there && !options.allow_downgrade => {
                Err(InstallError::Downgrade {
                    id: self.description.manifest.id.clone(),
                    there: there.clone(),
                    new: new.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether it may run here; the change of what is pinned that is accepted with it.
    fn check_admitted(
        &self,
        admission: &Admission,
        options: &InstallOptions,
    ) -> Result<Option<PinChange>, InstallError> {
        let mut file = self.file.clone();
        admission.decide_by_content(&mut file);
        match file.state {
            FileState::Refused(Refusal::NotAccepted(change)) if options.accept => Ok(Some(*change)),
            FileState::Refused(refusal) => Err(InstallError::Refused(refusal)),
            _ => Ok(None),
        }
    }

    /// Whether it is what would be used, among all that is there.
    fn check_wins(&self, mut there: Catalog) -> Result<(), InstallError> {
        there.files.retain(|file| file.path != self.file.path);
        there.put_back(self.file.clone());
        there.settle_same_ids();
        let state = there.file(&self.file.path).map(|file| &file.state);
        match state {
            Some(FileState::Refused(Refusal::SameId { winner, why, .. })) => {
                let (winner, why) = (winner.clone(), *why);
                Err(InstallError::OtherWins { winner, why })
            }
            _ => Ok(()),
        }
    }
}

/// The package as it would stand in the folder, with everything in it verified.
fn checked(
    folder: &Path,
    package: &[u8],
    admission: &Admission,
) -> Result<(AdapterFile, Description), InstallError> {
    if !package::looks_like_one(package) {
        return Err(InstallError::NotAPackage);
    }
    let named = |id: &str| folder.join(format!("{id}{PACKAGE_ENDING}"));
    let mut file = AdapterFile::of_bytes(named("new"), package, &admission.keys);
    if let FileState::Refused(refusal) = file.state {
        return Err(InstallError::Refused(refusal));
    }
    let description = file.description.clone();
    let description = description.ok_or(InstallError::NotAPackage)?;
    file.path = named(&description.manifest.id);
    Ok((file, description))
}

fn version_of(catalog: &Catalog, id: &str) -> Option<semver::Version> {
    let (_, description) = catalog.ready(id)?;
    Some(description.manifest.version.clone())
}

pub(super) fn id_of(file: &AdapterFile) -> Option<&str> {
    let description = file.description.as_ref()?;
    Some(&description.manifest.id)
}

/// The other files of the adapter in this folder.
fn others(
    catalog: &Catalog,
    folder: &Path,
    new: &AdapterFile,
    description: &Description,
) -> Vec<PathBuf> {
    let files = catalog.files.iter().filter(|file| {
        id_of(file) == Some(&description.manifest.id)
            && file.path.parent() == Some(folder)
            && file.path != new.path
    });
    files.map(|file| file.path.clone()).collect()
}

/// Makes the folder: in the home for its owner alone, elsewhere as any other.
fn make_folder(folder: &Path, home: &Path) -> io::Result<()> {
    if folder.starts_with(home) {
        owner_only::create_private_folder(folder)
    } else {
        fs::create_dir_all(folder)
    }
}
