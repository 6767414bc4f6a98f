//! Windows: the host has put this process into a job, which holds what limits there are. An adapter
//! has the user's rights to files and the network.

use std::path::Path;

use super::SandboxReport;
use crate::win32;
use crate::worker::Limits;

pub(super) fn enter(_library: &Path, _limits: &Limits, report: &mut SandboxReport) {
    win32::crash_quietly();
    report.privileges = Some("the user's own, on this system".to_owned());
    report.files = Some("as the user, on this system".to_owned());
    report.calls = Some("no new processes; all else is allowed on this system".to_owned());
}

/// A job's limit on processor time ends with a process; the deadline of each call is what holds.
pub(in crate::worker) struct ProcessorTime;

impl ProcessorTime {
    pub(in crate::worker) fn of(_limits: &Limits) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "other systems count here")]
    pub(in crate::worker) fn begin_call(&mut self) {}
}
