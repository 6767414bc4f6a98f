//! The history of calls: the newest first, in a small JSON file in the dialer's own folder.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callpop_host::{CallLog, Direction};
use serde::{Deserialize, Serialize};

use super::{Call, CallId, Ending, Match, Phase};

/// So many calls are kept.
pub const MAX_ENTRIES: usize = 200;

/// A call that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its name.
    pub id: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// The other side's number; none if it was withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whom to show.
    pub title: String,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// How long people spoke, in seconds.
    #[serde(default)]
    pub spoke: u64,
    /// How it ended.
    pub ending: Ending,
    /// Whose number it is.
    #[serde(default)]
    pub matches: Vec<Match>,
    /// The id under which it is logged in the CRM, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_id: Option<String>,
}

impl Entry {
    /// The entry of a call that is over; `None` for one that is not.
    #[must_use]
    pub fn of(call: &Call) -> Option<Self> {
        let Phase::Ended(at, ending) = call.phase else {
            return None;
        };
        let spoke = call
            .answered
            .and_then(|since| at.duration_since(since).ok());
        Some(Self {
            id: call.id.clone(),
            direction: call.direction,
            number: call.number.clone(),
            title: call.title(),
            began: seconds(call.began),
            spoke: spoke.unwrap_or(Duration::ZERO).as_secs(),
            ending,
            matches: call.matches.clone(),
            log_id: call.log_id.clone(),
        })
    }

    /// What the CRM knows it as, if it is logged there.
    #[must_use]
    pub fn log(&self) -> Option<CallLog> {
        self.log_id.as_deref().map(CallLog::new)
    }

    /// Its beginning.
    #[must_use]
    pub fn began(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.began)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    calls: Vec<Entry>,
}

/// The file of the history.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl History {
    /// Reads the history in this folder. A damaged file is kept aside under another name, and the
    /// history begins anew.
    ///
    /// # Errors
    /// The system's, if the file is there and cannot be read, or cannot be kept aside.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join("history.json");
        let kept = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).or_else(|_| {
                fs::rename(&path, path.with_extension("damaged.json"))?;
                Ok::<_, io::Error>(Kept::default())
            })?,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Kept::default(),
            Err(cause) => return Err(cause),
        };
        Ok(Self {
            path,
            entries: kept.calls,
        })
    }

    /// The calls, the newest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds a call and writes the file: first under another name, then renamed into place.
    ///
    /// # Errors
    /// The system's; the call is in [`entries`](Self::entries) all the same.
    pub fn add(&mut self, entry: Entry) -> io::Result<()> {
        self.entries.insert(0, entry);
        self.entries.truncate(MAX_ENTRIES);
        self.write()
    }

    /// Says whose number a call was from or to, where that was known later.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn amend(&mut self, id: &CallId, matches: &[Match]) -> io::Result<()> {
        let Some(entry) = self.entries.iter_mut().find(|it| it.id == *id) else {
            return Ok(());
        };
        entry.matches = matches.to_vec();
        if let Some(known) = matches.first().filter(|it| !it.contact.name.is_empty()) {
            entry.title = known.contact.name.to_string();
        }
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let kept = Kept {
            calls: self.entries.clone(),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&serde_json::to_vec_pretty(&kept)?)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
