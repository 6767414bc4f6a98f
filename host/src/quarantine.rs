//! Adapters that failed too often are not called, until they change or are released by hand.
//!
//! The counts are kept in `quarantine.json` under the home, so that they outlive the host.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::state_file::{StateError, StateFile, seconds_since_1970};
use crate::worker::WorkerFailure;

/// So many failures within [`WINDOW`] are too many.
pub(crate) const MAX_FAILURES: usize = 3;
/// The time in which failures are counted.
pub(crate) const WINDOW: Duration = Duration::from_secs(5 * 60);

/// An adapter that is refused since it failed too often.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is in quarantine since {}, after {count} failures in five minutes; the last: {last}",
    humantime::format_rfc3339_seconds(*since)
)]
pub struct Quarantined {
    /// When it was put there.
    pub since: SystemTime,
    /// How many failures led to it.
    pub count: usize,
    /// The last one.
    pub last: WorkerFailure,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Records {
    adapters: BTreeMap<String, Record>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Record {
    /// The library that failed: another one starts anew.
    sha256: String,
    failures: Vec<Failure>,
    /// Seconds since 1970.
    since: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Failure {
    /// Seconds since 1970.
    at: u64,
    what: WorkerFailure,
}

/// The file.
#[derive(Debug)]
pub(crate) struct QuarantineStore {
    file: StateFile<Records>,
}

impl QuarantineStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "quarantine.json"),
        }
    }

    /// Whether this library of the adapter may be called.
    pub(crate) fn check(&self, adapter: &str, sha256: &str) -> Result<(), Quarantined> {
        let record = self.records().adapters.remove(adapter);
        match record.filter(|record| record.sha256 == sha256) {
            Some(record) => record.quarantined().map_or(Ok(()), Err),
            None => Ok(()),
        }
    }

    /// Counts a failure, and puts the adapter into quarantine if it is one too many.
    pub(crate) fn record(&self, adapter: &str, sha256: &str, failure: &WorkerFailure) {
        let now = seconds_since_1970();
        let counted = self.file.update(|records| {
            let record = records.adapters.entry(adapter.to_owned()).or_default();
            if record.sha256 != sha256 {
                *record = Record {
                    sha256: sha256.to_owned(),
                    ..Record::default()
                };
            }
            record
                .failures
                .retain(|failure| now.saturating_sub(failure.at) <= WINDOW.as_secs());
            record.failures.push(Failure {
                at: now,
                what: failure.clone(),
            });
            if record.failures.len() >= MAX_FAILURES {
                record.since.get_or_insert(now);
            }
            Ok::<_, StateError>(())
        });
        if let Err(error) = counted {
            // The call has failed already, and says why; this must not hide it.
            tracing::warn!(adapter, %error, "a failure could not be counted");
        }
    }

    /// Everything that is in quarantine, by the adapter's id.
    pub(crate) fn all(&self) -> BTreeMap<String, Quarantined> {
        let records = self.records().adapters.into_iter();
        records
            .filter_map(|(adapter, record)| Some((adapter, record.quarantined()?)))
            .collect()
    }

    /// Forgets the failures of an adapter; whether there were any.
    pub(crate) fn release(&self, adapter: &str) -> Result<bool, StateError> {
        self.file
            .update(|records| Ok(records.adapters.remove(adapter).is_some()))
    }

    fn records(&self) -> Records {
        match self.file.read() {
            Ok(records) => records,
            Err(error) => {
                tracing::warn!(%error, "the quarantine could not be read");
                Records::default()
            }
        }
    }
}

impl Record {
    fn quarantined(&self) -> Option<Quarantined> {
        Some(Quarantined {
            since: UNIX_EPOCH + Duration::from_secs(self.since?),
            count: self.failures.len(),
            last: self.failures.last()?.what.clone(),
        })
    }
}
