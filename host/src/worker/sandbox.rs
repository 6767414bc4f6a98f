//! What a worker may do to the system: as little as its platform lets us say.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other as system;

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, UsageWho, getrusage, rlim_t, setrlimit};
use serde::{Deserialize, Serialize};

use super::limits::Limits;

/// Which parts of the sandbox hold in a worker; each is `None` where it holds, else why it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxReport {
    /// Limits on memory, processor time and open files; no core dumps.
    pub limits: Option<String>,
    /// No new rights through programs with rights of their own.
    pub privileges: Option<String>,
    /// Files: only the adapter and what the system's loader needs can be read, nothing written.
    pub files: Option<String>,
    /// System calls: no new processes, no network, no reach into other processes.
    pub calls: Option<String>,
}

impl SandboxReport {
    /// Whether every part holds.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.parts().iter().all(|(_, problem)| problem.is_none())
    }

    fn parts(&self) -> [(&'static str, &Option<String>); 4] {
        [
            ("limits", &self.limits),
            ("privileges", &self.privileges),
            ("files", &self.files),
            ("calls", &self.calls),
        ]
    }
}

impl fmt::Display for SandboxReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self
            .parts()
            .into_iter()
            .filter_map(|(part, problem)| Some(format!("{part}: {}", problem.as_ref()?)))
            .collect();
        match problems.as_slice() {
            [] => f.write_str("whole"),
            problems => f.write_str(&problems.join("; ")),
        }
    }
}

/// Puts this process into the sandbox, for good. To be called before the library is opened.
pub(super) fn enter(library: &Path, limits: &Limits) -> SandboxReport {
    let mut report = SandboxReport {
        limits: set_limits(limits).err(),
        ..SandboxReport::default()
    };
    system::enter(library, limits.network, &mut report);
    report
}

/// How long what is known of the used processor time is good for: with it, a process that is busy
/// on ten processors at once uses ten times as much at most, which the spare second covers.
const FRESH: Duration = Duration::from_millis(100);

/// The processor time that the process is given, call by call.
pub(super) struct ProcessorTime {
    seconds_per_call: u64,
    given: Option<Instant>,
}

impl ProcessorTime {
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            seconds_per_call: limits.processor_seconds,
            given: None,
        }
    }

    /// Gives the process its processor time for one more call.
    pub(super) fn begin_call(&mut self) {
        if self.given.is_some_and(|given| given.elapsed() < FRESH) {
            return;
        }
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else {
            return;
        };
        let used = usage.user_time().tv_sec() + usage.system_time().tv_sec();
        let used = rlim_t::try_from(used).unwrap_or(0);
        // The system counts in whole seconds, so a part of one is given on top. A process may
        // always lower the first of the two limits, and raise it again up to the second.
        let soft = used + 1 + self.seconds_per_call;
        let _ = setrlimit(
            Resource::RLIMIT_CPU,
            soft,
            nix::sys::resource::RLIM_INFINITY,
        );
        self.given = Some(Instant::now());
    }
}

fn set_limits(limits: &Limits) -> Result<(), String> {
    for (name, resource, value) in [
        ("memory", Resource::RLIMIT_AS, limits.memory),
        ("core dumps", Resource::RLIMIT_CORE, 0),
        ("open files", Resource::RLIMIT_NOFILE, limits.files),
    ] {
        setrlimit(resource, value, value).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}
