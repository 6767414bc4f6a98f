//! A page's URL as a template: one line of text instead of code, in which a value stays where it
//! is put.
//!
//! The template is taken apart once. So the place of each token is known before there is a value,
//! and each value is encoded for its place; see `docs/url-templates.md`.

mod error;
mod place;
mod read;
mod values;

#[cfg(test)]
mod tests;

pub use error::{TemplateError, TemplateFault};

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::page_url::{NESTED, percent_encoded};
use crate::{AdapterError, CallLog, Contact, Context, PageUrl};
use place::Piece;
use read::Value;

/// The longest template, in bytes. Nothing longer than 2048 bytes is opened.
pub const MAX_TEMPLATE_LENGTH: usize = 2048;

/// The tokens that every template may use, besides settings, stored values and `extra.NAME`.
pub const BUILT_IN_TOKENS: [&str; 10] = [
    "hostname",
    "contactId",
    "contactType",
    "contactName",
    "contactPhone",
    "phone",
    "calledNumber",
    "direction",
    "logId",
    "thirdPartyAppointmentId",
];

/// What the names of tokens begin with that stand for named extras: `{extra.locationId}`.
pub const EXTRA_PREFIX: &str = "extra.";

/// The URL of a page with tokens for what differs from call to call.
///
/// ```
/// # use callpop_adapter::{Contact, Context, PageTemplate};
/// let template = PageTemplate::parse("https://{hostname}/app/{contactType}.nl?id={contactId}")?;
/// let context = Context::new("acme.example.com");
/// let contact = Contact::new("7 & 8", "Jo Doe", "+12025550123").with_type("lead");
/// assert_eq!(
///     template.fill_from(&context, Some(&contact), None)?,
///     "https://acme.example.com/app/lead.nl?id=7%20%26%208"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageTemplate {
    text: String,
    pieces: Vec<Piece>,
}

impl PageTemplate {
    /// Takes a template apart.
    ///
    /// # Errors
    /// [`TemplateError`] for a template that could not lead to a page of a CRM whatever its values
    /// are, with the place and what to do.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > MAX_TEMPLATE_LENGTH {
            return Err(TemplateFault::TooLong.at(0));
        }
        Ok(Self {
            text: text.to_owned(),
            pieces: place::pieces_of_address(&read::marks(text)?)?,
        })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its tokens, without their modifiers, in order: `contactType`,
    /// `extra.locationId`, `user_urls.atsUrl`.
    #[must_use]
    pub fn tokens(&self) -> Vec<&str> {
        let mut tokens = Vec::new();
        place::tokens_of(&self.pieces, &mut tokens);
        tokens
    }

    /// The names among [`tokens`](Self::tokens) that must be a setting or a stored value of the
    /// account, since they are neither built in nor extras.
    #[must_use]
    pub fn account_values(&self) -> Vec<&str> {
        let mut names = self.tokens();
        names.retain(|name| !BUILT_IN_TOKENS.contains(name) && !name.starts_with(EXTRA_PREFIX));
        names
    }

    /// The URL, with what `value` has for each token. A value that is empty is missing.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue) names the first value that is
    /// not there; [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) is for one that
    /// cannot stand where it would: dots as a whole segment, a base that is no address.
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, AdapterError> {
        let mut url = String::new();
        fill_pieces(&self.pieces, &value, &mut url)?;
        Ok(url)
    }

    /// The URL for an account and a call: [`fill`](Self::fill) with all that is known of them.
    ///
    /// A token that is not built in is a setting's id or, if the account has none, the name of a
    /// stored value, where a dot leads into a JSON object.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    pub fn fill_from(
        &self,
        context: &Context<'_>,
        contact: Option<&Contact<'_>>,
        log: Option<&CallLog<'_>>,
    ) -> Result<String, AdapterError> {
        self.fill(|name| values::value_of(name, context, contact, log))
    }
}

fn fill_pieces(
    pieces: &[Piece],
    value: &dyn Fn(&str) -> Option<String>,
    url: &mut String,
) -> Result<(), AdapterError> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => url.push_str(text),
            Piece::Host => url.push_str(&host(&required("hostname", value)?)?),
            Piece::Base(token) => url.push_str(&PageUrl::of_base(&given(token, value)?).build()?),
            Piece::Value(token, set) => {
                url.extend(percent_encoded(&given(token, value)?, set));
            }
            Piece::Segment(pieces) => {
                let mut segment = String::new();
                fill_pieces(pieces, value, &mut segment)?;
                refuse_dots(&segment)?;
                url.push_str(&segment);
            }
            Piece::Nested(pieces) => {
                let mut nested = String::new();
                fill_pieces(pieces, value, &mut nested)?;
                url.extend(percent_encoded(&nested, NESTED));
            }
        }
    }
    Ok(())
}

fn given(token: &Value, value: &dyn Fn(&str) -> Option<String>) -> Result<String, AdapterError> {
    let text = required(&token.name, value)?;
    Ok(if token.is_lower {
        text.to_lowercase()
    } else {
        text
    })
}

fn required(name: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, AdapterError> {
    value(name)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| AdapterError::missing_value(&values::spoken(name)))
}

/// The scheme and the host, as [`PageUrl::of_host`] begins.
fn host(hostname: &str) -> Result<String, AdapterError> {
    if hostname.contains(['/', '%']) {
        return Err(AdapterError::invalid_input(format!(
            "{hostname:?} is not a host name"
        )));
    }
    PageUrl::of_host(hostname).build()
}

/// Browsers resolve dots even when they are encoded, and would open another page.
fn refuse_dots(segment: &str) -> Result<(), AdapterError> {
    let decoded = percent_decode_str(segment).decode_utf8_lossy();
    if matches!(&*decoded, "." | "..") {
        return Err(AdapterError::invalid_input(format!(
            "{decoded:?} cannot be a part of a page's address"
        )));
    }
    Ok(())
}

impl fmt::Display for PageTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PageTemplate {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for PageTemplate {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        Self::parse(&text)
    }
}

impl From<PageTemplate> for String {
    fn from(template: PageTemplate) -> Self {
        template.text
    }
}
