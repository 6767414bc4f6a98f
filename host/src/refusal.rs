//! Why a file in a plugins folder is not a ready adapter, in words that a vendor can act on.

use std::path::PathBuf;
use std::sync::Arc;

use callpop_adapter::{abi, embedded_manifest::DecodeError};
use semver::Version;

use crate::abi_name::AbiName;
use crate::manifest::ManifestError;
use crate::open_to_others::OpenToOthers;
use crate::package::{PackageError, PackagedSystem};
use crate::pins::PinChange;
use crate::signature::{KeyId, SignatureError};
use crate::target::Target;

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 256 * 1024 * 1024;

/// Why a file is refused.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The system does not let us read it.
    #[error("it cannot be read")]
    Unreadable(#[source] Arc<std::io::Error>),
    /// A folder with a library's name.
    #[error("it is a folder; the library itself stands in the plugins folder")]
    Folder,
    /// A pipe, a device or the like.
    #[error("it is not an ordinary file")]
    NotAFile,
    /// Nothing in it.
    #[error("it is empty; was it copied to the end?")]
    Empty,
    /// Over [`MAX_FILE_SIZE`], or over 1 MiB for a file of templates.
    #[error("it has {found} bytes; at most {most} are read")]
    TooLarge {
        /// Its size.
        found: u64,
        /// The most that is read.
        most: u64,
    },
    /// Not a dynamic library of any system.
    #[error("it is not a dynamic library: {found}")]
    NotALibrary {
        /// What it is instead.
        found: String,
    },
    /// For another operating system or processor.
    #[error("it is built for {file}, and this is {here}; get the file for {here}")]
    OtherMachine {
        /// What the file is for.
        file: Target,
        /// What this machine is.
        here: Target,
    },
    /// A package without a library for this system.
    #[error(
        "it is a package for {}, and this is {here}; get one for {here}",
        listed(systems)
    )]
    PackageForOthers {
        /// What it has libraries for.
        systems: Vec<PackagedSystem>,
        /// What this machine is.
        here: Target,
    },
    /// A package that is damaged, or not what it says.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A library, but no adapter.
    #[error(
        "it is a library without a manifest, so not an adapter; \
         an adapter gets its manifest from `export_adapter!`"
    )]
    NoManifest,
    /// The manifest's data is there and cannot be decoded.
    #[error("its manifest is damaged")]
    DamagedEmbedding(#[from] DecodeError),
    /// `adapter.json` breaks a rule.
    #[error("its manifest (adapter.json) is not valid")]
    DamagedManifest(#[from] ManifestError),
    /// A library's or other bytes under the name of a file of templates.
    #[error(
        "it is not text in UTF-8, so not a file of templates; \
         save it as UTF-8, or give a library its own ending (.so, .dll, .dylib)"
    )]
    NotText,
    /// A file of templates breaks a rule.
    #[error("it is not a valid file of templates")]
    DamagedTemplate(#[source] ManifestError),
    /// A kind of ABI that this host does not know.
    #[error(
        "it speaks the ABI {0:?}, which this host does not know; \
         it needs a newer Callpop, or the file is damaged"
    )]
    UnknownAbi(String),
    /// Another major version of the ABI.
    #[error("{}", other_major(.0))]
    OtherAbiMajor(AbiName),
    /// A new version that was tried before it is used, and does not load.
    #[error("it does not load: {0}")]
    DoesNotLoad(String),
    /// The folder is not there at the moment, as with a network drive.
    #[error("its folder is not there at the moment")]
    FolderGone,
    /// Others can write the file, or its folder, so that what runs would be theirs to decide.
    #[error("{0}")]
    OpenToOthers(OpenToOthers),
    /// The administrator has denied the adapter, or this very file.
    #[error("the administrator has denied it, in {}", file.display())]
    Denied {
        /// The administrator's file.
        file: PathBuf,
    },
    /// The administrator has listed what may run, and it is not among that.
    #[error("it is not among what the administrator allows, in {}", file.display())]
    NotAllowed {
        /// The administrator's file.
        file: PathBuf,
    },
    /// The administrator wants a later version.
    #[error(
        "it is version {found}, and the administrator wants {minimum} or later, in {}",
        file.display()
    )]
    BelowMinimum {
        /// Its version.
        found: Version,
        /// The first that may run.
        minimum: Box<Version>,
        /// The administrator's file.
        file: PathBuf,
    },
    /// Only what is signed may run, and nobody signed it.
    #[error("only signed adapters may run, and it is not signed; get its signature (.minisig) too")]
    NotSigned,
    /// Only what is signed may run, and its signature proves nothing.
    #[error("only signed adapters may run, and {0}")]
    Signature(SignatureError),
    /// It is signed with a key that is trusted for other adapters.
    #[error(
        "it is signed with the key {key_id}, which is not trusted for the adapter `{adapter}`; \
         see: callpop trust list"
    )]
    KeyNotForAdapter {
        /// The key's number.
        key_id: KeyId,
        /// The adapter's id.
        adapter: String,
    },
    /// It is signed with a key that the user trusts, and the administrator does not.
    #[error(
        "it is signed with the key {key_id}, which you trust and your administrator does not, in {}",
        file.display()
    )]
    KeyNotAdministrators {
        /// The key's number.
        key_id: KeyId,
        /// The administrator's file.
        file: PathBuf,
    },
    /// It is not what was loaded first, and nobody has accepted the change.
    #[error("{}", not_accepted(.0))]
    NotAccepted(Box<PinChange>),
    /// What is trusted or pinned cannot be read, so that it cannot be told whether it may run.
    #[error("it cannot be told whether it may run: {0}")]
    Undecided(String),
    /// Another file with the same id is used.
    #[error("the adapter `{id}` is taken from {} instead: {why}", winner.display())]
    SameId {
        /// The id of both.
        id: String,
        /// The file that is used.
        winner: PathBuf,
        /// By which rule.
        why: &'static str,
    },
}

impl Refusal {
    /// The refusal's name for programs; it never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Folder => "folder",
            Self::NotAFile => "not-a-file",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::NotALibrary { .. } => "not-a-library",
            Self::OtherMachine { .. } | Self::PackageForOthers { .. } => "other-machine",
            Self::Package(error) => error.code(),
            Self::NoManifest => "no-manifest",
            Self::DamagedEmbedding(_) | Self::DamagedManifest(_) => "damaged-manifest",
            Self::NotText => "not-text",
            Self::DamagedTemplate(_) => "damaged-template",
            Self::UnknownAbi(_) => "unknown-abi",
            Self::OtherAbiMajor(_) => "other-abi-major",
            Self::DoesNotLoad(_) => "does-not-load",
            Self::FolderGone => "folder-gone",
            Self::OpenToOthers(_) => "open-to-others",
            Self::Denied { .. } => "denied",
            Self::NotAllowed { .. } => "not-allowed",
            Self::BelowMinimum { .. } => "below-minimum-version",
            Self::NotSigned => "not-signed",
            Self::Signature(error) => error.code(),
            Self::KeyNotForAdapter { .. } => "key-not-for-adapter",
            Self::KeyNotAdministrators { .. } => "key-not-administrators",
            Self::NotAccepted(_) => "not-accepted",
            Self::Undecided(_) => "undecided",
            Self::SameId { .. } => "same-id",
        }
    }
}

/// `Linux on x86_64, macOS on aarch64`
fn listed(systems: &[PackagedSystem]) -> String {
    let systems: Vec<_> = systems.iter().map(ToString::to_string).collect();
    systems.join(", ")
}

fn not_accepted(change: &PinChange) -> String {
    let PinChange {
        adapter, old, new, ..
    } = change;
    format!(
        "it changed since it was accepted: it was {}, and is {}; \
         see the difference, and accept it, with: callpop adapters --accept {adapter}",
        old.told(),
        new.told(),
    )
}

fn other_major(found: &AbiName) -> String {
    let (older, advice) = if found.major > abi::MAJOR {
        ("this host is older", "install a newer Callpop")
    } else {
        ("the adapter is older", "get a newer version of the adapter")
    };
    format!(
        "it is built for ABI major {}, and this host has major {}: {older}; {advice}",
        found.major,
        abi::MAJOR
    )
}
