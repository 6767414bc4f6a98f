//! A file on its way into a plugins folder: written whole under a name that nobody looks at, and then
//! renamed. So whatever ends the program, what stands in the folder is the old file or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::owner_only;
use crate::package::PACKAGE_ENDING;

/// How the names of such files begin: hidden, so that no host looks into them.
const PREFIX: &str = ".callpop-install-";

/// Gone when it is dropped, unless it was put in place.
#[derive(Debug)]
pub(crate) struct StagedFile(NamedTempFile);

impl StagedFile {
    /// Writes the bytes into the folder and through to the disk.
    pub(crate) fn write(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut file = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(PACKAGE_ENDING)
            .tempfile_in(folder)?;
        // Tells others that somebody is at it; a file system without locks does without.
        let _ = file.as_file().lock_shared();
        file.write_all(bytes)?;
        // It is shown to others, unlike what stands in the home.
        owner_only::let_others_read(file.path())?;
        file.as_file().sync_all()?;
        Ok(Self(file))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Gives it its name, in one step, for good.
    pub(crate) fn put_in_place(self, path: &Path) -> io::Result<()> {
        owner_only::put_in_place(self.0, path)?;
        if let Some(folder) = path.parent() {
            owner_only::sync_folder(folder)?;
        }
        Ok(())
    }
}

/// Removes what was left over where a program was ended in the middle. A file that is still locked
/// is somebody's.
pub(crate) fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
