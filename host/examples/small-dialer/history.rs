//! The tab with past calls, and the menu of each.

use callpop_host::{CallLog, CallOptions, Host, LogMenu, with_causes};

/// A past call that the dialer has logged in the CRM.
pub(crate) fn logged(log_id: &str, contact_id: &str) -> CallLog {
    CallLog::new(log_id.to_owned()).with_contact_id(contact_id.to_owned())
}

/// What the menu offers, if anything. It is in the manifest: nothing runs for it.
pub(crate) fn menu(host: &Host, adapter: &str, log: &CallLog) -> Vec<String> {
    match host.log_menu(adapter, log, None) {
        Ok(LogMenu::LogPage) => vec!["Open call log".to_owned()],
        Ok(LogMenu::ContactPage) => vec!["Open contact".to_owned()],
        Ok(LogMenu::Nothing) => Vec::new(),
        Err(error) => vec![with_causes(&error)],
    }
}

/// The user picks the entry.
pub(crate) fn open(host: &Host, adapter: &str, log: &CallLog) -> Vec<String> {
    match host.open_log_page(adapter, log, None, &CallOptions::default()) {
        Ok(outcome) => outcome.notices,
        Err(error) => vec![with_causes(&error)],
    }
}
