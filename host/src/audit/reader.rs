//! Reads the history over all of its files, and goes on where it stopped.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::entry::AuditEntry;
use super::rotation::older_files;
use crate::state_file::{StateError, failed};

/// Outcomes, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The outcomes.
    pub entries: Vec<AuditEntry>,
    /// The lines that are left out, since they cannot be read.
    pub damaged: Vec<DamagedLine>,
}

/// A line that cannot be read: cut off by a crash, or changed by somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedLine {
    /// The file, as it was called when it was read.
    pub path: PathBuf,
    /// The line's number in it, from 1.
    pub line: usize,
}

impl std::fmt::Display for DamagedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (path, line) = (self.path.display(), self.line);
        write!(f, "line {line} of {path} is damaged; it is left out")
    }
}

/// Reads outcomes as they come. Made by [`Host::follow_history`](crate::Host::follow_history).
#[derive(Debug)]
pub struct HistoryReader {
    path: PathBuf,
    place: Option<Place>,
}

/// How far a file was read. The file stays open, so that it is known again under another name.
#[derive(Debug)]
struct Place {
    file: Handle,
    offset: u64,
    /// The ends of lines before `offset`.
    lines: usize,
}

/// A file, and how long it was when nobody was writing.
struct Opened {
    path: PathBuf,
    file: Handle,
    length: u64,
}

impl HistoryReader {
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            place: None,
        }
    }

    /// What came since the last call; at first, everything that there is. It does not wait.
    ///
    /// # Errors
    /// [`StateError`] if a file cannot be read.
    pub fn read(&mut self) -> Result<History, StateError> {
        let mut history = History::default();
        for opened in self.unread()? {
            self.read_on(opened, &mut history)?;
        }
        Ok(history)
    }

    /// The file that was read last and those that were begun after it, or all of them.
    fn unread(&self) -> Result<Vec<Opened>, StateError> {
        let _lock = wait_for_writers(&self.path)?;
        let older = older_files(&self.path)?.into_iter().map(|(_, path)| path);
        let mut files = Vec::new();
        for path in older.chain([self.path.clone()]) {
            files.extend(open(path)?);
        }
        let is_last = |opened: &Opened| {
            let place = self.place.as_ref();
            place.is_some_and(|place| place.file == opened.file)
        };
        let start = files.iter().position(is_last).unwrap_or(0);
        Ok(files.split_off(start))
    }

    fn read_on(&mut self, opened: Opened, history: &mut History) -> Result<(), StateError> {
        let before = self.place.take();
        let before = before.filter(|it| it.file == opened.file && it.offset <= opened.length);
        let (offset, mut lines) = before.map_or((0, 0), |it| (it.offset, it.lines));
        let cannot_read = |source| failed("read", &opened.path, source);
        let mut file = opened.file.as_file();
        file.seek(SeekFrom::Start(offset)).map_err(cannot_read)?;
        let mut reader = BufReader::new(file.take(opened.length - offset));
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).map_err(cannot_read)? > 0 {
            if bytes != b"\n" {
                match serde_json::from_slice(&bytes) {
                    Ok(entry) if bytes.ends_with(b"\n") => history.entries.push(entry),
                    _ => history.damaged.push(DamagedLine {
                        path: opened.path.clone(),
                        line: lines + 1,
                    }),
                }
            }
            lines += usize::from(bytes.ends_with(b"\n"));
            bytes.clear();
        }
        self.place = Some(Place {
            offset: opened.length,
            file: opened.file,
            lines,
        });
        Ok(())
    }
}

/// `None` if the file is not there.
fn open(path: PathBuf) -> Result<Option<Opened>, StateError> {
    let opened = File::open(&path).and_then(|file| {
        let length = file.metadata()?.len();
        Ok((Handle::from_file(file)?, length))
    });
    match opened {
        Ok((file, length)) => Ok(Some(Opened { path, file, length })),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("read", &path, source)),
    }
}

/// Waits until no line is half written, and keeps writers waiting until the returned file is
/// dropped. `None` if nobody has written yet.
fn wait_for_writers(path: &Path) -> Result<Option<File>, StateError> {
    let lock_path = path.with_extension("lock");
    let locked = File::open(&lock_path).and_then(|file| {
        file.lock_shared()?;
        Ok(file)
    });
    match locked {
        Ok(file) => Ok(Some(file)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("lock", &lock_path, source)),
    }
}
