//! What is told of a call, and what is shown of what came of it.

use callpop_host::{
    AccountOutcome, CallEvent, CallState, Direction, OnCallError, Outcome, PopResult, with_causes,
};

/// A call to the user rings, is answered or ends.
pub(crate) fn event(state: CallState, call: &str, number: &str) -> CallEvent {
    CallEvent::new(call, Direction::Inbound, state).from_number(number)
}

/// One line for each account, as a toast would show it.
pub(crate) fn told(result: &Result<Vec<AccountOutcome>, OnCallError>) -> Vec<String> {
    match result {
        Ok(accounts) => {
            let accounts = accounts.iter();
            accounts
                .map(|account| format!("{}: {}", account.adapter, shown(&account.result)))
                .collect()
        }
        Err(error) => vec![with_causes(error)],
    }
}

pub(crate) fn shown(result: &PopResult) -> String {
    match result {
        PopResult::Opened { outcomes, left_out } => match left_out.len() {
            0 => pages(outcomes),
            more => format!("{}, and {more} contacts more", pages(outcomes)),
        },
        PopResult::OpenedFallback(outcome) => {
            format!("nobody known; {}", pages(std::slice::from_ref(outcome)))
        }
        PopResult::Ask(contacts) => {
            let names: Vec<&str> = contacts.iter().map(|it| it.name.as_ref()).collect();
            format!("who is it? {}", names.join(" or "))
        }
        PopResult::Suppressed(why) => format!("no page: {why}"),
        PopResult::Failed { error, .. } => format!("no page: {}", with_causes(error)),
        _ => String::new(),
    }
}

/// What opened, and what the adapter has to say to the user.
fn pages(outcomes: &[Outcome]) -> String {
    let count: usize = outcomes.iter().map(|outcome| outcome.opened.len()).sum();
    let notices = outcomes.iter().flat_map(|outcome| &outcome.notices);
    notices.fold(format!("{count} opened"), |text, notice| {
        format!("{text}; {notice}")
    })
}
