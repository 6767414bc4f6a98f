//! Insightly: a contact or a lead, and the logged event, as a blade beside its list.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `client/src/platformModules/insightly.js` and
//! `src/connectors/manifest.json`.

use callpop_adapter::{Adapter, AdapterError, CallLog, CallbackResult, Contact, Context};

#[derive(Default)]
struct Insightly;

impl Adapter for Insightly {
    /// `https://{hostname}/list/{type}/?blade=/details/{type in lower case}/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let list = list_of(contact.contact_type.as_deref())?;
        context
            .url()
            .path(["list", list])
            .slash()
            .query_path(
                "blade",
                ["details", &list.to_ascii_lowercase(), &contact.id],
            )
            .open()
    }

    /// `https://{hostname}/list/{type}/?blade=/details/Event/{logId}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        let list = list_of(log.contact_type.as_deref())?;
        context
            .url()
            .path(["list", list])
            .slash()
            .query_path("blade", ["details", "Event", &log.log_id])
            .open()
    }
}

/// The list that records of this type stand in. Insightly has pages for others as well, but the
/// reference opens none for them.
fn list_of(contact_type: Option<&str>) -> Result<&'static str, AdapterError> {
    let contact_type = contact_type.ok_or_else(|| AdapterError::missing_value("contact.type"))?;
    ["Contact", "Lead"]
        .into_iter()
        .find(|list| list.eq_ignore_ascii_case(contact_type))
        .ok_or_else(|| {
            AdapterError::not_supported(format!(
                "Insightly opens a Contact or a Lead, and this is a {contact_type:?}"
            ))
        })
}

callpop_adapter::export_adapter!(Insightly);
