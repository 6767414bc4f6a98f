//! The file of what is remembered: each change adds a line to it. So a change costs its own line,
//! however many calls are remembered, and whichever processes of the dialer there are.
//!
//! Lines are added under the lock of the file, by whoever has first read what others have added. A
//! line that a crash has cut off is taken back. Nobody waits for the disk: the telephone is ringing,
//! and a loss of power ends the calls as well.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::calls::Calls;
use crate::owner_only::{private_options, put_in_place};
use crate::pop_rules::CallMemory;
use crate::state_file::{
    self, KeptAside, KeptAsideList, StateError, create_folder_of, failed, keep_aside,
    remove_unfinished, unfinished,
};

/// The format that this version writes.
const FORMAT: u64 = 1;
/// So many lines are never too many.
const FEW_LINES: usize = 64;

/// The file.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    seen: Mutex<Seen>,
    kept_aside: KeptAsideList,
}

/// What was read of the file.
#[derive(Debug, Default)]
struct Seen {
    /// Its first line, which no other file has.
    first_line: Vec<u8>,
    /// How far it was read, in bytes.
    length: u64,
    /// How many lines of calls it has.
    lines: usize,
    calls: Calls,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct FirstLine {
    format: u64,
    /// When the file was begun, in nanoseconds since 1970: what was seen of another is of no use.
    begun: u64,
}

/// Any other line: all that is remembered of one call since.
#[derive(Serialize, Deserialize)]
struct Line<Id, Call> {
    id: Id,
    call: Call,
}

/// When the file is written anew, with one line for each call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tidy {
    /// When that makes it half as long.
    Soon,
    /// When that makes it much shorter: somebody is waiting.
    Late,
}

/// Why lines cannot be read.
enum Unread {
    System(io::Error),
    Damaged(serde_json::Error),
    Newer(u64),
}

impl Journal {
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            seen: Mutex::default(),
            kept_aside: KeptAsideList::default(),
        }
    }

    /// Lets `change` look at what is remembered, and change it, while nobody else does.
    pub(super) fn update<R>(
        &self,
        tidy: Tidy,
        change: impl FnOnce(&mut Calls) -> R,
    ) -> Result<R, StateError> {
        let mut shared = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.lock()?;
        // Taken out, so that the whole file is read again after an error or a panic.
        let (mut file, mut seen) = self.catch_up(std::mem::take(&mut *shared))?;
        let result = change(&mut seen.calls);
        seen.add_changed(&mut file)
            .map_err(|source| failed("write", &self.path, source))?;
        drop(file);
        if seen.is_untidy(tidy)
            && let Err(error) = self.write_anew(&mut seen)
        {
            // It is longer than it need be, and as right.
            tracing::warn!(%error, "the file of calls could not be written anew");
        }
        *shared = seen;
        Ok(result)
    }

    /// What is remembered at this moment. A damaged file is left to the next change.
    pub(super) fn read(&self) -> Result<Calls, StateError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Calls::default()),
            Err(source) => return Err(failed("read", &self.path, source)),
        };
        let mut seen = Seen::default();
        match seen.read_on(&mut file) {
            Ok(()) => Ok(seen.calls),
            Err(Unread::Damaged(_)) => Ok(Calls::default()),
            Err(why) => Err(self.unread(why)),
        }
    }

    /// The damaged files that were kept aside since the last call.
    pub(super) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.kept_aside.take()
    }

    /// The file, read to its end. A damaged one is renamed, and a new one has what stood before the
    /// damage, so that nothing is lost.
    fn catch_up(&self, mut seen: Seen) -> Result<(File, Seen), StateError> {
        let mut file = self.open()?;
        match seen.read_on(&mut file) {
            Ok(()) => Ok((file, seen)),
            Err(Unread::Damaged(damage)) => {
                drop(file);
                self.kept_aside.add(keep_aside(&self.path, &damage)?);
                Ok((self.open()?, seen.in_another_file()))
            }
            Err(why) => Err(self.unread(why)),
        }
    }

    /// The lock, for which the home is made if need be.
    fn lock(&self) -> Result<File, StateError> {
        match state_file::lock(&self.path) {
            Err(StateError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create_folder_of(&self.path)?;
                state_file::lock(&self.path)
            }
            locked => locked,
        }
    }

    fn open(&self) -> Result<File, StateError> {
        // Not to append only: Windows would let nobody shorten it.
        let opened = private_options().read(true).open(&self.path);
        opened.map_err(|source| failed("open", &self.path, source))
    }

    /// Writes the file under another name, and renames it into place.
    fn write_anew(&self, seen: &mut Seen) -> Result<(), StateError> {
        remove_unfinished(&self.path);
        seen.calls.forget_old();
        let mut write = || -> io::Result<()> {
            let first_line = first_line()?;
            let mut text = first_line.clone();
            for (id, call) in seen.calls.all() {
                add_line(&mut text, &Line { id, call })?;
            }
            let mut file = unfinished(&self.path)?;
            file.write_all(&text)?;
            put_in_place(file, &self.path)?;
            seen.first_line = first_line;
            seen.length = bytes(&text);
            seen.lines = seen.calls.all().len();
            Ok(())
        };
        write().map_err(|source| failed("write", &self.path, source))
    }

    fn unread(&self, why: Unread) -> StateError {
        let path = self.path.clone();
        match why {
            Unread::System(source) => failed("read", &path, source),
            Unread::Damaged(source) => StateError::Damaged { path, source },
            Unread::Newer(format) => StateError::Newer { path, format },
        }
    }
}

impl Seen {
    /// Reads what was added since; all of it, if this is another file.
    fn read_on(&mut self, file: &mut File) -> Result<(), Unread> {
        if !self.is_of(file)? {
            *self = Self::default();
        }
        file.seek(SeekFrom::Start(self.length))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if line.ends_with(b"\n") {
                self.take(line)?;
                self.length += bytes(line);
            }
        }
        Ok(())
    }

    /// The same calls, none of which is written yet.
    fn in_another_file(self) -> Self {
        let mut calls = self.calls;
        calls.change_all();
        Self {
            calls,
            ..Self::default()
        }
    }

    fn is_of(&self, file: &mut File) -> io::Result<bool> {
        let mut first_line = vec![0; self.first_line.len()];
        if file.metadata()?.len() < self.length {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut first_line)?;
        Ok(first_line == self.first_line)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Unread> {
        if self.first_line.is_empty() {
            let FirstLine { format, .. } = serde_json::from_slice(line)?;
            if format > FORMAT {
                return Err(Unread::Newer(format));
            }
            self.first_line = line.to_vec();
        } else {
            let line: Line<String, CallMemory> = serde_json::from_slice(line)?;
            self.calls.put(line.id, line.call);
            self.lines += 1;
        }
        Ok(())
    }

    /// Adds a line for each call that has changed, behind what was read.
    fn add_changed(&mut self, file: &mut File) -> io::Result<()> {
        let mut text = Vec::new();
        if self.first_line.is_empty() {
            self.first_line = first_line()?;
            text.clone_from(&self.first_line);
        }
        for (id, call) in self.calls.take_changed() {
            add_line(&mut text, &Line { id, call })?;
            self.lines += 1;
        }
        // What a crash has left of a line may be longer than what comes in its place.
        if file.metadata()?.len() > self.length {
            file.set_len(self.length)?;
        }
        file.seek(SeekFrom::Start(self.length))?;
        file.write_all(&text).inspect_err(|_| {
            // Half a line, as a full disk leaves it, is taken back if that can be done.
            let _ = file.set_len(self.length);
        })?;
        self.length += bytes(&text);
        Ok(())
    }

    fn is_untidy(&self, tidy: Tidy) -> bool {
        let times = match tidy {
            Tidy::Soon => 2,
            Tidy::Late => 16,
        };
        self.lines > FEW_LINES + times * self.calls.all().len()
    }
}

impl From<io::Error> for Unread {
    fn from(cause: io::Error) -> Self {
        Self::System(cause)
    }
}

impl From<serde_json::Error> for Unread {
    fn from(damage: serde_json::Error) -> Self {
        Self::Damaged(damage)
    }
}

/// The first line of a file that is begun now.
fn first_line() -> io::Result<Vec<u8>> {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let first = FirstLine {
        format: FORMAT,
        begun: u64::try_from(since.as_nanos()).unwrap_or_default(),
    };
    let mut text = Vec::new();
    add_line(&mut text, &first)?;
    Ok(text)
}

fn add_line(text: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, line)?;
    text.push(b'\n');
    Ok(())
}

/// How long this is.
fn bytes(text: &[u8]) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}
