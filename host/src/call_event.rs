//! What a dialer tells of a call.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::Contact;

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Somebody calls the user.
    Inbound,
    /// The user calls somebody.
    Outbound,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        })
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CallState {
    /// It rings, here or at the other end.
    Ringing,
    /// It was answered.
    Connected,
    /// It is over, was declined, or was answered elsewhere.
    Ended,
}

impl fmt::Display for CallState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ringing => "ringing",
            Self::Connected => "connected",
            Self::Ended => "ended",
        })
    }
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
    /// Who called: a number as the dialer has it, E.164 (`+12025550123`) where it can; `None` if it
    /// is withheld.
    pub from: Option<String>,
    /// Who was called: the number that was dialled.
    pub to: Option<String>,
    /// The contacts that the other side's number matched, by the adapter whose CRM has them. If
    /// there are none at all, the host's contact source is asked, where it has one.
    pub matches: BTreeMap<String, Vec<Contact>>,
    /// The call that this one goes on from, as after a warm transfer.
    pub replaces: Option<String>,
    /// What calls that ring for one caller have in common: the legs of a ring group, the devices of
    /// one user.
    pub group: Option<String>,
    /// When it happened.
    pub time: SystemTime,
}

impl CallEvent {
    /// An event of a call, now, that names no number and matched nobody.
    #[must_use]
    pub fn new(call_id: impl Into<String>, direction: Direction, state: CallState) -> Self {
        Self {
            call_id: call_id.into(),
            direction,
            state,
            from: None,
            to: None,
            matches: BTreeMap::new(),
            replaces: None,
            group: None,
            time: SystemTime::now(),
        }
    }

    /// The same event of a call from this number.
    #[must_use]
    pub fn from_number(mut self, number: impl Into<String>) -> Self {
        self.from = Some(number.into());
        self
    }

    /// The same event of a call to this number.
    #[must_use]
    pub fn to_number(mut self, number: impl Into<String>) -> Self {
        self.to = Some(number.into());
        self
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

    /// The same event of a call that is one of this group's.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The same event at another state of the call.
    #[must_use]
    pub fn at(mut self, state: CallState) -> Self {
        self.state = state;
        self
    }

    /// The same event, which happened at this time.
    #[must_use]
    pub fn when(mut self, time: SystemTime) -> Self {
        self.time = time;
        self
    }

    /// The number of the side that is not the user's.
    #[must_use]
    pub fn other_number(&self) -> Option<&str> {
        match self.direction {
            Direction::Inbound => self.from.as_deref(),
            Direction::Outbound => self.to.as_deref(),
        }
    }
}
