//! The host's end of the channel to a worker: every step ends at a deadline.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::protocol::{ToHost, ToWorker};
use super::transport::{FrameError, read_frame, write_frame};

/// How much later than its deadline a step may end, so that the system need not be told a new time
/// for each.
const SLACK: Duration = Duration::from_millis(5);

/// The host's end.
pub(super) struct Channel {
    reader: BufReader<Timed>,
}

impl Channel {
    /// Makes a channel, and gives the worker's end beside the host's.
    pub(super) fn pair() -> io::Result<(Self, UnixStream)> {
        let (stream, theirs) = UnixStream::pair()?;
        let timed = Timed {
            stream,
            deadline: Instant::now(),
            told: None,
        };
        let reader = BufReader::new(timed);
        Ok((Self { reader }, theirs))
    }

    pub(super) fn send(
        &mut self,
        frame: &ToWorker<'_>,
        deadline: Instant,
    ) -> Result<(), FrameError> {
        let timed = self.reader.get_mut();
        timed.deadline = deadline;
        write_frame(timed, frame)
    }

    pub(super) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        self.reader.get_mut().deadline = deadline;
        read_frame(&mut self.reader)
    }
}

/// A stream whose every step ends at the deadline.
struct Timed {
    stream: UnixStream,
    deadline: Instant,
    /// The time for a step that the system was last told.
    told: Option<Duration>,
}

impl Timed {
    fn step(
        &mut self,
        mut step: impl FnMut(&mut UnixStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            self.tell()?;
            match step(&mut self.stream) {
                // What Unix says where the time is up; perhaps it was told a little less.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                other => return other,
            }
        }
    }

    /// Tells the system the time that is left, unless what it was told will do.
    fn tell(&mut self) -> io::Result<()> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if self.told.is_none_or(|told| told.abs_diff(left) > SLACK) {
            self.stream.set_read_timeout(Some(left))?;
            self.stream.set_write_timeout(Some(left))?;
            self.told = Some(left);
        }
        Ok(())
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step(|stream| stream.read(buffer))
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.step(|stream| stream.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
