//! A pair of sockets. The worker finds its end at standard input, and moves it away first thing.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::dup2_stdin;

use crate::worker::group;
use crate::worker::protocol::{ToHost, ToWorker};
use crate::worker::transport::{FrameError, FrameReader, write_frame};

/// How much later than its deadline a step may end, so that the system need not be told a new time
/// for each.
const SLACK: Duration = Duration::from_millis(5);
/// The stack of the thread that watches the channel, in bytes.
const WATCH_STACK: usize = 64 * 1024;

/// A channel whose worker is yet to be started.
pub(in crate::worker) struct Opening(UnixStream);

impl Opening {
    /// Makes a channel, and has the command start a process with the worker's end.
    pub(in crate::worker) fn for_worker(command: &mut Command) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        command.stdin(OwnedFd::from(theirs));
        Ok(Self(ours))
    }

    /// The host's end, now that the worker is started.
    pub(in crate::worker) fn with(self, _worker: &mut Child) -> io::Result<HostEnd> {
        self.0.set_write_timeout(Some(SLACK))?;
        let timed = Timed {
            stream: self.0,
            deadline: Instant::now(),
            told: None,
        };
        Ok(HostEnd {
            reader: FrameReader::new(timed),
            bytes: Vec::new(),
        })
    }
}

/// The host's end: every step ends at a deadline.
pub(in crate::worker) struct HostEnd {
    reader: FrameReader<Timed>,
    /// Memory for what is written.
    bytes: Vec<u8>,
}

impl HostEnd {
    pub(in crate::worker) fn send(
        &mut self,
        frame: &ToWorker<'_>,
        deadline: Instant,
    ) -> Result<(), FrameError> {
        let timed = self.reader.get_mut();
        timed.deadline = deadline;
        write_frame(timed, &mut self.bytes, frame)
    }

    /// Waits for a moment, if a frame is to come at once.
    pub(in crate::worker) fn look_out(&mut self) {
        static IS_OF_USE: LazyLock<bool> = LazyLock::new(has_another_processor);
        if *IS_OF_USE && !self.reader.is_ahead() {
            look_out(&self.reader.get_mut().stream);
        }
    }

    pub(in crate::worker) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        self.reader.get_mut().deadline = deadline;
        self.reader.read()
    }
}

/// How long a frame is looked out for that comes at once.
const MOMENT: Duration = Duration::from_micros(300);

/// Looks out for what comes at once, without going to sleep: to be woken takes longer than what is
/// waited for.
fn look_out(channel: impl AsFd) {
    let end = Instant::now() + MOMENT;
    let mut coming = [PollFd::new(channel.as_fd(), PollFlags::POLLIN)];
    // An error is one of the next step as well.
    while poll(&mut coming, PollTimeout::ZERO) == Ok(0) && Instant::now() < end {
        std::hint::spin_loop();
    }
}

/// Whether there is another processor for who is waited for.
fn has_another_processor() -> bool {
    thread::available_parallelism().is_ok_and(|count| count.get() > 1)
}

/// A stream whose every step ends at the deadline.
struct Timed {
    stream: UnixStream,
    deadline: Instant,
    /// The time for a read that the system was last told.
    told: Option<Duration>,
}

impl Timed {
    /// The time that is left.
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.left()?;
            // The system is told the time that is left, unless what it was told will do.
            if self.told.is_none_or(|told| told.abs_diff(left) > SLACK) {
                self.stream.set_read_timeout(Some(left))?;
                self.told = Some(left);
            }
            match self.stream.read(buffer) {
                // What Unix says where the time is up; perhaps it was told a little less.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
        }
    }
}

/// A frame that finds room is written at once, without a look at the clock.
impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            match self.stream.write(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => drop(self.left()?),
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// The worker's end.
pub(in crate::worker) struct WorkerEnd {
    reader: FrameReader<UnixStream>,
    writer: UnixStream,
    /// Memory for what is written.
    bytes: Vec<u8>,
    /// The time for a read that the system was last told.
    told: Option<Duration>,
    /// Whether to look out for a frame is of use. It is asked for before there is a sandbox.
    can_look_out: bool,
}

impl WorkerEnd {
    /// Takes the channel from standard input, where the host put it, to a place that an adapter
    /// does not come upon by reading or closing standard input. From now on this process ends as
    /// soon as its host does.
    pub(in crate::worker) fn take() -> io::Result<Self> {
        let channel = io::stdin().as_fd().try_clone_to_owned()?;
        dup2_stdin(File::open("/dev/null")?)?;
        let writer = UnixStream::from(channel);
        // Fails where standard input was no such channel.
        writer.peer_addr()?;
        watch(writer.try_clone()?)?;
        Ok(Self {
            reader: FrameReader::new(writer.try_clone()?),
            writer,
            bytes: Vec::new(),
            told: None,
            can_look_out: has_another_processor(),
        })
    }

    /// Waits for a moment, if a frame is to come at once.
    pub(in crate::worker) fn look_out(&self) {
        if self.can_look_out && !self.reader.is_ahead() {
            look_out(&self.writer);
        }
    }

    pub(in crate::worker) fn send(&mut self, frame: &ToHost) -> Result<(), FrameError> {
        write_frame(&mut self.writer, &mut self.bytes, frame)
    }

    /// Waits for a frame, at most as long as this if a time is given; [`io::ErrorKind::TimedOut`]
    /// says that none came.
    pub(in crate::worker) fn receive(
        &mut self,
        limit: Option<Duration>,
    ) -> Result<ToWorker<'_>, FrameError> {
        if self.told != limit {
            self.writer.set_read_timeout(limit)?;
            self.told = limit;
        }
        match self.reader.read() {
            // What Unix says where a read's time is up.
            Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(FrameError::Io(io::ErrorKind::TimedOut.into()))
            }
            other => other,
        }
    }
}

/// Ends this process as soon as the other side of the channel is closed, whatever the adapter is
/// busy with.
fn watch(channel: UnixStream) -> io::Result<()> {
    let watch = move || loop {
        // Without any event asked for, only the end of the channel is told.
        let mut end = [PollFd::new(channel.as_fd(), PollFlags::empty())];
        match poll(&mut end, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => {}
            _ => group::end_this_process(),
        }
    };
    thread::Builder::new()
        .name("callpop-channel".to_owned())
        .stack_size(WATCH_STACK)
        .spawn(watch)?;
    Ok(())
}
