//! A pattern of host names: `app.clio.com`, or `*.pipedrive.com` for every host under a domain.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{is_host_label, rules};

/// A whole host name, or every name under a domain.
///
/// A pattern matches names only, never addresses, and never another port than the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    under: bool,
    name: String,
}

impl HostPattern {
    /// Whether `host`, in lower case and without a port, fits.
    ///
    /// `*.pipedrive.com` fits `acme.pipedrive.com` and `a.b.pipedrive.com`, and not
    /// `pipedrive.com` itself.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        if self.under {
            host.strip_suffix(&self.name)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| rest.split('.').all(is_host_label))
        } else {
            host == self.name
        }
    }

    /// The host's name, if the pattern is for a single host.
    #[must_use]
    pub fn single_host(&self) -> Option<&str> {
        (!self.under).then_some(&self.name)
    }

    fn parse(text: &str) -> Option<Self> {
        let (under, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let labels: Vec<&str> = name.split('.').collect();
        // The last label has a letter first, so that no address is taken for a name.
        let top = labels.last()?;
        let fits = text.len() <= 253
            && labels.len() >= 2
            && labels.iter().all(|label| is_host_label(label))
            && top.len() >= 2
            && top.starts_with(|first: char| first.is_ascii_lowercase());
        fits.then(|| Self {
            under,
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.under { "*." } else { "" })?;
        f.write_str(&self.name)
    }
}

impl Serialize for HostPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HostPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rules::read(deserializer, |text| {
            Self::parse(text).ok_or_else(|| {
                format!(
                    "{text:?} is not a host pattern: write a host name (`app.example.com`) or \
                     `*.` and a domain (`*.example.com`), in lower case"
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::HostPattern;

    #[test]
    fn a_star_stands_for_one_label_or_more_and_nothing_else() {
        let pattern = HostPattern::parse("*.pipedrive.com").unwrap();
        for host in ["acme.pipedrive.com", "a.b.pipedrive.com"] {
            assert!(pattern.matches(host), "{host}");
        }
        for host in [
            "pipedrive.com",
            ".pipedrive.com",
            "acmepipedrive.com",
            "acme.pipedrive.com.evil.com",
            "acme.pipedrive.com.",
            "evil.com",
        ] {
            assert!(!pattern.matches(host), "{host}");
        }
    }

    #[test]
    fn patterns_that_would_fit_too_much_are_refused() {
        for text in [
            "*", "*.com", "*.*.com", "a.*.com", "com", "", "*.", "1.2.3.4", "A.com", "a..com",
            "-a.com", "a.com/x", "a.com:8", " a.com",
        ] {
            assert!(HostPattern::parse(text).is_none(), "{text}");
        }
    }
}
