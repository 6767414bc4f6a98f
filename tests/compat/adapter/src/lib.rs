//! An adapter that uses every part of the ABI, and whose pages say all that has reached it. Libraries
//! of it are frozen with each release of the SDK, so the meaning of what is here stays.

use callpop_adapter::{
    Actions, Adapter, AdapterError, CallLog, CallbackResult, Contact, Context, NamedTexts, PageUrl,
};

#[derive(Default)]
struct EveryPart;

impl Adapter for EveryPart {
    /// `https://{hostname}/contact/{id}?{everything}`, unless the contact's id asks for another
    /// thing.
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        match contact.id.as_str() {
            "panics" => panic!("no page for {}", contact.name),
            "not supported" => return Err(AdapterError::not_supported("no such page")),
            "invalid input" => return Err(AdapterError::invalid_input("not with such an id")),
            "internal" => return Err(AdapterError::internal("my own fault")),
            "missing value" => context.require_stored("user_urls.crm").map(drop)?,
            "every action" => return Ok(every_action(context)),
            _ => {}
        }
        let page = context.url().path(["contact", &contact.id]);
        let page = page.query("name", &contact.name);
        let page = page.query("phone", &contact.phone);
        let page = match contact.contact_type.as_deref() {
            Some(of_type) => page.query("type", of_type),
            None => page,
        };
        all_of(context, with("extra", page, &contact.extras)).open()
    }

    /// `https://{hostname}/log/{logId}?{everything}`
    fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
        let page = context.url().path(["log", &log.log_id]);
        let texts = [("contact", &log.contact_id), ("type", &log.contact_type)];
        let page = texts.iter().fold(page, |page, (name, text)| match text {
            Some(text) => page.query(name, text),
            None => page,
        });
        all_of(context, with("extra", page, &log.extras)).open_popup()
    }

    /// Says which values it found, and removes them.
    fn on_unauthorize(&self, context: &Context) -> CallbackResult {
        let ats = context.require_stored("user_urls.ats")?;
        let stored = context.stored.iter();
        Ok(stored.fold(
            Actions::none().notice(format!("Logged out of {ats}")),
            |actions, (name, _)| actions.remove_stored(name),
        ))
    }

    #[cfg(feature = "abi-1-1-preview")]
    fn open_search_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        let page = context.url().path(["search"]);
        page.query("phone", &contact.phone).open()
    }
}

fn every_action(context: &Context) -> Actions {
    Actions::none()
        .open_tab(format!("https://{}/tab", context.hostname))
        .open_popup(format!("https://{}/popup", context.hostname))
        .set_stored("token", "another")
        .remove_stored("user_urls")
        .notice("Every action at once")
}

/// The page with all that the context says.
fn all_of(context: &Context, page: PageUrl) -> PageUrl {
    let page = with("setting", page, &context.settings);
    let page = with("stored", page, &context.stored);
    // Those that a host of 1.0 tells: a later one may tell more, which changes nothing for this one.
    let told = ["direction", "phone", "trigger"];
    told.iter()
        .fold(page, |page, name| match context.extras.get(*name) {
            Some(value) => page.query(&format!("call.{name}"), value),
            None => page,
        })
}

fn with(kind: &str, page: PageUrl, texts: &NamedTexts) -> PageUrl {
    texts.iter().fold(page, |page, (name, value)| {
        page.query(&format!("{kind}.{name}"), value)
    })
}

#[cfg(not(feature = "abi-1-1-preview"))]
callpop_adapter::export_adapter!(EveryPart);

#[cfg(feature = "abi-1-1-preview")]
callpop_adapter::export_adapter!(EveryPart, manifest = include_str!("../adapter-1-1.json"));
