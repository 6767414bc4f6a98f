//! A process group of its own.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::worker::Limits;

/// The user's variables that a worker gets; all others stay with the host.
const VARIABLES: [&str; 3] = ["LANG", "LC_ALL", "TZ"];

/// Has the command start a group, in a clean environment.
pub(in crate::worker) fn prepare(command: &mut Command) {
    let variables = VARIABLES.iter();
    command
        .env_clear()
        .envs(variables.filter_map(|name| Some((name, std::env::var_os(name)?))))
        // One pool for all threads: each further one would take 64 MiB of address space.
        .env("MALLOC_ARENA_MAX", "1")
        .current_dir("/")
        .process_group(0);
}

/// A worker's process group.
pub(in crate::worker) struct Group {
    leader: Pid,
}

impl Group {
    /// The group of a worker that was started by a command made ready by [`prepare`]. It sets its
    /// limits itself, in its sandbox.
    pub(in crate::worker) fn of(worker: &Child, _limits: &Limits) -> io::Result<Self> {
        let id = i32::try_from(worker.id()).map_err(io::Error::other)?;
        Ok(Self {
            leader: Pid::from_raw(id),
        })
    }

    /// Ends every process of the group.
    pub(in crate::worker) fn end(&self) {
        // The group may be gone already.
        let _ = killpg(self.leader, Signal::SIGKILL);
    }
}

/// The most that the worker had resident, in bytes, where the system tells.
pub(in crate::worker) fn memory(worker: &Child) -> Option<u64> {
    kibibytes(&status(worker, "VmHWM:")?)
}

/// The memory that is the worker's alone, in bytes, where the system tells.
#[cfg(feature = "validation")]
pub(in crate::worker) fn own_memory(worker: &Child) -> Option<u64> {
    kibibytes(&status(worker, "RssAnon:")?)
}

/// How many threads the worker has, where the system tells.
#[cfg(feature = "validation")]
pub(in crate::worker) fn threads(worker: &Child) -> Option<usize> {
    status(worker, "Threads:")?.parse().ok()
}

/// What the system's description of the process says under this name. Source: `proc(5)`.
fn status(worker: &Child, name: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().to_owned())
}

fn kibibytes(value: &str) -> Option<u64> {
    let count: u64 = value.strip_suffix(" kB")?.parse().ok()?;
    Some(count * 1024)
}

/// Ends this process without running any more of the adapter's code: not its destructors, and not
/// what it registered for the end.
pub(in crate::worker) fn end_this_process() {
    // There is nothing to do if even this fails.
    let _ = kill(Pid::this(), Signal::SIGKILL);
}
