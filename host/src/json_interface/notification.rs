//! What the host tells without being asked.

use schemars::JsonSchema;
use serde::Serialize;

use super::Failure;
use crate::browser::Page;
use crate::folder_change::FolderChange;
use crate::json_form::{AccountOutcomeForm, CallEventForm, ContactForm};
use crate::state_file::KeptAside;

/// What the host tells without being asked. As JSON it is `{"method", "params"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "method", content = "params")]
#[non_exhaustive]
pub enum Notification {
    /// What a call led to in one account.
    #[serde(rename = "callpop/outcome")]
    Outcome(CallOutcome),
    /// Ask the user which contact it is.
    #[serde(rename = "callpop/ask")]
    Ask(Asked),
    /// Something changed in the plugins folders, while they are watched.
    #[serde(rename = "callpop/adaptersChanged")]
    AdaptersChanged(FolderChange),
    /// Open this page: to a client that opens pages itself.
    #[serde(rename = "callpop/openPage")]
    OpenPage(Page),
    /// Something is not as it should be, and things go on.
    #[serde(rename = "callpop/warning")]
    Warning(Warning),
}

/// What a call led to in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallOutcome {
    /// The dialer's name for the call.
    pub call_id: String,
    /// What it led to.
    #[serde(flatten)]
    pub outcome: AccountOutcomeForm,
}

/// Several contacts match a call, and the user is to select one: the three members, with one contact
/// in place of the contacts, are the parameters of `choose`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Asked {
    /// The call's event.
    pub event: CallEventForm,
    /// The account's adapter.
    pub adapter: String,
    /// The contacts that match.
    pub contacts: Vec<ContactForm>,
}

/// Something is not as it should be, and things go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Warning {
    /// A name for programs: `kept-aside` for a damaged file, `contact-book` for one that cannot be
    /// asked, `notifications-lost`, else that of the failure.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The damaged file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// The method that was called without an id and failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

impl Warning {
    /// That the contact book cannot be asked.
    #[must_use]
    pub fn contact_book(message: impl Into<String>) -> Self {
        Self::new("contact-book", message.into())
    }

    /// That so many notifications were lost, as nobody took them.
    #[must_use]
    pub fn lost(count: u64) -> Self {
        let message = format!("{count} notifications were lost, as they were not taken in time");
        Self::new("notifications-lost", message)
    }

    pub(crate) fn kept_aside(kept: &KeptAside) -> Self {
        Self {
            path: Some(kept.path.to_string_lossy().into_owned()),
            now: Some(kept.now.to_string_lossy().into_owned()),
            ..Self::new("kept-aside", kept.to_string())
        }
    }

    /// That a call failed to which nobody waits for a reply.
    pub(crate) fn unanswered(method: &str, failure: &Failure) -> Self {
        Self {
            method: Some(crate::plain_line(method, 100)),
            ..Self::new(failure.data.code, failure.message.clone())
        }
    }

    fn new(code: &str, message: String) -> Self {
        Self {
            code: code.to_owned(),
            message,
            path: None,
            now: None,
            method: None,
        }
    }
}
