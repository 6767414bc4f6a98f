//! Calls: their events, the user's choice, and pages that open whatever the rules say.

#![expect(unsafe_code, reason = "the names of exported functions")]

use callpop_host::json_form::{CallEventForm, ContactForm};
use callpop_host::{CallOptions, LogMenu};
use serde::Serialize;

use super::{call, records};
use crate::boundary::carry_out;
use crate::created::{CreatedText, HostHandle, WrittenNumber};
use crate::failed::Failed;
use crate::given::{Chars, GivenContact, GivenEvent, GivenLog};
use crate::status::Status;
use crate::structs::{CALLPOP_OPENS_CONTACT_PAGE, CALLPOP_OPENS_LOG_PAGE, CALLPOP_OPENS_NOTHING};

#[derive(Serialize)]
struct TellOfCall {
    event: CallEventForm,
}

/// Something happened to a call: each connected account pops by its own settings, and each page opens
/// once for a call. It returns when that is done, within the deadline of the adapters: not a function
/// for the thread of the user interface. The result is that of `callEvent`, and is told as
/// `callpop/outcome` and `callpop/ask` too.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_call_event(
    host: HostHandle,
    event: GivenEvent,
    created: CreatedText,
) -> Status {
    call(host, created, "callEvent", || {
        let event = records::event(event)?;
        Ok(TellOfCall { event })
    })
}

#[derive(Serialize)]
struct ContactOfCall {
    event: CallEventForm,
    adapter: String,
    contact: ContactForm,
}

impl ContactOfCall {
    fn read(event: GivenEvent, adapter: Chars, contact: GivenContact) -> Result<Self, Failed> {
        Ok(Self {
            event: records::event(event)?,
            adapter: adapter.required("adapter")?,
            contact: ContactForm(records::contact(contact)?),
        })
    }
}

/// The user selected this contact, of those that `callpop/ask` named for the event and the adapter.
/// The result is that of `choose`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_choose(
    host: HostHandle,
    event: GivenEvent,
    adapter: Chars,
    contact: GivenContact,
    created: CreatedText,
) -> Status {
    let of_call = || ContactOfCall::read(event, adapter, contact);
    call(host, created, "choose", of_call)
}

/// The user has created this contact for a call: its page opens, if the settings say so. The result is
/// that of `contactCreated`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_contact_created(
    host: HostHandle,
    event: GivenEvent,
    adapter: Chars,
    contact: GivenContact,
    created: CreatedText,
) -> Status {
    let of_call = || ContactOfCall::read(event, adapter, contact);
    call(host, created, "contactCreated", of_call)
}

/// Opens a contact's page, whatever the rules say. The result is that of `openContactPage`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_open_contact_page(
    host: HostHandle,
    adapter: Chars,
    contact: GivenContact,
    created: CreatedText,
) -> Status {
    carry_out(|| {
        created.begin();
        let host = host.host()?;
        let adapter = adapter.required("adapter")?;
        let contact = records::contact(contact)?;
        let usual = CallOptions::default();
        let opened =
            (host.interface).with_host(|host| host.open_contact_page(&adapter, &contact, &usual));
        created.write_json(&opened?)
    })
}

/// "Open call log": opens a logged call's page, else its contact's. `contact` is the contact that it was
/// logged with, if the log does not name it, or NULL. The result is that of `openLogPage`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_open_log_page(
    host: HostHandle,
    adapter: Chars,
    log: GivenLog,
    contact: GivenContact,
    created: CreatedText,
) -> Status {
    carry_out(|| {
        created.begin();
        let host = host.host()?;
        let adapter = adapter.required("adapter")?;
        let log = records::log(log)?;
        let contact = records::optional_contact(contact)?;
        let usual = CallOptions::default();
        let opened = (host.interface)
            .with_host(|host| host.open_log_page(&adapter, &log, contact.as_ref(), &usual));
        created.write_json(&opened?)
    })
}

/// What "Open call log" in the menu of a logged call opens: CALLPOP_OPENS_NOTHING, _LOG_PAGE or
/// _CONTACT_PAGE is written to `opens`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_log_menu(
    host: HostHandle,
    adapter: Chars,
    log: GivenLog,
    contact: GivenContact,
    opens: WrittenNumber,
) -> Status {
    carry_out(|| {
        opens.write(CALLPOP_OPENS_NOTHING);
        let host = host.host()?;
        let adapter = adapter.required("adapter")?;
        let log = records::log(log)?;
        let contact = records::optional_contact(contact)?;
        let menu =
            (host.interface).with_host(|host| host.log_menu(&adapter, &log, contact.as_ref()))?;
        opens.write(match menu {
            LogMenu::LogPage => CALLPOP_OPENS_LOG_PAGE,
            LogMenu::ContactPage => CALLPOP_OPENS_CONTACT_PAGE,
            LogMenu::Nothing => CALLPOP_OPENS_NOTHING,
        });
        Ok(())
    })
}
