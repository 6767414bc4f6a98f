//! The loop inside the worker: loads one adapter, and answers one call after the other.
//!
//! A thread of its own watches the channel, so that the worker notices at once that its host has
//! ended, whatever the adapter is busy with.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, BufReader};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, dup2_stdin};

use super::limits::Limits;
use super::protocol::{ToHost, ToWorker, VERSION};
use super::sandbox;
use super::transport::{FrameError, read_frame, write_frame};
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::runner::{Answer, InProcess};

/// The exit code of a worker that was not started by a host.
const NOT_A_WORKER: i32 = 2;
/// The stack of the thread that watches the channel, in bytes.
const WATCH_STACK: usize = 64 * 1024;

/// Serves the host on the other side of standard input; gives an exit code only if there is none.
pub(super) fn run(library: Option<PathBuf>) -> i32 {
    let (Some(library), Ok(channel)) = (library, private_channel()) else {
        return NOT_A_WORKER;
    };
    // The host is gone, or sent what a host does not send: nobody is left to tell.
    let Err(_closed) = serve(&library, channel);
    end_now();
    NOT_A_WORKER
}

/// Takes the channel from standard input, where the host put it, to a place that an adapter does
/// not come upon by reading or closing standard input.
fn private_channel() -> io::Result<UnixStream> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    dup2_stdin(File::open("/dev/null")?)?;
    let channel = UnixStream::from(channel);
    // Fails where standard input was no such channel.
    channel.peer_addr()?;
    Ok(channel)
}

fn serve(library: &Path, channel: UnixStream) -> Result<Infallible, FrameError> {
    let mut host = &channel;
    write_frame(&mut host, &ToHost::Hello { protocol: VERSION })?;
    let mut from_host = BufReader::new(&channel);
    watch(channel.try_clone()?)?;
    let (abi, limits) = match read_frame(&mut from_host)? {
        ToWorker::Load { abi, limits } => (abi, limits),
        ToWorker::Examine { limits } => {
            let sandbox = sandbox::enter(library, &limits);
            write_frame(&mut host, &ToHost::Loaded { sandbox })?;
            return Err(FrameError::Closed);
        }
        ToWorker::Call { .. } => return Err(FrameError::Closed),
    };
    let runner = match load(library, &abi, &limits) {
        Ok((runner, sandbox)) => {
            write_frame(&mut host, &ToHost::Loaded { sandbox })?;
            runner
        }
        Err(refusal) => {
            write_frame(&mut host, &ToHost::Refused(refusal))?;
            return Err(FrameError::Closed);
        }
    };
    channel.set_read_timeout(Some(limits.idle))?;
    let mut processor = sandbox::ProcessorTime::of(&limits);
    loop {
        match read_frame(&mut from_host) {
            Ok(ToWorker::Call { id, request }) => {
                processor.begin_call();
                let answer = runner.answer(&request);
                reply(&mut host, id, answer)?;
            }
            // What Unix says where a read's time is up.
            Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                write_frame(&mut host, &ToHost::Goodbye)?;
                return Err(FrameError::Closed);
            }
            _ => return Err(FrameError::Closed),
        }
    }
}

/// Ends this process as soon as the other side of the channel is closed.
fn watch(channel: UnixStream) -> io::Result<()> {
    let watch = move || loop {
        // Without any event asked for, only the end of the channel is told.
        let mut end = [PollFd::new(channel.as_fd(), PollFlags::empty())];
        match poll(&mut end, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => {}
            _ => end_now(),
        }
    };
    thread::Builder::new()
        .name("callpop-channel".to_owned())
        .stack_size(WATCH_STACK)
        .spawn(watch)?;
    Ok(())
}

fn load(
    library: &Path,
    abi: &AbiName,
    limits: &Limits,
) -> Result<(InProcess, sandbox::SandboxReport), LoadRefusal> {
    let report = sandbox::enter(library, limits);
    if limits.require_sandbox && !report.is_whole() {
        let what = format!("the sandbox is required, and is not whole here: {report}");
        return Err(LoadRefusal::System(what));
    }
    Ok((InProcess::load(library, abi)?, report))
}

fn reply(host: &mut &UnixStream, id: u64, answer: Answer) -> Result<(), FrameError> {
    match write_frame(host, &ToHost::Reply { id, answer }) {
        Err(FrameError::TooLong(length)) => {
            let answer = Answer::Bad(format!("its reply is too long ({length} bytes)"));
            write_frame(host, &ToHost::Reply { id, answer })
        }
        written => written,
    }
}

/// Ends the process without running any more of the adapter's code: not its destructors, and not
/// what it registered for the end.
fn end_now() {
    // There is nothing to do if even this fails.
    let _ = kill(Pid::this(), Signal::SIGKILL);
}
