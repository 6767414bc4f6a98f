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
            file: StateFile::in_home(home, "calls.json"),
        }
    }

    /// Lets `decide` look at and change what is remembered of the event's call.
    pub(crate) fn hear<R>(
        &self,
        event: &CallEvent,
        decide: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<R, StateError> {
        let now = seconds_since_1970();
        self.file.update(|Calls { calls }| {
            calls.retain(|_, call| now.saturating_sub(call.heard) <= KEPT.as_secs());
            let replaced = event.replaces.as_ref().and_then(|id| calls.get_mut(id));
            let before = replaced.map(|call| {
                let continued = call.continued();
                call.end();
                continued
            });
            let call = calls
                .entry(event.call_id.clone())
                .or_insert_with(|| before.unwrap_or_default());
            call.heard = now;
            let decided = decide(call);
            if event.state == CallState::Ended {
                call.end();
            }
            Ok(decided)
        })
    }

    /// Lets `change` look at and change what is remembered of a call, if anything is.
    pub(crate) fn change<R>(
        &self,
        call_id: &str,
        change: impl FnOnce(&mut CallMemory) -> R,
    ) -> Result<Option<R>, StateError> {
        self.file
            .update(|Calls { calls }| Ok(calls.get_mut(call_id).map(change)))
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}
