//! Where the system keeps what its administrator decides, and only an administrator can write.

use std::path::PathBuf;

use super::FILE;

/// `/etc/callpop/policy.toml`
#[cfg(not(any(windows, target_os = "macos")))]
pub(super) fn system() -> Option<PathBuf> {
    Some(PathBuf::from("/etc/callpop").join(FILE))
}

/// `/Library/Application Support/Callpop/policy.toml`
#[cfg(target_os = "macos")]
pub(super) fn system() -> Option<PathBuf> {
    Some(PathBuf::from("/Library/Application Support/Callpop").join(FILE))
}

/// `%ProgramData%\Callpop\policy.toml`. The system is asked where that is: a variable could be
/// another for one user's programs.
#[cfg(windows)]
pub(super) fn system() -> Option<PathBuf> {
    let folder = known_folders::get_known_folder_path(known_folders::KnownFolder::ProgramData);
    folder.map(|folder| folder.join("Callpop").join(FILE))
}
