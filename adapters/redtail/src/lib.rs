//! Redtail: the contact and the activity.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `client/src/platformModules/redtail.js` and
//! `src/connectors/manifest.json`. Accounts live on `crm.redtailtechnology.com` and on other hosts
//! of that domain (`smf.crm3.redtailtechnology.com` was seen), so the manifest allows them all.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct Redtail;

impl Adapter for Redtail {
    /// `https://{hostname}/contacts/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        context.url().path(["contacts", &contact.id]).open()
    }

    /// `https://{hostname}/activities/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context.url().path(["activities", &log.log_id]).open()
    }
}

callpop_adapter::export_adapter!(Redtail);
