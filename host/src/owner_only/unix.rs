//! Modes. Source: `chmod(2)`.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use tempfile::NamedTempFile;

use super::Access;

/// Makes the folder, and those above it, for its owner alone.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Opens a file for writing that its owner alone may read, and makes it if need be.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    options
}

pub(super) fn others_may(path: &Path, access: Access) -> io::Result<bool> {
    let rights = match access {
        Access::Any => 0o077,
        Access::Write => 0o022,
    };
    Ok(path.metadata()?.permissions().mode() & rights != 0)
}

pub(super) fn is_for_all_to_write(path: &Path) -> io::Result<bool> {
    let metadata = path.metadata()?;
    Ok(metadata.uid() != 0 || metadata.mode() & 0o022 != 0)
}

pub(super) fn cure(path: &Path, access: Access) -> String {
    let mode = match access {
        Access::Any if path.is_dir() => "700",
        Access::Any => "600",
        Access::Write => "go-w",
    };
    format!("chmod {mode} '{}'", path.display())
}

pub(super) const ADMINISTRATORS_CURE: &str =
    "Make it and its folder root's (chown root), for nobody else to write (chmod go-w).";

pub(super) fn let_others_read(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(0o644))
}

pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Temporary files are readable by their owner only, and stay so when they are renamed.
pub(super) fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}
