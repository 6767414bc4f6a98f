//! What the menu of a logged call offers.

use super::{Host, calling};
use crate::error::FindError;
use crate::{CallLog, Contact};

/// What "Open call log" in the menu of a logged call opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogMenu {
    /// The log's own page.
    LogPage,
    /// The contact's page, as the CRM has none for a log.
    ContactPage,
    /// Nothing: the entry is not to be offered.
    Nothing,
}

impl Host {
    /// What the menu of a logged call offers.
    ///
    /// # Errors
    /// [`FindError`] if there is no such adapter.
    pub fn log_menu(
        &self,
        adapter: &str,
        log: &CallLog,
        contact: Option<&Contact>,
    ) -> Result<LogMenu, FindError> {
        let (_, description) = self.find(adapter)?;
        let manifest = &description.manifest;
        let has_contact = calling::contact_of(log, contact).is_some();
        Ok(if manifest.can_open_log_page {
            LogMenu::LogPage
        } else if manifest.can_open_contact_page && has_contact {
            LogMenu::ContactPage
        } else {
            LogMenu::Nothing
        })
    }
}
