//! What a dialer tells of a call.

use std::collections::BTreeMap;

use callpop_adapter::Contact;
use serde::{Deserialize, Serialize};

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Somebody calls the user.
    Inbound,
    /// The user calls somebody.
    Outbound,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallState {
    /// It rings, here or at the other end.
    Ringing,
    /// It was answered.
    Connected,
    /// It is over, was declined, or was answered elsewhere.
    Ended,
}

/// Something happened to a call.
///
/// Made with [`CallEvent::new`] and the `with_` functions, so that it can grow. Events may be
/// repeated, and may come in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEvent {
    /// The dialer's name for the call; the same in all events of one call.
    pub call_id: String,
    /// Who called whom.
    pub direction: Direction,
    /// How far the call is.
    pub state: CallState,
    /// The contacts that the other side's number matched, by the adapter whose CRM has them.
    pub matches: BTreeMap<String, Vec<Contact>>,
    /// The call that this one goes on from, as after a warm transfer.
    pub replaces: Option<String>,
}

impl CallEvent {
    /// An event of a call whose number matched nobody.
    #[must_use]
    pub fn new(call_id: impl Into<String>, direction: Direction, state: CallState) -> Self {
        Self {
            call_id: call_id.into(),
            direction,
            state,
            matches: BTreeMap::new(),
            replaces: None,
        }
    }

    /// The same event with one more matched contact.
    #[must_use]
    pub fn with_match(mut self, adapter: impl Into<String>, contact: Contact) -> Self {
        self.matches
            .entry(adapter.into())
            .or_default()
            .push(contact);
        self
    }

    /// The same event of a call that goes on from this one.
    #[must_use]
    pub fn replacing(mut self, call_id: impl Into<String>) -> Self {
        self.replaces = Some(call_id.into());
        self
    }

    /// The same event at another state of the call.
    #[must_use]
    pub fn at(mut self, state: CallState) -> Self {
        self.state = state;
        self
    }
}
