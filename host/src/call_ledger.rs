//! What was done for which call, in `calls.jsonl` under the home: so each page opens once, however
//! often an event repeats, and whichever process of the dialer hears of it.

mod calls;
mod journal;

use std::path::Path;

use crate::call_event::{CallEvent, CallState};
use crate::pop_rules::CallMemory;
use crate::state_file::{KeptAside, StateError};
use journal::{Journal, Tidy};

/// The file.
#[derive(Debug)]
pub(crate) struct CallLedger {
    journal: Journal,
}

impl CallLedger {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            journal: Journal::at(home.join("calls.jsonl")),
        }
    }

    /// Lets `decide` look at and change what is remembered of the event's call.
    pub(crate) fn hear<R>(
        &self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        let tidy = match event.state {
            CallState::Ended => Tidy::Soon,
            // The telephone is ringing.
            _ => Tidy::Late,
        };
        self.journal.update(tidy, |calls| calls.hear(event, decide))
    }

    /// As [`hear`](Self::hear), and remembers nothing.
    pub(crate) fn rehearse<R>(
        &self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        Ok(self.journal.read()?.hear(event, decide))
    }

    /// Lets `change` look at and change what is remembered of the event's call, whatever its state.
    pub(crate) fn change<R>(
        &self,
        event: &CallEvent,
        change: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        self.journal
            .update(Tidy::Late, |calls| change(calls.of(event)))
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.journal.take_kept_aside()
    }
}
