//! Clio: the contact, and the communications of the contact that a call was logged with.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `client/src/platformModules/clio.js` (contact)
//! and `src/connectors/manifest.json` (log). Clio has no page for a single communication, so the
//! log page needs the log's contact.

use callpop_adapter::{Adapter, AdapterError, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct Clio;

impl Adapter for Clio {
    /// `https://{hostname}/nc/#/contacts/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let page = context.url().path(["nc"]).slash();
        page.fragment_path(["contacts", &contact.id]).open()
    }

    /// `https://{hostname}/nc/#/contacts/{id}/communications`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        let contact_id = log.contact_id.as_deref();
        let contact_id = contact_id.ok_or_else(|| AdapterError::missing_value("contact.id"))?;
        let page = context.url().path(["nc"]).slash();
        page.fragment_path(["contacts", contact_id, "communications"])
            .open()
    }
}

callpop_adapter::export_adapter!(Clio);
