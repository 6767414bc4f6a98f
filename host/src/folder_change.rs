//! What happened to a plugins folder, and what the host made of it.

use std::fmt;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Serialize, Serializer};

/// A change in a plugins folder that was looked at, judged, and carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(
    tag = "change",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum FolderChange {
    /// An adapter that was not there before can be called.
    Added {
        /// The adapter's id.
        adapter: String,
        /// Its version.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        version: Version,
        /// Its file.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// The next call goes to another version, or another build of the same; running ones finish on
    /// the one before.
    Upgraded {
        /// The adapter's id.
        adapter: String,
        /// The version until now.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        from: Version,
        /// The version from now on, which may be an older one.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        to: Version,
        /// Its file.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// The same content under another name; nothing is started anew.
    Moved {
        /// The adapter's id.
        adapter: String,
        /// Its version.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        version: Version,
        /// Where its file was.
        #[serde(serialize_with = "lossy")]
        from: PathBuf,
        /// Where it is.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// The file of a version that stayed in use without it is there again, and good.
    Restored {
        /// The adapter's id.
        adapter: String,
        /// Its version.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        version: Version,
        /// Its file.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// The new file is refused, and the version before stays in use.
    KeptOld {
        /// The adapter's id.
        adapter: String,
        /// The version that stays in use.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        version: Version,
        /// The file that is refused.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// The name of the reason; see [`Refusal::code`](crate::Refusal::code).
        code: &'static str,
        /// Why it is refused.
        reason: String,
    },
    /// The adapter's file is gone: no call begins any more, running ones finish.
    Retired {
        /// The adapter's id.
        adapter: String,
        /// The version that was in use.
        #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
        version: Version,
        /// Where its file was.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
    /// A file is refused, and no version of it is in use.
    Refused {
        /// The file.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// The name of the reason; see [`Refusal::code`](crate::Refusal::code).
        code: &'static str,
        /// Why it is refused.
        reason: String,
    },
    /// A plugins folder is not there any more, or cannot be listed. Its adapters stay in use.
    FolderGone {
        /// The folder.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A plugins folder that was not there can be listed.
    FolderBack {
        /// The folder.
        #[serde(serialize_with = "lossy")]
        path: PathBuf,
    },
}

impl fmt::Display for FolderChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added {
                adapter,
                version,
                path,
            }
            | Self::Restored {
                adapter,
                version,
                path,
            } => write!(f, "{adapter} {version} ({})", name(path)),
            Self::Upgraded {
                adapter, from, to, ..
            } if from == to => write!(f, "{adapter} to another build of {to}"),
            Self::Upgraded {
                adapter, from, to, ..
            } => write!(f, "{adapter} from {from} to {to}"),
            Self::Moved {
                adapter,
                version,
                from,
                path,
            } => write!(
                f,
                "{adapter} {version} from {} to {}",
                name(from),
                name(path)
            ),
            Self::KeptOld {
                adapter,
                version,
                path,
                reason,
                ..
            } => write!(
                f,
                "{adapter} {version} stays in use; {} is refused: {reason}",
                name(path)
            ),
            Self::Retired {
                adapter, version, ..
            } => write!(f, "{adapter} {version}"),
            Self::Refused { path, reason, .. } => write!(f, "{}: {reason}", name(path)),
            Self::FolderGone { path, reason } => write!(f, "{}: {reason}", path.display()),
            Self::FolderBack { path } => write!(f, "{}", path.display()),
        }
    }
}

fn name(path: &Path) -> std::path::Display<'_> {
    path.file_name().map_or(path, Path::new).display()
}

/// Every path can be written, if not always in the letters that it has.
fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
