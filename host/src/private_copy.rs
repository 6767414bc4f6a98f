//! Private copies of adapters' libraries, in a content-addressed cache: the copy is what runs.
//!
//! The file in the plugins folder may be replaced, truncated or removed while its code runs, which
//! would end the process (a mapped file that shrinks is a bus error); on Windows a loaded file
//! could not be replaced at all; and a loader gives the old code for an old path. A copy under its
//! hash has none of these, and what was checked is what is loaded.

//!
//! A copy in use is leased: its file is locked, shared by every host that uses it, and what is
//! locked is not removed. A lock ends with its process, however that ends.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::owner_only;
use crate::state_file::{StateError, StateFile};

/// The SHA-256 of these bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// How the names of copies begin that are being written.
const UNFINISHED: &str = ".copy-";

/// A private copy. As long as this lives, no host removes it.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    pub(crate) path: PathBuf,
    /// None where the file system has no locks.
    lease: Option<File>,
}

impl PrivateCopy {
    fn leased(path: PathBuf) -> Self {
        let leased = || -> io::Result<File> {
            let file = File::open(&path)?;
            file.lock_shared()?;
            Ok(file)
        };
        let lease = leased()
            .inspect_err(|error| tracing::warn!(%error, "a private copy cannot be locked"))
            .ok();
        Self { path, lease }
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        // A worker that is being started has the open file for a moment too, and the lock with it.
        let _ = self.lease.take().map(|lease| lease.unlock());
    }
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
    /// was damaged. The copy of what that file held before is removed, unless it is in use.
    pub(crate) fn keep(&self, of: &Path, bytes: &[u8]) -> io::Result<PrivateCopy> {
        owner_only::create_private_folder(&self.folder)?;
        let sha256 = sha256_hex(bytes);
        let path = std::path::absolute(self.path(&sha256))?;
        // Under the index's lock, under which alone copies are removed.
        let kept = self.index.update(|index| {
            let copy = self.written(&path, bytes).map_err(KeepError::Copy)?;
            index.copies.insert(of.to_owned(), sha256);
            self.remove_unnamed(index);
            Ok(copy)
        });
        match kept {
            Ok(copy) => Ok(copy),
            Err(KeepError::Copy(error)) => Err(error),
            Err(KeepError::Index(error)) => {
                tracing::warn!(%error, "the cache of adapters could not be cleaned");
                self.written(&path, bytes)
            }
        }
    }

    /// The copy with this hash, if there is a whole one.
    pub(crate) fn get(&self, sha256: &str) -> Option<PrivateCopy> {
        let path = std::path::absolute(self.path(sha256)).ok()?;
        if !path.exists() {
            return None;
        }
        let copy = PrivateCopy::leased(path);
        let bytes = fs::read(&copy.path).ok()?;
        (sha256_hex(&bytes) == sha256).then_some(copy)
    }

    /// Removes the copies of files that are not there any more, unless they are in use.
    pub(crate) fn sweep(&self) {
        let is_gone = |path: &Path| {
            fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let Ok(index) = self.index.read() else {
            // Whoever needs the index next says why it cannot be read.
            return;
        };
        if !index.copies.keys().any(|path| is_gone(path)) && self.unnamed(&index).is_empty() {
            return;
        }
        let swept = self.index.update(|index| {
            index.copies.retain(|path, _| !is_gone(path));
            self.remove_unnamed(index);
            Ok::<_, StateError>(())
        });
        if let Err(error) = swept {
            tracing::warn!(%error, "the cache of adapters could not be cleaned");
        }
    }

    fn written(&self, path: &Path, bytes: &[u8]) -> io::Result<PrivateCopy> {
        if !fs::read(path).is_ok_and(|kept| kept == bytes) {
            // Renamed into place: nobody ever sees half a copy, and a copy in use stays whole.
            let mut file = tempfile::Builder::new()
                .prefix(UNFINISHED)
                .tempfile_in(&self.folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            owner_only::put_in_place(file, path)?;
        }
        Ok(PrivateCopy::leased(path.to_owned()))
    }

    /// Removes the copies that the index does not name any more and nobody uses.
    fn remove_unnamed(&self, index: &Index) {
        for path in self.unnamed(index) {
            let is_in_use = File::open(&path).is_ok_and(|file| file.try_lock().is_err());
            if !is_in_use {
                // Where the system keeps it (Windows does while it is loaded), it is left over.
                let _ = fs::remove_file(path);
            }
        }
    }

    fn unnamed(&self, index: &Index) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let copies = entries.map(|entry| entry.path()).filter(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_copy = name.len() == 64 && name.bytes().all(|it| it.is_ascii_hexdigit());
            let is_named = index.copies.values().any(|sha256| *sha256 == name);
            // Copies are written under the lock too, so that one that is not finished is nobody's.
            name.starts_with(UNFINISHED) || (is_copy && !is_named)
        });
        copies.collect()
    }

    fn path(&self, sha256: &str) -> PathBuf {
        let suffix = std::env::consts::DLL_SUFFIX;
        self.folder.join(format!("{sha256}{suffix}"))
    }
}

/// Why a copy is not kept.
enum KeepError {
    Copy(io::Error),
    /// It could be, and the index cannot.
    Index(StateError),
}

impl From<StateError> for KeepError {
    fn from(error: StateError) -> Self {
        Self::Index(error)
    }
}
