//! Zoho CRM: a contact, lead or account, and the logged call.
//!
//! Source: public code of several integrations for the pages, which also work with `org{number}`
//! before `tab`; Zoho's "Multi DC Support" for the domains of its data centers. Not tried on an
//! account.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[cfg(test)]
mod tests;

#[derive(Default)]
struct ZohoCrm;

impl Adapter for ZohoCrm {
    /// `https://{hostname}/crm/tab/{type, else Contacts}/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let module = contact.contact_type.as_deref().unwrap_or("Contacts");
        context
            .url()
            .path(["crm", "tab", module, &contact.id])
            .open()
    }

    /// `https://{hostname}/crm/tab/Calls/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context
            .url()
            .path(["crm", "tab", "Calls", &log.log_id])
            .open()
    }
}

callpop_adapter::export_adapter!(ZohoCrm);
