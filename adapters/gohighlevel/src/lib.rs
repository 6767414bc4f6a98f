//! GoHighLevel: the contact, in the location (sub-account) that it belongs to.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `src/connectors/manifest.json`, which carries
//! the location in the contact's type. Here it is the contact's extra `locationId`, for a dialer
//! that knows each contact's location, else the setting of that name.

use callpop_adapter::{Adapter, CallbackResult, Contact, Context};

#[derive(Default)]
struct GoHighLevel;

impl Adapter for GoHighLevel {
    /// `https://{hostname}/v2/location/{locationId}/contacts/detail/{id}`
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let location = match contact.extras.get("locationId") {
            Some(location) => location,
            None => context.require_setting("locationId")?,
        };
        context
            .url()
            .path([
                "v2",
                "location",
                location,
                "contacts",
                "detail",
                &contact.id,
            ])
            .open()
    }
}

callpop_adapter::export_adapter!(GoHighLevel);
