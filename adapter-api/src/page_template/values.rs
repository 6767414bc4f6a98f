//! What each token stands for.

use super::EXTRA_PREFIX;
use crate::{CallLog, Contact, Context, Text};

/// The value of a token, if there is one that is not empty.
pub(super) fn value_of(
    name: &str,
    context: &Context<'_>,
    contact: Option<&Contact<'_>>,
    log: Option<&CallLog<'_>>,
) -> Option<String> {
    let fact = |name: &str| context.extras.get(name).map(Text::as_str);
    let value = match name {
        "hostname" => Some(&*context.hostname),
        "contactId" => contact
            .map(|it| &*it.id)
            .or_else(|| log?.contact_id.as_deref()),
        "contactType" => contact
            .and_then(|it| it.contact_type.as_deref())
            .or_else(|| log?.contact_type.as_deref()),
        "contactName" => contact.map(|it| &*it.name),
        "contactPhone" => contact.map(|it| &*it.phone),
        // When there is no call, a page for the caller is one for the contact.
        "phone" => fact(name).or_else(|| contact.map(|it| &*it.phone)),
        "calledNumber" | "direction" => fact(name),
        "logId" => log.map(|it| &*it.log_id),
        "thirdPartyAppointmentId" => extra(name, context, contact, log),
        _ => match name.strip_prefix(EXTRA_PREFIX) {
            Some(name) => extra(name, context, contact, log),
            None => return of_account(name, context).filter(|text| !text.is_empty()),
        },
    };
    value.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

fn extra<'call>(
    name: &str,
    context: &'call Context<'_>,
    contact: Option<&'call Contact<'_>>,
    log: Option<&'call CallLog<'_>>,
) -> Option<&'call str> {
    let of_log = log.and_then(|it| it.extras.get(name));
    let of_contact = contact.and_then(|it| it.extras.get(name));
    of_log
        .or(of_contact)
        .or_else(|| context.extras.get(name))
        .map(Text::as_str)
}

fn of_account(name: &str, context: &Context<'_>) -> Option<String> {
    let setting = context.setting(name).filter(|text| !text.is_empty());
    setting
        .map(ToOwned::to_owned)
        .or_else(|| context.stored(name).map(String::from))
}

/// The name under which people know a token's value, for errors.
pub(super) fn spoken(name: &str) -> String {
    match name {
        "contactId" => "contact.id".to_owned(),
        "contactType" => "contact.type".to_owned(),
        "contactName" => "contact.name".to_owned(),
        "contactPhone" => "contact.phone".to_owned(),
        "phone" | "calledNumber" | "direction" => format!("call.{name}"),
        "logId" => "log.id".to_owned(),
        "thirdPartyAppointmentId" => format!("log.{name}"),
        _ => match name.strip_prefix(EXTRA_PREFIX) {
            Some(extra) => format!("contact.{extra}"),
            None => name.to_owned(),
        },
    }
}
