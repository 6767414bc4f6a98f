//! Pipedrive: the person and the activity.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `client/src/platformModules/pipedrive.js` and
//! `src/connectors/manifest.json`. The latter says `canOpenLogPage: false`; the former has the
//! callback, and the reference's documentation shows it as the example, so it is offered here.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct Pipedrive;

impl Adapter for Pipedrive {
    /// `https://{hostname}/person/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        context.url().path(["person", &contact.id]).open()
    }

    /// `https://{hostname}/activities/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context.url().path(["activities", &log.log_id]).open()
    }
}

callpop_adapter::export_adapter!(Pipedrive);
