//! Opens an adapter's library and checks that it speaks our ABI. The only file that names
//! `abi_stable` and `libloading`, and the only one with unsafe code.
//!
//! `RootModule::load_from_*` is not used: it keeps one instance per root-module type for the whole
//! process, so a second adapter would silently be the first.
//!
//! A library is never closed again: its threads, its thread-local destructors and every value that
//! it made would then lead into unmapped memory.

#![expect(unsafe_code, reason = "a dynamic library cannot be opened otherwise")]

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use abi_stable::library::{
    AbiHeaderRef, LibHeader, LibraryError, ROOT_MODULE_LOADER_NAME_WITH_NUL,
};
use callpop_adapter::abi::{self, Callbacks};

use serde::{Deserialize, Serialize};

use crate::abi_name::AbiName;
use crate::causes::with_causes;
use crate::plain_text::plain_line;

/// Why a library that discovery found ready could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file changed since, and is no adapter any more.
    #[error("{} changed since it was found", path.display())]
    Changed {
        /// The file in the plugins folder.
        path: PathBuf,
        /// What it is now.
        source: crate::Refusal,
    },
    /// The file was replaced by another adapter, or another version, since it was found.
    #[error("{} was replaced since it was found; look at the plugins folders again", path.display())]
    Replaced {
        /// The file in the plugins folder.
        path: PathBuf,
    },
    /// It may not run, by rules that changed since it was found.
    #[error("{} may not run", path.display())]
    Refused {
        /// The file in the plugins folder.
        path: PathBuf,
        /// Why.
        source: Box<crate::Refusal>,
    },
    /// The private copy could not be made.
    #[error("the private copy of {} could not be made", path.display())]
    Copy {
        /// The file in the plugins folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The system's loader refused it; a library that it needs may be missing.
    #[error("the system could not load {}: {what}", path.display())]
    System {
        /// The private copy.
        path: PathBuf,
        /// What the loader says.
        what: String,
    },
    /// It is not what its manifest says: header, version or layout of the ABI do not fit.
    #[error("{} says that it speaks {abi}, and does not: {what}", path.display())]
    Abi {
        /// The private copy.
        path: PathBuf,
        /// What its manifest says.
        abi: AbiName,
        /// What does not fit.
        what: String,
    },
}

/// Why a library is not loaded, as a worker tells its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LoadRefusal {
    /// What the system's loader says.
    System(String),
    /// What does not fit the ABI that the manifest names.
    Abi(String),
}

impl LoadRefusal {
    /// The same as an error about this library.
    pub(crate) fn of(self, path: &Path, abi: &AbiName) -> LoadError {
        let path = path.to_owned();
        match self {
            Self::System(what) => LoadError::System { path, what },
            Self::Abi(what) => LoadError::Abi {
                path,
                abi: abi.clone(),
                what,
            },
        }
    }
}

/// Loads the library at `path`, an absolute path to a private copy whose manifest names `abi`.
///
/// This runs code of the library: its constructors, and `abi_stable`'s checks.
pub(crate) fn load(path: &Path, abi: &AbiName) -> Result<Box<dyn Callbacks>, LoadRefusal> {
    if abi.family != abi::FAMILY {
        return Err(LoadRefusal::Abi(
            "this host has no loader for it".to_owned(),
        ));
    }
    let library = open(path).map_err(|error| LoadRefusal::System(with_causes(&error)))?;
    let header = checked_header(&library, abi).map_err(LoadRefusal::Abi)?;
    abi::start(header, abi.minor).map_err(|error| LoadRefusal::Abi(described(&error)))
}

fn open(path: &Path) -> Result<ManuallyDrop<libloading::Library>, libloading::Error> {
    #[cfg(unix)]
    let library = {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // SAFETY: opening runs the library's constructors, which this host cannot vouch for: the
        // user chose to run this adapter in-process by placing it into a plugins folder. The path
        // is absolute, so no search path is looked through; the file is our private copy, so
        // nobody changes it while it is mapped.
        unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }?
    };
    #[cfg(windows)]
    let library = {
        use libloading::os::windows::{
            LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, LOAD_LIBRARY_SEARCH_SYSTEM32, Library,
        };
        let flags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32;
        // SAFETY: as above; the flags keep the current folder and PATH out of the search for the
        // library's own dependencies.
        unsafe { Library::load_with_flags(path, flags) }?
    };
    Ok(ManuallyDrop::new(library.into()))
}

fn checked_header(
    library: &libloading::Library,
    abi: &AbiName,
) -> Result<&'static LibHeader, String> {
    let name = ROOT_MODULE_LOADER_NAME_WITH_NUL.as_bytes();
    // SAFETY: a library that exports `abi_stable`'s name for its header has that header there, as
    // every `export_adapter!` does; the library is never closed, so `'static` holds. A library
    // that lies about it is not protected against in-process.
    let header = unsafe { library.get::<AbiHeaderRef>(name) }
        .map_err(|_| "it has no root module".to_owned())?;
    let header = header.upgrade().map_err(|error| described(&error))?;
    let version = header.version_strings().to_string();
    // The version by whose types the module is to be checked.
    let named = format!("{}.{}.", abi.major, abi.minor);
    if !version.starts_with(&named) {
        let version = plain_line(&version, 30);
        return Err(format!("its root module has the version {version}"));
    }
    if header.layout().is_none() {
        return Err("its layout cannot be checked, since it was built without one".to_owned());
    }
    Ok(header)
}

/// `abi_stable`'s own text for a wrong layout is hundreds of lines; the sentence says what to do.
fn described(error: &LibraryError) -> String {
    match error {
        LibraryError::AbiInstability(_) => {
            "the layout of its root module is another one; build it with `export_adapter!`"
                .to_owned()
        }
        LibraryError::InvalidAbiHeader(found) => format!(
            "it was built with another version of abi_stable ({}.{})",
            found.abi_major, found.abi_minor
        ),
        other => plain_line(other.to_string().trim(), 300),
    }
}
