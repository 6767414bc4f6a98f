//! Small JSON files that only their owner may read, written as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::owner_only::{create_private_folder, private_options, put_in_place};

/// Why a state file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// `read`, `write`, ...
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is damaged, and must not be begun anew.
    #[error("{} is damaged; mend it, or remove it if you know what that means", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How.
        source: serde_json::Error,
    },
    /// It was written by a later version of Callpop, which may mean more by it than we know.
    #[error(
        "{} was written by a newer Callpop (format {format}); it is left as it is",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format that it names.
        format: u64,
    },
}

/// A damaged file that was kept aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAside {
    /// Where the file was.
    pub path: PathBuf,
    /// Where it is now.
    pub now: PathBuf,
    /// What is wrong with it.
    pub damage: String,
}

impl std::fmt::Display for KeptAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} is damaged ({}); it is kept as {}, and a new one is begun",
            self.path.display(),
            self.damage,
            self.now.display()
        )
    }
}

/// The damaged files that were kept aside, until somebody asks.
#[derive(Debug, Default)]
pub(crate) struct KeptAsideList(Mutex<Vec<KeptAside>>);

impl KeptAsideList {
    /// Adds one, and tells of it in the log.
    pub(crate) fn add(&self, kept: KeptAside) {
        tracing::warn!("{kept}");
        self.lock().push(kept);
    }

    /// Those that were added since the last call.
    pub(crate) fn take(&self) -> Vec<KeptAside> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<KeptAside>> {
        // Nothing is done under this lock that could leave the list half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A state file that holds a `T`; the default, as long as there is none.
#[derive(Debug)]
pub(crate) struct StateFile<T> {
    path: PathBuf,
    /// Whether a damaged file is an error, instead of being kept aside and begun anew.
    is_whole_or_error: bool,
    kept_aside: KeptAsideList,
    holds: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + Default + Clone + PartialEq> StateFile<T> {
    pub(crate) fn in_home(home: &Path, name: &str) -> Self {
        Self {
            path: home.join(name),
            is_whole_or_error: false,
            kept_aside: KeptAsideList::default(),
            holds: PhantomData,
        }
    }

    /// Has a damaged file be an error, since to begin anew would be to forget a rule.
    pub(crate) fn whole_or_error(mut self) -> Self {
        self.is_whole_or_error = true;
        self
    }

    /// What the file holds. A damaged one is renamed, so that nothing is lost.
    pub(crate) fn read(&self) -> Result<T, StateError> {
        match read(&self.path)? {
            Ok(value) => Ok(value),
            Err(source) if self.is_whole_or_error => Err(StateError::Damaged {
                path: self.path.clone(),
                source,
            }),
            Err(damage) => {
                self.kept_aside.add(keep_aside(&self.path, &damage)?);
                Ok(T::default())
            }
        }
    }

    /// Reads, changes and writes the file, while nobody else changes it. Nothing is written if
    /// `update` fails or changes nothing.
    pub(crate) fn update<R, E: From<StateError>>(
        &self,
        update: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        create_folder_of(&self.path)?;
        let _lock = lock(&self.path)?;
        remove_unfinished(&self.path);
        let before = self.read()?;
        let mut after = before.clone();
        let result = update(&mut after)?;
        if after != before {
            write(&self.path, &after)?;
        }
        Ok(result)
    }

    /// The damaged files that were kept aside since the last call.
    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.kept_aside.take()
    }
}

/// The format that this version writes.
const FORMAT: u64 = 1;

/// The file's value, or how it is damaged.
fn read<T: DeserializeOwned + Default>(
    path: &Path,
) -> Result<Result<T, serde_json::Error>, StateError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Ok(T::default())),
        Err(source) => return Err(failed("read", path, source)),
    };
    // Read twice over, as that is quicker than making a tree of values first.
    let is_object = text.trim_ascii_start().starts_with(b"{");
    let named: Named = match serde_json::from_slice(&text) {
        Ok(named) if is_object => named,
        Ok(_) => return Ok(Err(serde::de::Error::custom("it is no JSON object"))),
        Err(damage) => return Ok(Err(damage)),
    };
    let format = named.format.and_then(|it| it.as_u64());
    if let Some(format) = format.filter(|it| *it > FORMAT) {
        return Err(StateError::Newer {
            path: path.to_owned(),
            format,
        });
    }
    Ok(serde_json::from_slice(&text))
}

/// The format that a file names.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    format: Option<Value>,
}

/// A value as it stands in a file.
#[derive(Serialize)]
struct Written<'value, T> {
    format: u64,
    #[serde(flatten)]
    value: &'value T,
}

/// Writes the file: first under another name, then renamed into place.
fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), StateError> {
    let write = || -> io::Result<()> {
        let mut file = unfinished(path)?;
        let written = Written {
            format: FORMAT,
            value,
        };
        // As a whole: `serde_json` writes each bracket by itself.
        let mut bytes = serde_json::to_vec_pretty(&written)?;
        bytes.push(b'\n');
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        put_in_place(file, path)
    };
    write().map_err(|source| failed("write", path, source))
}

/// A file that is to become the one at `path`.
pub(crate) fn unfinished(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    tempfile::Builder::new()
        .prefix(&unfinished_prefix(path))
        .tempfile_in(folder)
}

/// Makes the folder of the file at `path`, for its owner alone, with those above it.
pub(crate) fn create_folder_of(path: &Path) -> Result<(), StateError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    create_private_folder(folder).map_err(|source| failed("make the folder", folder, source))
}

/// How the name of a file begins that is to become the one at `path`.
fn unfinished_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.")
}

/// Removes what was left over where a program was ended while it wrote this file. Under its lock,
/// nobody else is writing it.
pub(crate) fn remove_unfinished(path: &Path) {
    let prefix = unfinished_prefix(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Waits until no other process changes the file at `path`, and keeps others waiting until the
/// returned file is dropped.
pub(crate) fn lock(path: &Path) -> Result<File, StateError> {
    let lock_path = path.with_extension("lock");
    let lock = || -> io::Result<File> {
        let file = private_options().open(&lock_path)?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(|source| failed("lock", &lock_path, source))
}

/// The time, as state files keep it.
pub(crate) fn seconds_since_1970() -> u64 {
    SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_secs())
}

pub(crate) fn failed(doing: &'static str, path: &Path, source: io::Error) -> StateError {
    StateError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Makes the file for its owner alone, with the folders above it, unless it is there.
#[cfg(feature = "contact-book")]
pub(crate) fn create_private_file(path: &Path) -> Result<(), StateError> {
    create_folder_of(path)?;
    let made = private_options().open(path);
    made.map(|_| ())
        .map_err(|source| failed("write", path, source))
}

/// Renames a damaged file, so that nothing is lost.
pub(crate) fn keep_aside(
    path: &Path,
    damage: &dyn std::error::Error,
) -> Result<KeptAside, StateError> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!("{name}.damaged-{now}.{ending}"));
    fs::rename(path, &aside).map_err(|source| failed("rename", path, source))?;
    Ok(KeptAside {
        path: path.to_owned(),
        now: aside,
        damage: damage.to_string(),
    })
}
