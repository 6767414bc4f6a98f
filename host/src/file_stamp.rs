//! What tells that a file changed, without reading it.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

use crate::provenance::signature_path;

/// How a file and its signature were at one moment. Another stamp means another content, as a rule;
/// the same stamp means the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStamp {
    file: OneStamp,
    signature: Option<OneStamp>,
}

impl FileStamp {
    /// The stamp of the file that is there now, if there is one.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        Some(Self {
            file: OneStamp::at(path)?,
            signature: OneStamp::at(&signature_path(path)),
        })
    }
}

/// One file's length and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OneStamp {
    length: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

impl OneStamp {
    fn at(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(&metadata),
        })
    }
}

/// What differs where a file was replaced by one of the same length and time: copies can keep the
/// time of what they were made of.
#[cfg(unix)]
type Identity = (u64, i64, i64);
#[cfg(not(unix))]
type Identity = Option<SystemTime>;

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> Identity {
    metadata.created().ok()
}
