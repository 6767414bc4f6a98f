//! Freshdesk: the contact.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `src/connectors/manifest.json`.

use callpop_adapter::{Adapter, CallbackResult, Contact, Context};

#[derive(Default)]
struct Freshdesk;

impl Adapter for Freshdesk {
    /// `https://{hostname}/a/contacts/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        context.url().path(["a", "contacts", &contact.id]).open()
    }
}

callpop_adapter::export_adapter!(Freshdesk);
