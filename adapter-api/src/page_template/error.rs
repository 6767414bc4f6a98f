//! What is wrong with a template, where, and what to do about it.

use crate::AdapterError;

/// How many URLs may stand in each other.
pub(super) const MAX_DEPTH: usize = 4;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {}: {fault}", position + 1)]
#[non_exhaustive]
pub struct TemplateError {
    /// The character in the template that is meant, from 0.
    pub position: usize,
    /// What is wrong there.
    #[source]
    pub fault: TemplateFault,
}

/// What is wrong with a template, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateFault {
    /// Over [`MAX_TEMPLATE_LENGTH`](super::MAX_TEMPLATE_LENGTH).
    #[error(
        "it is over {} bytes long; no browser would get such a URL",
        super::MAX_TEMPLATE_LENGTH
    )]
    TooLong,
    /// `{` without its `}`.
    #[error("this brace is not closed; write `}}` after the token, or `{{{{` for a brace itself")]
    Unclosed,
    /// `}` without its `{`.
    #[error("this brace closes nothing; write `}}}}` for a brace itself")]
    Unopened,
    /// A token that cannot be a name.
    #[error(
        "{0:?} is not a token; a token is a name such as `contactId`, `extra.NAME` or \
         `value.member`, and `|lower` behind it if small letters are needed"
    )]
    Token(String),
    /// A character that does not belong into a URL.
    #[error("the character {0:?} cannot stand in a URL; write it percent-encoded")]
    Character(char),
    /// `%` without two hexadecimal digits.
    #[error("`%` is not followed by two hexadecimal digits; write `%25` for a percent sign itself")]
    Percent,
    /// Another scheme than https or http.
    #[error("the scheme is `{0}`; only https is opened, so begin with `https://{{hostname}}`")]
    Scheme(String),
    /// Neither a scheme nor a base.
    #[error(
        "it does not begin as a page's address; begin with `https://{{hostname}}`, with `https://` \
         and a host, or with a setting or stored value that holds a base address"
    )]
    Start,
    /// A token in the host that is not all of it, or not `{hostname}`.
    #[error(
        "a token can be in the host only as the whole of it, and only `{{hostname}}`; where a \
         setting or stored value holds a base address, begin with it instead of with `https://`"
    )]
    Host,
    /// A host that is none.
    #[error("{0:?} is not a host; write one such as `app.acme.example`, or `{{hostname}}`")]
    NotAHost(String),
    /// A base with something right behind it.
    #[error("`{{{0}}}` is a base address, so `/`, `?` or `#` must follow")]
    BehindBase(String),
    /// A base that comes with the call.
    #[error("`{{{0}}}` cannot say which host to open; begin with `https://{{hostname}}`")]
    CallAsBase(String),
    /// `.` or `..` in a path.
    #[error("`{0}` as a part of a path opens another page than is written; leave it out")]
    DotSegment(String),
    /// URLs in URLs in URLs.
    #[error(
        "a URL stands in a URL in a URL, and so on; at most {} are taken apart",
        MAX_DEPTH
    )]
    TooDeep,
}

impl From<TemplateError> for AdapterError {
    /// A template that stands in the adapter's code is the adapter's own fault.
    fn from(error: TemplateError) -> Self {
        Self::internal(error.to_string())
    }
}

impl TemplateFault {
    pub(super) fn at(self, position: usize) -> TemplateError {
        TemplateError {
            position,
            fault: self,
        }
    }
}
