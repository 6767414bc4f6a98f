//! Contacts and logged calls, as dialers hand them over and get them back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::contact_json::contact_from_members;
use crate::{CallLog, Contact, NamedTexts, Text};

/// A contact: `{"id", "name", "phone"}`, optionally `type`, and others as the contact's extras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactForm(pub Contact);

/// A logged call: `{"logId"}`, optionally `contactId` and `contactType`, and others as the log's
/// extras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogForm(pub CallLog);

impl Serialize for ContactForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let contact = &self.0;
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("id", contact.id.as_str())?;
        members.serialize_entry("name", contact.name.as_str())?;
        members.serialize_entry("phone", contact.phone.as_str())?;
        if let Some(contact_type) = &contact.contact_type {
            members.serialize_entry("type", contact_type.as_str())?;
        }
        let known = ["id", "name", "phone", "type"];
        for (name, value) in extras(&contact.extras, &known) {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl<'de> Deserialize<'de> for ContactForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        let contact = contact_from_members(members).map_err(de::Error::custom)?;
        Ok(Self(contact))
    }
}

impl JsonSchema for ContactForm {
    fn schema_name() -> Cow<'static, str> {
        "Contact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The record that the number matched in the CRM. Members besides these four are its extras, which adapters may need; what is no text is taken for its JSON.",
            "required": ["id"],
            "properties": {
                "id": {
                    "description": "The record's id in the CRM, as the CRM writes it.",
                    "type": ["string", "number"],
                },
                "name": { "description": "The name to show.", "type": ["string", "null"] },
                "phone": {
                    "description": "The number that matched; E.164 where it can.",
                    "type": ["string", "number", "null"],
                },
                "type": {
                    "description": "The kind of record, one of the manifest's `contactTypes`.",
                    "type": ["string", "null"],
                },
            },
        })
    }
}

impl Serialize for LogForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let log = &self.0;
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("logId", log.log_id.as_str())?;
        if let Some(id) = &log.contact_id {
            members.serialize_entry("contactId", id.as_str())?;
        }
        if let Some(contact_type) = &log.contact_type {
            members.serialize_entry("contactType", contact_type.as_str())?;
        }
        let known = ["logId", "contactId", "contactType"];
        for (name, value) in extras(&log.extras, &known) {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl<'de> Deserialize<'de> for LogForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut log = CallLog::default();
        for (name, value) in Map::<String, Value>::deserialize(deserializer)? {
            let is_known = matches!(name.as_str(), "logId" | "contactId" | "contactType");
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ if is_known => {
                    let message = format!("the log's `{name}` is not a text");
                    return Err(de::Error::custom(message));
                }
                other => other.to_string(),
            };
            match name.as_str() {
                "logId" => log.log_id = text.into(),
                "contactId" => log = log.with_contact_id(text),
                "contactType" => log = log.with_contact_type(text),
                _ => log = log.with_extra(name, text),
            }
        }
        if log.log_id.is_empty() {
            return Err(de::Error::custom("the log has no `logId`"));
        }
        Ok(Self(log))
    }
}

impl JsonSchema for LogForm {
    fn schema_name() -> Cow<'static, str> {
        "Log".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A call that was logged in the CRM. Members besides these three are its extras, which adapters may need; what is no text is taken for its JSON.",
            "required": ["logId"],
            "properties": {
                "logId": {
                    "description": "The logged activity's id in the CRM.",
                    "type": ["string", "number"],
                },
                "contactId": {
                    "description": "The id of the contact that the call was logged with.",
                    "type": ["string", "number", "null"],
                },
                "contactType": {
                    "description": "That contact's type.",
                    "type": ["string", "null"],
                },
            },
        })
    }
}

/// The extras that do not have the name of a member with a meaning.
fn extras<'a>(
    extras: &'a NamedTexts<'static>,
    known: &'a [&str],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let texts =
        |(name, value): (&'a Text<'static>, &'a Text<'static>)| (name.as_str(), value.as_str());
    extras
        .iter()
        .map(texts)
        .filter(|(name, _)| !known.contains(name))
}

/// What became of a contact in an imported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Remark")]
#[non_exhaustive]
pub struct RemarkForm {
    /// The line in the file, from 1.
    pub line: u64,
    /// The contact's name, else its id.
    pub contact: String,
    /// Whether the contact was left out.
    pub skipped: bool,
    /// What there is to say about it.
    pub message: String,
}

#[cfg(feature = "contact-book")]
impl From<&crate::Remark> for RemarkForm {
    fn from(remark: &crate::Remark) -> Self {
        Self {
            line: remark.line,
            contact: remark.contact.clone(),
            skipped: remark.is_skipped(),
            message: remark.kind.to_string(),
        }
    }
}

/// Contacts by the id of the adapter whose CRM has them, as `matches` of a call's event.
#[must_use]
pub fn matches_form(matches: BTreeMap<String, Vec<Contact>>) -> BTreeMap<String, Vec<ContactForm>> {
    let matches = matches.into_iter();
    matches
        .map(|(adapter, contacts)| (adapter, contacts.into_iter().map(ContactForm).collect()))
        .collect()
}
