//! Google Sheets: the spreadsheet that the call was logged in. There is no page for a contact.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `src/connectors/manifest.json`, which has
//! `canOpenLogPage: false`; here it is true, since the log page is all there is.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Context};

#[derive(Default)]
struct GoogleSheets;

impl Adapter for GoogleSheets {
    /// `https://{hostname}/spreadsheets/d/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        let segments = ["spreadsheets", "d", &log.log_id];
        context.url().path(segments).open()
    }
}

callpop_adapter::export_adapter!(GoogleSheets);
