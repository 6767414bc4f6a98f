//! What is remembered of each call, and which call an event is of.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::call_event::{CallEvent, CallState};
use crate::pop_rules::CallMemory;
use crate::state_file::seconds_since_1970;

/// How long a call is remembered after something was last heard of it.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What is remembered, by the id of the call, or of the group that it is one of.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: BTreeMap<String, CallMemory>,
    /// The ids of those that may have changed since they were last written.
    changed: BTreeSet<String>,
}

impl Calls {
    pub(super) fn hear<R>(
        &mut self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> R {
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
    pub(super) fn of(&mut self, event: &CallEvent) -> &mut CallMemory {
        let key = self.key(event);
        let replaced = event.replaces.as_ref().and_then(|replaced| {
            let mut calls = self.calls.iter_mut();
            let (id, call) =
                calls.find(|(id, call)| **id != key && call.legs.contains_key(replaced))?;
            call.end(replaced);
            self.changed.insert(id.clone());
            Some(call.clone())
        });
        self.changed.insert(key.clone());
        let call = self.calls.entry(key).or_default();
        call.heard = seconds_since_1970();
        if let Some(replaced) = replaced {
            call.continue_from(replaced);
        }
        call
    }

    /// Puts in place what was written of a call.
    pub(super) fn put(&mut self, id: String, call: CallMemory) {
        self.calls.insert(id, call);
    }

    /// All calls, each with its id.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = (&String, &CallMemory)> {
        self.calls.iter()
    }

    /// Has all calls count as changed.
    pub(super) fn change_all(&mut self) {
        self.changed = self.calls.keys().cloned().collect();
    }

    /// The calls that may have changed since this was last asked.
    pub(super) fn take_changed(&mut self) -> impl Iterator<Item = (String, &CallMemory)> {
        let calls = &self.calls;
        let changed = std::mem::take(&mut self.changed).into_iter();
        changed.filter_map(|id| calls.get(&id).map(|call| (id, call)))
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
