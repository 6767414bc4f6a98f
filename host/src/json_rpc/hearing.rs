//! Hears a client: what its messages ask for is done in lanes, and answered.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::MAX_FRAME;
use super::frame_reader::{FrameReader, Incoming};
use super::message::{self, Content, Id, MAX_BATCH, Message, Request, Told};
use super::outgoing::{Outgoing, Patience};
use super::reply::Reply;
use super::session::{Ending, Event};
use crate::json_interface::{
    self, Failure, FailureKind, Initialize, JsonInterface, MAX_RESULT, Notification, Pages,
    SessionLimits, Shutdown, Warning,
};
use crate::lanes::{Lanes, MAX_WAITING};

/// How long what was asked for may take once the client has no more to ask: longer than the
/// deadline of any callback.
const PATIENCE: Duration = Duration::from_secs(6);
/// The same, when the session is stopped from outside.
const LITTLE_PATIENCE: Duration = Duration::from_secs(1);

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Initialized,
    Ending,
}

/// What hears a client.
pub(super) struct Hearing {
    interface: Arc<JsonInterface>,
    outgoing: Arc<Outgoing>,
    lanes: Lanes,
    to_client: Arc<AtomicBool>,
    stage: Mutex<Stage>,
    end: Sender<Event>,
}

impl Hearing {
    pub(super) fn new(
        interface: JsonInterface,
        outgoing: Arc<Outgoing>,
        to_client: Arc<AtomicBool>,
        end: Sender<Event>,
    ) -> Self {
        Self {
            interface: Arc::new(interface),
            outgoing,
            lanes: Lanes::new(),
            to_client,
            stage: Mutex::new(Stage::New),
            end,
        }
    }

    /// Hears everything, to the end of the input.
    pub(super) fn read(&self, mut frames: FrameReader<impl Read>) {
        let mut is_whole = true;
        loop {
            match frames.read() {
                Ok(Some(Incoming::Frame(content))) => {
                    is_whole = true;
                    self.hear(&content);
                }
                Ok(Some(Incoming::TooLong(length))) => {
                    let message = format!("a frame of {length} bytes is over {MAX_FRAME} bytes");
                    self.refuse(FailureKind::TooLong, "frame-too-long", message);
                }
                Ok(Some(Incoming::Malformed(why))) => {
                    is_whole = false;
                    self.refuse(FailureKind::Parse, "malformed-frame", why);
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "the input cannot be read");
                    break;
                }
            }
        }
        let _ = self.end.send(Event::Input { is_whole });
    }

    /// Answers to something that has no id.
    fn refuse(&self, kind: FailureKind, code: &'static str, message: String) {
        let failure = Failure::new(kind, code, message);
        self.alone().send(Some(Id::Null), Err(failure));
    }

    fn alone(&self) -> Reply {
        Reply::Alone(Arc::clone(&self.outgoing))
    }

    fn hear(&self, content: &[u8]) {
        match message::read(content) {
            Content::One(message) => self.hear_one(message, self.alone()),
            Content::Batch(messages) => {
                let replies = Reply::together(&self.outgoing, messages.len());
                for (message, reply) in messages.into_iter().zip(replies) {
                    self.hear_one(message, reply);
                }
            }
        }
    }

    fn hear_one(&self, message: Message, reply: Reply) {
        match message {
            Message::Request(request) => self.carry_out(request, reply),
            Message::Response => reply.send(None, Ok(String::new())),
            Message::Invalid(id, failure) => reply.send(Some(id), Err(failure)),
        }
    }

    fn carry_out(&self, request: Request, reply: Reply) {
        let Request { id, method, params } = request;
        let stage = *self.lock_stage();
        // Nothing is locked from here on: who answers may have to wait for the client to read.
        match (method.as_str(), stage) {
            ("initialize", Stage::New) => {
                let answered = self.initialize(&params);
                if answered.is_ok() {
                    *self.lock_stage() = Stage::Initialized;
                }
                reply.send(id, answered);
            }
            ("shutdown", Stage::New | Stage::Initialized) => self.shutdown(id, &params, reply),
            // What clients of the Language Server Protocol say beside that.
            ("exit", _) => {
                reply.send(None, Ok(String::new()));
                let _ = self.end.send(Event::Input { is_whole: true });
            }
            (name, _) if id.is_none() && (name == "initialized" || name.starts_with("$/")) => {
                reply.send(None, Ok(String::new()));
            }
            ("initialize", _) => {
                let kind = FailureKind::InvalidRequest;
                let message = "the session has begun already";
                let failure = Failure::new(kind, "already-initialized", message);
                self.fail(id, &method, failure, reply);
            }
            (_, Stage::New) => {
                let message = "the session begins with `initialize`";
                let failure = Failure::new(FailureKind::NotInitialized, "not-initialized", message);
                self.fail(id, &method, failure, reply);
            }
            (_, Stage::Ending) => {
                let message = "the session is about to end";
                let failure = Failure::new(FailureKind::ShuttingDown, "shutting-down", message);
                self.fail(id, &method, failure, reply);
            }
            (_, Stage::Initialized) => self.call(id, &method, &params, reply),
        }
    }

    fn shutdown(&self, id: Option<Id>, params: &str, reply: Reply) {
        if let Err(failure) = json_interface::read::<Shutdown>(params) {
            return self.fail(id, "shutdown", failure, reply);
        }
        *self.lock_stage() = Stage::Ending;
        let answer_to = match reply {
            // It is answered when all else is.
            Reply::Alone(_) => id,
            Reply::Together(_) => {
                reply.send(id, Ok("null".to_owned()));
                None
            }
        };
        let _ = self.end.send(Event::Shutdown(answer_to));
    }

    fn initialize(&self, params: &str) -> Result<String, Failure> {
        let asked: Initialize = json_interface::read(params)?;
        let answered = asked.answered(SessionLimits {
            frame_bytes: MAX_FRAME,
            batch: MAX_BATCH,
            waiting: MAX_WAITING,
            result_bytes: MAX_RESULT,
        })?;
        if let Some(client) = &asked.client {
            let name = crate::plain_line(&client.name, 100);
            let version = client
                .version
                .as_deref()
                .map(|it| crate::plain_line(it, 100));
            tracing::info!(name, version, "a client has begun a session");
        }
        let is_client = asked.pages == Pages::Client;
        self.to_client.store(is_client, Ordering::Relaxed);
        json_interface::written(&answered)
    }

    /// Has a method called in its lane.
    fn call(&self, id: Option<Id>, method: &str, params: &str, reply: Reply) {
        let prepared = match JsonInterface::prepare(method, params) {
            Ok(prepared) => prepared,
            Err(failure) => return self.fail(id, method, failure, reply),
        };
        let lane = prepared.lane().clone();
        // Kept until it runs or is refused.
        let call = Arc::new(Mutex::new(Some((prepared, id, reply))));
        let (to_run, interface) = (Arc::clone(&call), Arc::clone(&self.interface));
        let (outgoing, name) = (Arc::clone(&self.outgoing), method.to_owned());
        let job = move || {
            let taken = to_run.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some((prepared, id, reply)) = taken {
                let result = prepared.run(&interface);
                answer(&outgoing, id, &name, result, reply);
            }
        };
        if self.lanes.add(&lane, params.len(), Box::new(job)).is_err() {
            let taken = call.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some((_, id, reply)) = taken {
                let message = "too much is waiting already";
                let failure = Failure::new(FailureKind::Busy, "busy", message);
                self.fail(id, method, failure, reply);
            }
        }
    }

    fn fail(&self, id: Option<Id>, method: &str, failure: Failure, reply: Reply) {
        answer(&self.outgoing, id, method, Err(failure), reply);
    }

    fn lock_stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the session.
    pub(super) fn finish(&self, event: Event) -> Ending {
        *self.lock_stage() = Stage::Ending;
        let (patience, ending) = match &event {
            Event::Shutdown(_) => (PATIENCE, Ending::Shutdown),
            Event::Input { is_whole: true } => (PATIENCE, Ending::InputEnded),
            Event::Input { is_whole: false } => (PATIENCE, Ending::CutOff),
            Event::Stop => (LITTLE_PATIENCE, Ending::Stopped),
        };
        if let Event::Stop = event {
            self.lanes.discard();
        }
        if !self.lanes.wait(patience) {
            self.lanes.discard();
            tracing::warn!("something that was asked for is not done at the end of the session");
        }
        if let Event::Shutdown(Some(id)) = event {
            self.alone().send(Some(id), Ok("null".to_owned()));
        }
        self.outgoing.finish(match ending {
            Ending::Stopped => Patience::InAll(LITTLE_PATIENCE),
            _ => Patience::ForEachFrame(LITTLE_PATIENCE),
        });
        self.interface.end_watch();
        ending
    }
}

/// Answers a request; who sent it without an id hears of a failure as of a warning.
fn answer(
    outgoing: &Outgoing,
    id: Option<Id>,
    method: &str,
    result: Result<String, Failure>,
    reply: Reply,
) {
    if let (None, Err(failure)) = (&id, &result) {
        let warning = Notification::Warning(Warning::unanswered(method, failure));
        outgoing.send(&Told::of(&warning));
    }
    reply.send(id, result);
}
