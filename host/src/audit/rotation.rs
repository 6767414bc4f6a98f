//! Lines added to the newest of several files, by any number of processes; the oldest file goes.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::AuditSettings;
use crate::owner_only;
use crate::state_file::{self, StateError, failed};

/// The bytes that must be free for a line, and more.
const ROOM: usize = 4096;

/// Adds a line, which has its end. A part of a line that a crash has left gets an end first, so that
/// the line stands on its own.
pub(super) fn append(path: &Path, line: &[u8], settings: AuditSettings) -> Result<(), StateError> {
    state_file::create_folder_of(path)?;
    let _lock = state_file::lock(path)?;
    if is_full(path, line, settings.max_bytes)
        && let Err(error) = rotate(path, settings.files)
    {
        // A file that is too long is better than a line that is lost.
        tracing::warn!(%error, "no new file could be begun for the history");
    }
    append_to(path, line).map_err(|source| failed("write", path, source))
}

/// Whether there is room for lines, and the file can be written; nothing of it is changed. Before a
/// home is made, there is nothing to try.
pub(super) fn try_to_append(path: &Path) -> Result<(), StateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let try_it = || -> io::Result<()> {
        match owner_only::private_options()
            .create(false)
            .append(true)
            .open(path)
        {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        if folder.is_dir() {
            let mut trial = tempfile::tempfile_in(folder)?;
            trial.write_all(&[b'\n'; ROOM])?;
            trial.sync_all()?;
        }
        Ok(())
    };
    try_it().map_err(|source| failed("write", path, source))
}

fn is_full(path: &Path, line: &[u8], max_bytes: u64) -> bool {
    let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let line = u64::try_from(line.len()).unwrap_or(u64::MAX);
    length > 0 && length.saturating_add(line) > max_bytes
}

fn append_to(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = owner_only::private_options()
        .read(true)
        .append(true)
        .open(path)?;
    let length = file.metadata()?.len();
    let mut text = Vec::with_capacity(line.len() + 1);
    if ends_within_a_line(&mut file, length)? {
        text.push(b'\n');
    }
    text.extend_from_slice(line);
    file.write_all(&text).inspect_err(|_| {
        // Half a line, as a full disk leaves it, is taken back if that can be done.
        let _ = file.set_len(length);
    })
}

fn ends_within_a_line(file: &mut File, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Makes room for a new file, and removes what is over `files` then.
fn rotate(path: &Path, files: usize) -> Result<(), StateError> {
    for (number, older) in older_files(path)? {
        if number + 1 >= files {
            fs::remove_file(&older).map_err(|source| failed("remove", &older, source))?;
        } else {
            fs::rename(&older, numbered(path, number + 1))
                .map_err(|source| failed("rename", &older, source))?;
        }
    }
    if files <= 1 {
        return fs::remove_file(path).map_err(|source| failed("remove", path, source));
    }
    fs::rename(path, numbered(path, 1)).map_err(|source| failed("rename", path, source))
}

/// The files that were begun before the newest, the oldest first, each with its number.
pub(super) fn older_files(path: &Path) -> Result<Vec<(usize, PathBuf)>, StateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed("list", folder, source)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| failed("list", folder, source))?;
        let number = entry.file_name().to_str().and_then(number_of);
        files.extend(number.map(|number| (number, entry.path())));
    }
    files.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
    Ok(files)
}

/// 3 for `audit.3.jsonl`.
fn number_of(name: &str) -> Option<usize> {
    let number = name.strip_prefix("audit.")?.strip_suffix(".jsonl")?;
    number.parse().ok().filter(|number| *number > 0)
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    path.with_file_name(format!("audit.{number}.jsonl"))
}
