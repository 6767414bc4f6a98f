//! When a call pops, and what: pure functions over what is remembered of a call.
//!
//! What a user can choose stands in `pop_settings.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Contact;
use crate::call_event::{CallEvent, CallState};
use crate::pop_settings::{PopAccounts, PopSettings, PopWhen, SeveralMatches};
use crate::pop_step::PopStep;

/// Why a call opens no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Suppression {
    /// The account's settings say so.
    #[error("call-pop is disabled for such calls")]
    Disabled,
    /// One of the account's rules says so.
    #[error("a rule says that such calls do not pop")]
    Rule,
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
    /// Only the first account that knows the number pops, and that is another one.
    #[error("another account comes first")]
    AnotherAccount,
    /// The call is over.
    #[error("the call is over")]
    Ended,
    /// As many pages as may be are open for this call.
    #[error("the call has opened as many pages as it may")]
    TooManyPages,
    /// The adapter has failed too often; [`Host::quarantined`](crate::Host::quarantined) says more.
    #[error("the adapter is in quarantine")]
    Quarantined,
}

/// What an event leads to in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The contacts whose pages open, and those that are left out since there would be too many.
    Open(Vec<Contact>, Vec<Contact>),
    /// Nobody knows the number: the adapter's page for that opens.
    OpenFallback,
    /// The contacts of which the user selects one.
    Ask(Vec<Contact>),
    Nothing(Suppression),
}

impl Decision {
    /// Whether pages open.
    pub(crate) fn opens(&self) -> bool {
        matches!(self, Self::Open(..) | Self::OpenFallback)
    }
}

/// An account, as far as the rules go by it.
#[derive(Debug, Clone)]
pub(crate) struct PopAccount {
    pub(crate) adapter: String,
    pub(crate) settings: PopSettings,
    /// Whether its adapter has a page for a number that nobody knows.
    pub(crate) has_fallback: bool,
}

/// A decision, and how it came about.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) adapter: String,
    pub(crate) decision: Decision,
    pub(crate) steps: Vec<PopStep>,
}

/// What is remembered of a call, or of calls that are one group. Of contacts no more than their ids
/// is written to a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CallMemory {
    /// Whether each of the group's calls is over, by its id.
    pub(crate) legs: BTreeMap<String, bool>,
    /// The ids of the contacts whose pages opened, by the adapter.
    popped: BTreeMap<String, BTreeSet<String>>,
    /// The adapters for which the user was asked.
    asked: BTreeSet<String>,
    /// The adapters whose fallback page opened.
    fallback: BTreeSet<String>,
    /// When something was last heard of the call, in seconds since 1970.
    pub(crate) heard: u64,
}

impl CallMemory {
    /// This call goes on from that one: what was done for that one is not done again.
    pub(crate) fn continue_from(&mut self, before: Self) {
        for (adapter, contacts) in before.popped {
            self.popped.entry(adapter).or_default().extend(contacts);
        }
        self.asked.extend(before.asked);
        self.fallback.extend(before.fallback);
    }

    pub(crate) fn end(&mut self, call_id: &str) {
        self.legs.insert(call_id.to_owned(), true);
    }

    fn has_ended(&self, call_id: &str) -> bool {
        self.legs.get(call_id).copied().unwrap_or_default()
    }

    /// Decides what the event leads to in each account, in the order of the accounts, and remembers
    /// it.
    pub(crate) fn decide(
        &mut self,
        event: &CallEvent,
        accounts: &[PopAccount],
        which: PopAccounts,
    ) -> Vec<Decided> {
        self.legs.entry(event.call_id.clone()).or_default();
        let only = match which {
            PopAccounts::All => None,
            PopAccounts::First => self.first(event, accounts),
        };
        let is_known = accounts
            .iter()
            .any(|it| !matches_of(event, &it.adapter).is_empty());
        accounts
            .iter()
            .map(|account| {
                let mut steps = Vec::new();
                let is_other = only.as_ref().is_some_and(|only| *only != account.adapter);
                let decision = self
                    .obstacle(event, account, &mut steps)
                    .or_else(|| is_other.then_some(Suppression::AnotherAccount))
                    .map_or_else(
                        || self.pop(event, account, is_known, &mut steps),
                        Decision::Nothing,
                    );
                Decided {
                    adapter: account.adapter.clone(),
                    decision,
                    steps,
                }
            })
            .collect()
    }

    /// The account that pops where only the first one does: the one that did already, else the
    /// first that knows the number and wants to pop now or when the call is answered, else the first
    /// with a page for a number that nobody knows.
    fn first(&self, event: &CallEvent, accounts: &[PopAccount]) -> Option<String> {
        let before = self.popped.keys().chain(&self.asked).next();
        if before.is_some() {
            return before.cloned();
        }
        let wants = |account: &&PopAccount| {
            let rule = account.settings.rule_for(event);
            account.settings.when(event.direction) != PopWhen::Disabled
                && rule.is_none_or(|(_, rule)| rule.pop)
        };
        let knows = |account: &&PopAccount| !matches_of(event, &account.adapter).is_empty();
        let falls_back =
            |account: &&PopAccount| account.has_fallback && account.settings.fallback_page;
        let wanting = || accounts.iter().filter(wants);
        wanting()
            .find(knows)
            .or_else(|| wanting().find(falls_back))
            .map(|account| account.adapter.clone())
    }

    /// What speaks against any page, whoever called.
    fn obstacle(
        &self,
        event: &CallEvent,
        account: &PopAccount,
        steps: &mut Vec<PopStep>,
    ) -> Option<Suppression> {
        let has_ended = self.has_ended(&event.call_id) || event.state == CallState::Ended;
        steps.push(PopStep::State(event.state, has_ended));
        if has_ended {
            return Some(Suppression::Ended);
        }
        let when = account.settings.when(event.direction);
        steps.push(PopStep::When(event.direction, when));
        if when == PopWhen::Disabled {
            return Some(Suppression::Disabled);
        }
        if !account.settings.rules.is_empty() {
            let rule = account.settings.rule_for(event);
            let pops = rule.is_none_or(|(_, rule)| rule.pop);
            steps.push(PopStep::Rule(
                rule.map(|(index, rule)| (index, rule.clone())),
            ));
            if !pops {
                return Some(Suppression::Rule);
            }
        }
        let waits = when == PopWhen::Answer && event.state != CallState::Connected;
        waits.then_some(Suppression::NotAnswered)
    }

    fn pop(
        &mut self,
        event: &CallEvent,
        account: &PopAccount,
        is_known: bool,
        steps: &mut Vec<PopStep>,
    ) -> Decision {
        let (adapter, settings) = (account.adapter.as_str(), &account.settings);
        let matches = matches_of(event, adapter);
        steps.push(PopStep::Matches(matches.clone()));
        if matches.len() > 1 {
            steps.push(PopStep::Several(settings.several));
        }
        if let Some(before) = self.popped.get(adapter) {
            steps.push(PopStep::Before(before.iter().cloned().collect()));
        }
        match (matches.len(), settings.several) {
            (0, _) => self.nobody(account, is_known, steps),
            (2.., SeveralMatches::Disabled) => Decision::Nothing(Suppression::SeveralMatches),
            (2.., SeveralMatches::Prompt) => self.ask(adapter, matches),
            _ => self.open(adapter, matches, settings.max_pages),
        }
    }

    fn nobody(
        &mut self,
        account: &PopAccount,
        is_known: bool,
        steps: &mut Vec<PopStep>,
    ) -> Decision {
        let has_popped = !self.popped.is_empty() || !self.asked.is_empty();
        if is_known || has_popped || !account.has_fallback {
            return Decision::Nothing(Suppression::NoMatch);
        }
        steps.push(PopStep::Fallback(account.settings.fallback_page));
        if !account.settings.fallback_page {
            return Decision::Nothing(Suppression::NoMatch);
        }
        if self.fallback.contains(&account.adapter) {
            return Decision::Nothing(Suppression::AlreadyPopped);
        }
        if self.pages() >= account.settings.max_pages {
            return Decision::Nothing(Suppression::TooManyPages);
        }
        self.fallback.insert(account.adapter.clone());
        Decision::OpenFallback
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
        call_id: &str,
        adapter: &str,
        contact: &Contact,
        max_pages: usize,
    ) -> Decision {
        if self.has_ended(call_id) {
            return Decision::Nothing(Suppression::Ended);
        }
        self.open(adapter, vec![contact.clone()], max_pages)
    }

    /// Decides about a contact that the user has just created, which may be after the call.
    pub(crate) fn created(
        &mut self,
        adapter: &str,
        contact: &Contact,
        settings: &PopSettings,
    ) -> Decision {
        if !settings.open_created {
            return Decision::Nothing(Suppression::Disabled);
        }
        self.open(adapter, vec![contact.clone()], settings.max_pages)
    }

    /// Opens the contacts that were not opened for this call yet, as far as there may be more.
    fn open(&mut self, adapter: &str, matches: Vec<Contact>, max_pages: usize) -> Decision {
        let pages = self.pages();
        let before = self.popped.get(adapter);
        let is_new = |contact: &Contact| before.is_none_or(|ids| !ids.contains(&*contact.id));
        let mut opened: Vec<_> = matches.into_iter().filter(is_new).collect();
        if opened.is_empty() {
            return Decision::Nothing(Suppression::AlreadyPopped);
        }
        let left_out = opened.split_off(opened.len().min(max_pages.saturating_sub(pages)));
        if opened.is_empty() {
            return Decision::Nothing(Suppression::TooManyPages);
        }
        let popped = self.popped.entry(adapter.to_owned()).or_default();
        popped.extend(opened.iter().map(|contact| contact.id.to_string()));
        Decision::Open(opened, left_out)
    }

    /// How many pages opened for the call.
    fn pages(&self) -> usize {
        self.popped.values().map(BTreeSet::len).sum::<usize>() + self.fallback.len()
    }

    /// Forgets that this contact's page was opened, since it was not.
    pub(crate) fn take_back(&mut self, adapter: &str, contact: &str) {
        if let Some(popped) = self.popped.get_mut(adapter) {
            popped.remove(contact);
        }
        self.popped.retain(|_, contacts| !contacts.is_empty());
    }

    /// Forgets that this adapter's fallback page was opened, since it was not.
    pub(crate) fn take_back_fallback(&mut self, adapter: &str) {
        self.fallback.remove(adapter);
    }
}

/// The extra by which dialers mark an entry of their match list that offers to create a contact,
/// which is no match (`isNewContact` in the reference extension's `src/core/contact.js`).
const NEW_CONTACT: &str = "isNewContact";

/// The account's matched contacts, each once, in their order.
fn matches_of(event: &CallEvent, adapter: &str) -> Vec<Contact> {
    let mut ids = BTreeSet::new();
    let contacts = event.matches.get(adapter).into_iter().flatten();
    contacts
        .filter(|contact| {
            contact
                .extras
                .get(NEW_CONTACT)
                .is_none_or(|it| it != "true")
        })
        .filter(|contact| ids.insert(&contact.id))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
