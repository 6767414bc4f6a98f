//! The history: each outcome is one line in `audit.jsonl` under the home, which is only ever added
//! to. A line that cannot be written is a warning and never fails a call.

mod entry;
mod reader;
mod rotation;

pub use entry::{AuditDetails, AuditEntry, AuditResult};
pub use reader::{DamagedLine, History, HistoryReader};

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::causes::with_causes;

/// The file that lines are added to; older ones are `audit.1.jsonl` and so on.
const NAME: &str = "audit.jsonl";

/// How the history is kept: `audit` in `settings.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AuditSettings {
    /// Whether lines name contacts, logs, whole URLs and messages.
    pub(crate) details: bool,
    /// The size at which a new file is begun, in bytes.
    pub(crate) max_bytes: u64,
    /// How many files are kept, the newest included.
    pub(crate) files: usize,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            details: false,
            max_bytes: 5 * 1024 * 1024,
            files: 5,
        }
    }
}

/// What a host's builder says of the history, which goes before the settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AuditTerms {
    pub(crate) details: Option<bool>,
    pub(crate) rotation: Option<(u64, usize)>,
}

impl AuditTerms {
    /// The settings, as far as the builder says nothing else.
    pub(crate) fn over(self, settings: AuditSettings) -> AuditSettings {
        let (max_bytes, files) = self
            .rotation
            .unwrap_or((settings.max_bytes, settings.files));
        AuditSettings {
            details: self.details.unwrap_or(settings.details),
            max_bytes,
            files,
        }
    }
}

/// The file.
#[derive(Debug)]
pub(crate) struct AuditLog {
    path: PathBuf,
    /// Why the last line could not be written, if it could not.
    trouble: Mutex<Option<String>>,
}

impl AuditLog {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            path: home.join(NAME),
            trouble: Mutex::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line.
    pub(crate) fn add(&self, entry: &AuditEntry, settings: AuditSettings) {
        let added = entry.to_line().map_err(|error| error.to_string());
        let added = added.and_then(|line| {
            rotation::append(&self.path, &line, settings).map_err(|error| with_causes(&error))
        });
        if let Err(why) = &added {
            tracing::warn!(why, "an outcome could not be kept in the history");
        }
        *self.lock_trouble() = added.err();
    }

    /// Whether a line could be added now, and the last one was; else why not. What is there is left
    /// as it is.
    pub(crate) fn can_add(&self) -> Result<(), String> {
        if let Some(why) = self.lock_trouble().clone() {
            return Err(why);
        }
        rotation::try_to_append(&self.path).map_err(|error| with_causes(&error))
    }

    /// Reads the history from its beginning.
    pub(crate) fn reader(&self) -> HistoryReader {
        HistoryReader::of(&self.path)
    }

    fn lock_trouble(&self) -> MutexGuard<'_, Option<String>> {
        // One value is put in place of another under this lock, and nothing else is done.
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
