//! Files and folders for their owner alone, and whether others have a hand in one.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

use std::io;
use std::path::Path;

pub(crate) use system::{create_private_folder, private_options};

/// What users other than the owner are not to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anything at all.
    Any,
    /// Change it, or what is in the folder.
    Write,
}

/// Whether users other than the owner have this access; administrators have it anyway.
pub(crate) fn others_may(path: &Path, access: Access) -> bool {
    // What cannot be told is no reason to warn of.
    system::others_may(path, access).unwrap_or(false)
}

/// Whether anybody but an administrator can change the file or folder.
pub(crate) fn is_for_all_to_write(path: &Path) -> bool {
    system::is_for_all_to_write(path).unwrap_or(false)
}

/// Whether everybody can change the file or folder, by one of the names that the system has for
/// everybody.
#[cfg(windows)]
pub(crate) fn everybody_may_write(path: &Path) -> bool {
    system::everybody_may_write(path).unwrap_or(false)
}

/// The command that takes this access from others.
pub(crate) fn cure(path: &Path, access: Access) -> String {
    system::cure(path, access)
}

/// What an administrator does about a file that others can change.
pub(crate) const ADMINISTRATORS_CURE: &str = system::ADMINISTRATORS_CURE;

/// Gives a temporary file this name, in one step; a file of that name is replaced, also while
/// somebody reads it.
pub(crate) fn put_in_place(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    system::put_in_place(file, path)
}

/// Lets everybody read a file, and its owner alone change it.
pub(crate) fn let_others_read(path: &Path) -> io::Result<()> {
    system::let_others_read(path)
}

/// Has the names in a folder written through to the disk.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    system::sync_folder(path)
}
