//! The manifest: an adapter's own description, checked by the rules of `adapter.schema.json`.
//!
//! The rules stand twice, as a schema for editors and here, where they give an error with line and
//! column; `tests` below keep the two together.

mod host_pattern;
mod page_urls;
mod rules;
mod setting;

pub(crate) use callpop_adapter::names::{is_host_label, is_value_name};
pub use host_pattern::HostPattern;
pub use page_urls::PageUrls;
pub(crate) use rules::is_id;
pub use setting::{Setting, SettingOption, SettingType, SettingValue};

use callpop_adapter::{OpenAs, PageTemplate};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::settings::Permission;

/// An adapter's description of itself; see `adapter-api/adapter.schema.json` for the meaning and
/// the limits of each member. None of the texts has control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Manifest {
    /// The adapter's name for programs: `google-sheets`.
    #[serde(deserialize_with = "rules::id")]
    pub id: String,
    /// The CRM's name for people.
    #[serde(deserialize_with = "rules::line")]
    pub name: String,
    /// The adapter's version.
    #[serde(deserialize_with = "rules::version")]
    #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
    pub version: semver::Version,
    /// Who made the adapter and answers for it.
    #[serde(deserialize_with = "rules::line")]
    pub vendor: String,
    /// Where people learn more.
    #[serde(
        default,
        deserialize_with = "rules::website",
        skip_serializing_if = "Option::is_none"
    )]
    pub website: Option<String>,
    /// Where people get help.
    #[serde(
        default,
        deserialize_with = "rules::website",
        skip_serializing_if = "Option::is_none"
    )]
    pub support: Option<String>,
    /// What the adapter opens.
    #[serde(default, deserialize_with = "rules::text")]
    pub description: String,
    /// The hosts of the CRM; none means that an account may live on any.
    #[serde(default, deserialize_with = "rules::list")]
    #[cfg_attr(feature = "json-interface", schemars(with = "Vec<String>"))]
    pub hosts: Vec<HostPattern>,
    /// Whether the CRM has a page for a contact.
    #[serde(default = "yes")]
    pub can_open_contact_page: bool,
    /// Whether the CRM has a page for a logged call.
    #[serde(default)]
    pub can_open_log_page: bool,
    /// The kinds of record that a contact can be.
    #[serde(default, deserialize_with = "rules::list")]
    pub contact_types: Vec<ContactType>,
    /// What can be set for an account, and the sections that it is shown in.
    #[serde(default, deserialize_with = "setting::list")]
    pub settings: Vec<Setting>,
    /// What the dialer stores for an account at login.
    #[serde(default, deserialize_with = "rules::list")]
    pub stored_values: Vec<StoredValue>,
    /// What opens when a call matches nobody.
    #[serde(
        default,
        deserialize_with = "page_urls::template",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub fallback_contact_page_url: Option<PageTemplate>,
    /// How the pages are shown that the manifest names as templates.
    #[serde(
        default = "page_urls::tab",
        deserialize_with = "page_urls::open_as",
        serialize_with = "page_urls::write_open_as",
        skip_serializing_if = "page_urls::is_tab"
    )]
    #[cfg_attr(
        feature = "json-interface",
        schemars(with = "crate::browser::OpenAsForm")
    )]
    pub open_as: OpenAs,
    /// What the adapter asks for; nothing is granted by asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
}

/// A kind of record that a contact can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ContactType {
    /// What the contact's `type` says.
    #[serde(deserialize_with = "rules::line")]
    pub value: String,
    /// What people call it, if that differs.
    #[serde(
        default,
        deserialize_with = "rules::some_line",
        skip_serializing_if = "Option::is_none"
    )]
    pub display: Option<String>,
}

/// A value that the dialer stores for an account at login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StoredValue {
    /// Its name.
    #[serde(deserialize_with = "rules::value_name")]
    pub name: String,
    /// What it is for.
    #[serde(default, deserialize_with = "rules::text")]
    pub description: String,
}

/// A manifest that cannot be read, with the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct ManifestError {
    /// The line in `adapter.json`, from 1.
    pub line: usize,
    /// The column in that line, from 1; 0 where the line as a whole is meant.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

impl Manifest {
    /// Reads `adapter.json`.
    ///
    /// # Errors
    /// [`ManifestError`] if it is not JSON or breaks a rule of the schema.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest = from_json(text)?;
        page_urls::check_fallback(&manifest, text)?;
        Ok(manifest)
    }

    /// Every setting that has a value: those in sections too, and the sections not.
    pub fn settings_with_values(&self) -> impl Iterator<Item = &Setting> {
        self.settings
            .iter()
            .flat_map(|it| std::iter::once(it).chain(&it.items))
            .filter(|it| it.kind != SettingType::Section)
    }

    /// The setting with this id, if it has a value.
    #[must_use]
    pub fn setting(&self, id: &str) -> Option<&Setting> {
        self.settings_with_values().find(|it| it.id == id)
    }

    /// The host patterns in one line: `app.clio.com, eu.app.clio.com`.
    #[must_use]
    pub fn hosts_line(&self) -> String {
        let hosts: Vec<_> = self.hosts.iter().map(ToString::to_string).collect();
        hosts.join(", ")
    }
}

impl ManifestError {
    /// An error about a member, or about the whole, that shows only when all has been read.
    fn of_member(text: &str, member: Option<&str>, what: &str) -> Self {
        let at = member.and_then(|name| text.find(&format!("\"{name}\"")));
        let before = &text[..at.unwrap_or(0)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what: what.to_owned(),
        }
    }
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, ManifestError> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!(" at line {} column {}", error.line(), error.column());
        ManifestError {
            line: error.line(),
            column: error.column(),
            what: error.to_string().replace(&place, ""),
        }
    })
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
