//! NetSuite: a customer, contact, vendor, lead or prospect, and the logged phone call.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `src/connectors/manifest.json` and
//! `src/connectors/netsuite/index.ts`. The contact's type is the name of the page's file. The
//! reference adds `source=ringcentral`, which is left out here.

use callpop_adapter::{Adapter, AdapterError, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct NetSuite;

impl Adapter for NetSuite {
    /// `https://{hostname}/app/common/entity/{type}.nl?id={id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let entity = contact.contact_type.as_deref();
        let entity = entity.ok_or_else(|| AdapterError::missing_value("contact.type"))?;
        context
            .url()
            .path(["app", "common", "entity", &format!("{entity}.nl")])
            .query("id", &contact.id)
            .open()
    }

    /// `https://{hostname}/app/crm/calendar/call.nl?id={logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context
            .url()
            .path(["app", "crm", "calendar", "call.nl"])
            .query("id", &log.log_id)
            .open()
    }
}

callpop_adapter::export_adapter!(NetSuite);
