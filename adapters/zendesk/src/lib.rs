//! Zendesk: the user, and the ticket that the call was logged as.
//!
//! Source: public code of several integrations; that a call is a ticket is how Zendesk's own *Talk
//! Partner Edition* API has it. Not tried on an account.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[cfg(test)]
mod tests;

#[derive(Default)]
struct Zendesk;

impl Adapter for Zendesk {
    /// `https://{hostname}/agent/users/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        context.url().path(["agent", "users", &contact.id]).open()
    }

    /// `https://{hostname}/agent/tickets/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context.url().path(["agent", "tickets", &log.log_id]).open()
    }
}

callpop_adapter::export_adapter!(Zendesk);
