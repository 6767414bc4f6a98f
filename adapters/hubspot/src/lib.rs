//! HubSpot: the contact, in the account (portal) that the user works in.
//!
//! Source: public code of several integrations, which agree on the form and on the hosts of the
//! regions; HubSpot itself documents ids alone. There is no log page: the links to a single call
//! (`/record/0-48/{id}`) are said not to work on every plan, and the contact's page shows its calls.
//! Not tried on an account.

use callpop_adapter::{Adapter, CallbackResult, Contact, Context};

#[cfg(test)]
mod tests;

#[derive(Default)]
struct HubSpot;

impl Adapter for HubSpot {
    /// `https://{hostname}/contacts/{portalId}/record/0-1/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let portal_id = context.require_setting("portalId")?;
        context
            .url()
            .path(["contacts", portal_id, "record", "0-1", &contact.id])
            .open()
    }
}

callpop_adapter::export_adapter!(HubSpot);
