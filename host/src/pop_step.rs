//! How a decision about a call came about, step by step, for whoever asks why.

use std::fmt;

use crate::Contact;
use crate::call_event::{CallState, Direction};
use crate::pop_settings::{PopRule, PopWhen, SeveralMatches};

/// Something that was looked at, in the order in which it was. Its text is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PopStep {
    /// The call's state, and whether it is over.
    State(CallState, bool),
    /// When calls of this direction pop in this account.
    When(Direction, PopWhen),
    /// The account's first rule that fits the call, and its index; `None` if none does.
    Rule(Option<(usize, PopRule)>),
    /// The contacts that match in this account.
    Matches(Vec<Contact>),
    /// What several matches lead to in this account.
    Several(SeveralMatches),
    /// The ids of the contacts whose pages were opened for this call before.
    Before(Vec<String>),
    /// Whether the fallback page that the adapter has may open.
    Fallback(bool),
}

impl fmt::Display for PopStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state, false) => write!(f, "the call is {state}"),
            Self::State(_, true) => f.write_str("the call is over"),
            Self::When(direction, when) => {
                let when = match when {
                    PopWhen::Disabled => "not at all",
                    PopWhen::FirstRing => "on first ring",
                    PopWhen::Answer => "on answer",
                };
                write!(f, "{direction} calls pop {when}")
            }
            Self::Rule(Some((index, rule))) => write!(f, "rule {} fits: {rule}", index + 1),
            Self::Rule(None) => f.write_str("no rule fits, so it may pop"),
            Self::Matches(contacts) => matches(contacts, f),
            Self::Several(several) => f.write_str(match several {
                SeveralMatches::Disabled => "several matches open no page",
                SeveralMatches::OpenAll => "several matches all open",
                SeveralMatches::Prompt => "of several matches the user selects one",
            }),
            Self::Before(ids) => write!(f, "opened for this call before: {}", ids.join(", ")),
            Self::Fallback(true) => f.write_str("nobody knows the number: the fallback page opens"),
            Self::Fallback(false) => {
                f.write_str("nobody knows the number, and the fallback page is turned off")
            }
        }
    }
}

fn matches(contacts: &[Contact], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shown: Vec<_> = contacts
        .iter()
        .map(|it| format!("{} ({})", it.name, it.id))
        .collect();
    match contacts.len() {
        0 => f.write_str("no contact matches"),
        1 => write!(f, "1 contact matches: {}", shown.concat()),
        count => write!(f, "{count} contacts match: {}", shown.join(", ")),
    }
}
