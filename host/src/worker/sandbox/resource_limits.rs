//! Resource limits, which every Unix has.

use std::time::{Duration, Instant};

use nix::sys::resource::{RLIM_INFINITY, Resource, UsageWho, getrusage, rlim_t, setrlimit};

use crate::worker::Limits;

/// How long what is known of the used processor time is good for: with it, a process that is busy
/// on ten processors at once uses ten times as much at most, which the spare second covers.
const FRESH: Duration = Duration::from_millis(100);

/// The processor time that the process is given, call by call.
pub(in crate::worker) struct ProcessorTime {
    seconds_per_call: u64,
    given: Option<Instant>,
}

impl ProcessorTime {
    pub(in crate::worker) fn of(limits: &Limits) -> Self {
        Self {
            seconds_per_call: limits.processor_seconds,
            given: None,
        }
    }

    /// Gives the process its processor time for one more call.
    pub(in crate::worker) fn begin_call(&mut self) {
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
        let _ = setrlimit(Resource::RLIMIT_CPU, soft, RLIM_INFINITY);
        self.given = Some(Instant::now());
    }
}

/// Limits memory and open files, and forbids core dumps, for good.
pub(super) fn set_limits(limits: &Limits) -> Result<(), String> {
    for (name, resource, value) in [
        ("memory", Resource::RLIMIT_AS, limits.memory),
        ("core dumps", Resource::RLIMIT_CORE, 0),
        ("open files", Resource::RLIMIT_NOFILE, limits.files),
    ] {
        setrlimit(resource, value, value).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}
