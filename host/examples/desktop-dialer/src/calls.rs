//! What a call is, how far it is, and how it ended.

pub mod history;

use std::fmt;
use std::time::SystemTime;

use callpop_host::{CallEvent, CallState, Contact, Direction};
use serde::{Deserialize, Deserializer, Serialize, de};

/// The dialer's name of a call: SIP's own name of its dialog, as far as the caller makes it
/// (`Call-ID` and tag), so that the same call has the same name after a restart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(pub String);

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The user's own telephone rings, or the other side's does not ring yet.
    Waiting,
    /// The other side's telephone rings.
    RingsThere,
    /// Answered.
    Connected,
    /// Over, since then.
    Ended(SystemTime, Ending),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It was answered, and one side hung up.
    HungUp,
    /// The caller gave up before anybody answered.
    Missed,
    /// The user did not want it.
    Declined,
    /// The user gave up before anybody answered.
    Cancelled,
    /// The other side was busy or did not want it.
    Refused,
    /// It could not be put through.
    Failed,
}

impl Ending {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HungUp => "Ended",
            Self::Missed => "Missed",
            Self::Declined => "Declined",
            Self::Cancelled => "Cancelled",
            Self::Refused => "Busy or declined",
            Self::Failed => "Could not be put through",
        }
    }
}

/// A contact that a call's number belongs to, and the adapter whose CRM has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The adapter's id.
    pub adapter: String,
    /// The record.
    #[serde(deserialize_with = "owned_contact")]
    pub contact: Contact,
}

/// The host's contacts borrow from what they are read from; those of the history do not.
fn owned_contact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Contact, D::Error> {
    let json = serde_json::Value::deserialize(deserializer)?;
    callpop_host::contact_from_json(&json.to_string()).map_err(de::Error::custom)
}

/// A call, as the telephone system tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its name.
    pub id: CallId,
    /// Who called whom.
    pub direction: Direction,
    /// The other side's number; none if it is withheld.
    pub number: Option<String>,
    /// What the other side calls itself.
    pub name: Option<String>,
    /// The number that was dialled.
    pub dialled: Option<String>,
    /// The id under which the telephone system logs it in the CRM, if that does.
    pub log_id: Option<String>,
    /// When it began.
    pub began: SystemTime,
    /// When it was answered, if it was.
    pub answered: Option<SystemTime>,
    /// How far it is.
    pub phase: Phase,
    /// Whose number it is.
    pub matches: Vec<Match>,
}

impl Call {
    /// A call that has just begun.
    #[must_use]
    pub fn new(id: CallId, direction: Direction) -> Self {
        Self {
            id,
            direction,
            number: None,
            name: None,
            dialled: None,
            log_id: None,
            began: SystemTime::now(),
            answered: None,
            phase: Phase::Waiting,
            matches: Vec::new(),
        }
    }

    /// Whom to show: the contact's name, else what the other side calls itself, else the number.
    #[must_use]
    pub fn title(&self) -> String {
        let contact = self.matches.first().map(|it| it.contact.name.to_string());
        let name = contact.filter(|name| !name.is_empty());
        name.or_else(|| self.name.clone())
            .or_else(|| self.number.clone())
            .unwrap_or_else(|| "Number withheld".to_owned())
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(..))
    }

    /// Whether the user can answer it.
    #[must_use]
    pub fn can_answer(&self) -> bool {
        self.direction == Direction::Inbound && self.phase == Phase::Waiting
    }

    /// Whether the user can hang up, and not only decline.
    #[must_use]
    pub fn can_hang_up(&self) -> bool {
        !self.is_over() && !self.can_answer()
    }

    /// What the host is told of it as it is.
    #[must_use]
    pub fn event(&self) -> CallEvent {
        let state = match self.phase {
            Phase::Waiting | Phase::RingsThere => CallState::Ringing,
            Phase::Connected => CallState::Connected,
            Phase::Ended(..) => CallState::Ended,
        };
        let mut event = CallEvent::new(&*self.id.0, self.direction, state);
        let (from, to) = match self.direction {
            Direction::Inbound => (&self.number, &self.dialled),
            Direction::Outbound => (&None, &self.number),
        };
        event.from.clone_from(from);
        event.to.clone_from(to);
        for known in &self.matches {
            event = event.with_match(&known.adapter, known.contact.clone());
        }
        event
    }
}
