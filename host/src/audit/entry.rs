//! One line of the history.

use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plain_text::plain_line;
use crate::runner::Callback;

/// The longest adapter id that is kept as it is, in characters; a dialer can name any.
const MAX_ID: usize = 100;

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AuditResult {
    /// Pages opened.
    Opened,
    /// The callback ran, and there was no page to open.
    Done,
    /// The user was asked which contact it is.
    Asked,
    /// No page opened, as the rules say.
    Suppressed,
    /// It did not work.
    Failed,
    /// The host refused what the adapter wanted.
    Refused,
    /// The account was forgotten.
    LoggedOut,
    /// Something that a later version tells of.
    #[serde(other)]
    Other,
}

impl AuditResult {
    /// The result's name, as it stands in the file; it never changes once released.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Done => "done",
            Self::Asked => "asked",
            Self::Suppressed => "suppressed",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::LoggedOut => "logged-out",
            Self::Other => "other",
        }
    }
}

/// One outcome. It names no person, no number, no record and no whole URL, but for `details`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AuditEntry {
    /// When it was known; RFC 3339 in UTC.
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    #[cfg_attr(feature = "json-interface", schemars(with = "String"))]
    pub time: SystemTime,
    /// The adapter's id.
    pub adapter: String,
    /// The adapter's version, if there is such an adapter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The SHA-256 of the file that ran, if any did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The callback that ran or would have run.
    pub callback: Callback,
    /// What came of it.
    pub result: AuditResult,
    /// Why, if something did not happen or went wrong: a name for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The host of each page that opened, in order.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// What is kept only where the settings say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<AuditDetails>,
}

/// Who it was about, and what opened in full.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct AuditDetails {
    /// The dialer's name for the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// The contact's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<String>,
    /// The contact's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    /// The contact's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_phone: Option<String>,
    /// The logged activity's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_id: Option<String>,
    /// The pages that opened, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// The error's whole message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl AuditEntry {
    /// An outcome of now.
    pub(crate) fn now(adapter: &str, callback: Callback, result: AuditResult) -> Self {
        Self {
            time: SystemTime::now(),
            adapter: plain_line(adapter, MAX_ID),
            version: None,
            sha256: None,
            callback,
            result,
            reason: None,
            hosts: Vec::new(),
            micros: 0,
            details: None,
        }
    }

    /// The line with its end.
    pub(super) fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

fn write_time<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_rfc3339_micros(*time))
}

fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SystemTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_rfc3339(&text).map_err(serde::de::Error::custom)
}
