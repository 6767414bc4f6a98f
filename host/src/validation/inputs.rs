//! What callbacks are called with: the parts of a call that somebody else writes, and the texts that
//! they may write there.

use std::fmt;

use callpop_adapter::{Context, Text};

use crate::runner::{Callback, Request};

/// An ordinary id.
pub(super) const ID: &str = "1234829292";
/// An ordinary text.
pub(super) const TEXT: &str = "sample";
/// Texts that stand for themselves in every place of a URL and are nowhere by chance; the second is
/// for an adapter that takes numbers only.
pub(super) const MARKERS: [&str; 2] = ["Zq7x9K3v", "918273645"];

/// Texts that want to be something else than one value.
pub(super) const HOSTILE: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "/",
    "../../admin",
    "..\\..\\admin",
    "//evil.example/x",
    "https://evil.example/",
    "@evil.example",
    "a:b@evil.example:8080",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "?x=1#y",
    "#y",
    "a&b=c",
    "a;b=c",
    "a b",
    "a+b",
    " 7 ",
    "a/b",
    "a\\b",
    "a=b",
    "%",
    "%2e%2e%2f",
    "%00",
    "%25",
    "%zz",
    "\"'`<>",
    "</script>",
    "{contactId}",
    "${jndi:ldap://evil.example}",
    "{{7*7}}",
    "$(id)",
    "' OR 1=1 --",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "a\tb",
    "\u{1b}[31mred",
    "\u{7f}",
    "\u{202e}txt.exe",
    "\u{feff}7",
    "\u{2028}",
    "עברית",
    "Zürich",
    "u\u{308}",
    "İ",
    "ﬁ",
    "７",
    "😀",
    "👩\u{200d}👩\u{200d}👧",
    "\u{10ffff}",
    "0",
    "-1",
    "9223372036854775808",
    "1e309",
    "NaN",
    "null",
    "true",
    "[]",
    "{\"a\":1}",
];

/// Lengths of texts that are longer than anybody expects, in characters. The last is more than a
/// stored value may have.
pub(super) const LENGTHS: [usize; 4] = [200, 2_000, 20_000, 200_000];

/// A part of a call that somebody else than the vendor writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Id,
    Name,
    Phone,
    Type,
    LogId,
    Extra(String),
    Setting(String),
    Stored(String),
    /// What is told of the call, such as the caller's number.
    Fact(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id => f.write_str("contact.id"),
            Self::Name => f.write_str("contact.name"),
            Self::Phone => f.write_str("contact.phone"),
            Self::Type => f.write_str("contact.type"),
            Self::LogId => f.write_str("log.id"),
            Self::Extra(name) => write!(f, "the extra {name}"),
            Self::Setting(id) => write!(f, "the setting {id}"),
            Self::Stored(name) => write!(f, "the stored value {name}"),
            Self::Fact(name) => write!(f, "call.{name}"),
        }
    }
}

impl Part {
    /// Whether a page must have it as it was given: ids, and what a vendor's own settings say. Names
    /// and numbers may be written in another form there.
    pub(super) fn is_exact(&self) -> bool {
        !matches!(self, Self::Name | Self::Phone | Self::Fact(_))
    }

    /// The parts of this call.
    pub(super) fn all_of(request: &Request<'_>) -> Vec<Self> {
        let mut parts = match request {
            Request::OpenContactPage(_, contact) => {
                let extras = contact
                    .extras
                    .keys()
                    .map(|name| Self::Extra(name.to_string()));
                [Self::Id, Self::Name, Self::Phone, Self::Type]
                    .into_iter()
                    .chain(extras)
                    .collect()
            }
            Request::OpenLogPage(_, log) => {
                let extras = log.extras.keys().map(|name| Self::Extra(name.to_string()));
                [Self::LogId, Self::Id, Self::Type]
                    .into_iter()
                    .chain(extras)
                    .collect()
            }
            Request::OnUnauthorize(_) => Vec::new(),
        };
        let context = context(request);
        let settings = context.settings.keys();
        parts.extend(settings.map(|id| Self::Setting(id.to_string())));
        let stored = context.stored.keys();
        parts.extend(stored.map(|name| Self::Stored(name.to_string())));
        let facts = context.extras.keys();
        parts.extend(facts.map(|name| Self::Fact(name.to_string())));
        parts
    }

    /// The same call with this text there.
    pub(super) fn put(&self, request: &Request<'static>, text: &str) -> Request<'static> {
        let mut request = request.clone();
        let value = || Text::from(text.to_owned());
        match (&mut request, self) {
            (Request::OpenContactPage(_, contact), Self::Id) => contact.id = value(),
            (Request::OpenContactPage(_, contact), Self::Name) => contact.name = value(),
            (Request::OpenContactPage(_, contact), Self::Phone) => contact.phone = value(),
            (Request::OpenContactPage(_, contact), Self::Type) => {
                contact.contact_type = Some(value()).filter(|text| !text.is_empty());
            }
            (Request::OpenContactPage(_, contact), Self::Extra(name)) => {
                contact.extras.insert(name.clone().into(), value());
            }
            (Request::OpenLogPage(_, log), Self::LogId) => log.log_id = value(),
            (Request::OpenLogPage(_, log), Self::Id) => {
                log.contact_id = Some(value()).filter(|text| !text.is_empty());
            }
            (Request::OpenLogPage(_, log), Self::Type) => {
                log.contact_type = Some(value()).filter(|text| !text.is_empty());
            }
            (Request::OpenLogPage(_, log), Self::Extra(name)) => {
                log.extras.insert(name.clone().into(), value());
            }
            (request, Self::Setting(id)) => {
                context_mut(request)
                    .settings
                    .insert(id.clone().into(), value());
            }
            (request, Self::Stored(name)) => {
                context_mut(request)
                    .stored
                    .insert(name.clone().into(), value());
            }
            (request, Self::Fact(name)) => {
                context_mut(request)
                    .extras
                    .insert(name.clone().into(), value());
            }
            _ => {}
        }
        request
    }
}

/// The account that the call is for.
pub(super) fn context<'request, 'call>(
    request: &'request Request<'call>,
) -> &'request Context<'call> {
    match request {
        Request::OpenContactPage(context, _)
        | Request::OpenLogPage(context, _)
        | Request::OnUnauthorize(context) => context,
    }
}

pub(super) fn context_mut<'request, 'call>(
    request: &'request mut Request<'call>,
) -> &'request mut Context<'call> {
    match request {
        Request::OpenContactPage(context, _)
        | Request::OpenLogPage(context, _)
        | Request::OnUnauthorize(context) => context,
    }
}

/// What a callback opens, for people.
pub(super) fn spoken(callback: Callback) -> &'static str {
    match callback {
        Callback::OpenContactPage => "the contact page",
        Callback::OpenLogPage => "the log page",
        Callback::OnUnauthorize => "logging out",
    }
}
