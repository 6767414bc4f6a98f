//! Who besides the user and the system's administrator can change what is run: a file, a plugins
//! folder, or what leads to it.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

use std::fmt;
use std::path::{Path, PathBuf};

/// A file or folder that others can change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenToOthers {
    /// The file or folder: the one in question, or one that leads to it.
    pub path: PathBuf,
    /// Who can change it.
    pub who: String,
    /// The command that mends that.
    pub cure: String,
}

impl fmt::Display for OpenToOthers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(
            f,
            "{path} can be changed by {}; mend that with: {}",
            self.who, self.cure
        )
    }
}

/// Who can change this folder, or put another in its place.
pub(crate) fn folder(path: &Path) -> Option<OpenToOthers> {
    system::folder(path)
}

/// Who can change this file; its folder is another question, unless it is a link into another.
pub(crate) fn file(path: &Path) -> Option<OpenToOthers> {
    system::file(path)
}
