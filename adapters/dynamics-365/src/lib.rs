//! Microsoft Dynamics 365: a contact, account or lead, and the logged phone call.
//!
//! Source: Microsoft, "Open apps, forms, views, dialogs, and reports with a URL"
//! (`learn.microsoft.com/power-apps/developer/model-driven-apps/open-forms-views-dialogs-reports-url`),
//! for `etn`, `pagetype`, `id` and `appid`; that a logged call is a `phonecall` is from public code.
//! Without the app's id, Dynamics chooses the app. Not tried on an account.

use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};

#[cfg(test)]
mod tests;

#[derive(Default)]
struct Dynamics365;

impl Adapter for Dynamics365 {
    /// `https://{hostname}/main.aspx?etn={type, else contact}&pagetype=entityrecord&id={id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let table = contact.contact_type.as_deref().unwrap_or("contact");
        open_record(context, table, &contact.id)
    }

    /// `https://{hostname}/main.aspx?etn=phonecall&pagetype=entityrecord&id={logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        open_record(context, "phonecall", &log.log_id)
    }
}

/// The record with this id, in the app that the account names, if it names one.
fn open_record(context: &Context, table: &str, id: &str) -> CallbackResult {
    let mut page = context.url().path(["main.aspx"]);
    if let Some(app_id) = context.setting("appId") {
        page = page.query("appid", app_id);
    }
    page.query("etn", table)
        .query("pagetype", "entityrecord")
        .query("id", id)
        .open()
}

callpop_adapter::export_adapter!(Dynamics365);
