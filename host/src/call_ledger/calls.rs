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
    /// By which id each call of a dialer is remembered: nobody looks through all of them while the
    /// telephone rings.
    keys: BTreeMap<String, String>,
    /// The ids of those that may have changed since they were last written.
    changed: BTreeSet<String>,
}

impl Calls {
    pub(super) fn hear<R>(
        &mut self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> R {
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
        let replaced = event
            .replaces
            .as_ref()
            .and_then(|replaced| self.take_over(replaced, &key));
        self.changed.insert(key.clone());
        self.keys.insert(event.call_id.clone(), key.clone());
        let call = self.calls.entry(key).or_default();
        if is_too_old(call) {
            *call = CallMemory::default();
        }
        call.heard = seconds_since_1970();
        if let Some(replaced) = replaced {
            call.continue_from(replaced);
        }
        call
    }

    /// Puts in place what was written of a call.
    pub(super) fn put(&mut self, id: String, call: CallMemory) {
        for leg in call.legs.keys() {
            self.keys.insert(leg.clone(), id.clone());
        }
        self.calls.insert(id, call);
    }

    /// Forgets the calls of which nothing was heard for long.
    pub(super) fn forget_old(&mut self) {
        self.calls.retain(|_, call| !is_too_old(call));
        let calls = &self.calls;
        self.keys.retain(|_, key| calls.contains_key(key));
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

    /// Ends the call that goes on as another one, and gives what is remembered of it.
    fn take_over(&mut self, replaced: &str, key: &str) -> Option<CallMemory> {
        let id = self.known(replaced).filter(|id| *id != key)?.to_owned();
        let call = self.calls.get_mut(&id)?;
        call.end(replaced);
        let call = call.clone();
        self.changed.insert(id);
        Some(call)
    }

    fn key(&self, event: &CallEvent) -> String {
        if let Some(group) = &event.group {
            return group.clone();
        }
        // An event that leaves the group out is of the same call all the same.
        let known = self.known(&event.call_id);
        known.unwrap_or(&event.call_id).to_owned()
    }

    /// The id by which a call is remembered, if it is.
    fn known(&self, call_id: &str) -> Option<&str> {
        let key = self.keys.get(call_id)?;
        let call = self.calls.get(key).filter(|call| !is_too_old(call))?;
        call.legs.contains_key(call_id).then_some(key.as_str())
    }
}

fn is_too_old(call: &CallMemory) -> bool {
    seconds_since_1970().saturating_sub(call.heard) > KEPT.as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call_event::Direction;

    const HOUR: u64 = 60 * 60;

    /// What is remembered of the call `1` of the group `g`, so many hours after it was last heard.
    fn after(hours: u64) -> Calls {
        let mut call = CallMemory::default();
        call.end("1");
        call.heard = seconds_since_1970() - hours * HOUR;
        let mut calls = Calls::default();
        calls.put("g".to_owned(), call);
        calls
    }

    fn event() -> CallEvent {
        CallEvent::new("1", Direction::Inbound, CallState::Ringing)
    }

    #[test]
    fn a_call_is_remembered_for_a_day() {
        assert!(after(23).of(&event()).legs.contains_key("1"));
        assert!(after(25).of(&event()).legs.is_empty());
        assert!(after(25).of(&event().in_group("g")).legs.is_empty());
    }

    #[test]
    fn an_old_call_is_not_taken_over() {
        let mut event = event();
        event.call_id = "2".to_owned();
        event.replaces = Some("1".to_owned());
        let mut calls = after(25);
        calls.of(&event);
        let changed: Vec<_> = calls.take_changed().map(|(id, _)| id).collect();
        assert_eq!(changed, ["2"]);
    }

    #[test]
    fn what_is_old_is_forgotten_with_its_legs() {
        let mut calls = after(25);
        calls.forget_old();
        assert_eq!((calls.all().len(), calls.keys.len()), (0, 0));
    }
}
