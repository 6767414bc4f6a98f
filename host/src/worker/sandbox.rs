//! What a worker may do to the system: as little as its platform lets us say.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;
#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(not(any(target_os = "linux", windows)))]
use other as system;
#[cfg(unix)]
mod resource_limits;

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::limits::Limits;

pub(super) use system::ProcessorTime;

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
    let mut report = SandboxReport::default();
    system::enter(library, limits, &mut report);
    report
}
