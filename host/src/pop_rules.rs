//! When a call pops, and what: pure functions over what is remembered of a call.
//!
//! The choices are those of the reference extension's call-pop settings (its user guide, "Screen
//! pop"): off, on first ring or on answer, for each direction; and for several matches: none, all,
//! or let the user select.

use std::collections::{BTreeMap, BTreeSet};

use callpop_adapter::Contact;
use serde::{Deserialize, Serialize};

use crate::call_event::{CallEvent, CallState, Direction};

/// At which moment a call pops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PopWhen {
    /// At none.
    Disabled,
    /// When it first rings; when it is answered, if nothing was heard of it before.
    FirstRing,
    /// When it is answered.
    Answer,
}

/// What several matched contacts lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeveralMatches {
    /// No page.
    Disabled,
    /// All their pages.
    OpenAll,
    /// The user selects one.
    Prompt,
}

/// When an account's calls pop, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct PopSettings {
    /// For calls that the user receives.
    pub inbound: PopWhen,
    /// For calls that the user makes.
    pub outbound: PopWhen,
    /// What several matched contacts lead to.
    pub several: SeveralMatches,
    /// The most pages of one call, over all accounts.
    pub max_pages: usize,
}

impl Default for PopSettings {
    fn default() -> Self {
        Self {
            inbound: PopWhen::FirstRing,
            outbound: PopWhen::Disabled,
            several: SeveralMatches::OpenAll,
            max_pages: 5,
        }
    }
}

/// Why a call opens no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Suppression {
    /// The account's settings say so.
    #[error("call-pop is disabled for such calls")]
    Disabled,
    /// It pops when it is answered.
    #[error("it pops when the call is answered")]
    NotAnswered,
    /// Its pages were opened before.
    #[error("its pages were opened already")]
    AlreadyPopped,
    /// The user is asked already.
    #[error("the user is asked already which contact it is")]
    AlreadyAsked,
    /// Several contacts match, and the settings say that none opens then.
    #[error("several contacts match")]
    SeveralMatches,
    /// No contact matches.
    #[error("no contact matches")]
    NoMatch,
    /// The call is over.
    #[error("the call is over")]
    Ended,
    /// As many pages as may be are open for this call.
    #[error("the call has opened as many pages as it may")]
    TooManyPages,
}

/// What an event leads to in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The contacts whose pages open, and those that are left out since there would be too many.
    Open(Vec<Contact>, Vec<Contact>),
    /// The contacts of which the user selects one.
    Ask(Vec<Contact>),
    Nothing(Suppression),
}

/// What is remembered of a call. Of contacts no more than their ids is written to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CallMemory {
    ended: bool,
    /// The ids of the contacts whose pages opened, by the adapter.
    popped: BTreeMap<String, BTreeSet<String>>,
    /// The adapters for which the user was asked.
    asked: BTreeSet<String>,
    /// When something was last heard of the call, in seconds since 1970.
    pub(crate) heard: u64,
}

impl CallMemory {
    /// What is remembered of a call that goes on from this one.
    pub(crate) fn continued(&self) -> Self {
        Self {
            ended: false,
            ..self.clone()
        }
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// Decides what the event leads to in the account of this adapter, and remembers it.
    pub(crate) fn decide(
        &mut self,
        event: &CallEvent,
        adapter: &str,
        settings: PopSettings,
    ) -> Decision {
        if self.ended || event.state == CallState::Ended {
            return Decision::Nothing(Suppression::Ended);
        }
        let when = match event.direction {
            Direction::Inbound => settings.inbound,
            Direction::Outbound => settings.outbound,
        };
        match when {
            PopWhen::Disabled => return Decision::Nothing(Suppression::Disabled),
            PopWhen::Answer if event.state != CallState::Connected => {
                return Decision::Nothing(Suppression::NotAnswered);
            }
            _ => {}
        }
        let matches = distinct(event.matches.get(adapter));
        match (matches.len(), settings.several) {
            (0, _) => Decision::Nothing(Suppression::NoMatch),
            (2.., SeveralMatches::Disabled) => Decision::Nothing(Suppression::SeveralMatches),
            (2.., SeveralMatches::Prompt) => self.ask(adapter, matches),
            _ => self.open(adapter, matches, settings.max_pages),
        }
    }

    fn ask(&mut self, adapter: &str, matches: Vec<Contact>) -> Decision {
        if self.popped.contains_key(adapter) {
            return Decision::Nothing(Suppression::AlreadyPopped);
        }
        if !self.asked.insert(adapter.to_owned()) {
            return Decision::Nothing(Suppression::AlreadyAsked);
        }
        Decision::Ask(matches)
    }

    /// Decides about the contact that the user selected, and remembers it.
    pub(crate) fn choose(
        &mut self,
        adapter: &str,
        contact: &Contact,
        max_pages: usize,
    ) -> Decision {
        if self.ended {
            return Decision::Nothing(Suppression::Ended);
        }
        self.open(adapter, vec![contact.clone()], max_pages)
    }

    /// Opens the contacts that were not opened for this call yet, as far as there may be more.
    fn open(&mut self, adapter: &str, matches: Vec<Contact>, max_pages: usize) -> Decision {
        let pages: usize = self.popped.values().map(BTreeSet::len).sum();
        let before = self.popped.get(adapter);
        let is_new = |contact: &Contact| before.is_none_or(|ids| !ids.contains(&contact.id));
        let mut opened: Vec<_> = matches.into_iter().filter(is_new).collect();
        if opened.is_empty() {
            return Decision::Nothing(Suppression::AlreadyPopped);
        }
        let left_out = opened.split_off(opened.len().min(max_pages.saturating_sub(pages)));
        if opened.is_empty() {
            return Decision::Nothing(Suppression::TooManyPages);
        }
        let popped = self.popped.entry(adapter.to_owned()).or_default();
        popped.extend(opened.iter().map(|contact| contact.id.clone()));
        Decision::Open(opened, left_out)
    }

    /// Forgets that this contact's page was opened, since it was not.
    pub(crate) fn take_back(&mut self, adapter: &str, contact: &str) {
        if let Some(popped) = self.popped.get_mut(adapter) {
            popped.remove(contact);
        }
        self.popped.retain(|_, contacts| !contacts.is_empty());
    }
}

/// The contacts, each once, in their order.
fn distinct(contacts: Option<&Vec<Contact>>) -> Vec<Contact> {
    let mut ids = BTreeSet::new();
    let contacts = contacts.into_iter().flatten();
    contacts
        .filter(|contact| ids.insert(&contact.id))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
