//! The made-up records of TestCRM.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// All records. The first contact is the demo's caller, and the first call that is logged with it
/// is the demo's log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Records {
    pub(super) contacts: Vec<Contact>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) name: String,
    initials: String,
    /// The hue of the avatar, in degrees.
    hue: u16,
    title: String,
    company: String,
    /// As it is shown; `e164` as it is dialled.
    phone: String,
    e164: String,
    email: String,
    city: String,
    owner: String,
    since: String,
    tags: Vec<String>,
    timeline: Vec<Entry>,
}

/// Something that happened: a call, a note, an email.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Set for a call that is logged.
    id: Option<String>,
    kind: String,
    when: String,
    summary: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    duration: String,
    #[serde(default)]
    agent: String,
    #[serde(default)]
    notes: String,
}

/// A logged call with its contact.
#[derive(Debug, Serialize)]
pub(super) struct Activity<'records> {
    call: &'records Entry,
    pub(super) contact: &'records Contact,
}

/// Who has a number.
#[derive(Debug, Serialize)]
pub(super) struct Search<'records> {
    phone: &'records str,
    contacts: Vec<&'records Contact>,
}

const EMBEDDED: &str = include_str!("records.json");

impl Records {
    pub(super) fn embedded() -> io::Result<Self> {
        Ok(serde_json::from_str(EMBEDDED)?)
    }

    pub(super) fn contact(&self, id: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.id == id)
    }

    /// The contacts that have this number.
    pub(super) fn search<'records>(&'records self, phone: &'records str) -> Search<'records> {
        let contacts = self.contacts.iter();
        Search {
            phone,
            contacts: contacts.filter(|contact| contact.e164 == phone).collect(),
        }
    }

    pub(super) fn activity(&self, id: &str) -> Option<Activity<'_>> {
        self.contacts.iter().find_map(|contact| {
            let call = contact
                .timeline
                .iter()
                .find(|it| it.id.as_deref() == Some(id))?;
            Some(Activity { call, contact })
        })
    }
}

/// The demo's caller, as a dialer hands a contact over.
pub(crate) fn demo_contact() -> io::Result<Value> {
    let records = Records::embedded()?;
    let caller = records.contacts.first();
    let caller = caller.ok_or_else(|| io::Error::other("there are no records"))?;
    Ok(json!({ "id": caller.id, "name": caller.name, "phone": caller.e164 }))
}

/// All contacts as a contact book imports them: CSV with a header.
pub(crate) fn contact_list() -> io::Result<String> {
    let records = Records::embedded()?;
    let rows = records.contacts.iter().map(|contact| {
        // Our own texts: none of them has a quotation mark.
        format!("{},\"{}\",{}\n", contact.id, contact.name, contact.e164)
    });
    Ok(std::iter::once("id,name,phone\n".to_owned())
        .chain(rows)
        .collect())
}

/// A call that is logged with the demo's caller.
pub(crate) fn demo_log_id() -> Option<String> {
    let records = Records::embedded().ok()?;
    records
        .contacts
        .first()?
        .timeline
        .iter()
        .find_map(|entry| entry.id.clone())
}
