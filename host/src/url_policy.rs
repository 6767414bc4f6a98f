//! Which pages may open: only those of the account's own CRM.
//!
//! The checks run on the text as the adapter gave it and on what the `url` crate makes of it, so
//! that what a person reads, what is checked and what the browser opens are the same.

use callpop_adapter::is_loopback_host;
use url::Url;

use crate::{Hostname, manifest::HostPattern};

/// The longest URL that is opened, in bytes. Browsers take more, but not all of the ways to hand
/// one over do: a Windows shortcut ends at 2083.
pub const MAX_URL_LENGTH: usize = 2048;

/// A URL that the policy has accepted; there is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedUrl(Url);

impl AcceptedUrl {
    /// The URL as the browser gets it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host part, without port: all that a log should tell of a page.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

/// Why a URL is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlRejection {
    /// Over [`MAX_URL_LENGTH`].
    #[error("it is {0} bytes long; at most {MAX_URL_LENGTH} are opened")]
    TooLong(usize),
    /// A character that does not belong into a URL and that browsers drop or read differently.
    #[error("it contains the character {0:?}, which must be percent-encoded")]
    Character(char),
    /// Not a URL at all.
    #[error("it is not a URL: {0}")]
    NotAUrl(#[from] url::ParseError),
    /// The scheme is not followed by `//` and the host; browsers mend that, each in its own way.
    #[error("it does not begin with a scheme, `//` and a host")]
    Slashes,
    /// Another scheme than https, or than http on this machine itself.
    #[error("its scheme is `{0}`; only https is opened (and http on this machine itself)")]
    Scheme(String),
    /// A user name or password before the host.
    #[error("it has a user name or password before the host")]
    UserInfo,
    /// Another host than the account's, which no pattern of the manifest fits.
    #[error("its host `{found}` is neither the account's, {hostname}, nor one of the adapter's")]
    OtherHost {
        /// The host of the URL, with its port.
        found: String,
        /// The account's.
        hostname: Hostname,
    },
    /// `.` or `..` in the path: the page that opens is not the one that is written.
    #[error("its path contains `.` or `..` as a segment")]
    DotSegment,
}

/// The policy for one account.
#[derive(Debug, Clone, Copy)]
pub struct UrlPolicy<'account> {
    /// The host that the account lives on.
    pub hostname: &'account Hostname,
    /// The manifest's patterns.
    pub hosts: &'account [HostPattern],
}

impl UrlPolicy<'_> {
    /// Checks one URL.
    ///
    /// # Errors
    /// [`UrlRejection`] for whatever does not lead to the account's own CRM, plainly.
    pub fn check(&self, text: &str) -> Result<AcceptedUrl, UrlRejection> {
        if text.len() > MAX_URL_LENGTH {
            return Err(UrlRejection::TooLong(text.len()));
        }
        // Without an early end, which costs more than it saves.
        let is_plain = |so_far, byte| so_far & IS_URL_BYTE[usize::from(byte)];
        if !text.bytes().fold(true, is_plain) {
            let character = text.chars().find(|c| !is_url_character(*c));
            return Err(UrlRejection::Character(character.unwrap_or_default()));
        }
        let parsed = Url::parse(text);
        if let Ok(url) = &parsed
            && !self.is_plainly_the_accounts(text, url)
        {
            self.check_closely(text, url)?;
        }
        // Moved once: it is large.
        Ok(AcceptedUrl(parsed?))
    }

    /// Whether the parser changed nothing of it, and it begins with the account's host. Most pages
    /// do, and [`check_closely`](Self::check_closely) would find nothing: what is written is what
    /// is read, and the parser leaves no dot segment.
    fn is_plainly_the_accounts(&self, text: &str, url: &Url) -> bool {
        let after_host = || {
            let rest = text.strip_prefix("https://")?;
            rest.strip_prefix(self.hostname.host())
        };
        self.hostname.port().is_none()
            && url.as_str() == text
            && after_host().is_some_and(|rest| rest.starts_with('/'))
    }

    fn check_closely(&self, text: &str, url: &Url) -> Result<(), UrlRejection> {
        self.check_scheme(url)?;
        let authority = written_authority(text, url).ok_or(UrlRejection::Slashes)?;
        // The parser forgets an empty user name, so the text is looked at too.
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return Err(UrlRejection::UserInfo);
        }
        self.check_host(url, authority)?;
        if has_dot_segment(text) {
            return Err(UrlRejection::DotSegment);
        }
        Ok(())
    }

    fn check_scheme(&self, url: &Url) -> Result<(), UrlRejection> {
        let accepted = match url.scheme() {
            "https" => true,
            "http" => url.host_str().is_some_and(is_loopback_host),
            _ => false,
        };
        if accepted {
            return Ok(());
        }
        Err(UrlRejection::Scheme(url.scheme().to_owned()))
    }

    fn check_host(&self, url: &Url, authority: &str) -> Result<(), UrlRejection> {
        let host = url.host_str().unwrap_or_default();
        let is_accounts = host == self.hostname.host() && url.port() == self.hostname.port();
        let fits = || {
            url.domain().is_some()
                && url.port().is_none()
                && self.hosts.iter().any(|pattern| pattern.matches(host))
        };
        // Written the way it is read: no decimal addresses, no encoded letters in the host.
        let is_plain = authority
            .get(..host.len())
            .is_some_and(|written| written.eq_ignore_ascii_case(host));
        if is_plain && (is_accounts || fits()) {
            return Ok(());
        }
        Err(UrlRejection::OtherHost {
            found: authority.to_owned(),
            hostname: self.hostname.clone(),
        })
    }
}

/// RFC 3986's characters: unreserved, reserved, and `%`. Browsers drop tabs and line ends, read `\`
/// as `/`, and show other scripts in ways that can be mistaken.
const fn is_url_character(c: char) -> bool {
    matches!(c,
        'a'..='z' | 'A'..='Z' | '0'..='9'
        | '-' | '.' | '_' | '~'
        | ':' | '/' | '?' | '#' | '[' | ']' | '@'
        | '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '='
        | '%')
}

/// The same for each byte, looked up.
const IS_URL_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        table[byte as usize] = is_url_character(byte as char);
        byte += 1;
    }
    table
};

/// What stands between `//` and the path, if anything does.
fn written_authority<'text>(text: &'text str, url: &Url) -> Option<&'text str> {
    let rest = text.get(url.scheme().len()..)?.strip_prefix("://")?;
    let end = rest
        .bytes()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    let authority = &rest[..end.unwrap_or(rest.len())];
    (!authority.is_empty()).then_some(authority)
}

fn has_dot_segment(text: &str) -> bool {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let before_query = &text.as_bytes()[..end];
    before_query.split(|byte| *byte == b'/').any(is_dot_segment)
}

/// `.` or `..`, with each dot written plainly or as `%2e`.
fn is_dot_segment(segment: &[u8]) -> bool {
    let without_dot = |segment: &[u8]| match segment {
        [b'.', ..] => Some(1),
        [b'%', b'2', b'e' | b'E', ..] => Some(3),
        _ => None,
    };
    let Some(first) = without_dot(segment) else {
        return false;
    };
    let rest = &segment[first..];
    rest.is_empty() || without_dot(rest) == Some(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Url, UrlPolicy};
    use crate::Hostname;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn a_close_look_finds_nothing_where_none_is_taken(
            text in "(https|http|HTTPS)://(a\\.b|A\\.b|a\\.b:443|a\\.b:8|a\\.b\\.|x@a\\.b|c)[/\\\\?#.%2eEx@:&;|\\[]{0,12}",
            host in prop_oneof!["a\\.b", "a\\.b:8"],
        ) {
            let hostname = Hostname::parse(&host).unwrap();
            let policy = UrlPolicy { hostname: &hostname, hosts: &[] };
            let Ok(url) = Url::parse(&text) else { return Ok(()) };
            if policy.is_plainly_the_accounts(&text, &url) {
                prop_assert_eq!(policy.check_closely(&text, &url), Ok(()));
            }
        }
    }
}
