//! What a dialer tells of a call, and what it led to.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contacts::{ContactForm, matches_form};
use crate::call_event::{CallEvent, CallState, Direction};
use crate::causes::with_causes;
use crate::host::{AccountOutcome, PopResult};
use crate::outcome::Outcome;
use crate::pop_rules::Suppression;

/// The end of the year 9999, from 1970 on.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// Something happened to a call. Events may be repeated, and may come in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CallEvent")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CallEventForm {
    /// The dialer's name for the call; the same in all events of one call.
    #[schemars(length(min = 1))]
    pub call_id: String,
    /// Who called whom.
    pub direction: Direction,
    /// How far the call is.
    pub state: CallState,
    /// Who called: a number as the dialer has it, E.164 where it can; none if it is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who was called: the number that was dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The contacts that the other side's number matched, by the adapter whose CRM has them. If
    /// there are none at all, the contact book is asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub matches: BTreeMap<String, Vec<ContactForm>>,
    /// The call that this one goes on from, as after a warm transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// What calls that ring for one caller have in common: the legs of a ring group, the devices of
    /// one user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// When it happened, RFC 3339 in UTC (`2026-01-31T09:30:00Z`); now, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl CallEventForm {
    /// The event.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn into_event(self) -> Result<CallEvent, String> {
        if self.call_id.is_empty() {
            return Err("the call has no id: `callId` is empty".to_owned());
        }
        let mut event = CallEvent::new(self.call_id, self.direction, self.state);
        if let Some(time) = self.time {
            let time = humantime::parse_rfc3339(&time)
                .map_err(|error| format!("`time` is not written by RFC 3339 in UTC: {error}"))?;
            event = event.when(time);
        }
        event.from = self.from;
        event.to = self.to;
        event.replaces = self.replaces;
        event.group = self.group;
        let matches = self.matches.into_iter();
        event.matches = matches
            .map(|(adapter, contacts)| (adapter, contacts.into_iter().map(|it| it.0).collect()))
            .collect();
        Ok(event)
    }
}

impl From<&CallEvent> for CallEventForm {
    fn from(event: &CallEvent) -> Self {
        // What RFC 3339 can write, and no other time makes sense.
        let since = event.time.duration_since(SystemTime::UNIX_EPOCH);
        let is_told = since.is_ok_and(|since| since < YEAR_10000);
        Self {
            call_id: event.call_id.clone(),
            direction: event.direction,
            state: event.state,
            from: event.from.clone(),
            to: event.to.clone(),
            matches: matches_form(event.matches.clone()),
            replaces: event.replaces.clone(),
            group: event.group.clone(),
            time: is_told.then(|| humantime::format_rfc3339_micros(event.time).to_string()),
        }
    }
}

/// What an event led to in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccountOutcome")]
#[non_exhaustive]
pub struct AccountOutcomeForm {
    /// What it led to.
    #[serde(flatten)]
    pub result: PopResultForm,
    /// The account's adapter.
    pub adapter: String,
    /// What was looked at to decide that, in order, in sentences; only if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<String>>,
    /// How long it took to open what was decided on, in microseconds; only if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
}

/// What a call's event leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PopResult")]
#[serde(
    tag = "result",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum PopResultForm {
    /// Pages opened.
    Opened {
        /// One outcome for each contact.
        outcomes: Vec<Outcome>,
        /// Contacts whose pages did not open, since there would have been too many.
        left_out: Vec<ContactForm>,
    },
    /// Nobody knows the number, and the adapter's page for that opened.
    OpenedFallback {
        /// The one outcome.
        outcomes: Vec<Outcome>,
    },
    /// Ask the user which of these contacts it is, and go on with `choose`.
    Ask {
        /// The contacts that match.
        contacts: Vec<ContactForm>,
    },
    /// No page opens.
    Suppressed {
        /// Why.
        reason: SuppressionForm,
    },
    /// A page could not be opened. It is tried again at the call's next event.
    Failed {
        /// What opened before.
        outcomes: Vec<Outcome>,
        /// Why the next did not, in a sentence.
        message: String,
        /// The name of that for programs, as in an error's `data.code`.
        code: String,
    },
}

/// Why an event opens no page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SuppressionReason")]
#[non_exhaustive]
pub struct SuppressionForm {
    /// The name for programs.
    pub code: Suppression,
    /// A sentence for people.
    pub message: String,
}

impl AccountOutcomeForm {
    /// The form of this outcome; with all that was looked at, if that is to be explained.
    #[must_use]
    pub fn of(outcome: &AccountOutcome, explain: bool) -> Self {
        let steps = outcome.steps.iter().map(ToString::to_string).collect();
        let micros = u64::try_from(outcome.took.as_micros()).unwrap_or(u64::MAX);
        Self {
            result: (&outcome.result).into(),
            adapter: outcome.adapter.clone(),
            steps: explain.then_some(steps),
            micros: explain.then_some(micros),
        }
    }
}

impl From<&PopResult> for PopResultForm {
    fn from(result: &PopResult) -> Self {
        let forms =
            |contacts: &[crate::Contact]| contacts.iter().cloned().map(ContactForm).collect();
        match result {
            PopResult::Opened { outcomes, left_out } => Self::Opened {
                outcomes: outcomes.clone(),
                left_out: forms(left_out),
            },
            PopResult::OpenedFallback(outcome) => Self::OpenedFallback {
                outcomes: vec![outcome.clone()],
            },
            PopResult::Ask(contacts) => Self::Ask {
                contacts: forms(contacts),
            },
            PopResult::Suppressed(why) => Self::Suppressed {
                reason: SuppressionForm {
                    code: *why,
                    message: why.to_string(),
                },
            },
            PopResult::Failed { outcomes, error } => Self::Failed {
                outcomes: outcomes.clone(),
                message: with_causes(error),
                code: error.class().to_owned(),
            },
        }
    }
}
