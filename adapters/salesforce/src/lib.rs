//! Salesforce, in the Lightning Experience: a contact, lead or account, and the logged task.
//!
//! Source: Salesforce's *Lightning Aura Components Developer Guide*, "pageReference Types", Record Page
//! (`/lightning/r/{objectApiName}/{recordId}/{actionName}`), for the form of both pages; that a logged
//! call is a `Task` is from public code of several integrations. Not tried on an account.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[cfg(test)]
mod tests;

#[derive(Default)]
struct Salesforce;

impl Adapter for Salesforce {
    /// `https://{hostname}/lightning/r/{type, else Contact}/{id}/view`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let object = contact.contact_type.as_deref().unwrap_or("Contact");
        context
            .url()
            .path(["lightning", "r", object, &contact.id, "view"])
            .open()
    }

    /// `https://{hostname}/lightning/r/Task/{logId}/view`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context
            .url()
            .path(["lightning", "r", "Task", &log.log_id, "view"])
            .open()
    }
}

callpop_adapter::export_adapter!(Salesforce);
