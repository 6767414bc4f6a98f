//! What a callback learns of the call: the matched contact, or the logged activity.

use serde::{Deserialize, Serialize};

use crate::{AdapterError, NamedTexts, Text};

/// The record that the caller's number matched in the CRM.
///
/// Made with [`Contact::new`] and the `with_` functions, so that it can grow. The lifetime is as in
/// [`Context`](crate::Context).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contact<'call> {
    /// The record's id in the CRM, as the CRM writes it.
    #[serde(borrow)]
    pub id: Text<'call>,
    /// The name to show.
    #[serde(borrow)]
    pub name: Text<'call>,
    /// The number that matched, as the dialer writes it; E.164 (`+15550100`) where it can.
    #[serde(borrow)]
    pub phone: Text<'call>,
    /// The kind of record, one of the manifest's `contactTypes`: `Contact`, `Lead`, `custjob`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<Text<'call>>,
    /// Whatever else the dialer knows of the record, by name.
    #[serde(default, skip_serializing_if = "NamedTexts::is_empty")]
    pub extras: NamedTexts<'call>,
}

impl Contact<'_> {
    /// A contact without a type and without extras.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, phone: impl Into<String>) -> Self {
        Self {
            id: id.into().into(),
            name: name.into().into(),
            phone: phone.into().into(),
            ..Self::default()
        }
    }

    /// The same contact, of this type. An empty type is no type.
    #[must_use]
    pub fn with_type(mut self, contact_type: impl Into<String>) -> Self {
        self.contact_type = unless_empty(contact_type.into());
        self
    }

    /// The same contact with one more named extra.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.insert(name.into().into(), value.into().into());
        self
    }
}

impl Contact<'_> {
    /// The contact's type, which the page cannot do without.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue), naming it, if it is not there.
    pub fn require_type(&self) -> Result<&str, AdapterError> {
        required(self.contact_type.as_ref(), "contact.type")
    }
}

/// A call that was logged in the CRM.
///
/// Made with [`CallLog::new`] and the `with_` functions, so that it can grow. The lifetime is as in
/// [`Context`](crate::Context).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallLog<'call> {
    /// The activity's id in the CRM.
    #[serde(borrow)]
    pub log_id: Text<'call>,
    /// The contact that the call was logged with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<Text<'call>>,
    /// That contact's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<Text<'call>>,
    /// Whatever else the dialer knows of the log, by name.
    #[serde(default, skip_serializing_if = "NamedTexts::is_empty")]
    pub extras: NamedTexts<'call>,
}

impl CallLog<'_> {
    /// A log that names no contact.
    #[must_use]
    pub fn new(log_id: impl Into<String>) -> Self {
        Self {
            log_id: log_id.into().into(),
            ..Self::default()
        }
    }

    /// The same log, naming the contact that it was logged with. An empty id is no contact.
    #[must_use]
    pub fn with_contact_id(mut self, contact_id: impl Into<String>) -> Self {
        self.contact_id = unless_empty(contact_id.into());
        self
    }

    /// The same log with its contact's type. An empty type is no type.
    #[must_use]
    pub fn with_contact_type(mut self, contact_type: impl Into<String>) -> Self {
        self.contact_type = unless_empty(contact_type.into());
        self
    }

    /// The same log with one more named extra.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.insert(name.into().into(), value.into().into());
        self
    }
}

impl CallLog<'_> {
    /// The id of the contact that the call was logged with, which the page cannot do without.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue), naming it, if it is not there.
    pub fn require_contact_id(&self) -> Result<&str, AdapterError> {
        required(self.contact_id.as_ref(), "contact.id")
    }

    /// That contact's type, which the page cannot do without.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue), naming it, if it is not there.
    pub fn require_contact_type(&self) -> Result<&str, AdapterError> {
        required(self.contact_type.as_ref(), "contact.type")
    }
}

fn required<'text>(text: Option<&'text Text<'_>>, name: &str) -> Result<&'text str, AdapterError> {
    text.map(Text::as_str)
        .ok_or_else(|| AdapterError::missing_value(name))
}

fn unless_empty<'call>(text: String) -> Option<Text<'call>> {
    (!text.is_empty()).then(|| text.into())
}
