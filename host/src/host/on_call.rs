//! What a call leads to, account by account.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::recording::{self, Asked};
use super::side_by_side::Turn;
use super::{CallOptions, Host};
use crate::Contact;
use crate::call_event::{CallEvent, CallState};
use crate::contact_source::ContactSourceError;
use crate::error::CallError;
use crate::outcome::Outcome;
use crate::pop_rules::{CallMemory, Decided, Decision, PopAccount, Suppression};
use crate::pop_settings::{PopOrder, PopSettings};
use crate::pop_step::PopStep;
use crate::runner::{Callback, RunError};
use crate::state_file::StateError;

/// What an event led to in one account.
#[derive(Debug)]
#[non_exhaustive]
pub struct AccountOutcome {
    /// The account's adapter.
    pub adapter: String,
    /// What it led to.
    pub result: PopResult,
    /// What was looked at to decide that, in order.
    pub steps: Vec<PopStep>,
    /// How long it took to open what was decided on.
    pub took: Duration,
}

/// What a call's event leads to.
#[derive(Debug)]
#[non_exhaustive]
pub enum PopResult {
    /// Pages opened.
    Opened {
        /// One outcome for each contact.
        outcomes: Vec<Outcome>,
        /// Contacts whose pages did not open, since there would have been too many.
        left_out: Vec<Contact>,
    },
    /// Nobody knows the number, and the adapter's page for that opened.
    OpenedFallback(Outcome),
    /// Ask the user which of these contacts it is, and go on with [`Host::choose`].
    Ask(Vec<Contact>),
    /// No page opens, and why.
    Suppressed(Suppression),
    /// A page could not be opened. It is tried again at the call's next event.
    Failed {
        /// What opened before.
        outcomes: Vec<Outcome>,
        /// Why the next did not.
        error: CallError,
    },
}

/// What a call leads to cannot be told. No page opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnCallError {
    /// What is remembered of calls or accounts cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// It cannot be told who has the number.
    #[error("it cannot be told who has the number")]
    Contacts(#[from] ContactSourceError),
}

impl OnCallError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::Contacts(_) => "call",
        }
    }
}

impl Host {
    /// Something happened to a call. Each connected account pops by its own settings; each page
    /// opens once for a call, however often and in whichever order its events come, and whatever
    /// dialer process tells of them.
    ///
    /// # Errors
    /// [`OnCallError`]; no page opens then.
    pub fn on_call(&self, event: &CallEvent) -> Result<Vec<AccountOutcome>, OnCallError> {
        self.hear(event, &CallOptions::default())
    }

    /// What [`on_call`](Self::on_call) would do at this moment. No page opens, and nothing is
    /// remembered.
    ///
    /// # Errors
    /// As [`on_call`](Self::on_call).
    pub fn rehearse_call(&self, event: &CallEvent) -> Result<Vec<AccountOutcome>, OnCallError> {
        let dry_run = CallOptions {
            dry_run: true,
            ..CallOptions::default()
        };
        self.hear(event, &dry_run)
    }

    /// The user selected this contact, of those that [`PopResult::Ask`] named for the call of this
    /// event.
    ///
    /// # Errors
    /// As [`on_call`](Self::on_call).
    pub fn choose(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
    ) -> Result<PopResult, OnCallError> {
        let max_pages = self.pop_settings(adapter)?.max_pages;
        let decision = self.calls.change(event, |call| {
            call.choose(&event.call_id, adapter, contact, max_pages)
        })?;
        self.carry_out(
            event,
            adapter,
            decision,
            &CallOptions::default(),
            &Turn::Alone,
        )
    }

    /// The user has created this contact for the call of this event, in the dialer or in the CRM:
    /// opens its page, if the account's settings say so. The call may be over.
    ///
    /// # Errors
    /// As [`on_call`](Self::on_call).
    pub fn contact_created(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
    ) -> Result<PopResult, OnCallError> {
        let settings = self.pop_settings(adapter)?;
        let decision = self
            .calls
            .change(event, |call| call.created(adapter, contact, &settings))?;
        self.carry_out(
            event,
            adapter,
            decision,
            &CallOptions::default(),
            &Turn::Alone,
        )
    }

    /// In which order the accounts are asked about a call, and how many of them pop.
    ///
    /// # Errors
    /// [`StateError`] if the settings cannot be read.
    pub fn pop_order(&self) -> Result<PopOrder, StateError> {
        self.settings.pop_order()
    }

    /// Changes in which order the accounts are asked about a call, and how many of them pop.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn set_pop_order(&self, order: PopOrder) -> Result<(), StateError> {
        self.settings.set_pop_order(order)
    }

    fn hear(
        &self,
        event: &CallEvent,
        options: &CallOptions,
    ) -> Result<Vec<AccountOutcome>, OnCallError> {
        let _span = recording::span_of_event(event).entered();
        let (order, settings) = self.settings.pop_in_order()?;
        let accounts = self.pop_accounts(&order, settings)?;
        let event = &self.with_matches(event)?;
        let decide = |call: &mut CallMemory| call.decide(event, &accounts, order.accounts);
        let decided = if options.dry_run {
            self.calls.rehearse(event, decide)?
        } else {
            // Awake by the time at which it is known what they are asked.
            event.matches.keys().for_each(|it| self.expect_call(it));
            self.calls.hear(event, decide)?
        };
        // One page at most is the rule, and needs no thread.
        if decided.iter().filter(|it| it.decision.opens()).count() > 1 {
            return self.carry_out_side_by_side(event, decided, options);
        }
        let outcome = |decided| self.account_outcome(event, decided, options, Turn::Alone);
        decided.into_iter().map(outcome).collect()
    }

    /// The event with the contacts that match, from the contact source if the dialer names none.
    fn with_matches<'event>(
        &self,
        event: &'event CallEvent,
    ) -> Result<Cow<'event, CallEvent>, ContactSourceError> {
        let source = self.contact_source.as_ref();
        let is_known = !event.matches.is_empty() || event.state == CallState::Ended;
        match (source, event.other_number()) {
            (Some(source), Some(number)) if !is_known => {
                let mut event = event.clone();
                event.matches = source.matches(number)?;
                Ok(Cow::Owned(event))
            }
            _ => Ok(Cow::Borrowed(event)),
        }
    }

    /// The connected accounts in the order in which they are asked.
    fn pop_accounts(
        &self,
        order: &PopOrder,
        mut set: BTreeMap<String, PopSettings>,
    ) -> Result<Vec<PopAccount>, StateError> {
        let catalog = self.catalog();
        let mut accounts = Vec::new();
        for account in self.accounts.all()? {
            let ready = catalog.ready(&account.adapter);
            let own = set.remove(&account.adapter).unwrap_or_default();
            accounts.push(PopAccount {
                settings: self.policy.pop_over(&account.adapter, &own),
                has_fallback: ready
                    .is_some_and(|(_, it)| it.manifest.fallback_contact_page_url.is_some()),
                adapter: account.adapter,
            });
        }
        // Stable: accounts that are not named stay in the order in which they were connected.
        accounts.sort_by_key(|account| order.rank(&account.adapter));
        Ok(accounts)
    }

    pub(super) fn account_outcome(
        &self,
        event: &CallEvent,
        decided: Decided,
        options: &CallOptions,
        turn: Turn,
    ) -> Result<AccountOutcome, OnCallError> {
        let start = Instant::now();
        let result = self.carry_out(event, &decided.adapter, decided.decision, options, &turn)?;
        Ok(AccountOutcome {
            adapter: decided.adapter,
            result,
            steps: decided.steps,
            took: start.elapsed(),
        })
    }

    fn carry_out(
        &self,
        event: &CallEvent,
        adapter: &str,
        decision: Decision,
        options: &CallOptions,
        turn: &Turn,
    ) -> Result<PopResult, OnCallError> {
        let _span = tracing::info_span!("account", adapter).entered();
        self.tell_unopened(event, adapter, &decision, options);
        let (contacts, left_out) = match decision {
            Decision::Open(contacts, left_out) => (contacts, left_out),
            Decision::OpenFallback => return self.open_fallback(event, adapter, options, turn),
            Decision::Ask(contacts) => return Ok(PopResult::Ask(contacts)),
            Decision::Nothing(why) => return Ok(PopResult::Suppressed(why)),
        };
        let mut outcomes = Vec::new();
        for (index, contact) in contacts.iter().enumerate() {
            match self.pop_contact(event, adapter, contact, options, turn) {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => {
                    if !options.dry_run {
                        self.calls.change(event, |call| {
                            for contact in &contacts[index..] {
                                call.take_back(adapter, &contact.id);
                            }
                        })?;
                    }
                    return Ok(failed(outcomes, error));
                }
            }
        }
        Ok(PopResult::Opened { outcomes, left_out })
    }

    /// Opens the page that the adapter has for a number that nobody knows. It is a template in the
    /// manifest, so no code of the adapter runs.
    fn open_fallback(
        &self,
        event: &CallEvent,
        adapter: &str,
        options: &CallOptions,
        turn: &Turn,
    ) -> Result<PopResult, OnCallError> {
        let asked = Asked::of(adapter, Callback::OpenContactPage, options).call(event);
        let opened = self.recorded(asked, |seen| {
            let mut callee = self.callee(adapter, options)?;
            callee.facts = facts(event);
            callee.turn = turn.clone();
            callee.told(seen, self.fallback_page(&callee, options))
        });
        match opened {
            Ok(outcome) => Ok(PopResult::OpenedFallback(outcome)),
            Err(error) => {
                if !options.dry_run {
                    self.calls
                        .change(event, |call| call.take_back_fallback(adapter))?;
                }
                Ok(failed(Vec::new(), error))
            }
        }
    }

    fn pop_contact(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
        options: &CallOptions,
        turn: &Turn,
    ) -> Result<Outcome, CallError> {
        let asked = Asked::of(adapter, Callback::OpenContactPage, options)
            .contact(Some(contact))
            .call(event);
        self.recorded(asked, |seen| {
            let mut callee = self.callee(adapter, options)?;
            callee.facts = facts(event);
            callee.turn = turn.clone();
            callee.told(seen, self.contact_page(&callee, contact, options))
        })
    }
}

/// What went wrong with a page, as a suppression where it is one.
fn failed(outcomes: Vec<Outcome>, error: CallError) -> PopResult {
    let is_quarantined = matches!(
        &error,
        CallError::Run {
            source: RunError::Quarantined(_),
            ..
        }
    );
    if is_quarantined && outcomes.is_empty() {
        return PopResult::Suppressed(Suppression::Quarantined);
    }
    PopResult::Failed { outcomes, error }
}

/// What a callback learns of the call, by name.
fn facts(event: &CallEvent) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("trigger".to_owned(), "call-pop".to_owned()),
        ("direction".to_owned(), event.direction.to_string()),
    ]);
    let numbers = [
        ("phone", event.other_number()),
        ("calledNumber", event.to.as_deref()),
    ];
    for (name, number) in numbers {
        facts.extend(number.map(|number| (name.to_owned(), number.to_owned())));
    }
    facts
}
