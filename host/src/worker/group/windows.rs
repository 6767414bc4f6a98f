//! A job object: it ends with the host, which has its only handle, and holds the limits.
//!
//! Source: "Job Objects" in the Windows documentation.

use std::io;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

use crate::win32::{self, Job};
use crate::worker::Limits;

/// The user's variables that a worker gets; all others stay with the host. Windows' own libraries
/// find each other by `SystemRoot`.
const VARIABLES: [&str; 2] = ["SystemRoot", "windir"];
/// `CREATE_NO_WINDOW`: a dialer has no console, and a worker is not to open one.
const NO_WINDOW: u32 = 0x0800_0000;

/// Has the command start without a window, in a clean environment and in a folder that is not the
/// user's.
pub(in crate::worker) fn prepare(command: &mut Command) {
    let variables = VARIABLES.iter();
    command
        .env_clear()
        .envs(variables.filter_map(|name| Some((name, std::env::var_os(name)?))))
        .creation_flags(NO_WINDOW);
    if let Some(folder) = std::env::var_os("SystemRoot") {
        command.current_dir(folder);
    }
}

/// A worker's job.
pub(in crate::worker) struct Group {
    job: Job,
}

impl Group {
    /// A job for the worker, which waits for its channel until then and so has started nothing.
    pub(in crate::worker) fn of(worker: &Child, limits: &Limits) -> io::Result<Self> {
        let job = Job::with_limits(limits.memory)?;
        job.assign(worker)?;
        Ok(Self { job })
    }

    /// Ends every process of the job.
    pub(in crate::worker) fn end(&self) {
        // It may have ended already.
        let _ = self.job.terminate();
    }
}

/// The most that the worker had resident, in bytes.
pub(in crate::worker) fn memory(worker: &Child) -> Option<u64> {
    win32::peak_memory(worker)
}

/// Windows tells the most that it had: what grows shows there as well.
#[cfg(feature = "validation")]
pub(in crate::worker) fn own_memory(worker: &Child) -> Option<u64> {
    memory(worker)
}

/// Not told without functions that this host has no other use for.
#[cfg(feature = "validation")]
pub(in crate::worker) fn threads(_worker: &Child) -> Option<usize> {
    None
}

/// Ends this process without running any more of the adapter's code: not its destructors, and not
/// what it registered for the end.
pub(in crate::worker) fn end_this_process() {
    win32::terminate_this_process();
}
