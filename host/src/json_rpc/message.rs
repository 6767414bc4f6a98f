//! A message by JSON-RPC 2.0, <https://www.jsonrpc.org/specification>: what a frame holds, and what
//! it is answered with.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use serde_json::value::RawValue;

use crate::json_interface::{Failure, FailureKind};

/// The most requests in a batch: each may be answered with an error that is longer than itself.
pub(super) const MAX_BATCH: usize = 100;
/// The longest method's name that is looked up, in bytes.
const MAX_NAME: usize = 200;

/// What names a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    Number(Number),
    Text(String),
    Null,
}

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// None of a notification, which is not answered.
    pub(super) id: Option<Id>,
    pub(super) method: String,
    /// JSON, or empty.
    pub(super) params: String,
}

/// One message of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Request(Request),
    /// An answer to a question of ours, and we ask none.
    Response,
    /// It is no message, and this is what the answer names.
    Invalid(Id, Failure),
}

/// What a frame holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    One(Message),
    Batch(Vec<Message>),
}

#[derive(Deserialize)]
struct Envelope<'frame> {
    #[serde(default, borrow, deserialize_with = "there")]
    jsonrpc: Option<&'frame RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    id: Option<&'frame RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    method: Option<&'frame RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    params: Option<&'frame RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    result: Option<&'frame RawValue>,
    #[serde(default, borrow, deserialize_with = "there")]
    error: Option<&'frame RawValue>,
}

/// A member that is there, though it be null.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// A short text.
fn short(raw: &RawValue) -> Option<String> {
    let is_short = raw.get().len() <= MAX_NAME;
    is_short.then(|| serde_json::from_str(raw.get()).ok())?
}

/// What names a request, if it may.
fn id(raw: &RawValue) -> Option<Id> {
    match raw.get() {
        "null" => Some(Id::Null),
        number if number.len() <= MAX_NAME && !number.starts_with('"') => {
            serde_json::from_str(number).map(Id::Number).ok()
        }
        _ => short(raw).map(Id::Text),
    }
}

/// Reads a frame's content.
pub(super) fn read(content: &[u8]) -> Content {
    let parse = |error: serde_json::Error| {
        let message = format!("the content is not JSON: {error}");
        let failure = Failure::new(FailureKind::Parse, "parse-error", message);
        Content::One(Message::Invalid(Id::Null, failure))
    };
    let is_batch = content.trim_ascii_start().starts_with(b"[");
    if !is_batch {
        return match serde_json::from_slice::<&RawValue>(content) {
            Ok(text) => Content::One(message(text)),
            Err(error) => parse(error),
        };
    }
    let messages: Vec<&RawValue> = match serde_json::from_slice(content) {
        Ok(messages) => messages,
        Err(error) => return parse(error),
    };
    match messages.len() {
        0 => Content::One(invalid(Id::Null, "a batch has at least one request in it")),
        1..=MAX_BATCH => Content::Batch(messages.into_iter().map(message).collect()),
        _ => {
            let message = format!("a batch has at most {MAX_BATCH} requests in it");
            let failure = Failure::new(FailureKind::TooLong, "batch-too-long", message);
            Content::One(Message::Invalid(Id::Null, failure))
        }
    }
}

fn message(text: &RawValue) -> Message {
    let envelope: Envelope<'_> = match serde_json::from_str(text.get()) {
        Ok(envelope) => envelope,
        Err(_) => return invalid(Id::Null, "a request is an object, with each member once"),
    };
    let id = match envelope.id.map(id) {
        Some(None) => {
            return invalid(
                Id::Null,
                "a request's `id` is a short text, a number or null",
            );
        }
        id => id.flatten(),
    };
    let named = || id.clone().unwrap_or(Id::Null);
    if envelope.jsonrpc.and_then(short).as_deref() != Some("2.0") {
        return invalid(named(), "a request says `\"jsonrpc\": \"2.0\"`");
    }
    if envelope.method.is_none() && (envelope.result.is_some() || envelope.error.is_some()) {
        return Message::Response;
    }
    let Some(method) = envelope.method.and_then(short) else {
        return invalid(named(), "a request names its `method`");
    };
    let params = envelope.params.map_or("", RawValue::get);
    if !params.is_empty() && !params.starts_with(['{', '[']) {
        return invalid(named(), "a request's `params` are an object or a list");
    }
    Message::Request(Request {
        id,
        method,
        params: params.to_owned(),
    })
}

fn invalid(id: Id, why: &str) -> Message {
    let failure = Failure::new(FailureKind::InvalidRequest, "invalid-request", why);
    Message::Invalid(id, failure)
}

/// The answer to a request.
#[derive(Debug, Serialize)]
pub(super) struct Response {
    jsonrpc: &'static str,
    id: Id,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Result(Box<RawValue>),
    Error(Failure),
}

impl Response {
    /// The answer with this result, a JSON text, or this failure.
    pub(super) fn of(id: Id, result: Result<String, Failure>) -> Self {
        let result = result.and_then(|text| {
            RawValue::from_string(text)
                .map_err(|error| Failure::new(FailureKind::Internal, "internal", error.to_string()))
        });
        Self {
            jsonrpc: "2.0",
            id,
            outcome: match result {
                Ok(result) => Outcome::Result(result),
                Err(failure) => Outcome::Error(failure),
            },
        }
    }

    /// How long the result is, in bytes.
    pub(super) fn length(&self) -> usize {
        match &self.outcome {
            Outcome::Result(result) => result.get().len(),
            Outcome::Error(failure) => failure.message.len(),
        }
    }

    /// The same answer, but that its result would be too long.
    pub(super) fn too_long(self, message: &str) -> Self {
        let failure = Failure::new(FailureKind::TooLong, "result-too-long", message);
        Self::of(self.id, Err(failure))
    }
}

/// What is sent unasked.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a, T> {
    jsonrpc: &'static str,
    #[serde(flatten)]
    notification: &'a T,
}

impl<'a, T: Serialize> Told<'a, T> {
    pub(super) fn of(notification: &'a T) -> Self {
        Self {
            jsonrpc: "2.0",
            notification,
        }
    }
}
