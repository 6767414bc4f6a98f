//! A package, `NAME.callpop`: one file with an adapter for several systems, which stands in a plugins
//! folder as it is. `package.json` in it lists every other file with its size and hash, so what is
//! said of that list is said of all of them.
//!
//! Nothing is ever unpacked to a path: members are read into memory, by the names that are listed.

mod archive;
mod error;
mod listing;
#[cfg(feature = "cli")]
mod making;

use std::path::Path;

pub use error::PackageError;
pub use listing::{FileRole, PackagedFile, PackagedSystem};
#[cfg(feature = "cli")]
pub use making::{PackageBuilder, PackageSource, PackagingError};

use crate::discovery::{AdapterKind, Description};
use crate::library_file;
use crate::manifest::Manifest;
use crate::private_copy::sha256_hex;
use crate::provenance::Provenance;
use crate::refusal::Refusal;
use crate::target::Target;
use crate::template_file;
use crate::trust::TrustedKeys;
use archive::Archive;
use listing::Listing;

/// What a package's name ends in.
pub const PACKAGE_ENDING: &str = ".callpop";

/// The member that lists the others.
const LISTING: &str = "package.json";
/// The signature of [`LISTING`], and so of everything in the package.
const SIGNATURE: &str = "package.json.minisig";
/// The most bytes of a signature that are read.
const MAX_SIGNATURE_SIZE: u64 = 4096;

/// Whether a file of this name is a package.
#[must_use]
pub fn is_package_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy().to_ascii_lowercase();
        name.len() > PACKAGE_ENDING.len() && name.ends_with(PACKAGE_ENDING)
    })
}

/// Whether these bytes are one, in a file that is not named like anything.
pub(crate) fn looks_like_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// What a package tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageContents {
    /// The files in it, but for the list itself and its signature.
    pub files: Vec<PackagedFile>,
    /// Whether it has a signature; whose that is, is another question.
    pub is_signed: bool,
    /// The SHA-256 of the whole package, in lower-case hexadecimal.
    pub sha256: String,
}

impl PackageContents {
    /// The systems that there is a library for; none for an adapter of templates, which runs on all.
    #[must_use]
    pub fn systems(&self) -> Vec<PackagedSystem> {
        let libraries = self.files.iter();
        let systems = libraries.filter_map(|file| file.system.clone());
        systems.collect()
    }
}

/// Tells who signed a package by the signature in it, once every file in it was found to be what was
/// signed.
///
/// # Errors
/// [`PackageError`] if it is no whole package.
pub fn verify_package(bytes: &[u8], trusted: &TrustedKeys) -> Result<Provenance, PackageError> {
    let mut package = Package::open(bytes)?;
    package.check_all()?;
    Ok(package.provenance(trusted))
}

/// What of a package is an adapter here.
pub(crate) struct PackagedAdapter {
    /// What runs: a library, or templates.
    pub(crate) bytes: Vec<u8>,
    pub(crate) description: Description,
}

/// A package whose list is known to be of what is in it.
pub(crate) struct Package<'bytes> {
    whole: &'bytes [u8],
    archive: Archive<'bytes>,
    listing: Listing,
    listing_text: Vec<u8>,
    signature: Option<Vec<u8>>,
}

impl<'bytes> Package<'bytes> {
    /// Reads the list, and looks whether it and the archive name the same files.
    pub(crate) fn open(whole: &'bytes [u8]) -> Result<Self, PackageError> {
        let mut archive = Archive::open(whole)?;
        let missing = |name: &str| PackageError::Missing {
            name: name.to_owned(),
        };
        let listing_text = archive
            .read(LISTING, listing::MAX_LISTING_SIZE)?
            .ok_or_else(|| missing(LISTING))?;
        let listing = Listing::parse(&listing_text)?;
        let signature = archive.read(SIGNATURE, MAX_SIGNATURE_SIZE)?;
        for file in &listing.files {
            if !archive.names().contains(&file.name) {
                return Err(missing(&file.name));
            }
        }
        for name in archive.names() {
            let is_listed = listing.files.iter().any(|file| file.name == *name);
            if !is_listed && ![LISTING, SIGNATURE].contains(&name.as_str()) {
                return Err(PackageError::Unlisted { name: name.clone() });
            }
        }
        Ok(Self {
            whole,
            archive,
            listing,
            listing_text,
            signature,
        })
    }

    pub(crate) fn contents(&self) -> PackageContents {
        PackageContents {
            files: self.listing.files.clone(),
            is_signed: self.signature.is_some(),
            sha256: sha256_hex(self.whole),
        }
    }

    /// Who signed the list, and with it everything that is listed.
    pub(crate) fn provenance(&self, trusted: &TrustedKeys) -> Provenance {
        match &self.signature {
            Some(signature) => {
                let minisig = String::from_utf8_lossy(signature);
                Provenance::of(&self.listing_text, &minisig, trusted)
            }
            None => Provenance::Unsigned,
        }
    }

    /// The adapter for this system, or, if there is none, one that it is described by.
    pub(crate) fn adapter(&mut self) -> Result<PackagedAdapter, Refusal> {
        let here = Target::here();
        let listed = self.listing.adapter_for(&here).clone();
        let bytes = self.read(&listed)?;
        let description = match listed.role {
            FileRole::Templates => {
                let (manifest, pages) = template_file::read(&bytes)?;
                let kind = AdapterKind::Template(pages);
                Description { manifest, kind }
            }
            _ => self.described_library(&listed, &bytes)?,
        };
        self.listing.check_is_of(&listed, &description.manifest)?;
        Ok(PackagedAdapter { bytes, description })
    }

    /// Refuses a package that has nothing for this system.
    pub(crate) fn check_is_for_here(&self) -> Result<(), Refusal> {
        let here = Target::here();
        let listed = self.listing.adapter_for(&here);
        if listed.system.as_ref().is_none_or(|it| it.includes(&here)) {
            return Ok(());
        }
        Err(Refusal::PackageForOthers {
            systems: self.contents().systems(),
            here,
        })
    }

    /// Reads every file, whatever system it is for, and checks its size and hash.
    pub(crate) fn check_all(&mut self) -> Result<(), PackageError> {
        for file in self.listing.files.clone() {
            self.read(&file)?;
        }
        Ok(())
    }

    /// A library and its manifest, which stands beside it too.
    fn described_library(
        &mut self,
        listed: &PackagedFile,
        bytes: &[u8],
    ) -> Result<Description, Refusal> {
        let library = library_file::read(bytes)?;
        let differs = |what: String| PackageError::Contradiction {
            name: listed.name.clone(),
            what,
        };
        let system = listed.system.as_ref();
        if !system.is_some_and(|system| system.includes(&library.target)) {
            let what = format!("it is built for {}", library.target);
            return Err(differs(what).into());
        }
        let beside = self.listing.manifest().cloned();
        if let Some(beside) = beside {
            let text = self.read(&beside)?;
            let manifest = Manifest::parse(&String::from_utf8_lossy(&text))?;
            if manifest != library.manifest {
                let what = format!("its manifest is not the one in {}", beside.name);
                return Err(differs(what).into());
            }
        }
        Ok(Description {
            manifest: library.manifest,
            kind: AdapterKind::Library {
                abi: library.abi,
                target: library.target,
            },
        })
    }

    fn read(&mut self, file: &PackagedFile) -> Result<Vec<u8>, PackageError> {
        let name = || file.name.clone();
        let read = match self.archive.read(&file.name, file.size) {
            // Not larger than may be, but than the list says.
            Err(PackageError::TooLarge { .. }) => None,
            read => Some(read?.ok_or_else(|| PackageError::Missing { name: name() })?),
        };
        let is_listed =
            |bytes: &Vec<u8>| bytes.len() as u64 == file.size && sha256_hex(bytes) == file.sha256;
        let bytes = read.filter(is_listed);
        bytes.ok_or_else(|| PackageError::OtherContent { name: name() })
    }
}
