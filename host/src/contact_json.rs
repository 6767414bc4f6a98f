//! A contact as dialers hand it over: `{"id", "name", "phone"}`, optionally `type` and others.

use callpop_adapter::NamedTexts;
use callpop_adapter::abi::RESERVED_PREFIX;
use serde_json::{Map, Value};

use crate::Contact;

/// Why a JSON text is not a contact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// It is not JSON.
    #[error("the contact is not JSON")]
    Json(#[from] serde_json::Error),
    /// It is something else than an object.
    #[error(
        "the contact is not a JSON object such as {{\"id\":\"7\",\"name\":\"Jo\",\"phone\":\"+12025550123\"}}"
    )]
    NotAnObject,
    /// It has no id.
    #[error("the contact has no `id`; without one its page cannot be told")]
    NoId,
    /// One of the four members with a meaning is not a text.
    #[error("the contact's `{0}` is not a text")]
    NotAText(String),
}

impl ContactError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        "invalid-contact"
    }
}

/// Reads a contact. Numbers are taken for texts; members without a meaning here become the
/// contact's extras, lists and objects as their JSON; `null` is as if the member were not there.
///
/// # Errors
/// [`ContactError`] if it is no JSON object with an `id`.
pub fn contact_from_json(text: &str) -> Result<Contact, ContactError> {
    let Value::Object(members) = serde_json::from_str(text)? else {
        return Err(ContactError::NotAnObject);
    };
    contact_from_members(members)
}

/// Reads a contact's members, which are an object's.
pub(crate) fn contact_from_members(members: Map<String, Value>) -> Result<Contact, ContactError> {
    let mut contact = Contact::default();
    for (name, value) in members {
        let is_nested = value.is_object() || value.is_array();
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            other => other.to_string(),
        };
        let known = match name.as_str() {
            "id" => &mut contact.id,
            "name" => &mut contact.name,
            "phone" => &mut contact.phone,
            "type" => contact.contact_type.get_or_insert_default(),
            _ => contact.extras.entry(name.clone().into()).or_default(),
        };
        if is_nested && ["id", "name", "phone", "type"].contains(&name.as_str()) {
            return Err(ContactError::NotAText(name));
        }
        *known = text.into();
    }
    if contact.id.is_empty() {
        return Err(ContactError::NoId);
    }
    contact.contact_type = contact.contact_type.filter(|text| !text.is_empty());
    Ok(contact)
}

/// Leaves out what a dialer cannot say: names that are the ABI's own, so that an adapter of a later
/// version can rely on it that a host of that version says them.
pub(crate) fn leave_out_reserved(extras: &mut NamedTexts<'_>) {
    extras.retain(|name, _| !name.starts_with(RESERVED_PREFIX));
}

#[cfg(test)]
mod tests {
    use super::{ContactError, contact_from_json};

    #[test]
    fn known_members_are_told_from_extras() {
        let contact = contact_from_json(
            r#"{"id":7,"name":"Jo","phone":null,"type":"Lead","locationId":"x","more":{"a":[1]}}"#,
        )
        .unwrap();
        assert_eq!(
            (
                contact.id.as_str(),
                contact.name.as_str(),
                contact.phone.as_str()
            ),
            ("7", "Jo", "")
        );
        assert_eq!(contact.contact_type.as_deref(), Some("Lead"));
        assert_eq!(contact.extras["locationId"], "x");
        assert_eq!(contact.extras["more"], r#"{"a":[1]}"#);
    }

    #[test]
    fn what_is_no_contact_is_an_error() {
        for text in [
            "",
            "{",
            "7",
            "[]",
            "{}",
            r#"{"id":""}"#,
            r#"{"id":null}"#,
            r#"{"id":["7"]}"#,
            r#"{"id":"7","name":{}}"#,
        ] {
            assert!(contact_from_json(text).is_err(), "{text}");
        }
        assert!(
            matches!(contact_from_json(r#"{"id":{}}"#), Err(ContactError::NotAText(name)) if name == "id")
        );
    }
}
