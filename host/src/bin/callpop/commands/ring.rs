//! `callpop ring`: a whole call, played through the rules.

mod picker;
mod report;

use std::time::SystemTime;

use callpop_host::{
    AccountOutcome, CallEvent, CallState, Contact, ContactBook, Direction, Host, PopResult,
    contact_from_json, with_causes,
};

use super::{contacts, warn_of_damage};
use crate::args::{Everywhere, Ring};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use report::Report;

pub(crate) fn run(ring: &Ring, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let mut call = call(ring)?;
    if ring.matches.is_empty() {
        look_up(&mut call, ring, everywhere, output)?;
    }
    let host = everywhere.host()?;
    let mut report = Report::new(&call, ring.explain, everywhere.dry_run, output);
    let played = play(&host, &call, ring, everywhere, &mut report);
    warn_of_damage(&host, output);
    report.finish(played?)
}

/// Plays the call's events; the first failure among their outcomes, if there was one.
fn play(
    host: &Host,
    call: &CallEvent,
    ring: &Ring,
    everywhere: &Everywhere,
    report: &mut Report<'_>,
) -> Result<Option<Failure>, Failure> {
    if host.accounts()?.is_empty() {
        let message = "no account is connected, so no call can open a page";
        return Err(Failure::new(Exit::Usage, "not-connected", message)
            .advice("Connect one with: callpop connect ADAPTER HOST-OR-URL"));
    }
    let mut failure = None;
    for state in states(ring, everywhere) {
        let event = call.clone().at(state);
        let mut outcomes = if everywhere.dry_run {
            host.rehearse_call(&event)?
        } else {
            host.on_call(&event)?
        };
        if !everywhere.dry_run {
            for outcome in &mut outcomes {
                ask(host, &event, ring, outcome)?;
            }
        }
        report.event(&event, &outcomes, host);
        failure = failure.or_else(|| outcomes.into_iter().find_map(failure_of));
    }
    Ok(failure)
}

fn call(ring: &Ring) -> Result<CallEvent, Failure> {
    let (direction, from, to) = if ring.outbound {
        (Direction::Outbound, ring.own.as_ref(), Some(&ring.number))
    } else {
        (Direction::Inbound, Some(&ring.number), ring.own.as_ref())
    };
    let id = ring.call_id.clone().unwrap_or_else(new_call_id);
    let mut call = CallEvent::new(id, direction, CallState::Ringing);
    call.from = from.cloned();
    call.to = to.cloned();
    call.replaces.clone_from(&ring.replaces);
    for (adapter, contact) in &ring.matches {
        call = call.with_match(adapter, contact_from_json(contact)?);
    }
    Ok(call)
}

/// Who calls, as the contact book knows it. A book that cannot be asked is no reason to be silent:
/// the fallback page may still open.
fn look_up(
    call: &mut CallEvent,
    ring: &Ring,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let book = ContactBook::open(&everywhere.home_folder()?, ring.country);
    let found = book.and_then(|book| {
        let found = book.find(&ring.number);
        contacts::warn_of_damaged_book(&book, output);
        found
    });
    match found {
        Ok(found) => call.matches = found,
        Err(error) => output.error_line(format!("warning: {}", with_causes(&error))),
    }
    Ok(())
}

/// An id that no other call has.
fn new_call_id() -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!("ring-{}-{}", now.as_micros(), std::process::id())
}

/// The states that the call goes through here. A rehearsal remembers nothing, so that only the last
/// one tells what would open.
fn states(ring: &Ring, everywhere: &Everywhere) -> Vec<CallState> {
    if let Some(state) = ring.state {
        return vec![state.into()];
    }
    let mut states = vec![CallState::Ringing];
    if ring.answer {
        states.push(CallState::Connected);
    }
    if everywhere.dry_run {
        return states.split_off(states.len() - 1);
    }
    // A call with an id goes on: the dialer tells when it is over.
    if ring.call_id.is_none() {
        states.push(CallState::Ended);
    }
    states
}

/// Lets the user select one of several contacts, where there is somebody to ask.
fn ask(
    host: &Host,
    event: &CallEvent,
    ring: &Ring,
    outcome: &mut AccountOutcome,
) -> Result<(), Failure> {
    let PopResult::Ask(contacts) = &outcome.result else {
        return Ok(());
    };
    let selected = match &ring.choose {
        Some(id) => Some(chosen(id, contacts)?.clone()),
        None => {
            let question = format!("{}: who is it? ({})", call_line(event), outcome.adapter);
            picker::select(&question, contacts)?
        }
    };
    if let Some(contact) = selected {
        outcome.result = host.choose(event, &outcome.adapter, &contact)?;
    }
    Ok(())
}

/// The contact with this id.
fn chosen<'contacts>(
    id: &str,
    contacts: &'contacts [Contact],
) -> Result<&'contacts Contact, Failure> {
    contacts
        .iter()
        .find(|contact| contact.id == id)
        .ok_or_else(|| {
            let ids: Vec<_> = contacts.iter().map(|contact| contact.id.as_str()).collect();
            let message = format!(
                "no contact with the id `{id}` matches; there are: {}",
                ids.join(", ")
            );
            Failure::new(Exit::Usage, "no-such-contact", message)
        })
}

/// Who calls whom, in one line.
fn call_line(event: &CallEvent) -> String {
    let number = event.other_number().unwrap_or("a withheld number");
    let number = callpop_host::plain_line(number, 100);
    match event.direction {
        Direction::Inbound => format!("Call from {number}"),
        Direction::Outbound => format!("Call to {number}"),
    }
}

/// A contact in one line, as it is shown and searched.
fn contact_line(contact: &Contact) -> String {
    let name = match contact.name.as_str() {
        "" => "(no name)",
        name => name,
    };
    let parts = [
        Some(name),
        contact.contact_type.as_deref(),
        Some(&contact.id),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    callpop_host::plain_line(&parts.join(" · "), 200)
}

fn failure_of(outcome: AccountOutcome) -> Option<Failure> {
    match outcome.result {
        PopResult::Failed { error, .. } => Some(error.into()),
        _ => None,
    }
}
