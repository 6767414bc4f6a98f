//! A worker's process as the host sees it: started, talked to with a deadline, ended with certainty.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::channel::{HostEnd, Opening};
use super::exit::{self, End};
use super::failure::WorkerFailure;
use super::group::{self, Group};
use super::limits::Limits;
use super::output::Output;
use super::protocol::{ToHost, ToWorker};
use super::transport::FrameError;
use super::{ARGUMENT, CAN_BE_A_WORKER};

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
    group: Group,
    channel: HostEnd,
    output: Output,
}

impl WorkerProcess {
    /// Starts a worker for the private copy `library` of this adapter.
    pub(super) fn start(
        program: &WorkerProgram,
        library: &Path,
        adapter: &str,
        limits: &Limits,
    ) -> Result<Self, WorkerFailure> {
        let failed = |why: String| WorkerFailure::LaunchFailed { why };
        let path = program.path().map_err(failed)?;
        let started = || -> io::Result<Self> {
            let (reader, writer) = io::pipe()?;
            let mut command = Command::new(&path);
            command
                .arg(ARGUMENT)
                .arg(library)
                .stdout(writer.try_clone()?)
                .stderr(writer);
            group::prepare(&mut command);
            let opening = Opening::for_worker(&mut command)?;
            let mut child = command.spawn()?;
            // The command has the worker's ends of the channel and of its output.
            drop(command);
            let joined =
                Group::of(&child, limits).and_then(|group| Ok((opening.with(&mut child)?, group)));
            let (channel, group) = joined.inspect_err(|_| {
                // It waits for its channel, and nobody else knows it.
                let _ = child.kill();
                let _ = child.wait();
            })?;
            Ok(Self {
                child,
                group,
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

    /// Whether it is of use that host and worker look out for what comes at once.
    pub(super) fn can_look_out() -> bool {
        HostEnd::can_look_out()
    }

    /// Waits for a moment, if a frame is to come at once.
    pub(super) fn look_out(&mut self) {
        self.channel.look_out();
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
        group::memory(&self.child)
    }

    /// The memory that is the worker's alone at the moment, in bytes, where the system tells.
    #[cfg(feature = "validation")]
    pub(super) fn own_memory(&self) -> Option<u64> {
        group::own_memory(&self.child)
    }

    /// How many threads the worker has at the moment, where the system tells.
    #[cfg(feature = "validation")]
    pub(super) fn threads(&self) -> Option<usize> {
        group::threads(&self.child)
    }

    /// Ends the worker, and gives the last lines that it has printed.
    #[cfg(feature = "validation")]
    pub(super) fn end(mut self) -> Vec<String> {
        self.group.end();
        let _ = self.child.kill();
        self.wait(END_LIMIT);
        self.output.wait();
        self.output.last_lines()
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
        match exit::end_of(status) {
            End::Code(code) => WorkerFailure::Ended { code },
            End::Aborted(_) if self.output.tells_of_no_memory() => WorkerFailure::OutOfMemory,
            End::Aborted(name) | End::Crashed(name) => WorkerFailure::Crashed { name },
            End::Killed(name) => WorkerFailure::Killed { name },
            End::TimeUsedUp => WorkerFailure::Deadline { limit },
            End::OutOfMemory => WorkerFailure::OutOfMemory,
        }
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.group.end();
        let _ = self.child.kill();
        // Nothing outlives that for long, but for a process that the system itself holds.
        if self.wait(END_LIMIT).is_some() {
            self.output.wait();
        }
    }
}
