//! The contact book as a contact source that says what is wrong with it, and is no reason to be
//! silent: the page for unknown numbers may still open.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Notification, Warning};
use crate::Contact;
use crate::causes::with_causes;
use crate::contact_book::ContactBook;
use crate::contact_source::{ContactSource, ContactSourceError};

/// Asks the contact book of a home whose number it is, and warns if it cannot be asked.
pub struct BookSource {
    home: PathBuf,
    tell: Arc<dyn Fn(Notification) + Send + Sync>,
}

impl BookSource {
    /// The book of this home. `tell` hears the warnings.
    #[must_use]
    pub fn new(home: impl Into<PathBuf>, tell: Arc<dyn Fn(Notification) + Send + Sync>) -> Self {
        Self {
            home: home.into(),
            tell,
        }
    }
}

impl ContactSource for BookSource {
    fn matches(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError> {
        // Opened for each call, as the country may be another one by now.
        let found = ContactBook::open(&self.home, None).and_then(|book| {
            let found = book.find(number);
            for kept in book.take_kept_aside() {
                (self.tell)(Notification::Warning(Warning::kept_aside(&kept)));
            }
            found
        });
        Ok(found.unwrap_or_else(|error| {
            let warning = Warning::contact_book(with_causes(&error));
            (self.tell)(Notification::Warning(warning));
            BTreeMap::new()
        }))
    }
}
