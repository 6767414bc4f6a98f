//! What was done for which call, in `calls.json` under the home: so each page opens once, however
//! often an event repeats, and whichever process of the dialer hears of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call_event::{CallEvent, CallState};
use crate::pop_rules::CallMemory;
use crate::state_file::{KeptAside, StateError, StateFile, seconds_since_1970};

/// How long a call is remembered after something was last heard of it.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What is remembered, by the id of the call, or of the group that it is one of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Calls {
    calls: BTreeMap<String, CallMemory>,
}

/// The file.
#[derive(Debug)]
pub(crate) struct CallLedger {
    file: StateFile<Calls>,
}

impl CallLedger {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            // The telephone is ringing, and a call that rings does not outlive a loss of power.
            file: StateFile::in_home(home, "calls.json").unsynced(),
        }
    }

    /// Lets `decide` look at and change what is remembered of the event's call.
    pub(crate) fn hear<R>(
        &self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        self.file.update(|calls| Ok(calls.hear(event, decide)))
    }

    /// As [`hear`](Self::hear), and remembers nothing.
    pub(crate) fn rehearse<R>(
        &self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        Ok(self.file.read()?.hear(event, decide))
    }

    /// Lets `change` look at and change what is remembered of the event's call, whatever its state.
    pub(crate) fn change<R>(
        &self,
        event: &CallEvent,
        change: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        self.file.update(|calls| Ok(change(calls.of(event))))
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}

impl Calls {
    fn hear<R>(&mut self, event: &CallEvent, decide: impl FnOnce(&mut CallMemory) -> R) -> R {
        let now = seconds_since_1970();
        self.calls
            .retain(|_, call| now.saturating_sub(call.heard) <= KEPT.as_secs());
        let call = self.of(event);
        let decided = decide(call);
        if event.state == CallState::Ended {
            call.end(&event.call_id);
        }
        decided
    }

    /// What is remembered of the event's call, with what is of the call that it replaces.
    fn of(&mut self, event: &CallEvent) -> &mut CallMemory {
        let key = self.key(event);
        let replaced = event.replaces.as_ref().and_then(|replaced| {
            let mut calls = self.calls.iter_mut();
            let (_, call) =
                calls.find(|(id, call)| **id != key && call.legs.contains_key(replaced))?;
            call.end(replaced);
            Some(call.clone())
        });
        let call = self.calls.entry(key).or_default();
        call.heard = seconds_since_1970();
        if let Some(replaced) = replaced {
            call.continue_from(replaced);
        }
        call
    }

    fn key(&self, event: &CallEvent) -> String {
        if let Some(group) = &event.group {
            return group.clone();
        }
        // An event that leaves the group out is of the same call all the same.
        let mut known = self.calls.iter();
        known
            .find(|(_, call)| call.legs.contains_key(&event.call_id))
            .map_or_else(|| event.call_id.clone(), |(key, _)| key.clone())
    }
}
