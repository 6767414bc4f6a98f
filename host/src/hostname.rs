//! The hostname of an account, as a person gives it: typed, or pasted from the browser.

use std::fmt;

use callpop_adapter::is_loopback_host;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::{Host, Url};

use crate::manifest::{Manifest, is_host_label};

/// A CRM host that an account lives on, in its one canonical form: `acme.pipedrive.com`,
/// `127.0.0.1:8080`, `[::1]:8080`. Lower-case ASCII, without the port if it is the usual one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hostname {
    /// What stands before the port, in brackets if it is an IPv6 address.
    host: String,
    port: Option<u16>,
}

/// Why a text does not name a host that an account can live on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostnameError {
    /// There is no host in it.
    #[error("{0:?} is not a host name; paste the address of any page of the CRM, or its host")]
    NotAHost(String),
    /// It would be read as another host than it shows.
    #[error("{given:?} would be read as `{read}`; write that if it is meant")]
    NotPlain {
        /// What was given.
        given: String,
        /// How a browser reads it.
        read: String,
    },
    /// It has a name or a password before the host.
    #[error("{0:?} has a user name before the host; leave everything up to the `@` out")]
    UserInfo(String),
    /// It begins with another scheme than http or https.
    #[error("{0:?} is not a web address")]
    Scheme(String),
    /// No pattern of the manifest fits.
    #[error("`{hostname}` is not a host of {name}; its accounts live on {hosts}")]
    OtherHost {
        /// The host that was read.
        hostname: Hostname,
        /// The CRM.
        name: String,
        /// The patterns.
        hosts: String,
    },
}

impl Hostname {
    /// Takes the host out of `text`, which is a host name or a whole web address.
    ///
    /// # Errors
    /// [`HostnameError`] if there is none, or if a browser would read it differently than a
    /// person does.
    pub fn parse(text: &str) -> Result<Self, HostnameError> {
        let not_a_host = || HostnameError::NotAHost(text.to_owned());
        let authority = authority(text.trim(), text)?;
        let is_plain = authority
            .chars()
            .all(|c| c.is_alphanumeric() || "-.:[]".contains(c));
        if !is_plain {
            return Err(not_a_host());
        }
        // The scheme decides which port is the usual one.
        let scheme = if is_loopback_host(authority) {
            "http"
        } else {
            "https"
        };
        let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|_| not_a_host())?;
        if url.port() == Some(0) {
            return Err(not_a_host());
        }
        let host = match url.host() {
            Some(Host::Domain(name)) => checked_name(name).ok_or_else(not_a_host)?,
            Some(address) => address.to_string(),
            None => return Err(not_a_host()),
        };
        let hostname = Self {
            host,
            port: url.port(),
        };
        // `2130706433` and `0x7f.1` are 127.0.0.1 to a browser. Names in other scripts become
        // ASCII (`xn--`), which is how they are shown from then on.
        let shows_itself = !authority.is_ascii()
            || matches!(url.host(), Some(Host::Ipv6(_)))
            || authority
                .to_ascii_lowercase()
                .starts_with(hostname.host.as_str());
        if !shows_itself {
            return Err(HostnameError::NotPlain {
                given: text.to_owned(),
                read: hostname.to_string(),
            });
        }
        Ok(hostname)
    }

    /// As [`parse`](Self::parse), for an account of the adapter with this manifest.
    ///
    /// # Errors
    /// As there, and [`HostnameError::OtherHost`] if the manifest has host patterns and none fits.
    pub fn parse_for(text: &str, manifest: &Manifest) -> Result<Self, HostnameError> {
        let hostname = Self::parse(text)?;
        let fits = manifest.hosts.is_empty()
            || (hostname.port.is_none()
                && manifest
                    .hosts
                    .iter()
                    .any(|pattern| pattern.matches(&hostname.host)));
        if fits {
            return Ok(hostname);
        }
        Err(HostnameError::OtherHost {
            hostname,
            name: manifest.name.clone(),
            hosts: manifest.hosts_line(),
        })
    }

    /// What stands before the port, in brackets if it is an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if it is not the usual one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether this is the machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(&self.host)
    }
}

/// What stands between the scheme, if there is one, and the path. `given` is for the error.
fn authority<'text>(text: &'text str, given: &str) -> Result<&'text str, HostnameError> {
    let rest = match text.split_once("://") {
        Some((scheme, rest))
            if ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) =>
        {
            rest
        }
        Some(_) => return Err(HostnameError::Scheme(given.to_owned())),
        None => text,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(HostnameError::UserInfo(given.to_owned()));
    }
    Ok(authority)
}

/// The name without a trailing dot, if it is one that the DNS can have (RFC 1123).
fn checked_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    (name.len() <= 253 && name.split('.').all(is_host_label)).then(|| name.to_owned())
}

impl fmt::Display for Hostname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl Serialize for Hostname {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hostname {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
