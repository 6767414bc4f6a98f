//! What a call leads to, account by account.

use callpop_adapter::{CallLog, Contact};

use super::{CallOptions, Host, calling};
use crate::account_store::Account;
use crate::call_event::CallEvent;
use crate::error::{CallError, FindError};
use crate::outcome::Outcome;
use crate::pop_rules::{Decision, PopSettings, Suppression};
use crate::state_file::StateError;

/// What an event led to in one account.
#[derive(Debug)]
pub struct AccountOutcome {
    /// The account's adapter.
    pub adapter: String,
    /// What it led to.
    pub result: PopResult,
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

/// What "Open call log" in the menu of a logged call opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogMenu {
    /// The log's own page.
    LogPage,
    /// The contact's page, as the CRM has none for a log.
    ContactPage,
    /// Nothing: the entry is not to be offered.
    Nothing,
}

impl Host {
    /// Something happened to a call. Each connected account pops by its own settings; each page
    /// opens once for a call, however often and in whichever order its events come, and whatever
    /// dialer process tells of them.
    ///
    /// # Errors
    /// [`StateError`] if what is remembered of calls or accounts cannot be read or written; no
    /// page opens then.
    pub fn on_call(&self, event: &CallEvent) -> Result<Vec<AccountOutcome>, StateError> {
        let accounts = self.accounts.all()?;
        let settings = self.settings.pop()?;
        let decisions = self.calls.hear(event, |call| {
            let decide = |account: Account| {
                let settings = settings.get(&account.adapter).copied().unwrap_or_default();
                let decision = call.decide(event, &account.adapter, settings);
                (decision, account.adapter)
            };
            accounts.into_iter().map(decide).collect::<Vec<_>>()
        })?;
        decisions
            .into_iter()
            .map(|(decision, adapter)| {
                Ok(AccountOutcome {
                    result: self.carry_out(&event.call_id, &adapter, decision)?,
                    adapter,
                })
            })
            .collect()
    }

    /// The user selected this contact, of those that [`PopResult::Ask`] named.
    ///
    /// # Errors
    /// As [`on_call`](Self::on_call).
    pub fn choose(
        &self,
        call_id: &str,
        adapter: &str,
        contact: &Contact,
    ) -> Result<PopResult, StateError> {
        let max_pages = self.pop_settings(adapter)?.max_pages;
        let decision = self
            .calls
            .change(call_id, |call| call.choose(adapter, contact, max_pages))?;
        let unknown = Decision::Nothing(Suppression::Ended);
        self.carry_out(call_id, adapter, decision.unwrap_or(unknown))
    }

    /// When calls of this adapter's account pop, and what.
    ///
    /// # Errors
    /// [`StateError`] if the settings cannot be read.
    pub fn pop_settings(&self, adapter: &str) -> Result<PopSettings, StateError> {
        let settings = self.settings.pop()?;
        Ok(settings.get(adapter).copied().unwrap_or_default())
    }

    /// Changes when calls of this adapter's account pop, and what.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn set_pop_settings(&self, adapter: &str, settings: PopSettings) -> Result<(), StateError> {
        self.settings.set_pop(adapter, settings)
    }

    /// What the menu of a logged call offers.
    ///
    /// # Errors
    /// [`FindError`] if there is no such adapter.
    pub fn log_menu(
        &self,
        adapter: &str,
        log: &CallLog,
        contact: Option<&Contact>,
    ) -> Result<LogMenu, FindError> {
        let (_, description) = self.find(adapter)?;
        let manifest = &description.manifest;
        let has_contact = calling::contact_of(log, contact).is_some();
        Ok(if manifest.can_open_log_page {
            LogMenu::LogPage
        } else if manifest.can_open_contact_page && has_contact {
            LogMenu::ContactPage
        } else {
            LogMenu::Nothing
        })
    }

    fn carry_out(
        &self,
        call_id: &str,
        adapter: &str,
        decision: Decision,
    ) -> Result<PopResult, StateError> {
        let (contacts, left_out) = match decision {
            Decision::Open(contacts, left_out) => (contacts, left_out),
            Decision::Ask(contacts) => return Ok(PopResult::Ask(contacts)),
            Decision::Nothing(why) => return Ok(PopResult::Suppressed(why)),
        };
        let mut outcomes = Vec::new();
        for (index, contact) in contacts.iter().enumerate() {
            match self.open_contact_page(adapter, contact, &CallOptions::default()) {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => {
                    self.calls.change(call_id, |call| {
                        for contact in &contacts[index..] {
                            call.take_back(adapter, &contact.id);
                        }
                    })?;
                    return Ok(PopResult::Failed { outcomes, error });
                }
            }
        }
        Ok(PopResult::Opened { outcomes, left_out })
    }
}
