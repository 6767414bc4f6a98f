//! A worker's process as the host sees it: started, talked to with a deadline, ended with certainty.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, PipeReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::failure::WorkerFailure;
use super::protocol::{ToHost, ToWorker};
use super::transport::{FrameError, read_frame, write_frame};
use super::{ARGUMENT, CAN_BE_A_WORKER};
use crate::plain_text::plain_line;

/// The user's variables that a worker gets; all others stay with the host.
const VARIABLES: [&str; 3] = ["LANG", "LC_ALL", "TZ"];
/// How long a worker that closed its channel may take to end.
const END_LIMIT: Duration = Duration::from_millis(500);
/// The longest line of an adapter's output that is logged, in bytes.
const MAX_LINE: u64 = 1024;
/// The most lines of an adapter's output that are logged in a second.
const MAX_LINES_PER_SECOND: u32 = 100;
/// How many of the last lines are looked at when a worker has failed.
const KEPT_LINES: usize = 20;

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
    channel: UnixStream,
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
            let (channel, theirs) = UnixStream::pair()?;
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

    pub(super) fn send(&mut self, frame: &ToWorker, deadline: Instant) -> Result<(), FrameError> {
        let mut channel = Timed {
            channel: &self.channel,
            deadline,
        };
        write_frame(&mut channel, frame)
    }

    pub(super) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        let mut channel = Timed {
            channel: &self.channel,
            deadline,
        };
        read_frame(&mut channel)
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
        let _ = self.wait(END_LIMIT);
    }
}

/// A channel whose every step ends at the deadline.
struct Timed<'channel> {
    channel: &'channel UnixStream,
    deadline: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.channel.set_read_timeout(Some(self.left()?))?;
        self.channel.read(buffer).map_err(as_timeout)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.channel.set_write_timeout(Some(self.left()?))?;
        self.channel.write(buffer).map_err(as_timeout)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.channel.flush()
    }
}

/// Unix says "would block" where a socket's time is up.
fn as_timeout(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

/// What an adapter prints: lines in the host's log, bounded in length and number.
struct Output {
    last: Arc<Mutex<VecDeque<String>>>,
    ended: Receiver<()>,
}

impl Output {
    fn of(reader: PipeReader, adapter: String) -> Self {
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let (end, ended) = mpsc::channel::<()>();
        let kept = Arc::clone(&last);
        let log = move || {
            // Dropped at the end, which is what `ended` waits for.
            let _end = end;
            log_lines(reader, &adapter, &kept);
        };
        if let Err(error) = thread::Builder::new()
            .name("callpop-output".to_owned())
            .spawn(log)
        {
            // The pipe's end is closed then, and the adapter's prints fail.
            tracing::warn!(%error, "an adapter's output cannot be read");
        }
        Self { last, ended }
    }

    /// Whether the last words were those of Rust's standard library when memory runs out.
    fn tells_of_no_memory(&self) -> bool {
        // The process is gone, so its last words are on the way at most.
        let _ = self.ended.recv_timeout(END_LIMIT);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter()
            .any(|line| line.starts_with("memory allocation of ") && line.ends_with(" failed"))
    }
}

fn log_lines(reader: PipeReader, adapter: &str, kept: &Mutex<VecDeque<String>>) {
    let mut reader = BufReader::new(reader);
    let (mut second, mut lines) = (Instant::now(), 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        // A longer line is taken for several.
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if second.elapsed() >= Duration::from_secs(1) {
            if lines > MAX_LINES_PER_SECOND {
                let left_out = lines - MAX_LINES_PER_SECOND;
                tracing::warn!(adapter, left_out, "the adapter prints too much");
            }
            (second, lines) = (Instant::now(), 0);
        }
        lines += 1;
        if lines > MAX_LINES_PER_SECOND {
            continue;
        }
        let line = plain_line(String::from_utf8_lossy(&bytes).trim_end(), 1024);
        tracing::info!(target: "callpop::adapter", adapter, "{line}");
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}
