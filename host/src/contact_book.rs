//! The contact book: contacts for a dialer that has none, in SQLite under the home.

mod candidate;
mod columns;
mod csv_rows;
mod database;
mod import;
mod phone_number;
mod text;
mod vcard;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use crate::Contact;
use crate::contact_source::{ContactSource, ContactSourceError};
use crate::settings::SettingsStore;
use crate::state_file::{KeptAside, StateError};
use database::Database;
use phone_number::PhoneNumber;

pub use candidate::{ImportError, Remark, RemarkKind};
pub use import::{ImportOptions, Imported};
pub use phone_number::{Country, CountryError};

/// Why the contact book cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactBookError {
    /// The file, its folder or its settings could not be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The database refused.
    #[error("cannot {doing} the contact book {path}")]
    Database {
        /// `open`, `read` or `write`.
        doing: &'static str,
        /// The file.
        path: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Contacts that were imported from files, each with the adapter whose CRM has it, in
/// `contacts.sqlite` under the home.
///
/// To be shared between threads; several processes may use the same file at once. There is no file
/// until something is imported.
#[derive(Debug)]
pub struct ContactBook {
    database: Database,
    country: Option<Country>,
}

impl ContactBook {
    /// Opens the book of this home. Numbers that do not name their country are taken for numbers
    /// of `country`, else of the `country` in `settings.json`; if neither is there, they match by
    /// their national digits.
    ///
    /// # Errors
    /// [`ContactBookError`] if the settings or an existing book cannot be read. A damaged book is
    /// kept aside, see [`take_kept_aside`](Self::take_kept_aside).
    pub fn open(home: &Path, country: Option<Country>) -> Result<Self, ContactBookError> {
        let country = match country {
            Some(country) => Some(country),
            None => SettingsStore::in_home(home).country()?,
        };
        let database = Database::in_home(home);
        database.check()?;
        Ok(Self { database, country })
    }

    /// Imports the contacts of a vCard or CSV file. All of them, or none if it fails; contacts
    /// that cannot be used are left out, and `remark` hears of each. A contact that is there
    /// already, by its adapter and id, is replaced.
    ///
    /// # Errors
    /// [`ImportError`]; the book is as it was then.
    pub fn import(
        &self,
        source: impl Read,
        options: &ImportOptions,
        mut remark: impl FnMut(Remark),
    ) -> Result<Imported, ImportError> {
        import::import(&self.database, self.country, source, options, &mut remark)
    }

    /// The contacts that have this number, by their adapter's id; those of one adapter by name,
    /// and then by id.
    ///
    /// # Errors
    /// [`ContactBookError`] if the book cannot be read.
    pub fn find(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactBookError> {
        // What the book keeps is read as itself, so a number that is found there needs no parsing.
        if let Some(e164) = phone_number::as_written(number) {
            let found = self.database.placed_alone(&e164)?;
            if !found.is_empty() {
                return Ok(by_adapter(found));
            }
        }
        let Some(number) = PhoneNumber::parse(number, self.country) else {
            return Ok(BTreeMap::new());
        };
        let mut found = match &number {
            PhoneNumber::Placed { e164, national } => {
                let mut found = self.database.placed(e164)?;
                found.extend(self.database.unplaced(national)?);
                found
            }
            PhoneNumber::Unplaced { digits } => self.database.national(digits)?,
        };
        if found.is_empty() {
            // Some telephone systems write E.164 without its plus.
            if let Some(e164) = number.with_plus() {
                found = self.database.placed(&e164)?;
            }
        }
        Ok(by_adapter(found))
    }

    /// How many contacts each adapter has.
    ///
    /// # Errors
    /// [`ContactBookError`] if the book cannot be read.
    pub fn counts(&self) -> Result<BTreeMap<String, u64>, ContactBookError> {
        self.database.counts()
    }

    /// Forgets the contacts of this adapter, or of all if none is named; how many those were.
    ///
    /// # Errors
    /// [`ContactBookError`]; the book is as it was then.
    pub fn remove(&self, adapter: Option<&str>) -> Result<u64, ContactBookError> {
        self.database.remove(adapter)
    }

    /// Keeps the country of numbers that do not name theirs, in `settings.json` of this home. It
    /// holds for books that are opened from then on; what was imported before stays as it is.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn keep_country(home: &Path, country: Country) -> Result<(), StateError> {
        SettingsStore::in_home(home).set_country(country)
    }

    /// The country of numbers that do not name theirs.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country
    }

    /// The damaged files that were kept aside since the last call.
    #[must_use]
    pub fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.database.take_kept_aside()
    }
}

impl ContactSource for ContactBook {
    fn matches(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError> {
        self.find(number).map_err(|cause| {
            ContactSourceError::new("the contact book cannot be asked").with_source(cause)
        })
    }
}

fn by_adapter(mut found: Vec<(String, Contact)>) -> BTreeMap<String, Vec<Contact>> {
    if found.len() > 1 {
        found.sort_by(|(_, one), (_, other)| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    }
    let mut matches: BTreeMap<String, Vec<Contact>> = BTreeMap::new();
    for (adapter, contact) in found {
        let of_adapter = matches.entry(adapter).or_default();
        // One contact may have a number in two forms.
        if of_adapter.iter().all(|it| it.id != contact.id) {
            of_adapter.push(contact);
        }
    }
    matches
}
