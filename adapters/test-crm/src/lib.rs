//! TestCRM: the sample adapter, and the demo's.
//!
//! Its pages are those of the commented sample among the reference extension's callbacks
//! (`ringcentral/rc-unified-crm-extension`, `client/src/platformModules/testCRM.js`). The fallback
//! page, which `adapter.json` names, is the demo CRM's search by number.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct TestCrm;

impl Adapter for TestCrm {
    /// `https://{hostname}?contactId={id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        context.url().query("contactId", &contact.id).open()
    }

    /// `https://{hostname}/activities/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        context.url().path(["activities", &log.log_id]).open()
    }
}

callpop_adapter::export_adapter!(TestCrm);
