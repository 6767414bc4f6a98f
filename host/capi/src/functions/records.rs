//! Turns the structs that C programs fill in into the host's own.

use std::time::{Duration, SystemTime};

use callpop_host::json_form::CallEventForm;
use callpop_host::{CallEvent, CallLog, CallState, Contact, Direction};

use crate::failed::Failed;
use crate::given::{GivenContact, GivenEvent, GivenLog};
use crate::structs::{
    self, CALLPOP_CONNECTED, CALLPOP_ENDED, CALLPOP_INBOUND, CALLPOP_OUTBOUND, CALLPOP_RINGING,
};

pub(super) fn contact(given: GivenContact) -> Result<Contact, Failed> {
    optional_contact(given)?.ok_or_else(|| Failed::null("contact"))
}

pub(super) fn optional_contact(given: GivenContact) -> Result<Option<Contact>, Failed> {
    given.read()?.as_ref().map(read).transpose()
}

pub(super) fn log(given: GivenLog) -> Result<CallLog, Failed> {
    let given = given.read()?.ok_or_else(|| Failed::null("log"))?;
    let mut log = CallLog::new(given.log_id.required("log_id")?);
    if let Some(id) = given.contact_id.optional("contact_id")? {
        log = log.with_contact_id(id);
    }
    if let Some(contact_type) = given.contact_type.optional("contact_type")? {
        log = log.with_contact_type(contact_type);
    }
    for (name, value) in given.extras.read(given.extra_count, "extras")? {
        log = log.with_extra(name, value.unwrap_or_default());
    }
    Ok(log)
}

pub(super) fn event(given: GivenEvent) -> Result<CallEventForm, Failed> {
    let given = given.read()?.ok_or_else(|| Failed::null("event"))?;
    let direction = match given.direction {
        CALLPOP_INBOUND => Direction::Inbound,
        CALLPOP_OUTBOUND => Direction::Outbound,
        other => return Err(Failed::constant("direction", other)),
    };
    let state = match given.state {
        CALLPOP_RINGING => CallState::Ringing,
        CALLPOP_CONNECTED => CallState::Connected,
        CALLPOP_ENDED => CallState::Ended,
        other => return Err(Failed::constant("state", other)),
    };
    let mut event = CallEvent::new(given.call_id.required("call_id")?, direction, state);
    event.from = given.from.optional("from")?;
    event.to = given.to.optional("to")?;
    event.replaces = given.replaces.optional("replaces")?;
    event.group = given.group.optional("group")?;
    if let Some(time) = time(given.time_ms)? {
        event = event.when(time);
    }
    for contact in given.read_contacts()? {
        let adapter = contact.adapter.required("adapter")?;
        event = event.with_match(adapter, read(&contact)?);
    }
    Ok(CallEventForm::from(&event))
}

fn time(milliseconds: i64) -> Result<Option<SystemTime>, Failed> {
    /// The end of the year 9999, the last that RFC 3339 can write.
    const END: i64 = 253_402_300_800_000;
    match u64::try_from(milliseconds) {
        Ok(0) => Ok(None),
        Ok(since) if milliseconds < END => {
            Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_millis(since)))
        }
        _ => Err(Failed::usage(
            "`time_ms` is no time from 1970 to 9999, in milliseconds",
        )),
    }
}

fn read(given: &structs::Contact) -> Result<Contact, Failed> {
    let mut contact = Contact::new(
        given.id.required("id")?,
        given.name.optional("name")?.unwrap_or_default(),
        given.phone.optional("phone")?.unwrap_or_default(),
    );
    if let Some(contact_type) = given.r#type.optional("type")? {
        contact = contact.with_type(contact_type);
    }
    for (name, value) in given.extras.read(given.extra_count, "extras")? {
        contact = contact.with_extra(name, value.unwrap_or_default());
    }
    Ok(contact)
}
