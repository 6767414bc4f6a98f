//! Asks on the terminal which of several contacts it is, with a search by name and id.

use std::fmt;
use std::io::IsTerminal;

use callpop_host::Contact;
use inquire::{InquireError, Select};

use super::contact_line;
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
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Ok(None);
    }
    let choices = contacts.iter().map(Choice).collect();
    let selected = Select::new(question, choices)
        .with_help_message("type to search by name or id, ↑↓ to move, Enter to open, Esc for none")
        .prompt_skippable();
    match selected {
        Ok(choice) => Ok(choice.map(|Choice(contact)| contact.clone())),
        Err(InquireError::OperationInterrupted) => Ok(None),
        Err(error) => {
            let message = format!("the user cannot be asked on this terminal: {error}");
            Err(Failure::new(Exit::Usage, "cannot-ask", message)
                .advice("Name the contact with: --choose ID"))
        }
    }
}
