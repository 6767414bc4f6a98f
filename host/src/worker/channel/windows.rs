//! Two pipes without names. The worker is told their handles over standard input, which ends with
//! that: what an adapter then reads there is an end.
//!
//! The handles are copied into the worker's process, so that no other process that the dialer
//! starts inherits them. A pipe's end cannot be waited at with a limit, so threads read and write;
//! they end with the pipes, and these with the worker.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::win32;
use crate::worker::group;
use crate::worker::protocol::{ToHost, ToWorker};
use crate::worker::transport::{FrameError, decode, encode, read_body, write_frame};

/// The longest text that tells a worker its two handles, in bytes.
const MAX_TOLD: u64 = 64;

/// A channel whose worker is yet to be started.
pub(in crate::worker) struct Opening {
    ours: (PipeReader, PipeWriter),
    theirs: (PipeReader, PipeWriter),
}

impl Opening {
    /// Makes a channel, and has the command start a process that can be told of its end.
    pub(in crate::worker) fn for_worker(command: &mut Command) -> io::Result<Self> {
        let (their_reader, our_writer) = io::pipe()?;
        let (our_reader, their_writer) = io::pipe()?;
        command.stdin(Stdio::piped());
        Ok(Self {
            ours: (our_reader, our_writer),
            theirs: (their_reader, their_writer),
        })
    }

    /// The host's end, once the worker was given its own.
    pub(in crate::worker) fn with(self, worker: &mut Child) -> io::Result<HostEnd> {
        let reader = win32::copy_handle_into(worker, self.theirs.0)?;
        let writer = win32::copy_handle_into(worker, self.theirs.1)?;
        let mut input = worker.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(input, "{reader} {writer}")?;
        let (to_worker, frames_out) = mpsc::channel();
        let (frames_in, from_worker) = mpsc::sync_channel(1);
        let (our_reader, our_writer) = self.ours;
        start("callpop-to-worker", move || {
            write_all(our_writer, &frames_out);
        })?;
        start("callpop-from-worker", move || {
            read_all(our_reader, &frames_in);
        })?;
        Ok(HostEnd {
            to_worker,
            from_worker,
        })
    }
}

/// The host's end: every step ends at a deadline.
pub(in crate::worker) struct HostEnd {
    to_worker: Sender<Vec<u8>>,
    from_worker: Receiver<Result<Vec<u8>, FrameError>>,
}

impl HostEnd {
    /// Does not wait at all: whether a worker reads shows in what it answers.
    pub(in crate::worker) fn send(
        &mut self,
        frame: &ToWorker<'_>,
        _deadline: Instant,
    ) -> Result<(), FrameError> {
        let mut bytes = Vec::new();
        encode(&mut bytes, frame)?;
        let sent = self.to_worker.send(bytes);
        sent.map_err(|_| FrameError::Closed)
    }

    /// Threads wait at the pipes, and would sleep all the same.
    pub(in crate::worker) fn can_look_out() -> bool {
        false
    }

    /// Nobody looks out here.
    pub(in crate::worker) fn look_out(&mut self) {}

    pub(in crate::worker) fn receive(&mut self, deadline: Instant) -> Result<ToHost, FrameError> {
        let left = deadline.saturating_duration_since(Instant::now());
        decode(&received(self.from_worker.recv_timeout(left))?)
    }
}

/// The worker's end.
pub(in crate::worker) struct WorkerEnd {
    from_host: Receiver<Result<Vec<u8>, FrameError>>,
    writer: PipeWriter,
    /// The frame that was received last.
    frame: Vec<u8>,
    /// Memory for what is written.
    bytes: Vec<u8>,
    /// How long a frame is waited for.
    idle: Option<Duration>,
}

impl WorkerEnd {
    /// Takes the channel that the host tells of on standard input. From now on this process ends
    /// as soon as its host does.
    pub(in crate::worker) fn take() -> io::Result<Self> {
        let mut told = String::new();
        io::stdin().take(MAX_TOLD).read_to_string(&mut told)?;
        let mut handles = told.split_whitespace().map(str::parse);
        let (Some(Ok(reader)), Some(Ok(writer)), None) =
            (handles.next(), handles.next(), handles.next())
        else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let reader = PipeReader::from(win32::adopt_handle(reader)?);
        let writer = PipeWriter::from(win32::adopt_handle(writer)?);
        let (frames, from_host) = mpsc::sync_channel(1);
        start("callpop-channel", move || {
            read_all(reader, &frames);
            // The host is gone, or is no host.
            group::end_this_process();
        })?;
        Ok(Self {
            from_host,
            writer,
            frame: Vec::new(),
            bytes: Vec::new(),
            idle: None,
        })
    }

    /// From now on, to receive fails with [`io::ErrorKind::TimedOut`] when nothing has come for as
    /// long as `idle`.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "elsewhere, a thread is started, which can fail"
    )]
    pub(in crate::worker) fn watch(&mut self, idle: Duration) -> io::Result<()> {
        self.idle = Some(idle);
        Ok(())
    }

    pub(in crate::worker) fn send(&mut self, frame: &ToHost) -> Result<(), FrameError> {
        write_frame(&mut self.writer, &mut self.bytes, frame)
    }

    /// Sends a frame. What has come already is not known here.
    pub(in crate::worker) fn send_along(&mut self, frame: &ToHost) -> Result<(), FrameError> {
        self.send(frame)
    }

    /// Nobody looks out here.
    pub(in crate::worker) fn look_out(&mut self) {}

    pub(in crate::worker) fn receive(&mut self) -> Result<ToWorker<'_>, FrameError> {
        let frame = match self.idle {
            Some(idle) => self.from_host.recv_timeout(idle),
            None => self.from_host.recv().map_err(RecvTimeoutError::from),
        };
        self.frame = received(frame)?;
        decode(&self.frame)
    }
}

/// What the reading thread has read.
fn received(
    frame: Result<Result<Vec<u8>, FrameError>, RecvTimeoutError>,
) -> Result<Vec<u8>, FrameError> {
    match frame {
        Ok(frame) => frame,
        Err(RecvTimeoutError::Timeout) => Err(FrameError::Io(io::ErrorKind::TimedOut.into())),
        Err(RecvTimeoutError::Disconnected) => Err(FrameError::Closed),
    }
}

fn write_all(mut pipe: PipeWriter, frames: &Receiver<Vec<u8>>) {
    while let Ok(frame) = frames.recv() {
        if pipe.write_all(&frame).is_err() {
            return;
        }
    }
}

/// Reads until the pipe ends or nobody wants to know. A sender that holds one frame keeps a
/// worker's flood out of the host's memory.
fn read_all(mut pipe: PipeReader, frames: &SyncSender<Result<Vec<u8>, FrameError>>) {
    loop {
        let frame = read_body(&mut pipe);
        let is_last = frame.is_err();
        if frames.send(frame).is_err() || is_last {
            return;
        }
    }
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(())
}
