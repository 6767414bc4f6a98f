//! Bullhorn: a candidate, contact or lead, in a window of its own.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `client/src/platformModules/bullhorn.js` and
//! `src/connectors/manifest.json`. The login gives each account a server of its own; its address is
//! the member `atsUrl` of the stored value `user_urls`. Logging out removes both stored values.

use callpop_adapter::{Actions, Adapter, AdapterError, CallbackResult, Contact, Context, PageUrl};

#[derive(Default)]
struct Bullhorn;

impl Adapter for Bullhorn {
    /// `{atsUrl}/BullhornStaffing/OpenWindow.cfm?Entity={type}&id={id}&view=Overview`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let ats_url = context.require_stored("user_urls.atsUrl")?;
        let entity = contact.contact_type.as_deref();
        let entity = entity.ok_or_else(|| AdapterError::missing_value("contact.type"))?;
        PageUrl::of_base(&ats_url)
            .path(["BullhornStaffing", "OpenWindow.cfm"])
            .query("Entity", entity)
            .query("id", &contact.id)
            .query("view", "Overview")
            .open_popup()
    }

    fn on_unauthorize(&self, _: &Context) -> CallbackResult {
        Ok(Actions::none()
            .remove_stored("user_name")
            .remove_stored("user_urls"))
    }
}

callpop_adapter::export_adapter!(Bullhorn);
