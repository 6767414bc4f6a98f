//! A worker's process as the host sees it: started, talked to with a deadline, ended with certainty.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::channel::Channel;
use super::failure::WorkerFailure;
use super::output::Output;
use super::protocol::{ToHost, ToWorker};
use super::transport::FrameError;
use super::{ARGUMENT, CAN_BE_A_WORKER};

/// The user's variables that a worker gets; all others stay with the host.
const VARIABLES: [&str; 3] = ["LANG", "LC_ALL", "TZ"];
/// How long a worker that closed its channel may take to end.
const END_LIMIT: Duration = Duration::from_millis(500);

/// Which executable is started as a worker.
#[derive(Debug, Clone, Default)]
pub(crate) enum WorkerProgram {
    /// This very program, if its `main` is ready for that; else `callpop-worker` beside it.
    #[default]
    Found,
    /// The one that the embedder names.
    Named(PathBuf),
}

impl WorkerProgram {
    fn path(&self) -> Result<PathBuf, String> {
        if let Self::Named(path) = self {
            return Ok(path.clone());
        }
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        if CAN_BE_A_WORKER.load(Ordering::Relaxed) {
            return Ok(this);
        }
        let name = format!("callpop-worker{}", std::env::consts::EXE_SUFFIX);
        let beside = this.with_file_name(name);
        if beside.is_file() {
            return Ok(beside);
        }
        Err(format!(
            "there is no worker program: call `callpop_host::worker::run_if_requested()` first \
             thing in `main`, or place `callpop-worker` at {}",
            beside.display()
        ))
    }
}

/// A running worker. Its whole process group is ended when this is dropped.
pub(super) struct WorkerProcess {
    child: Child,
    channel: Channel,
    output: Output,
}

impl WorkerProcess {
    /// Starts a worker for the private copy `library` of this adapter.
    pub(super) fn start(
        program: &WorkerProgram,
        library: &Path,
        adapter: &str,
    ) -> Result<Self, WorkerFailure> {
        let failed = |why: String| WorkerFailure::LaunchFailed { why };
        let path = program.path().map_err(failed)?;
        let started = || -> io::Result<Self> {
            let (channel, theirs) = Channel::pair()?;
            let (reader, writer) = io::pipe()?;
            let variables = VARIABLES.iter();
            let variables = variables.filter_map(|name| Some((name, std::env::var_os(name)?)));
            let child = Command::new(&path)
                .arg(ARGUMENT)
                .arg(library)
                .env_clear()
                .envs(variables)
                // One pool for all threads: each further one would take 64 MiB of address space.
                .env("MALLOC_ARENA_MAX", "1")
                .current_dir("/")
                .process_group(0)
                .stdin(OwnedFd::from(theirs))
                .stdout(writer.try_clone()?)
                .stderr(writer)
                .spawn()?;
            Ok(Self {
                child,
                channel,
                output: Output::of(reader, adapter.to_owned()),
            })
        };
        started().map_err(|error| failed(format!("{}: {error}", path.display())))
    }

    pub(super) fn send(
        &mut self,
        frame: &ToWorker<'_>,
        deadline: Instant,
    ) -> Result<(), FrameError> {
        self.channel.send(frame, deadline)
    }

    pub(super) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        self.channel.receive(deadline)
    }

    #[cfg(feature = "internals")]
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most that the worker had resident, in bytes, where the system tells.
    pub(super) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    }

    /// Ends the worker and says how it failed.
    pub(super) fn failed(mut self, error: &FrameError, limit: Duration) -> WorkerFailure {
        match error {
            FrameError::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                WorkerFailure::Deadline { limit }
            }
            FrameError::Closed => match self.wait(END_LIMIT) {
                Some(status) => self.class_of(status, limit),
                None => WorkerFailure::ProtocolViolation {
                    how: "it closed its channel and went on".to_owned(),
                },
            },
            other => WorkerFailure::ProtocolViolation {
                how: other.to_string(),
            },
        }
    }

    /// Waits for the end of the process, but not for longer than this.
    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= end {
                return None;
            }
            // The system has no wait with a limit that leaves a dialer's own children alone.
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn class_of(&mut self, status: ExitStatus, limit: Duration) -> WorkerFailure {
        let Some(number) = status.signal() else {
            let code = status.code().unwrap_or(-1);
            return WorkerFailure::Ended { code };
        };
        let signal = Signal::try_from(number);
        let name = signal.map_or_else(|_| format!("signal {number}"), |it| it.to_string());
        match signal {
            Ok(Signal::SIGXCPU) => WorkerFailure::Deadline { limit },
            Ok(Signal::SIGKILL | Signal::SIGTERM | Signal::SIGINT | Signal::SIGHUP) => {
                WorkerFailure::Killed { name }
            }
            Ok(Signal::SIGABRT) if self.output.tells_of_no_memory() => WorkerFailure::OutOfMemory,
            _ => WorkerFailure::Crashed { name },
        }
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        if let Ok(id) = i32::try_from(self.child.id()) {
            // The group may be gone already.
            let _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
        }
        let _ = self.child.kill();
        // Nothing outlives that signal for long, but for a process that the system itself holds.
        if self.wait(END_LIMIT).is_some() {
            self.output.wait();
        }
    }
}
