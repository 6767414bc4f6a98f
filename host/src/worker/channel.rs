//! The host's end of the channel to a worker: every step ends at a deadline.

use std::io::{self, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::protocol::{ToHost, ToWorker};
use super::transport::{FrameError, read_frame, write_frame};

/// The host's end.
pub(super) struct Channel {
    reader: BufReader<Timed>,
}

impl Channel {
    /// Makes a channel, and gives the worker's end beside the host's.
    pub(super) fn pair() -> io::Result<(Self, UnixStream)> {
        let (stream, theirs) = UnixStream::pair()?;
        stream.set_nonblocking(true)?;
        let timed = Timed {
            stream,
            deadline: Instant::now(),
        };
        let reader = BufReader::new(timed);
        Ok((Self { reader }, theirs))
    }

    pub(super) fn send(&mut self, frame: &ToWorker, deadline: Instant) -> Result<(), FrameError> {
        let timed = self.reader.get_mut();
        timed.deadline = deadline;
        write_frame(timed, frame)
    }

    pub(super) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        self.reader.get_mut().deadline = deadline;
        read_frame(&mut self.reader)
    }
}

/// A stream that does not block, made to block until the deadline and no longer.
struct Timed {
    stream: UnixStream,
    deadline: Instant,
}

impl Timed {
    fn wait(&self, until: PollFlags) -> io::Result<()> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        // Rounded up, so that the last part of a millisecond is no busy loop.
        let millis = left.as_micros().div_ceil(1000);
        let timeout = PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX);
        let mut waiting = [PollFd::new(self.stream.as_fd(), until)];
        match poll(&mut waiting, timeout) {
            Ok(0) if left.is_zero() => Err(io::ErrorKind::TimedOut.into()),
            // A part of the wait is over, or a signal came.
            Ok(_) | Err(nix::Error::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // An answer is never there at once, so it is waited for first.
        self.wait(PollFlags::POLLIN)?;
        loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(PollFlags::POLLIN)?;
                }
                other => return other,
            }
        }
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            match self.stream.write(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(PollFlags::POLLOUT)?;
                }
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
