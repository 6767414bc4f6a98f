//! Where accounts live, by a platform's `environment` and `urlIdentifier`.

use serde_json::{Map, Value};

use crate::manifest::HostPattern;

/// The patterns of a platform's hosts, as a manifest writes them.
pub(super) struct Hosts {
    pub(super) patterns: Vec<String>,
}

impl Hosts {
    /// From the `environment`: one address (`fixed`), several (`selectable`), or whatever fits the
    /// identifier (`dynamic`).
    pub(super) fn of(platform: &Map<String, Value>, remarks: &mut Vec<String>) -> Self {
        let environment = platform.get("environment").unwrap_or(&Value::Null);
        let selections = environment["selections"].as_array();
        let mut written: Vec<&str> = selections
            .into_iter()
            .flatten()
            .filter_map(|selection| selection["const"].as_str())
            .chain(environment["url"].as_str())
            .collect();
        if written.is_empty() {
            let identifiers = [
                &environment["urlIdentifier"],
                platform.get("urlIdentifier").unwrap_or(&Value::Null),
            ];
            written.extend(identifiers.into_iter().filter_map(Value::as_str).next());
        }
        let mut patterns: Vec<String> = Vec::new();
        for text in written {
            let host = host_of(text);
            match serde_json::from_value::<HostPattern>(host.into()) {
                Ok(_) if patterns.iter().any(|it| it == host) => {}
                Ok(_) => patterns.push(host.to_owned()),
                Err(why) => remarks.push(format!("the host {text:?} is left out: {why}")),
            }
        }
        if patterns.is_empty() {
            remarks.push(
                "no host of the CRM is named, so an account may live on any: \
                 name them in `hosts`"
                    .to_owned(),
            );
        }
        Self { patterns }
    }
}

/// What stands between the scheme and the path.
fn host_of(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}
