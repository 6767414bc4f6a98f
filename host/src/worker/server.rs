//! The loop inside the worker: loads one adapter, and answers one call after the other.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

use super::channel::WorkerEnd;
use super::group::end_this_process;
use super::limits::Limits;
use super::protocol::{ToHost, ToWorker, VERSION};
use super::sandbox;
use super::together;
use super::transport::FrameError;
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::runner::{Answer, InProcess};

/// The exit code of a worker that was not started by a host.
const NOT_A_WORKER: i32 = 2;

/// Serves the host that started this process; gives an exit code only if there is none.
pub(super) fn run(library: Option<PathBuf>) -> i32 {
    let (Some(library), Ok(mut host)) = (library, WorkerEnd::take()) else {
        return NOT_A_WORKER;
    };
    // The host is gone, or sent what a host does not send: nobody is left to tell.
    let Err(_closed) = serve(&library, &mut host);
    end_this_process();
    NOT_A_WORKER
}

fn serve(library: &Path, host: &mut WorkerEnd) -> Result<Infallible, FrameError> {
    host.send(&ToHost::Hello { protocol: VERSION })?;
    let (abi, limits) = match host.receive()? {
        ToWorker::Load { abi, limits } => (abi.into_owned(), limits.into_owned()),
        ToWorker::Examine { limits } => {
            let sandbox = sandbox::enter(library, &limits);
            host.send(&ToHost::Loaded { sandbox })?;
            return Err(FrameError::Closed);
        }
        ToWorker::Call(..) | ToWorker::Soon | ToWorker::Together { .. } => {
            return Err(FrameError::Closed);
        }
    };
    let runner = match load(library, &abi, &limits, host) {
        Ok((runner, sandbox)) => {
            host.send_along(&ToHost::Loaded { sandbox })?;
            runner
        }
        Err(refusal) => {
            host.send(&ToHost::Refused(refusal))?;
            return Err(FrameError::Closed);
        }
    };
    let mut processor = sandbox::ProcessorTime::of(&limits);
    loop {
        match host.receive() {
            Ok(ToWorker::Call(id, request)) => {
                processor.begin_call();
                let answer = runner.answer(&request);
                reply(host, id, answer)?;
            }
            Ok(ToWorker::Soon) => host.look_out(),
            Ok(ToWorker::Together {
                threads,
                rounds,
                requests,
            }) => {
                processor.begin_call();
                let answers = together::answers(&runner, threads, rounds, &requests)?;
                host.send(&ToHost::Together(answers))?;
            }
            Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
                host.send(&ToHost::Goodbye)?;
                return Err(FrameError::Closed);
            }
            _ => return Err(FrameError::Closed),
        }
    }
}

fn load(
    library: &Path,
    abi: &AbiName,
    limits: &Limits,
    host: &mut WorkerEnd,
) -> Result<(InProcess, sandbox::SandboxReport), LoadRefusal> {
    let report = sandbox::enter(library, limits);
    if limits.require_sandbox && !report.is_whole() {
        let what = format!("the sandbox is required, and is not whole here: {report}");
        return Err(LoadRefusal::System(what));
    }
    // In the sandbox, so that the thread that watches is in it as well: it shares memory with the
    // adapter, whose code it could be made to run.
    host.watch(limits.idle)
        .map_err(|error| LoadRefusal::System(format!("its worker cannot be watched: {error}")))?;
    Ok((InProcess::load(library, abi)?, report))
}

fn reply(host: &mut WorkerEnd, id: u64, answer: Answer) -> Result<(), FrameError> {
    match host.send(&ToHost::Reply(id, answer)) {
        Err(FrameError::TooLong(length)) => {
            let answer = Answer::Bad(format!("its reply is too long ({length} bytes)"));
            host.send(&ToHost::Reply(id, answer))
        }
        sent => sent,
    }
}
