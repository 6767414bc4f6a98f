//! The way into the adapter. The host lends texts that it made itself, so they are UTF-8.

use super::{CallLog, Contact, Context, Named, RSlice, RStr};
use crate::{NamedTexts, Text};

/// Calls with `context` as it crosses the boundary.
pub(super) fn lend<T>(context: &crate::Context<'_>, call: impl FnOnce(&Context<'_>) -> T) -> T {
    let (stored, settings) = (named(&context.stored), named(&context.settings));
    let extras = named(&context.extras);
    call(&Context {
        hostname: text(&context.hostname),
        stored: RSlice::from_slice(&stored),
        settings: RSlice::from_slice(&settings),
        extras: RSlice::from_slice(&extras),
    })
}

pub(super) fn contact<'call>(
    contact: &'call crate::Contact<'_>,
    extras: &'call [Named<'call>],
) -> Contact<'call> {
    Contact {
        id: text(&contact.id),
        name: text(&contact.name),
        phone: text(&contact.phone),
        contact_type: text(contact.contact_type.as_deref().unwrap_or_default()),
        extras: RSlice::from_slice(extras),
    }
}

pub(super) fn call_log<'call>(
    log: &'call crate::CallLog<'_>,
    extras: &'call [Named<'call>],
) -> CallLog<'call> {
    CallLog {
        log_id: text(&log.log_id),
        contact_id: text(log.contact_id.as_deref().unwrap_or_default()),
        contact_type: text(log.contact_type.as_deref().unwrap_or_default()),
        extras: RSlice::from_slice(extras),
    }
}

pub(super) fn named<'call>(texts: &'call NamedTexts<'_>) -> Vec<Named<'call>> {
    if texts.is_empty() {
        return Vec::new();
    }
    let named = |(name, value): (&'call Text<'_>, &'call Text<'_>)| Named {
        name: text(name),
        value: text(value),
    };
    texts.iter().map(named).collect()
}

fn text(text: &str) -> RStr<'_> {
    RStr::from_str(text)
}

impl<'call> From<&Context<'call>> for crate::Context<'call> {
    fn from(context: &Context<'call>) -> Self {
        Self {
            hostname: borrowed(context.hostname),
            stored: by_name(context.stored),
            settings: by_name(context.settings),
            extras: by_name(context.extras),
        }
    }
}

impl<'call> From<&Contact<'call>> for crate::Contact<'call> {
    fn from(contact: &Contact<'call>) -> Self {
        Self {
            id: borrowed(contact.id),
            name: borrowed(contact.name),
            phone: borrowed(contact.phone),
            contact_type: unless_empty(contact.contact_type),
            extras: by_name(contact.extras),
        }
    }
}

impl<'call> From<&CallLog<'call>> for crate::CallLog<'call> {
    fn from(log: &CallLog<'call>) -> Self {
        Self {
            log_id: borrowed(log.log_id),
            contact_id: unless_empty(log.contact_id),
            contact_type: unless_empty(log.contact_type),
            extras: by_name(log.extras),
        }
    }
}

/// What was made of what the host lends for a call.
pub(super) trait Lent: Sized {
    /// Whether none of it stands in memory of its own.
    fn owns_nothing(&self) -> bool;

    /// Drops it. To drop an empty map takes about as long as to make a page's URL of its parts, and
    /// as a rule all of them are empty.
    fn give_back(self) {
        if self.owns_nothing() {
            std::mem::forget(self);
        }
    }
}

impl Lent for crate::Context<'_> {
    fn owns_nothing(&self) -> bool {
        self.stored.is_empty() && self.settings.is_empty() && self.extras.is_empty()
    }
}

impl Lent for crate::Contact<'_> {
    fn owns_nothing(&self) -> bool {
        self.extras.is_empty()
    }
}

fn borrowed(text: RStr<'_>) -> Text<'_> {
    text.as_str().into()
}

fn unless_empty(text: RStr<'_>) -> Option<Text<'_>> {
    (!text.is_empty()).then(|| borrowed(text))
}

fn by_name<'call>(texts: RSlice<'call, Named<'call>>) -> NamedTexts<'call> {
    if texts.is_empty() {
        return NamedTexts::new();
    }
    let texts = texts.as_slice().iter();
    texts
        .map(|text| (borrowed(text.name), borrowed(text.value)))
        .collect()
}
