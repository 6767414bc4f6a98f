//! Who calls whom: SIP addresses, and the numbers and names in them.

use std::net::SocketAddr;

use callpop_host::plain_line;
use rsipstack::sip::{Auth, Host, Param, Scheme, Transport, Uri};

use super::Listen;

/// The longest name that is shown, in characters.
const MAX_NAME: usize = 100;

/// Whom a call cannot reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A number, and nobody to put it through.
    #[error(
        "a number can be dialled only with a telephone system; start with --proxy, or dial sip:…"
    )]
    NoProxy,
    /// Neither a number nor an address.
    #[error("{0:?} is neither a telephone number nor a SIP address")]
    NotAnAddress(String),
}

/// The dialer's own addresses.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    user: String,
    proxy: Option<String>,
    address: SocketAddr,
}

impl Identity {
    pub(super) fn new(listen: &Listen, address: SocketAddr) -> Self {
        Self {
            user: listen.user.clone(),
            proxy: listen.proxy.clone(),
            address,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `sip:USER@HOST:PORT`
    pub(super) fn own(&self) -> Uri {
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(Auth {
                user: self.user.clone(),
                password: None,
            }),
            host_with_port: self.address.into(),
            ..Uri::default()
        }
    }

    /// Where requests of a call reach the dialer.
    pub(super) fn contact(&self, is_stream: bool) -> Uri {
        let mut uri = self.own();
        if is_stream {
            uri.params.push(Param::Transport(Transport::Tcp));
        }
        uri
    }

    /// Whom to call for what the user has typed.
    pub(super) fn target(&self, typed: &str) -> Result<Uri, AddressError> {
        target(typed, self.proxy.as_deref())
    }
}

/// Whom to call for what the user has typed, where numbers are put through by `proxy`.
fn target(typed: &str, proxy: Option<&str>) -> Result<Uri, AddressError> {
    let typed = typed.trim();
    let not_one = || AddressError::NotAnAddress(typed.to_owned());
    let address = if typed.starts_with("sip:") {
        typed.to_owned()
    } else if typed.contains('@') {
        format!("sip:{typed}")
    } else {
        let number: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && !"()-./".contains(*c))
            .collect();
        let is_number = |c: char| c.is_ascii_digit() || "+*#".contains(c);
        if number.is_empty() || !number.chars().all(is_number) {
            return Err(not_one());
        }
        let proxy = proxy.ok_or(AddressError::NoProxy)?;
        format!("sip:{number}@{proxy}")
    };
    // What stands there goes into a request as it is.
    if address.contains(|c: char| c.is_control() || c.is_whitespace() || "<>\"".contains(c)) {
        return Err(not_one());
    }
    Uri::try_from(address.as_str()).map_err(|_| not_one())
}

/// The number in an address, or the user; none, if it is withheld.
pub(super) fn number(uri: &Uri) -> Option<String> {
    let text = uri.to_string();
    let (scheme, rest) = text.split_once(':').unwrap_or(("sip", &text));
    let user = match rest.split_once('@') {
        // As it is meant, where the stack has understood it; parameters of a number it does not.
        Some((user, _)) => uri.user().unwrap_or(user),
        None if scheme.eq_ignore_ascii_case("tel") => rest,
        None => return None,
    };
    let is_hidden = matches!(&uri.host_with_port.host, Host::Domain(it) if it.to_string().ends_with(".invalid"));
    let number = plain_line(user.split(';').next().unwrap_or_default(), MAX_NAME);
    let is_anonymous = number.is_empty() || number.eq_ignore_ascii_case("anonymous");
    (!is_hidden && !is_anonymous).then_some(number)
}

/// A caller's own name, as it can be shown.
pub(super) fn name(text: &str) -> Option<String> {
    let name = plain_line(text.trim().trim_matches('"'), MAX_NAME);
    let name = name.trim().to_owned();
    let is_hidden = name.is_empty() || name.eq_ignore_ascii_case("anonymous");
    (!is_hidden).then_some(name)
}

/// Whether what the user has typed can be dialled.
///
/// # Errors
/// [`AddressError`] that says why not.
pub(crate) fn check_target(typed: &str, proxy: Option<&str>) -> Result<(), AddressError> {
    target(typed, proxy).map(|_| ())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

    use super::*;

    fn number_in(address: &str) -> Option<String> {
        number(&Uri::try_from(address).unwrap())
    }

    #[test]
    fn a_number_is_found_in_an_address_unless_it_is_withheld() {
        for (address, expected) in [
            ("sip:+12025550123@pbx.example.com", Some("+12025550123")),
            (
                "sip:+12025550123;ext=7@pbx.example.com",
                Some("+12025550123"),
            ),
            ("sip:jo@pbx.example.com", Some("jo")),
            ("tel:+12025550123", Some("+12025550123")),
            ("sip:anonymous@anonymous.invalid", None),
            ("sip:Anonymous@pbx.example.com", None),
            ("sip:pbx.example.com", None),
        ] {
            assert_eq!(number_in(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn a_number_is_dialled_at_the_telephone_system() {
        let proxy = Some("pbx.example.com;transport=tcp");
        let dialled = target("+1 (202) 555-0123", proxy).unwrap();
        assert_eq!(
            dialled.to_string().to_lowercase(),
            "sip:+12025550123@pbx.example.com;transport=tcp"
        );
        assert_eq!(target("0123", None), Err(AddressError::NoProxy));
        assert!(target("sip:jo@127.0.0.1:5070", None).is_ok());
        assert!(target("jo@127.0.0.1", None).is_ok());
    }

    #[test]
    fn nothing_else_is_dialled() {
        for typed in [
            "",
            "John",
            "12a",
            "sip:a b@c",
            "sip:a@b\r\nX: y",
            "sip:\"a\"@b",
        ] {
            let error = target(typed, Some("pbx.example.com")).unwrap_err();
            assert!(matches!(error, AddressError::NotAnAddress(_)), "{typed}");
        }
    }

    #[test]
    fn a_callers_name_is_one_line() {
        assert_eq!(name("\"Jo Doe\"").as_deref(), Some("Jo Doe"));
        assert_eq!(name("Anonymous"), None);
        assert_eq!(name("  "), None);
        let shown = name("Jo\u{1b}[31m\nDoe").unwrap();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert_eq!(
            name(&"a".repeat(1000)).unwrap().chars().count(),
            MAX_NAME + 1
        );
    }
}
