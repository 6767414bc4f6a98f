//! The trait `ContactSource`: who a number belongs to, for whoever rings.

use std::collections::BTreeMap;
use std::error::Error;

use crate::Contact;

/// Knows which contacts have a number.
///
/// A dialer that knows the user's contacts (from its own address book, or from the CRM's search)
/// implements it. One that knows none takes the contact book, with the feature `contact-book`.
///
/// ```
/// use std::collections::BTreeMap;
/// use callpop_host::{Contact, ContactSource, ContactSourceError};
///
/// /// The address book of a dialer: number, the CRM's adapter, contact.
/// struct AddressBook(Vec<(String, String, Contact)>);
///
/// impl ContactSource for AddressBook {
///     fn matches(
///         &self,
///         number: &str,
///     ) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError> {
///         let mut matches: BTreeMap<String, Vec<Contact>> = BTreeMap::new();
///         for (_, adapter, contact) in self.0.iter().filter(|(its, _, _)| its == number) {
///             matches.entry(adapter.clone()).or_default().push(contact.clone());
///         }
///         Ok(matches)
///     }
/// }
///
/// let jo = Contact::new("7", "Jo Doe", "+12025550123");
/// let book = AddressBook(vec![("+12025550123".into(), "pipedrive".into(), jo)]);
/// assert_eq!(book.matches("+12025550123")?["pipedrive"][0].name, "Jo Doe");
/// assert!(book.matches("+12025550199")?.is_empty());
/// # Ok::<(), ContactSourceError>(())
/// ```
pub trait ContactSource: Send + Sync {
    /// The contacts that have this number, by the id of the adapter whose CRM has them.
    ///
    /// `number` is the other side's as the telephone system writes it: best in E.164
    /// (`+12025550123`), but also `tel:` and `sip:` addresses, numbers as they are dialled, and
    /// words such as `anonymous`, which belong to nobody. All contacts that match are given, those
    /// of one adapter in an order that stays the same. An adapter without a match is left out.
    ///
    /// The telephone is ringing meanwhile: answer quickly, or not at all. Several threads may ask
    /// at once.
    ///
    /// # Errors
    /// [`ContactSourceError`] if it is not known who has the number. That nobody has it is an empty
    /// answer.
    fn matches(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError>;
}

/// It cannot be told who has a number.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ContactSourceError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ContactSourceError {
    /// With a sentence that says what went wrong, such as `the address book cannot be read`.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}
