//! Where a request's answer goes: out by itself, or together with those of its batch.

use std::sync::{Arc, Mutex, PoisonError};

use super::message::{Id, Response};
use super::outgoing::Outgoing;
use crate::json_interface::{Failure, MAX_RESULT};

/// Where an answer goes.
pub(super) enum Reply {
    Alone(Arc<Outgoing>),
    Together(Arc<Batch>),
}

/// The answers to a batch's requests, which go out when the last is there.
pub(super) struct Batch {
    outgoing: Arc<Outgoing>,
    state: Mutex<State>,
}

struct State {
    missing: usize,
    responses: Vec<Response>,
    bytes: usize,
}

impl Reply {
    /// For each request of a batch one.
    pub(super) fn together(outgoing: &Arc<Outgoing>, count: usize) -> Vec<Self> {
        let batch = Arc::new(Batch {
            outgoing: Arc::clone(outgoing),
            state: Mutex::new(State {
                missing: count,
                responses: Vec::new(),
                bytes: 0,
            }),
        });
        let same = std::iter::repeat_with(|| Self::Together(Arc::clone(&batch)));
        same.take(count).collect()
    }

    /// Answers, if there is an id to answer to.
    pub(super) fn send(self, id: Option<Id>, result: Result<String, Failure>) {
        let response = id.map(|id| Response::of(id, result));
        match self {
            Self::Alone(outgoing) => {
                if let Some(response) = response {
                    outgoing.send(&response);
                }
            }
            Self::Together(batch) => batch.settle(response),
        }
    }
}

impl Batch {
    fn settle(&self, response: Option<Response>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.missing -= 1;
        if let Some(response) = response {
            let is_too_long = state.bytes + response.length() > MAX_RESULT;
            let response = if is_too_long {
                response.too_long("the results of the batch are too long together; ask for less")
            } else {
                response
            };
            state.bytes += response.length();
            state.responses.push(response);
        }
        if state.missing == 0 && !state.responses.is_empty() {
            let responses = std::mem::take(&mut state.responses);
            drop(state);
            self.outgoing.send(&responses);
        }
    }
}
