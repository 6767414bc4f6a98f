//! A vendor's tests: an account is made, its adapter's callbacks are called as a host calls them,
//! and what they answer is asserted of.
//!
//! For the unit tests of the crate that exports the adapter; a `cdylib` is enough. A callback is
//! called through the ABI, as from another library, so that a panic becomes an error there as well;
//! what comes back is held against `adapter.json` as a host does it before a page opens.
//!
//! ```standalone_crate
//! use callpop_adapter::{Adapter, CallbackResult, Contact, Context};
//!
//! #[derive(Default)]
//! struct Acme;
//!
//! impl Adapter for Acme {
//!     fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
//!         let workspace = context.require_setting("workspace")?;
//!         context.url().path(["w", workspace, "people", &contact.id]).open()
//!     }
//! }
//!
//! # const MANIFEST: &str = r#"{
//! #     "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme", "hosts": ["*.acme.example"],
//! #     "settings": [{ "id": "workspace", "name": "Workspace" }]
//! # }"#;
//! # callpop_adapter::export_adapter!(Acme, manifest = MANIFEST);
//! # /*
//! callpop_adapter::export_adapter!(Acme);
//!
//! #[cfg(test)]
//! mod tests {
//! # */
//!     use callpop_adapter::ErrorCode;
//!     use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};
//!
//! # /*
//!     #[test]
//! # */
//!     fn the_person_opens() {
//!         let account = Account::<Acme>::on("jo.acme.example").with_setting("workspace", "north");
//!         account
//!             .open_contact_page(&contact("7"))
//!             .assert_opens("https://jo.acme.example/w/north/people/7");
//!     }
//!
//! # /*
//!     #[test]
//! # */
//!     fn the_workspace_is_needed() {
//!         Account::<Acme>::on("jo.acme.example")
//!             .open_contact_page(&contact("7"))
//!             .assert_fails(ErrorCode::MissingValue, "workspace");
//!     }
//!
//! # /*
//!     #[test]
//! # */
//!     fn no_id_leads_elsewhere() {
//!         let account = Account::<Acme>::on("jo.acme.example").with_setting("workspace", "north");
//!         for id in HOSTILE_TEXTS {
//!             account.open_contact_page(&contact(id)).assert_carries(id);
//!         }
//!     }
//! # /*
//! }
//! # */
//! # fn main() {
//! #     the_person_opens();
//! #     the_workspace_is_needed();
//! #     no_id_leads_elsewhere();
//! # }
//! ```

mod answer;
mod manifest;
mod refusal;

pub use answer::Answer;

use std::marker::PhantomData;

use crate::__export::Exported;
use crate::abi::{self, CallbackEnd, Callbacks, Hear, newest};
use crate::{Adapter, CallLog, Contact, Context};
use manifest::Manifest;

/// Texts that a CRM may hold and an adapter must not trip over: as an id, a type, a stored value.
///
/// Each stays where it is put, or the callback says no: [`Answer::assert_carries`].
pub const HOSTILE_TEXTS: [&str; 20] = [
    "",
    " ",
    ".",
    "..",
    "../../admin",
    "%2e%2e",
    "a/b",
    "a\\b",
    "a?b=c&d",
    "a#b",
    "a%b",
    "a+b",
    "a\nb\0c",
    "\"><script>",
    "{contactId}",
    "@evil.example",
    "//evil.example/",
    "https://evil.example/",
    "javascript:alert(1)",
    "Zoë 山田 🎉",
];

/// A contact with this id, for tests in which the rest does not matter: Jo Doe, +12025550123.
#[must_use]
pub fn contact(id: &str) -> Contact<'static> {
    Contact::new(id, "Jo Doe", "+12025550123")
}

/// An account of the adapter `A`: what its callbacks know besides the call.
///
/// It can be only what a host would connect: on a host of `adapter.json`, with the settings that it
/// names and values that fit them. What is not set has its default there.
#[derive(Debug, Clone)]
pub struct Account<A> {
    manifest: Manifest,
    context: Context<'static>,
    adapter: PhantomData<fn() -> A>,
}

impl<A: Adapter> Account<A> {
    /// An account on `hostname`, by the manifest that `export_adapter!` embeds.
    ///
    /// # Panics
    /// If `adapter.json` cannot be read, or names hosts and this is none of them.
    #[track_caller]
    #[must_use]
    pub fn on<Crate>(hostname: &str) -> Self
    where
        A: Exported<Crate>,
    {
        Self::by_manifest(A::MANIFEST, hostname)
    }

    /// As [`on`](Self::on), by another manifest than the one that is embedded, if any is.
    ///
    /// # Panics
    /// As [`on`](Self::on).
    #[track_caller]
    #[must_use]
    pub fn by_manifest(manifest: &str, hostname: &str) -> Self {
        let mut account = Self {
            manifest: Manifest::read(manifest),
            context: Context::new(hostname),
            adapter: PhantomData,
        };
        account.manifest.check_hostname(hostname);
        for (id, value) in account.manifest.defaults() {
            account.context = account.context.with_setting(id, value);
        }
        account
    }

    /// The same account with this setting, as a user or an administrator would set it.
    ///
    /// # Panics
    /// If `adapter.json` has no such setting, or the value is none that it can have.
    #[track_caller]
    #[must_use]
    pub fn with_setting(mut self, id: &str, value: &str) -> Self {
        self.manifest.check_setting(id, value);
        self.context = self.context.with_setting(id, value);
        self
    }

    /// The same account with this stored value, as a dialer stores it at login. A dot in the name
    /// leads into a JSON object: `user_urls.atsUrl`.
    ///
    /// # Panics
    /// If the name is none that a stored value can have.
    #[track_caller]
    #[must_use]
    pub fn with_stored(mut self, name: &str, value: &str) -> Self {
        let (outer, path) = match name.split_once('.') {
            Some((outer, path)) => (outer, Some(path)),
            None => (name, None),
        };
        assert!(
            crate::names::is_value_name(outer),
            "{outer:?} cannot be the name of a stored value"
        );
        let value = match path {
            Some(path) => {
                let before = self.context.stored.get(outer).map(|text| text.as_str());
                member_set(before, path, value)
            }
            None => value.to_owned(),
        };
        self.context = self.context.with_stored(outer, value);
        self
    }

    /// The same account, for a call of which the host tells this: `phone`, `calledNumber`,
    /// `direction`.
    #[must_use]
    pub fn with_extra(mut self, name: &str, value: &str) -> Self {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.context.extras.insert(name.into(), value.into());
        self
    }

    /// What the callbacks get.
    #[must_use]
    pub fn context(&self) -> &Context<'static> {
        &self.context
    }

    /// A call is received: see [`Adapter::open_contact_page`].
    ///
    /// # Panics
    /// If `adapter.json` says that there is no contact page: a host never calls this then.
    #[track_caller]
    pub fn open_contact_page(&self, contact: &Contact<'_>) -> Answer {
        assert!(
            self.manifest.can_open_contact_page,
            "no host calls open_contact_page: adapter.json says \"canOpenContactPage\": false"
        );
        self.answer("open_contact_page", |callbacks, hear| {
            callbacks.open_contact_page(&self.context, contact, hear)
        })
    }

    /// The user picks "Open call log": see [`Adapter::open_log_page`].
    ///
    /// # Panics
    /// If `adapter.json` does not say that there is a log page: a host opens the contact's then.
    #[track_caller]
    pub fn open_log_page(&self, log: &CallLog<'_>) -> Answer {
        assert!(
            self.manifest.can_open_log_page,
            "no host calls open_log_page: adapter.json does not say \"canOpenLogPage\": true"
        );
        self.answer("open_log_page", |callbacks, hear| {
            callbacks.open_log_page(&self.context, log, hear)
        })
    }

    /// The user logs out: see [`Adapter::on_unauthorize`].
    #[track_caller]
    pub fn on_unauthorize(&self) -> Answer {
        self.answer("on_unauthorize", |callbacks, hear| {
            callbacks.on_unauthorize(&self.context, hear)
        })
    }

    /// Calls as a host does that has loaded the library, and looks at what comes back as it does.
    #[track_caller]
    fn answer(
        &self,
        callback: &'static str,
        call: impl FnOnce(&dyn Callbacks, &mut Hear<'_>) -> CallbackEnd,
    ) -> Answer {
        // As large as a few pointers, and kept: a library's header is never gone either.
        let header = Box::leak(Box::new(newest::header::<A>()));
        let callbacks = match newest::start(header) {
            Ok(callbacks) => callbacks,
            Err(error) => panic!("the adapter cannot be started: {error:?}"),
        };
        let hostname = &self.context.hostname;
        let result = abi::collected(|hear| call(&*callbacks, hear));
        let answered = result.map(|result| {
            result.map(|actions| {
                let refused = refusal::of(&actions, hostname, &self.manifest.hosts);
                (actions, refused)
            })
        });
        Answer::new(format!("{callback} on {hostname}"), answered)
    }
}

/// The JSON object `before` with the member at `path` set.
fn member_set(before: Option<&str>, path: &str, value: &str) -> String {
    let object = before.and_then(|text| serde_json::from_str(text).ok());
    let mut object: serde_json::Value = object.unwrap_or_default();
    let mut at = &mut object;
    for name in path.split('.') {
        if !at.is_object() {
            *at = serde_json::json!({});
        }
        at = &mut at[name];
    }
    *at = value.into();
    object.to_string()
}
