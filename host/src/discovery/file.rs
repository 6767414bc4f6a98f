//! A file in a plugins folder: what it tells of itself, and whether it can be used.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::names::{is_named_like_library, reason_to_ignore};
use crate::Manifest;
use crate::abi_name::AbiName;
use crate::admission::Admission;
use crate::file_stamp::FileStamp;
use crate::library_file::{self, LibraryFile};
use crate::manifest::PageUrls;
use crate::package::{self, Package, PackageContents};
use crate::private_copy::sha256_hex;
use crate::provenance::Provenance;
use crate::refusal::{MAX_FILE_SIZE, Refusal};
use crate::target::Target;
use crate::template_file::{self, MAX_TEMPLATE_FILE_SIZE};
use crate::trust::TrustedKeys;

/// A file in a plugins folder.
#[derive(Debug, Clone)]
pub struct AdapterFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes, where that is known.
    pub size: Option<u64>,
    /// What was read from it, if it is an adapter's at all.
    pub description: Option<Description>,
    /// The SHA-256 of what runs, in lower-case hexadecimal: of the file, or of the library in a
    /// package.
    pub sha256: Option<String>,
    /// What is in it, if it is a package.
    pub package: Option<PackageContents>,
    /// Who made it, as far as its signature proves that.
    pub provenance: Provenance,
    /// Whether it can be used.
    pub state: FileState,
    /// The version that stays in use although this file is refused: what was in use before it.
    pub stays_in_use: Option<Description>,
    /// As it was just before it was read.
    pub(crate) stamp: Option<FileStamp>,
}

/// What an adapter's file tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The manifest.
    pub manifest: Manifest,
    /// What the adapter is made of.
    pub kind: AdapterKind,
}

/// What an adapter is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdapterKind {
    /// Code: a library.
    Library {
        /// The ABI that it speaks.
        abi: AbiName,
        /// What it is built for.
        target: Target,
    },
    /// Data: the pages as templates.
    Template(PageUrls),
}

/// Whether a file in a plugins folder can be used.
#[derive(Debug, Clone)]
pub enum FileState {
    /// It is an adapter and will be loaded when it is called.
    Ready,
    /// It looks like an adapter and cannot be used.
    Refused(Refusal),
    /// It does not look like an adapter.
    Ignored(&'static str),
}

impl AdapterFile {
    /// What is known of a file before it is read.
    fn unread(path: PathBuf, state: FileState) -> Self {
        Self {
            stamp: FileStamp::at(&path),
            path,
            size: None,
            description: None,
            sha256: None,
            package: None,
            provenance: Provenance::Unsigned,
            state,
            stays_in_use: None,
        }
    }

    /// Reads one file, whatever it is called, and whatever the rules say of it; of a package, what
    /// runs here.
    pub(crate) fn inspect(path: PathBuf, trusted: &TrustedKeys) -> Self {
        Self::inspect_to(path, Depth::WhatRuns, trusted)
    }

    /// Reads one file, whatever it is called, and whatever the rules say of it; of a package,
    /// everything.
    pub(crate) fn inspect_all(path: PathBuf, trusted: &TrustedKeys) -> Self {
        Self::inspect_to(path, Depth::Everything, trusted)
    }

    fn inspect_to(path: PathBuf, depth: Depth, trusted: &TrustedKeys) -> Self {
        let mut file = Self::unread(path, FileState::Ready);
        if let Err(refusal) = file.read_whole(depth, trusted) {
            file.state = FileState::Refused(refusal);
        }
        file
    }

    /// The same as [`inspect_all`](Self::inspect_all) of bytes that were read already.
    pub(crate) fn of_bytes(path: PathBuf, bytes: &[u8], trusted: &TrustedKeys) -> Self {
        let mut file = Self::unread(path, FileState::Ready);
        if let Err(refusal) = file.take_in(bytes, Depth::Everything, trusted) {
            file.state = FileState::Refused(refusal);
        }
        file
    }

    /// Reads a file in a plugins folder, and decides by the rules whether it may be used.
    pub(crate) fn read(path: PathBuf, admission: &Admission) -> Self {
        match reason_to_ignore(&path) {
            Some(why) => Self::unread(path, FileState::Ignored(why)),
            None => {
                let mut file = Self::inspect(path, &admission.keys);
                admission.decide(&mut file);
                file
            }
        }
    }

    /// The version that can be called, if there is one.
    pub(crate) fn in_use(&self) -> Option<&Description> {
        match self.state {
            FileState::Ready => self.description.as_ref(),
            FileState::Refused(_) => self.stays_in_use.as_ref(),
            FileState::Ignored(_) => None,
        }
    }

    /// Whether it stands here for a file whose folder is not there.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state, FileState::Refused(Refusal::FolderGone))
    }

    fn read_whole(&mut self, depth: Depth, trusted: &TrustedKeys) -> Result<(), Refusal> {
        let bytes = read_bytes(&self.path)?;
        self.take_in(&bytes, depth, trusted)?;
        if self.provenance == Provenance::Unsigned {
            self.provenance = Provenance::of_file(&self.path, &bytes, trusted);
        }
        Ok(())
    }

    fn take_in(
        &mut self,
        bytes: &[u8],
        depth: Depth,
        trusted: &TrustedKeys,
    ) -> Result<(), Refusal> {
        self.size = Some(bytes.len() as u64);
        if is_package(&self.path, bytes) {
            let mut package = Package::open(bytes)?;
            self.provenance = package.provenance(trusted);
            return self.take_in_package(&mut package, depth);
        }
        self.sha256 = Some(sha256_hex(bytes));
        let description = Description::read(&self.path, bytes)?;
        self.description.insert(description).check_usable()
    }

    fn take_in_package(&mut self, package: &mut Package<'_>, depth: Depth) -> Result<(), Refusal> {
        self.package = Some(package.contents());
        if depth == Depth::Everything {
            package.check_all()?;
        }
        let adapter = package.adapter()?;
        self.sha256 = Some(sha256_hex(&adapter.bytes));
        let description = self.description.insert(adapter.description);
        package.check_is_for_here()?;
        description.check_usable()
    }
}

/// How much of a package is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    WhatRuns,
    /// Also what is for other systems, and what is only shown.
    Everything,
}

impl Description {
    /// What these bytes tell, of a file with this path.
    fn read(path: &Path, bytes: &[u8]) -> Result<Self, Refusal> {
        let is_template = template_file::is_named_so(path)
            || (!is_named_like_library(path) && template_file::looks_like_one(bytes));
        if is_template {
            let (manifest, pages) = template_file::read(bytes)?;
            let kind = AdapterKind::Template(pages);
            return Ok(Self { manifest, kind });
        }
        let LibraryFile {
            target,
            abi,
            manifest,
        } = library_file::read(bytes)?;
        let kind = AdapterKind::Library { abi, target };
        Ok(Self { manifest, kind })
    }

    /// Refuses what this host cannot call.
    fn check_usable(&self) -> Result<(), Refusal> {
        match &self.kind {
            AdapterKind::Library { abi, target } => library_file::check_loadable(target, abi),
            AdapterKind::Template(_) => Ok(()),
        }
    }
}

/// What runs of the file at this path: the file itself, or the library in a package.
pub(crate) fn bytes_that_run(path: &Path) -> Result<Vec<u8>, Refusal> {
    let bytes = read_bytes(path)?;
    if is_package(path, &bytes) {
        return Ok(Package::open(&bytes)?.adapter()?.bytes);
    }
    Ok(bytes)
}

fn is_package(path: &Path, bytes: &[u8]) -> bool {
    package::is_package_name(path)
        || (!is_named_like_library(path) && package::looks_like_one(bytes))
}

/// The bytes of an ordinary file of sensible size.
fn read_bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error| Refusal::Unreadable(Arc::new(error));
    // Opening a pipe would wait for its writer, so the kind is looked at first.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Refusal::Folder);
    }
    if !metadata.is_file() {
        return Err(Refusal::NotAFile);
    }
    let (found, most) = (metadata.len(), most_read(path));
    if found > most {
        return Err(Refusal::TooLarge { found, most });
    }
    fs::read(path).map_err(unreadable)
}

fn most_read(path: &Path) -> u64 {
    if template_file::is_named_so(path) {
        MAX_TEMPLATE_FILE_SIZE
    } else {
        MAX_FILE_SIZE
    }
}
