//! Private copies of adapters' libraries, in a content-addressed cache: the copy is what runs.
//!
//! The file in the plugins folder may be replaced, truncated or removed while its code runs, which
//! would end the process (a mapped file that shrinks is a bus error); on Windows a loaded file
//! could not be replaced at all; and a loader gives the old code for an old path. A copy under its
//! hash has none of these, and what was checked is what is loaded.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::state_file::{self, StateError, StateFile};

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

/// A private copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrivateCopy {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

/// Which file in a plugins folder each copy is of, by the file's path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Index {
    copies: BTreeMap<PathBuf, String>,
}

/// The folder of the private copies.
#[derive(Debug)]
pub(crate) struct PrivateCopies {
    folder: PathBuf,
    index: StateFile<Index>,
}

impl PrivateCopies {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            folder: home.join("cache"),
            index: StateFile::in_home(home, "cache.json"),
        }
    }

    /// A copy of `bytes`, which are what the file `of` holds; written if there is none, or if it
    /// was damaged. The copy of what that file held before is removed.
    pub(crate) fn keep(&self, of: &Path, bytes: &[u8]) -> io::Result<PrivateCopy> {
        state_file::create_private_folder(&self.folder)?;
        let sha256 = sha256_hex(bytes);
        let path = std::path::absolute(self.path(&sha256))?;
        if !fs::read(&path).is_ok_and(|kept| kept == bytes) {
            // Renamed into place: nobody ever sees half a copy, and a copy in use stays whole.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|failed| failed.error)?;
        }
        self.change(|copies| {
            copies.insert(of.to_owned(), sha256.clone());
        });
        Ok(PrivateCopy { path, sha256 })
    }

    /// Removes the copies of files that are not there any more.
    pub(crate) fn sweep(&self) {
        let is_gone = |path: &Path| {
            fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let Ok(index) = self.index.read() else {
            // Whoever needs the index next says why it cannot be read.
            return;
        };
        if index.copies.keys().any(|path| is_gone(path)) {
            self.change(|copies| copies.retain(|path, _| !is_gone(path)));
        }
    }

    /// Changes the index, and removes the copies that it does not name any more. A copy that
    /// another host has loaded stays with it: only its name goes.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<PathBuf, String>)) {
        let changed = self.index.update(|index| {
            let before = index.copies.clone();
            change(&mut index.copies);
            for sha256 in before.values() {
                if !index.copies.values().any(|kept| kept == sha256) {
                    // Where the system keeps it (Windows does while it is in use), it is left over.
                    let _ = fs::remove_file(self.path(sha256));
                }
            }
            Ok::<_, StateError>(())
        });
        if let Err(error) = changed {
            tracing::warn!(%error, "the cache of adapters could not be cleaned");
        }
    }

    fn path(&self, sha256: &str) -> PathBuf {
        let suffix = std::env::consts::DLL_SUFFIX;
        self.folder.join(format!("{sha256}{suffix}"))
    }
}
