//! What each token stands for.

use super::EXTRA_PREFIX;
use crate::{CallLog, Contact, Context};

/// The value of a token, if there is one that is not empty.
pub(super) fn value_of(
    name: &str,
    context: &Context,
    contact: Option<&Contact>,
    log: Option<&CallLog>,
) -> Option<String> {
    let fact = |name: &str| context.extras.get(name).cloned();
    let of_log = |text: fn(&CallLog) -> Option<String>| log.and_then(text);
    let value = match name {
        "hostname" => Some(context.hostname.clone()),
        "contactId" => contact
            .map(|it| it.id.clone())
            .or_else(|| of_log(|it| it.contact_id.clone())),
        "contactType" => contact
            .and_then(|it| it.contact_type.clone())
            .or_else(|| of_log(|it| it.contact_type.clone())),
        "contactName" => contact.map(|it| it.name.clone()),
        "contactPhone" => contact.map(|it| it.phone.clone()),
        // When there is no call, a page for the caller is one for the contact.
        "phone" => fact(name).or_else(|| contact.map(|it| it.phone.clone())),
        "calledNumber" | "direction" => fact(name),
        "logId" => of_log(|it| Some(it.log_id.clone())),
        "thirdPartyAppointmentId" => extra(name, context, contact, log),
        _ => match name.strip_prefix(EXTRA_PREFIX) {
            Some(name) => extra(name, context, contact, log),
            None => of_account(name, context),
        },
    };
    value.filter(|text| !text.is_empty())
}

fn extra(
    name: &str,
    context: &Context,
    contact: Option<&Contact>,
    log: Option<&CallLog>,
) -> Option<String> {
    let of_log = log.and_then(|it| it.extras.get(name));
    let of_contact = contact.and_then(|it| it.extras.get(name));
    of_log
        .or(of_contact)
        .or_else(|| context.extras.get(name))
        .cloned()
}

fn of_account(name: &str, context: &Context) -> Option<String> {
    let setting = context.setting(name).filter(|text| !text.is_empty());
    setting
        .map(ToOwned::to_owned)
        .or_else(|| context.stored(name))
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
