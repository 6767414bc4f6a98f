//! What each adapter costs: calls, failures, restarts, time and memory; kept in `stats.json` under
//! the home, so that programs that end after one call count too.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::state_file::{StateError, StateFile};

/// What an adapter has cost so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdapterStats {
    /// All calls, failed ones included.
    pub calls: u64,
    /// The failed ones, by their class: `crashed`, `deadline`, `missing-value`, ...
    pub failures: BTreeMap<String, u64>,
    /// Workers that were started after another one had failed or ended.
    pub restarts: u64,
    /// The median of the calls' times, in microseconds; to two digits.
    pub median_micros: u64,
    /// Their 99th percentile, likewise.
    pub p99_micros: u64,
    /// The most memory that a worker of it had resident, in bytes; 0 if none was seen.
    pub memory: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Costs {
    calls: u64,
    failures: BTreeMap<String, u64>,
    restarts: u64,
    memory: u64,
    /// How many calls took so many microseconds, to two digits.
    micros: BTreeMap<u64, u64>,
}

type All = BTreeMap<String, Costs>;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Stored {
    adapters: All,
}

/// The file, and what this host has seen since it was last written.
#[derive(Debug)]
pub(crate) struct StatsStore {
    file: StateFile<Stored>,
    fresh: Mutex<All>,
}

impl StatsStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "stats.json"),
            fresh: Mutex::default(),
        }
    }

    /// A call that took so long, and the class of its failure if it failed.
    pub(crate) fn call(&self, adapter: &str, time: Duration, failure: Option<&str>) {
        self.change(adapter, |costs| {
            costs.calls += 1;
            *costs.micros.entry(two_digits(time)).or_default() += 1;
            if let Some(class) = failure {
                *costs.failures.entry(class.to_owned()).or_default() += 1;
            }
        });
    }

    pub(crate) fn restart(&self, adapter: &str) {
        self.change(adapter, |costs| costs.restarts += 1);
    }

    /// A worker's resident memory, in bytes.
    pub(crate) fn memory(&self, adapter: &str, bytes: u64) {
        self.change(adapter, |costs| costs.memory = costs.memory.max(bytes));
    }

    pub(crate) fn all(&self) -> Result<BTreeMap<String, AdapterStats>, StateError> {
        let mut all = self.file.read()?.adapters;
        add(&mut all, self.lock().clone());
        Ok(all
            .into_iter()
            .map(|(adapter, costs)| (adapter, costs.summed_up()))
            .collect())
    }

    /// Adds what is fresh to the file.
    pub(crate) fn write(&self) {
        let fresh = std::mem::take(&mut *self.lock());
        if fresh.is_empty() {
            return;
        }
        let written = self.file.update(|stored| {
            add(&mut stored.adapters, fresh);
            Ok::<_, StateError>(())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "what the adapters cost could not be kept");
        }
    }

    fn change(&self, adapter: &str, change: impl FnOnce(&mut Costs)) {
        change(self.lock().entry(adapter.to_owned()).or_default());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, All> {
        // Sums that miss a part of one call are no harm.
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(all: &mut All, more: All) {
    for (adapter, more) in more {
        let costs = all.entry(adapter).or_default();
        costs.calls += more.calls;
        costs.restarts += more.restarts;
        costs.memory = costs.memory.max(more.memory);
        for (class, count) in more.failures {
            *costs.failures.entry(class).or_default() += count;
        }
        for (micros, count) in more.micros {
            *costs.micros.entry(micros).or_default() += count;
        }
    }
}

impl Costs {
    fn summed_up(self) -> AdapterStats {
        let (median_micros, p99_micros) = self.quantiles().unwrap_or_default();
        AdapterStats {
            calls: self.calls,
            failures: self.failures,
            restarts: self.restarts,
            median_micros,
            p99_micros,
            memory: self.memory,
        }
    }

    fn quantiles(&self) -> Option<(u64, u64)> {
        let mut histogram = Histogram::<u64>::new(2).ok()?;
        for (micros, count) in &self.micros {
            histogram.record_n(*micros, *count).ok()?;
        }
        let at = |quantile| histogram.lowest_equivalent(histogram.value_at_quantile(quantile));
        Some((at(0.5), at(0.99)))
    }
}

/// A time in microseconds, to two digits, so that the file stays small.
fn two_digits(time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
    let unit = 10_u64.pow(micros.ilog10().saturating_sub(1));
    micros / unit * unit
}
