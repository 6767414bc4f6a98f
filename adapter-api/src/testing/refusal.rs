//! What a host refuses of an answer, as far as it shows without one: the host's own policy is the
//! measure, and a test across the crates holds the two together.

use crate::names::{is_host_label, is_value_name};
use crate::{Action, Actions, is_loopback_host};

const MAX_PAGES: usize = 5;
const MAX_URL_LENGTH: usize = 2048;
const MAX_STORED_VALUE: usize = 64 * 1024;

/// Why a host performs none of these actions, if it does not.
pub(super) fn of(actions: &Actions, hostname: &str, hosts: &[String]) -> Option<String> {
    let pages = actions.pages().len();
    if pages > MAX_PAGES {
        return Some(format!(
            "{pages} pages at once; at most {MAX_PAGES} are opened"
        ));
    }
    actions.iter().find_map(|action| match action {
        Action::OpenPage { url, .. } => {
            let why = of_page(url, hostname, hosts)?;
            Some(format!("the page {url}: {why}"))
        }
        Action::SetStored { name, value } => of_stored(name, value.len()),
        Action::RemoveStored { name } => of_stored(name, 0),
        Action::Notice { .. } => None,
    })
}

fn of_stored(name: &str, length: usize) -> Option<String> {
    if !is_value_name(name) {
        return Some(format!("{name:?} cannot be the name of a stored value"));
    }
    (length > MAX_STORED_VALUE).then(|| {
        format!(
            "the stored value `{name}` is {length} bytes long; at most {MAX_STORED_VALUE} are kept"
        )
    })
}

fn of_page(url: &str, hostname: &str, hosts: &[String]) -> Option<String> {
    if url.len() > MAX_URL_LENGTH {
        let length = url.len();
        return Some(format!(
            "it is {length} bytes long; at most {MAX_URL_LENGTH} are opened"
        ));
    }
    if let Some(character) = url.chars().find(|it| !is_url_character(*it)) {
        return Some(format!(
            "it contains the character {character:?}, which must be percent-encoded"
        ));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Some("it does not begin with a scheme, `//` and a host".to_owned());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("it has a user name or password before the host".to_owned());
    }
    let scheme = scheme.to_ascii_lowercase();
    let usual_port = match scheme.as_str() {
        "https" => 443,
        "http" if is_loopback_host(authority) => 80,
        _ => return Some(format!("its scheme is `{scheme}`; only https is opened")),
    };
    let host = without_port(authority, usual_port).to_ascii_lowercase();
    let is_accounts = host == without_port(hostname, usual_port).to_ascii_lowercase();
    if !is_accounts && !is_one_of(hosts, &host) {
        return Some(format!(
            "its host `{authority}` is neither the account's, {hostname}, nor one of the adapter's"
        ));
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .any(is_dot_segment)
        .then(|| "its path contains `.` or `..` as a segment".to_owned())
}

/// Whether `host`, without a port, fits one of the manifest's patterns.
pub(super) fn is_one_of(hosts: &[String], host: &str) -> bool {
    hosts
        .iter()
        .any(|pattern| match pattern.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| rest.split('.').all(is_host_label)),
            None => host == pattern,
        })
}

/// The authority without the port that goes without saying.
fn without_port(authority: &str, usual: u16) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.is_empty() || port.parse() == Ok(usual) => host,
        _ => authority,
    }
}

fn is_url_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

/// `.` or `..`, with each dot written plainly or as `%2e`: browsers read both.
fn is_dot_segment(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
        "." | ".."
    )
}
