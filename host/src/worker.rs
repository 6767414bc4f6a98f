//! The worker: a process of its own for one adapter, so that whatever the adapter does, the dialer
//! goes on.
//!
//! The host starts a worker when an adapter is first called, and keeps it warm. A call that takes
//! too long, or a worker that dies, ends the worker's whole process group; the next call starts a
//! new one. The worker ends by itself when it has been idle for a while, and at the latest when the
//! host ends, however that comes: it watches its channel, which closes then.
//!
//! A worker is the same executable, started again. So a program that embeds the host calls
//! [`run_if_requested`] first thing in its `main`, or names another executable
//! ([`HostBuilder::worker_program`](crate::HostBuilder::worker_program)); `callpop-worker` ships
//! for that. The library never starts the embedding program again unasked.

mod channel;
mod exit;
mod failure;
mod group;
mod isolated;
mod limits;
mod output;
#[cfg(feature = "validation")]
mod probe;
mod process;
mod protocol;
mod sandbox;
mod server;
mod together;
mod transport;

pub use failure::WorkerFailure;
pub use limits::Limits;
pub use sandbox::SandboxReport;

pub(crate) use isolated::{Isolated, examine_sandbox};
#[cfg(feature = "validation")]
pub(crate) use probe::{NotLoaded, Probe, Probed};
pub(crate) use process::WorkerProgram;

use std::sync::atomic::{AtomicBool, Ordering};

/// The argument that asks a program to be a worker.
const ARGUMENT: &str = "--callpop-worker";

/// Whether this program's `main` called [`run_if_requested`], so that it can be started as a worker.
static CAN_BE_A_WORKER: AtomicBool = AtomicBool::new(false);

/// Makes this process a worker, if it was started as one, and ends it; returns at once otherwise.
///
/// To be called first thing in `main`, before threads are started and arguments are read.
///
/// ```no_run
/// // First thing in the dialer's `main`:
/// callpop_host::worker::run_if_requested();
/// ```
pub fn run_if_requested() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == ARGUMENT) {
        let code = server::run(arguments.next().map(Into::into));
        std::process::exit(code);
    }
    CAN_BE_A_WORKER.store(true, Ordering::Relaxed);
}

#[cfg(feature = "internals")]
pub(crate) use inspected::{frame_lengths, read_frames};

/// What benchmarks and fuzz targets look at.
#[cfg(feature = "internals")]
mod inspected {
    use std::borrow::Cow;

    use callpop_adapter::Actions;

    use super::protocol::{ToHost, ToWorker};
    use super::transport::{FrameReader, write_frame};
    use crate::runner::{Answer, Request};

    /// Reads frames until the bytes end or are none, as the host and the worker do.
    pub(crate) fn read_frames(bytes: &[u8]) {
        let mut to_worker = FrameReader::new(bytes);
        while to_worker.read::<ToWorker<'_>>().is_ok() {}
        let mut to_host = FrameReader::new(bytes);
        while to_host.read::<ToHost>().is_ok() {}
    }

    /// How long the frames of a call and its answer are, in bytes.
    pub(crate) fn frame_lengths(request: Request<'_>, actions: Actions) -> (usize, usize) {
        let (mut question, mut reply) = (Vec::new(), Vec::new());
        let answer = Answer::Done(actions);
        let call = ToWorker::Call(1, Cow::Owned(request));
        let mut bytes = Vec::new();
        write_frame(&mut question, &mut bytes, &call).expect("it is short");
        let answer = ToHost::Reply(1, answer);
        write_frame(&mut reply, &mut bytes, &answer).expect("it is short");
        (question.len(), reply.len())
    }
}
