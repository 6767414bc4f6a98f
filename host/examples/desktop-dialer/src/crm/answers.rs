//! What the host answers, as the user interface is told of it.

use callpop_host::{
    AccountOutcome, AdapterSettings, CallError, CallEvent, CallLog, Contact, HostEvent, LogMenu,
    LogOut, OnCallError, Outcome, PopResult, Suppression, with_causes,
};

use super::Overview;
use crate::calls::{CallId, Match};

/// What comes of what was asked.
#[derive(Debug, Clone)]
pub enum Told {
    /// What adapters and accounts there are.
    Overview(Overview),
    /// Whose number a call is from or to.
    Matches(CallId, Vec<Match>),
    /// What a call led to in one CRM, in words.
    Popped(CallId, String),
    /// Which of these contacts is it?
    Ask {
        /// The event of the call, to go on with.
        event: CallEvent,
        /// The adapter's id.
        adapter: String,
        /// The CRM's name.
        adapter_name: String,
        /// The contacts.
        contacts: Vec<Contact>,
    },
    /// An account was connected.
    Connected {
        /// The adapter's id.
        adapter: String,
        /// The host that the account lives on.
        hostname: String,
    },
    /// An account was not connected.
    NotConnected {
        /// The adapter's id.
        adapter: String,
        /// Why not.
        why: String,
    },
    /// An account is forgotten.
    LoggedOut {
        /// The adapter's id.
        adapter: String,
    },
    /// What can be set for an adapter, with the values that hold.
    Settings(AdapterSettings),
    /// Settings were not changed.
    NotSaved {
        /// The adapter's id.
        adapter: String,
        /// Why not.
        why: String,
    },
    /// What the menu of a call of the history offers.
    Menu(CallId, Vec<MenuItem>),
    /// Something for the user to know.
    Notice {
        /// In words.
        text: String,
        /// Whether something went wrong.
        is_problem: bool,
    },
}

impl Told {
    /// Something that went as it should.
    #[must_use]
    pub fn notice(text: String) -> Self {
        Self::Notice {
            text,
            is_problem: false,
        }
    }

    /// Something that went wrong.
    #[must_use]
    pub fn problem(text: String) -> Self {
        Self::Notice {
            text,
            is_problem: true,
        }
    }
}

/// What can be opened for a call of the history in one CRM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// The adapter's id.
    pub adapter: String,
    /// The CRM's name.
    pub adapter_name: String,
    /// The contact whose number it was.
    pub contact: Contact,
    /// The log, if there is one.
    pub log: Option<CallLog>,
    /// What opens.
    pub opens: LogMenu,
}

/// What there is to tell of what the host has done. `name` knows the CRMs' names.
pub(super) fn of_event(event: HostEvent, name: impl Fn(&str) -> String) -> Vec<Told> {
    match event {
        HostEvent::Call { event, result, .. } => of_call(&event, result, name),
        HostEvent::Contact {
            event,
            adapter,
            result,
            ..
        } => match result {
            Ok(result) => of_pop(&event, &adapter, &name(&adapter), result),
            Err(error) => vec![Told::problem(with_causes(&error))],
        },
        HostEvent::Page {
            adapter, result, ..
        } => vec![of_page(&name(&adapter), result)],
        HostEvent::Connected {
            adapter, result, ..
        } => vec![match result {
            Ok(account) => Told::Connected {
                adapter,
                hostname: account.hostname.to_string(),
            },
            Err(error) => Told::NotConnected {
                adapter,
                why: with_causes(&error),
            },
        }],
        HostEvent::LoggedOut {
            adapter, result, ..
        } => match result {
            Ok(left) => of_logout(adapter, &name, *left),
            Err(error) => vec![Told::problem(with_causes(&error))],
        },
        _ => Vec::new(),
    }
}

/// What a call led to in each account.
pub(super) fn of_call(
    event: &CallEvent,
    result: Result<Vec<AccountOutcome>, OnCallError>,
    name: impl Fn(&str) -> String,
) -> Vec<Told> {
    match result {
        Ok(outcomes) => outcomes
            .into_iter()
            .flat_map(|it| of_pop(event, &it.adapter, &name(&it.adapter), it.result))
            .collect(),
        Err(error) => vec![Told::problem(with_causes(&error))],
    }
}

/// What a call led to in one account.
fn of_pop(event: &CallEvent, adapter: &str, name: &str, result: PopResult) -> Vec<Told> {
    let call = CallId(event.call_id.clone());
    let popped = |text: String| Told::Popped(call.clone(), text);
    match result {
        PopResult::Opened { outcomes, left_out } => {
            let pages: usize = outcomes.iter().map(|it| it.opened.len()).sum();
            let mut told = vec![popped(match pages {
                1 => format!("Opened in {name}"),
                pages => format!("{pages} pages opened in {name}"),
            })];
            if !left_out.is_empty() {
                let count = left_out.len();
                told.push(Told::notice(format!(
                    "{count} more contacts in {name} have this number; their pages were not opened."
                )));
            }
            told.extend(
                outcomes
                    .into_iter()
                    .flat_map(|it| it.notices)
                    .map(Told::notice),
            );
            told
        }
        PopResult::OpenedFallback(_) => vec![popped(format!("Nobody known; {name} searches"))],
        PopResult::Ask(contacts) => vec![Told::Ask {
            event: event.clone(),
            adapter: adapter.to_owned(),
            adapter_name: name.to_owned(),
            contacts,
        }],
        // What was not to open, or is open already, is no news; what was kept from opening is.
        PopResult::Suppressed(Suppression::Quarantined) => {
            vec![popped(format!("{name} is in quarantine"))]
        }
        PopResult::Failed { error, .. } => vec![
            popped(format!("{name} could not be opened")),
            Told::problem(format!("{name}: {}", with_causes(&error))),
        ],
        _ => Vec::new(),
    }
}

fn of_page(name: &str, opened: Result<Outcome, CallError>) -> Told {
    match opened {
        Ok(outcome) if outcome.notices.is_empty() => Told::notice(format!("Opened in {name}.")),
        Ok(outcome) => Told::notice(outcome.notices.join(" ")),
        Err(error) => Told::problem(format!("{name}: {}", with_causes(&error))),
    }
}

fn of_logout(adapter: String, name: impl Fn(&str) -> String, left: LogOut) -> Vec<Told> {
    let name = name(&adapter);
    let mut told = vec![Told::LoggedOut { adapter }];
    told.push(match &left.problem {
        None => Told::notice(format!("Logged out of {name}.")),
        Some(problem) => Told::problem(format!(
            "Logged out of {name}, but its clean-up failed: {}",
            with_causes(problem)
        )),
    });
    told.extend(left.outcome.notices.into_iter().map(Told::notice));
    told
}
