//! The dialer's own contacts: who has a number, and in which CRM.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use callpop_host::{Contact, ContactSource, ContactSourceError};

/// Number, adapter and contact of each line `NUMBER ADAPTER ID NAME`.
pub(crate) struct AddressBook(Vec<(String, String, Contact)>);

impl AddressBook {
    pub(crate) fn read(file: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(file)?;
        let entry = |line: &str| {
            let parts: Vec<&str> = line.splitn(4, ' ').collect();
            let &[number, adapter, id, name] = parts.as_slice() else {
                return None;
            };
            let contact = Contact::new(id, name, number);
            Some((number.to_owned(), adapter.to_owned(), contact))
        };
        Ok(Self(text.lines().filter_map(entry).collect()))
    }
}

impl ContactSource for AddressBook {
    fn matches(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError> {
        let mut matches: BTreeMap<String, Vec<Contact>> = BTreeMap::new();
        for (_, adapter, contact) in self.0.iter().filter(|(its, ..)| its == number) {
            matches
                .entry(adapter.clone())
                .or_default()
                .push(contact.clone());
        }
        Ok(matches)
    }
}
