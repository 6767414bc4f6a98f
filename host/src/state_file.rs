//! Small JSON files that only their owner may read, written as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

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

/// A state file that holds a `T`; the default, as long as there is none.
#[derive(Debug)]
pub(crate) struct StateFile<T> {
    path: PathBuf,
    kept_aside: Mutex<Vec<KeptAside>>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + Default + Clone + PartialEq> StateFile<T> {
    pub(crate) fn in_home(home: &Path, name: &str) -> Self {
        Self {
            path: home.join(name),
            kept_aside: Mutex::default(),
            holds: PhantomData,
        }
    }

    /// What the file holds. A damaged one is renamed, so that nothing is lost.
    pub(crate) fn read(&self) -> Result<T, StateError> {
        match read(&self.path)? {
            Ok(value) => Ok(value),
            Err(damage) => {
                let kept = keep_aside(&self.path, &damage)?;
                tracing::warn!("{kept}");
                self.lock_kept_aside().push(kept);
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
        if let Some(folder) = self.path.parent() {
            create_private_folder(folder)
                .map_err(|source| failed("make the folder", folder, source))?;
        }
        let _lock = lock(&self.path)?;
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
        std::mem::take(&mut *self.lock_kept_aside())
    }

    fn lock_kept_aside(&self) -> MutexGuard<'_, Vec<KeptAside>> {
        // Nothing is done under this lock that could leave the list half changed.
        self.kept_aside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The format that this version writes.
const FORMAT: u64 = 1;
/// The member that says so, beside those of the value.
const FORMAT_MEMBER: &str = "format";

/// The file's value, or how it is damaged.
fn read<T: DeserializeOwned + Default>(
    path: &Path,
) -> Result<Result<T, serde_json::Error>, StateError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Ok(T::default())),
        Err(source) => return Err(failed("read", path, source)),
    };
    let mut value: Value = match serde_json::from_slice(&text) {
        Ok(value) => value,
        Err(damage) => return Ok(Err(damage)),
    };
    let format = value
        .as_object_mut()
        .and_then(|it| it.remove(FORMAT_MEMBER));
    if let Some(format) = format.and_then(|it| it.as_u64()).filter(|it| *it > FORMAT) {
        return Err(StateError::Newer {
            path: path.to_owned(),
            format,
        });
    }
    Ok(serde_json::from_value(value))
}

/// Writes the file: first under another name, then renamed into place.
fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), StateError> {
    let write = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        // Temporary files are readable by their owner only, and stay so when they are renamed.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let mut members = serde_json::Map::new();
        members.insert(FORMAT_MEMBER.to_owned(), FORMAT.into());
        if let Value::Object(others) = serde_json::to_value(value)? {
            members.extend(others);
        }
        serde_json::to_writer_pretty(&mut file, &members)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    write().map_err(|source| failed("write", path, source))
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

/// Makes the folder, and those above it, for its owner alone.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

pub(crate) fn failed(doing: &'static str, path: &Path, source: io::Error) -> StateError {
    StateError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Opens a file for writing that its owner alone may read, and makes it if need be.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the file for its owner alone, with the folders above it, unless it is there.
#[cfg(feature = "contact-book")]
pub(crate) fn create_private_file(path: &Path) -> Result<(), StateError> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)
            .map_err(|source| failed("make the folder", folder, source))?;
    }
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
