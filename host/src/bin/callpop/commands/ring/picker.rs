//! Asks on the terminal which of several contacts it is, with a search by name and id.

use std::fmt;

use callpop_host::Contact;

use super::contact_line;
use crate::asking::{self, NoAnswer};
use crate::failure::{Exit, Failure};

/// A contact among those that can be selected; the search goes by its line.
struct Choice<'contacts>(&'contacts Contact);

impl fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&contact_line(self.0))
    }
}

/// The contact that the user selects; `None` if there is nobody to ask, or if none is selected.
pub(super) fn select(question: &str, contacts: &[Contact]) -> Result<Option<Contact>, Failure> {
    if !asking::is_possible() {
        return Ok(None);
    }
    let choices = contacts.iter().map(Choice).collect();
    let help = "type to search by name or id, ↑↓ to move, Enter to open, Esc for none";
    match asking::select(question, help, choices) {
        Ok(Choice(contact)) => Ok(Some(contact.clone())),
        Err(NoAnswer::Given) => Ok(None),
        Err(error) => Err(Failure::new(Exit::Usage, "cannot-ask", error.to_string())
            .advice("Name the contact with: --choose ID")),
    }
}
