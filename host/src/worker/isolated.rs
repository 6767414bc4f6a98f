//! Runs an adapter in a worker, and a new one when the old one failed.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use callpop_adapter::Actions;
use parking_lot::Mutex;

use super::failure::WorkerFailure;
use super::limits::Limits;
use super::process::{WorkerProcess, WorkerProgram};
use super::protocol::{ToHost, ToWorker, VERSION};
use super::sandbox::SandboxReport;
use super::transport::FrameError;
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::plan::Planning;
use crate::quarantine::QuarantineStore;
use crate::runner::{Answer, Callback, Request, Runner, RunnerError};
use crate::stats::StatsStore;

/// The pause before a worker is started again, after the second failure in a row; each further one
/// doubles it. The first is made up for at once.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest such pause: a part of a page's deadline, so that what follows has a chance.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long it may take to tell a worker that a call comes at once.
const SOON: Duration = Duration::from_millis(10);

/// An adapter that runs in a worker.
pub(crate) struct Isolated {
    pub(crate) adapter: String,
    /// The private copy and its hash.
    pub(crate) library: PathBuf,
    pub(crate) sha256: String,
    pub(crate) abi: AbiName,
    pub(crate) program: WorkerProgram,
    pub(crate) limits: Limits,
    pub(crate) quarantine: Arc<QuarantineStore>,
    pub(crate) stats: Arc<StatsStore>,
    pub(crate) worker: Mutex<Warm>,
    /// Set where the failures in a row are to be forgotten; the worker may be in use at that time.
    pub(crate) is_forgiven: AtomicBool,
}

/// The worker that is kept warm, if there is one, and how often it failed in a row.
#[derive(Default)]
pub(crate) struct Warm {
    /// In a box, since it is large, and taken out for each call.
    process: Option<Box<WorkerProcess>>,
    last_id: u64,
    failures: u32,
    was_started: bool,
    /// Whether the worker was told that a call comes at once.
    is_expecting: bool,
}

/// How an attempt ended without an answer.
enum Stopped {
    Failed(WorkerFailure),
    Refused(LoadRefusal),
    /// The worker had said goodbye before the call reached it.
    Idle,
}

impl Runner for Isolated {
    fn run(&self, request: &Request<'_>, plan: &mut Planning<'_>) -> Result<(), RunnerError> {
        plan.add_all(&self.ask(request)?);
        Ok(())
    }

    fn sha256(&self) -> Option<&str> {
        Some(&self.sha256)
    }

    /// A failure is not counted: nobody called it, and what was in use stays so.
    fn warm_up(&self) -> Result<(), RunnerError> {
        let limit = self.limits.deadline(Callback::OnUnauthorize);
        let deadline = Instant::now() + limit;
        let mut warm = self.worker.lock();
        if warm.process.is_some() {
            return Ok(());
        }
        let process = self.start(&mut warm, deadline)?;
        let mut process = greeted(process, deadline)?;
        match loaded(&mut process, deadline) {
            Ok(Ok(_sandbox)) => warm.process = Some(process),
            Ok(Err(refusal)) => {
                return Err(RunnerError::Load(refusal.of(&self.library, &self.abi)));
            }
            Err(error) => return Err(process.failed(&error, limit).into()),
        }
        Ok(())
    }

    fn expect_call(&self) {
        if !WorkerProcess::can_look_out() {
            return;
        }
        // One that is in use is awake.
        let Some(mut warm) = self.worker.try_lock() else {
            return;
        };
        if let Some(process) = &mut warm.process {
            // If it cannot be told, that shows when it is called.
            let sent = process.send(&ToWorker::Soon, Instant::now() + SOON);
            warm.is_expecting = sent.is_ok();
        }
    }

    fn forgive(&self) {
        self.is_forgiven.store(true, Ordering::Relaxed);
    }
}

impl Isolated {
    /// The actions that the adapter asks for.
    pub(crate) fn ask(&self, request: &Request<'_>) -> Result<Actions, RunnerError> {
        let limit = self.limits.deadline(request.callback());
        let deadline = Instant::now() + limit;
        // Pages are safe to repeat: nothing is performed before the answer is here.
        let mut spare = u32::from(request.callback() != Callback::OnUnauthorize);
        let Some(mut warm) = self.worker.try_lock_until(deadline) else {
            return Err(WorkerFailure::Deadline { limit }.into());
        };
        if self.is_forgiven.swap(false, Ordering::Relaxed) {
            warm.failures = 0;
        }
        if warm.process.is_none() {
            self.quarantine.check(&self.adapter, &self.sha256)?;
        }
        loop {
            match self.attempt(&mut warm, request, deadline, limit) {
                Ok(answer) => {
                    warm.failures = 0;
                    return Ok(answer.into_result()?);
                }
                Err(Stopped::Idle) => {}
                Err(Stopped::Refused(refusal)) => {
                    return Err(RunnerError::Load(refusal.of(&self.library, &self.abi)));
                }
                Err(Stopped::Failed(failure)) => {
                    warm.failures += 1;
                    tracing::warn!(adapter = self.adapter, class = failure.class(), "{failure}");
                    let is_launch = matches!(failure, WorkerFailure::LaunchFailed { .. });
                    if !is_launch {
                        // A worker that did not start is no fault of the adapter.
                        self.quarantine
                            .record(&self.adapter, &self.sha256, &failure);
                    }
                    let is_final = is_launch || matches!(failure, WorkerFailure::Deadline { .. });
                    if is_final || spare == 0 || Instant::now() >= deadline {
                        return Err(failure.into());
                    }
                    spare -= 1;
                }
            }
            self.quarantine.check(&self.adapter, &self.sha256)?;
        }
    }

    /// The process id of the worker that is kept warm.
    #[cfg(feature = "internals")]
    pub(crate) fn process_id(&self) -> Option<u32> {
        Some(self.worker.lock().process.as_ref()?.id())
    }

    fn attempt(
        &self,
        warm: &mut Warm,
        request: &Request<'_>,
        deadline: Instant,
        limit: Duration,
    ) -> Result<Answer, Stopped> {
        let (mut process, is_new) = match warm.process.take() {
            Some(process) => (process, false),
            None => (self.start(warm, deadline).map_err(Stopped::Failed)?, true),
        };
        warm.last_id += 1;
        let id = warm.last_id;
        let call = ToWorker::Call(id, Cow::Borrowed(request));
        // If it cannot be sent, there is no answer either, and that tells why as a rule.
        let sent = process.send(&call, deadline);
        if std::mem::take(&mut warm.is_expecting) && !is_new {
            process.look_out();
        }
        if is_new {
            process = greeted(process, deadline).map_err(Stopped::Failed)?;
        }
        match answer(&mut process, id, is_new, deadline) {
            Ok(Ok(answer)) => {
                warm.process = Some(process);
                Ok(answer)
            }
            Ok(Err(stopped)) => Err(stopped),
            Err(error) => {
                let error = sent.err().unwrap_or(error);
                Err(Stopped::Failed(process.failed(&error, limit)))
            }
        }
    }

    /// A new worker that has been told what to load.
    fn start(
        &self,
        warm: &mut Warm,
        deadline: Instant,
    ) -> Result<Box<WorkerProcess>, WorkerFailure> {
        if std::mem::replace(&mut warm.was_started, true) {
            self.stats.restart(&self.adapter);
        }
        if warm.failures > 1 {
            let left = deadline.saturating_duration_since(Instant::now());
            std::thread::sleep(pause_after(warm.failures).min(left));
        }
        let mut process =
            WorkerProcess::start(&self.program, &self.library, &self.adapter, &self.limits)?;
        let load = ToWorker::Load {
            abi: Cow::Borrowed(&self.abi),
            limits: Cow::Borrowed(&self.limits),
        };
        // What is wrong, if anything is, shows when it is to say hello.
        let _ = process.send(&load, deadline);
        Ok(Box::new(process))
    }
}

/// The pause after so many failures in a row, two or more.
fn pause_after(failures: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(2));
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

impl Drop for Isolated {
    fn drop(&mut self) {
        let process = self.worker.get_mut().process.as_ref();
        if let Some(bytes) = process.and_then(|it| it.memory()) {
            self.stats.memory(&self.adapter, bytes);
        }
    }
}

/// Starts a worker that loads nothing, and asks it for its sandbox.
pub(crate) fn examine_sandbox(
    program: &WorkerProgram,
    limits: &Limits,
) -> Result<SandboxReport, WorkerFailure> {
    let limit = limits.deadline(Callback::OnUnauthorize);
    let deadline = Instant::now() + limit;
    let process = WorkerProcess::start(program, Path::new("/"), "doctor", limits)?;
    let mut process = Box::new(process);
    let examine = ToWorker::Examine {
        limits: Cow::Borrowed(limits),
    };
    let sent = process.send(&examine, deadline);
    let mut process = greeted(process, deadline)?;
    let answer = sent.and_then(|()| process.receive(deadline));
    match answer {
        Ok(ToHost::Loaded { sandbox }) => Ok(sandbox),
        Ok(other) => Err(process.failed(&unexpected(&other), limit)),
        Err(error) => Err(process.failed(&error, limit)),
    }
}

/// The worker, if it has said hello. One that has not is no fault of an adapter, whose code has not
/// been near it yet.
pub(super) fn greeted(
    mut process: Box<WorkerProcess>,
    deadline: Instant,
) -> Result<Box<WorkerProcess>, WorkerFailure> {
    let error = match process.receive(deadline) {
        Ok(ToHost::Hello { protocol: VERSION }) => return Ok(process),
        Ok(other) => unexpected(&other),
        Err(error) => error,
    };
    let limit = deadline.saturating_duration_since(Instant::now());
    let why = format!("as a worker, {}", process.failed(&error, limit));
    Err(WorkerFailure::LaunchFailed { why })
}

/// Waits until the adapter is loaded; tells why it is not, if it is refused.
pub(super) fn loaded(
    process: &mut WorkerProcess,
    deadline: Instant,
) -> Result<Result<SandboxReport, LoadRefusal>, FrameError> {
    match process.receive(deadline)? {
        ToHost::Loaded { sandbox } => {
            tracing::debug!(%sandbox, "a worker has started");
            Ok(Ok(sandbox))
        }
        ToHost::Refused(refusal) => Ok(Err(refusal)),
        other => Err(unexpected(&other)),
    }
}

/// The answer to a call, once a new worker has loaded its adapter; or why there is none.
fn answer(
    process: &mut WorkerProcess,
    id: u64,
    is_new: bool,
    deadline: Instant,
) -> Result<Result<Answer, Stopped>, FrameError> {
    if is_new && let Err(refusal) = loaded(process, deadline)? {
        return Ok(Err(Stopped::Refused(refusal)));
    }
    match process.receive(deadline)? {
        ToHost::Goodbye => Ok(Err(Stopped::Idle)),
        frame => Ok(Ok(reply_to(id, frame)?)),
    }
}

/// The answer to the call with this id, if the frame is that.
pub(super) fn reply_to(id: u64, frame: ToHost) -> Result<Answer, FrameError> {
    match frame {
        ToHost::Reply(of, answer) if of == id => Ok(answer),
        other => Err(unexpected(&other)),
    }
}

pub(super) fn unexpected(frame: &ToHost) -> FrameError {
    let what = match frame {
        ToHost::Hello { protocol } => format!("a greeting in protocol {protocol}"),
        ToHost::Loaded { .. } => "that it has loaded".to_owned(),
        ToHost::Refused(_) => "that it refuses".to_owned(),
        ToHost::Reply(id, _) => format!("a reply to the call {id}"),
        ToHost::Together(_) => "the answers to calls of several threads".to_owned(),
        ToHost::Goodbye => "goodbye".to_owned(),
    };
    let error = std::io::Error::other(format!("it said {what}, which was not asked for"));
    FrameError::Io(error)
}

#[cfg(test)]
mod tests {
    use super::pause_after;

    #[test]
    fn pauses_double_and_end() {
        let millis = [2, 3, 4, 5, 6, 7, 100].map(|failures| pause_after(failures).as_millis());
        assert_eq!(millis, [50, 100, 200, 400, 800, 1000, 1000]);
    }
}
