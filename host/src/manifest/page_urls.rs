//! The pages that a manifest itself names, as templates: all of an adapter without code, and the
//! fallback page of any.

use callpop_adapter::{BUILT_IN_TOKENS, EXTRA_PREFIX, OpenAs, PageTemplate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Manifest, ManifestError, rules};

/// The pages of an adapter that is a file of templates, `NAME.adapter.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PageUrls {
    /// A contact's page.
    #[serde(
        default,
        deserialize_with = "template",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub contact_page_url: Option<PageTemplate>,
    /// A logged call's page.
    #[serde(
        default,
        deserialize_with = "template",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub log_page_url: Option<PageTemplate>,
    /// A contact's page when a call opens it, if that is another one.
    #[serde(
        default,
        deserialize_with = "template",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub call_pop_url: Option<PageTemplate>,
    /// Follows from `contactPageUrl`.
    #[serde(default, deserialize_with = "follows", skip_serializing)]
    can_open_contact_page: (),
    /// Follows from `logPageUrl`.
    #[serde(default, deserialize_with = "follows", skip_serializing)]
    can_open_log_page: (),
}

impl PageUrls {
    /// Reads the text of a `NAME.adapter.json` file: a manifest, and the pages in it.
    pub(crate) fn parse(text: &str) -> Result<(Manifest, Self), ManifestError> {
        let pages: Self = super::from_json(text)?;
        let mut manifest = Manifest::parse(text)?;
        manifest.can_open_contact_page = pages.contact_page_url.is_some();
        manifest.can_open_log_page = pages.log_page_url.is_some();
        let whole = |what: &str| ManifestError::of_member(text, None, what);
        if !manifest.can_open_contact_page && pages.call_pop_url.is_some() {
            return Err(whole(
                "`callPopUrl` stands in for `contactPageUrl` when a call comes, so name that as well",
            ));
        }
        if !manifest.can_open_contact_page && !manifest.can_open_log_page {
            return Err(whole(
                "it names no page; give it a `contactPageUrl`, a `logPageUrl` or both",
            ));
        }
        for (member, template, unknown) in [
            ("contactPageUrl", &pages.contact_page_url, OF_LOG),
            ("callPopUrl", &pages.call_pop_url, OF_LOG),
            ("logPageUrl", &pages.log_page_url, NOT_OF_LOG),
        ] {
            let tokens = template.iter().flat_map(PageTemplate::tokens);
            check_tokens(&manifest, member, tokens, unknown)
                .map_err(|what| ManifestError::of_member(text, Some(member), &what))?;
        }
        Ok((manifest, pages))
    }
}

/// Tokens that have no value on some page, and why.
type Unknown = (&'static [&'static str], &'static str);

const OF_LOG: Unknown = (&["logId"], "there is no log when a contact's page opens");
const NOT_OF_LOG: Unknown = (
    &["contactName", "contactPhone"],
    "a log names its contact's id and type alone",
);
const OF_MATCH: Unknown = (
    &[
        "contactId",
        "contactType",
        "contactName",
        "contactPhone",
        "logId",
        "thirdPartyAppointmentId",
    ],
    "this page opens when nobody matched; the caller's number is `{phone}`",
);

/// Looks at the template that a library's manifest may have as well.
pub(super) fn check_fallback(manifest: &Manifest, text: &str) -> Result<(), ManifestError> {
    let member = "fallbackContactPageUrl";
    let template = manifest.fallback_contact_page_url.iter();
    check_tokens(
        manifest,
        member,
        template.flat_map(PageTemplate::tokens),
        OF_MATCH,
    )
    .map_err(|what| ManifestError::of_member(text, Some(member), &what))
}

/// Refuses a token that never has a value, which is misspelt as a rule.
fn check_tokens<'token>(
    manifest: &Manifest,
    member: &str,
    tokens: impl Iterator<Item = &'token str>,
    (unknown, why): Unknown,
) -> Result<(), String> {
    for token in tokens {
        if unknown.contains(&token) {
            return Err(format!("`{{{token}}}` has no value in `{member}`: {why}"));
        }
        if !is_known(manifest, token) {
            return Err(format!(
                "`{{{token}}}` in `{member}` is neither a token, nor a setting or stored value of \
                 this adapter; there are: {}, {{{EXTRA_PREFIX}NAME}}",
                known(manifest)
            ));
        }
    }
    Ok(())
}

fn is_known(manifest: &Manifest, token: &str) -> bool {
    let (name, is_member) = match token.split_once('.') {
        Some((name, _)) => (name, true),
        None => (token, false),
    };
    BUILT_IN_TOKENS.contains(&token)
        || token.starts_with(EXTRA_PREFIX)
        || (!is_member && manifest.setting(name).is_some())
        || manifest.stored_values.iter().any(|it| it.name == name)
}

fn known(manifest: &Manifest) -> String {
    let settings = manifest.settings_with_values().map(|it| it.id.as_str());
    let stored = manifest.stored_values.iter().map(|it| it.name.as_str());
    let names = BUILT_IN_TOKENS.into_iter().chain(settings).chain(stored);
    let names: Vec<_> = names.map(|name| format!("{{{name}}}")).collect();
    names.join(", ")
}

pub(super) fn template<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PageTemplate>, D::Error> {
    rules::read(deserializer, |text| {
        PageTemplate::parse(text).map_err(|error| error.to_string())
    })
    .map(Some)
}

fn follows<'de, D: Deserializer<'de>>(_: D) -> Result<(), D::Error> {
    Err(serde::de::Error::custom(
        "leave `canOpenContactPage` and `canOpenLogPage` out; they follow from `contactPageUrl` and \
         `logPageUrl`",
    ))
}

pub(super) fn open_as<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OpenAs, D::Error> {
    rules::read(deserializer, |text| match text {
        "tab" => Ok(OpenAs::Tab),
        "popup" => Ok(OpenAs::Popup),
        other => Err(format!("{other:?} is neither \"tab\" nor \"popup\"")),
    })
}

pub(super) fn write_open_as<S: Serializer>(
    open_as: &OpenAs,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if is_tab(open_as) { "tab" } else { "popup" })
}

pub(super) fn is_tab(open_as: &OpenAs) -> bool {
    *open_as == OpenAs::Tab
}

pub(super) fn tab() -> OpenAs {
    OpenAs::Tab
}

#[cfg(test)]
mod tests;
