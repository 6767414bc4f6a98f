//! A platform's pages, and the tokens in them.

use serde_json::{Map, Value};

/// The members that pages are made of; an override of any other changes no adapter.
pub(super) const PAGES: [&str; 6] = [
    "contactPageUrl",
    "logPageUrl",
    "callPopUrl",
    "fallbackContactPageUrl",
    "enableFallbackContactPageUrl",
    "canOpenLogPage",
];

/// The pages that open in the reference extension, by their member.
pub(super) fn of(
    platform: &Map<String, Value>,
    remarks: &mut Vec<String>,
) -> Vec<(&'static str, String)> {
    let is = |member: &str| platform.get(member).and_then(Value::as_bool);
    let mut pages = Vec::new();
    for (member, is_used, why) in [
        ("contactPageUrl", true, ""),
        ("callPopUrl", true, ""),
        (
            "logPageUrl",
            is("canOpenLogPage") != Some(false),
            "`canOpenLogPage` is false, so a log opens the contact's page",
        ),
        (
            "fallbackContactPageUrl",
            // As that form's documentation says: off unless it is turned on.
            is("enableFallbackContactPageUrl") == Some(true),
            "`enableFallbackContactPageUrl` is not true",
        ),
    ] {
        let url = platform.get(member).and_then(Value::as_str);
        match url.filter(|url| !url.is_empty()) {
            Some(url) if is_used => pages.push((member, url.to_owned())),
            Some(_) => remarks.push(format!("`{member}` is left out: {why}")),
            None => {}
        }
    }
    pages
}

/// A token that is neither built in nor a setting is an extra of the contact or log.
pub(super) fn with_known_tokens(
    url: &str,
    settings: &[String],
    member: &str,
    remarks: &mut Vec<String>,
) -> String {
    let mut known = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        known.push_str(before);
        let Some((token, after)) = after.split_once('}') else {
            known.push('{');
            rest = after;
            continue;
        };
        let is_known = callpop_adapter::BUILT_IN_TOKENS.contains(&token)
            || settings.iter().any(|id| id == token);
        if is_known {
            known.push_str(&format!("{{{token}}}"));
        } else {
            known.push_str(&format!("{{extra.{token}}}"));
            remarks.push(format!(
                "`{{{token}}}` in `{member}` is no token of Callpop's and no setting: \
                 the dialer is to give it as the extra `{token}`"
            ));
        }
        rest = after;
    }
    known.push_str(rest);
    known
}
