//! What a callback learns of the call: the matched contact, or the logged activity.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

/// The record that the caller's number matched in the CRM.
///
/// Made with [`Contact::new`] and the `with_` functions, so that it can grow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contact {
    /// The record's id in the CRM, as the CRM writes it.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The number that matched, as the dialer writes it; E.164 (`+15550100`) where it can.
    pub phone: String,
    /// The kind of record, one of the manifest's `contactTypes`: `Contact`, `Lead`, `custjob`.
    pub contact_type: Option<String>,
    /// Whatever else the dialer knows of the record, by name.
    pub extras: BTreeMap<String, String>,
}

impl Contact {
    /// A contact without a type and without extras.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>, phone: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            phone: phone.into(),
            ..Self::default()
        }
    }

    /// The same contact, of this type. An empty type is no type.
    #[must_use]
    pub fn with_type(mut self, contact_type: impl Into<String>) -> Self {
        self.contact_type = Some(contact_type.into()).filter(|text| !text.is_empty());
        self
    }

    /// The same contact with one more named extra.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.insert(name.into(), value.into());
        self
    }
}

/// A call that was logged in the CRM.
///
/// Made with [`CallLog::new`] and the `with_` functions, so that it can grow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallLog {
    /// The activity's id in the CRM.
    pub log_id: String,
    /// The contact that the call was logged with.
    pub contact_id: Option<String>,
    /// That contact's type.
    pub contact_type: Option<String>,
    /// Whatever else the dialer knows of the log, by name.
    pub extras: BTreeMap<String, String>,
}

impl CallLog {
    /// A log that names no contact.
    #[must_use]
    pub fn new(log_id: impl Into<String>) -> Self {
        Self {
            log_id: log_id.into(),
            ..Self::default()
        }
    }

    /// The same log, naming the contact that it was logged with. An empty id is no contact.
    #[must_use]
    pub fn with_contact_id(mut self, contact_id: impl Into<String>) -> Self {
        self.contact_id = Some(contact_id.into()).filter(|text| !text.is_empty());
        self
    }

    /// The same log with its contact's type. An empty type is no type.
    #[must_use]
    pub fn with_contact_type(mut self, contact_type: impl Into<String>) -> Self {
        self.contact_type = Some(contact_type.into()).filter(|text| !text.is_empty());
        self
    }

    /// The same log with one more named extra.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extras.insert(name.into(), value.into());
        self
    }
}
