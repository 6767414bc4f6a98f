//! A worker that a validation talks to: every failure is told, none is made up for, and nothing is
//! remembered of it. The process, its sandbox and its limits are those of every worker.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use super::failure::WorkerFailure;
use super::isolated::{greeted, loaded, reply_to, unexpected};
use super::limits::Limits;
use super::process::{WorkerProcess, WorkerProgram};
use super::protocol::{ToHost, ToWorker};
use super::sandbox::SandboxReport;
use super::transport::FrameError;
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::runner::{Answer, Callback, Request};

/// What a worker is to load, and how.
pub(crate) struct Probed<'validation> {
    pub(crate) program: &'validation WorkerProgram,
    /// The private copy.
    pub(crate) library: &'validation Path,
    pub(crate) adapter: &'validation str,
    pub(crate) abi: &'validation AbiName,
    pub(crate) limits: &'validation Limits,
}

/// A worker with the adapter loaded.
pub(crate) struct Probe {
    process: Box<WorkerProcess>,
    last_id: u64,
    limits: Limits,
}

/// Why there is no worker with the adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotLoaded {
    Failed(WorkerFailure),
    Refused(LoadRefusal),
}

impl Probe {
    /// Starts a worker and has it load the adapter.
    pub(crate) fn start(probed: &Probed<'_>) -> Result<(Self, SandboxReport), NotLoaded> {
        let limit = probed.limits.deadline(Callback::OnUnauthorize);
        let deadline = Instant::now() + limit;
        let started = WorkerProcess::start(
            probed.program,
            probed.library,
            probed.adapter,
            probed.limits,
        );
        let mut process = Box::new(started.map_err(NotLoaded::Failed)?);
        let load = ToWorker::Load {
            abi: Cow::Borrowed(probed.abi),
            limits: Cow::Borrowed(probed.limits),
        };
        // What is wrong, if anything is, shows when it is to say hello.
        let _ = process.send(&load, deadline);
        let mut process = greeted(process, deadline).map_err(NotLoaded::Failed)?;
        match loaded(&mut process, deadline) {
            Ok(Ok(sandbox)) => {
                let probe = Self {
                    process,
                    last_id: 0,
                    limits: probed.limits.clone(),
                };
                Ok((probe, sandbox))
            }
            Ok(Err(refusal)) => Err(NotLoaded::Refused(refusal)),
            Err(error) => Err(NotLoaded::Failed(process.failed(&error, limit))),
        }
    }

    /// The answer to one call; a worker that gives none is gone.
    pub(crate) fn call(mut self, request: &Request<'_>) -> Result<(Self, Answer), WorkerFailure> {
        let limit = self.limits.deadline(request.callback());
        self.last_id += 1;
        let id = self.last_id;
        let call = ToWorker::Call(id, Cow::Borrowed(request));
        self.asked(&call, limit, |frame| reply_to(id, frame))
    }

    /// The different answers to each of these calls, when so many threads make all of them at once,
    /// each so many times.
    pub(crate) fn together(
        self,
        threads: usize,
        rounds: usize,
        requests: &[Request<'_>],
        limit: Duration,
    ) -> Result<(Self, Vec<Vec<Answer>>), WorkerFailure> {
        let call = ToWorker::Together {
            threads,
            rounds,
            requests: Cow::Borrowed(requests),
        };
        self.asked(&call, limit, |frame| match frame {
            ToHost::Together(answers) => Ok(answers),
            other => Err(unexpected(&other)),
        })
    }

    fn asked<T>(
        mut self,
        question: &ToWorker<'_>,
        limit: Duration,
        expected: impl FnOnce(ToHost) -> Result<T, FrameError>,
    ) -> Result<(Self, T), WorkerFailure> {
        let deadline = Instant::now() + limit;
        // If it cannot be sent, there is no answer either, and that tells why as a rule.
        let sent = self.process.send(question, deadline);
        match self.process.receive(deadline).and_then(expected) {
            Ok(answer) => Ok((self, answer)),
            Err(error) => {
                let error = sent.err().unwrap_or(error);
                Err(self.process.failed(&error, limit))
            }
        }
    }

    /// The memory that is the worker's alone at the moment, in bytes, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.process.own_memory()
    }

    /// How many threads the worker has at the moment, where the system tells.
    pub(crate) fn threads(&self) -> Option<usize> {
        self.process.threads()
    }

    /// Ends the worker, and gives the last lines that the adapter has printed.
    pub(crate) fn end(self) -> Vec<String> {
        self.process.end()
    }
}
