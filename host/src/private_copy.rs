//! Private copies of adapters' libraries, in a content-addressed cache: the copy is what runs.
//!
//! The file in the plugins folder may be replaced, truncated or removed while its code runs, which
//! would end the process (a mapped file that shrinks is a bus error); on Windows a loaded file
//! could not be replaced at all; and a loader gives the old code for an old path. A copy under its
//! hash has none of these, and what was checked is what is loaded.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::state_file;

/// The SHA-256 of a library, in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The folder of the private copies.
#[derive(Debug, Clone)]
pub(crate) struct PrivateCopies {
    folder: PathBuf,
}

impl PrivateCopies {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            folder: home.join("cache"),
        }
    }

    /// The path of a copy of `bytes`, written if there is none or if it was damaged.
    pub(crate) fn keep(&self, bytes: &[u8]) -> io::Result<PathBuf> {
        state_file::create_private_folder(&self.folder)?;
        let name = format!("{}{}", sha256_hex(bytes), std::env::consts::DLL_SUFFIX);
        let path = std::path::absolute(self.folder.join(name))?;
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(path);
        }
        // Renamed into place: nobody ever sees half a copy, and a copy in use stays whole.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|failed| failed.error)?;
        Ok(path)
    }
}
