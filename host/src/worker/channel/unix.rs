//! A pair of sockets. The worker finds its end at standard input, and moves it away first thing.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::dup2_stdin;

use crate::worker::group;
use crate::worker::protocol::{ToHost, ToWorker};
use crate::worker::transport::{FrameError, FrameReader, encode, write_frame};

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

    /// Whether it is of use that either side looks out for what comes at once. The host answers that
    /// for both: it takes a worker long to find out, and looks at files that a sandbox keeps from it.
    pub(in crate::worker) fn can_look_out() -> bool {
        static HAS_ANOTHER_PROCESSOR: LazyLock<bool> =
            LazyLock::new(|| thread::available_parallelism().is_ok_and(|count| count.get() > 1));
        *HAS_ANOTHER_PROCESSOR
    }

    /// Waits for a moment, if a frame is to come at once.
    pub(in crate::worker) fn look_out(&mut self) {
        if !self.reader.is_ahead() {
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
    /// Memory for what is written; what goes along with the next frame stands in it.
    bytes: Vec<u8>,
    rest: Arc<Rest>,
}

impl WorkerEnd {
    /// Takes the channel from standard input, where the host put it, to a place that an adapter
    /// does not come upon by reading or closing standard input.
    pub(in crate::worker) fn take() -> io::Result<Self> {
        let channel = io::stdin().as_fd().try_clone_to_owned()?;
        dup2_stdin(File::open("/dev/null")?)?;
        let channel = UnixStream::from(channel);
        // Fails where standard input was no such channel.
        channel.peer_addr()?;
        Ok(Self {
            reader: FrameReader::new(channel),
            bytes: Vec::new(),
            rest: Arc::default(),
        })
    }

    /// From now on, this process ends as soon as its host does, whatever the adapter is busy with,
    /// and to receive fails with [`io::ErrorKind::TimedOut`] when nothing has come for as long as
    /// `idle`, or a quarter longer. To be called before any of the adapter's code runs.
    pub(in crate::worker) fn watch(&mut self, idle: Duration) -> io::Result<()> {
        watch(self.reader.get_mut().try_clone()?, idle, &self.rest)
    }

    /// Waits for a moment, if a frame is to come at once.
    pub(in crate::worker) fn look_out(&mut self) {
        if !self.reader.is_ahead() {
            look_out(self.reader.get_mut());
        }
    }

    pub(in crate::worker) fn send(&mut self, frame: &ToHost) -> Result<(), FrameError> {
        write_frame(self.reader.get_mut(), &mut self.bytes, frame)
    }

    /// Sends a frame along with the next one, if what the next one answers is here already; else at
    /// once.
    pub(in crate::worker) fn send_along(&mut self, frame: &ToHost) -> Result<(), FrameError> {
        if self.reader.is_ahead() {
            return encode(&mut self.bytes, frame);
        }
        self.send(frame)
    }

    pub(in crate::worker) fn receive(&mut self) -> Result<ToWorker<'_>, FrameError> {
        self.rest.begins();
        match self.reader.read() {
            Err(FrameError::Closed) if self.rest.is_over() => {
                Err(FrameError::Io(io::ErrorKind::TimedOut.into()))
            }
            received => {
                self.rest.ends();
                received
            }
        }
    }
}

/// For how long the worker has been waiting. The thread that watches counts that, since the system
/// would have to set and remove a timer for each frame if the one that waits did.
#[derive(Default)]
struct Rest {
    /// How many parts of the time that is given have passed, or [`Rest::NONE`].
    parts: AtomicU8,
    is_over: AtomicBool,
}

impl Rest {
    /// Nobody waits.
    const NONE: u8 = u8::MAX;
    /// How many parts of the time that is given must have passed.
    const PARTS: u8 = 4;

    fn begins(&self) {
        self.parts.store(0, Ordering::Relaxed);
    }

    fn ends(&self) {
        self.parts.store(Self::NONE, Ordering::Relaxed);
    }

    /// Once it is over, it stays so.
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Another part of the time has passed; tells whether it is over with that.
    fn goes_on(&self) -> bool {
        let next = |parts| (parts != Self::NONE).then(|| parts + 1);
        let changed = self
            .parts
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        let is_over = changed.is_ok_and(|before| before >= Self::PARTS);
        if is_over {
            self.is_over.store(true, Ordering::Release);
        }
        is_over
    }
}

/// Ends this process when it is dropped: nobody is to work unwatched.
struct Watched;

impl Drop for Watched {
    fn drop(&mut self) {
        group::end_this_process();
    }
}

/// Ends this process as soon as the other side of the channel is closed. Closes it for reading when
/// the rest is over: what has come by then is still read.
fn watch(channel: UnixStream, idle: Duration, rest: &Arc<Rest>) -> io::Result<()> {
    let part = (idle / u32::from(Rest::PARTS)).max(Duration::from_millis(1));
    let mut timeout = PollTimeout::try_from(part).unwrap_or(PollTimeout::MAX);
    let rest = Arc::clone(rest);
    let watch = move || {
        let _watched = Watched;
        loop {
            // Without any event asked for, only the end of the channel is told. Whoever waits at a
            // file holds it, so it is of no use to an adapter to close it meanwhile.
            let mut end = [PollFd::new(channel.as_fd(), PollFlags::empty())];
            match poll(&mut end, timeout) {
                Ok(0) => {
                    if rest.goes_on() {
                        timeout = PollTimeout::NONE;
                        // If that fails, the worker stays for longer.
                        let _ = channel.shutdown(Shutdown::Read);
                    }
                }
                Err(nix::Error::EINTR) => {}
                _ => return,
            }
        }
    };
    thread::Builder::new()
        .name("callpop-channel".to_owned())
        .stack_size(WATCH_STACK)
        .spawn(watch)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Rest;

    #[test]
    fn a_rest_is_over_when_all_parts_have_passed_without_a_break() {
        let rest = Rest::default();
        rest.ends();
        assert!((0..10).all(|_| !rest.goes_on()), "nobody waits");
        rest.begins();
        assert!((0..4).all(|_| !rest.goes_on()));
        rest.ends();
        rest.begins();
        assert!((0..4).all(|_| !rest.goes_on()), "it began anew");
        assert!(!rest.is_over());
        assert!(rest.goes_on());
        assert!(rest.is_over());
        rest.ends();
        assert!(rest.is_over(), "what is over stays so");
    }
}
