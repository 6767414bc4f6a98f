//! What a CRM adapter for Callpop is built on.
//!
//! An *adapter* teaches Callpop one CRM. It is a library of its own (a `cdylib`) with three
//! callbacks, each of which computes what should happen and leaves the doing to the host:
//!
//! 1. [`Adapter::open_contact_page`]: a call is received; open the caller's record.
//! 2. [`Adapter::open_log_page`]: the user picks "Open call log"; open the logged activity.
//! 3. [`Adapter::on_unauthorize`]: the user logs out; clean up.
//!
//! A whole adapter:
//!
//! ```
//! use callpop_adapter::{Adapter, CallLog, CallbackResult, Contact, Context};
//!
//! #[derive(Default)]
//! struct Acme;
//!
//! impl Adapter for Acme {
//!     fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
//!         context.url().path(["person", &contact.id]).open()
//!     }
//!
//!     fn open_log_page(&self, context: &Context, log: &CallLog) -> CallbackResult {
//!         context.url().path(["activities", &log.log_id]).open()
//!     }
//! }
//!
//! # const MANIFEST: &str = r#"{"id":"acme","name":"Acme","version":"1.0.0","vendor":"Acme"}"#;
//! # callpop_adapter::export_adapter!(Acme, manifest = MANIFEST);
//! # /*
//! callpop_adapter::export_adapter!(Acme); // embeds the adapter.json beside Cargo.toml
//! # */
//!
//! // What the host gets to see when Jo Doe of Acme calls:
//! let context = Context::new("acme.example.com");
//! let actions = Acme.open_contact_page(&context, &Contact::new("a/b", "Jo Doe", "+15550100"))?;
//! assert_eq!(actions.pages(), ["https://acme.example.com/person/a%2Fb"]);
//! # Ok::<(), callpop_adapter::AdapterError>(())
//! ```
//!
//! Values are percent-encoded as they are put into a [`PageUrl`], so a hostile contact id stays
//! where it was put. The host checks the finished URL again before it opens anything.
//!
//! The crate's version is the version of the ABI: an adapter built on any `1.x` loads into every
//! host of the same major version.

#![warn(elided_lifetimes_in_paths)]

mod actions;
mod adapter;
mod call;
mod context;
mod error;
mod export;
mod loopback;
mod page_template;
mod page_url;
mod text;

pub mod testing;

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod embedded_manifest;
#[doc(hidden)]
pub mod names;

pub use actions::{Action, Actions, OpenAs};
pub use adapter::{Adapter, CallbackResult};
pub use call::{CallLog, Contact};
pub use context::Context;
pub use error::{AdapterError, ErrorCode};
pub use loopback::is_loopback_host;
pub use page_template::{
    BUILT_IN_TOKENS, EXTRA_PREFIX, MAX_TEMPLATE_LENGTH, PageTemplate, TemplateError, TemplateFault,
};
pub use page_url::{PageUrl, path_text};
pub use text::{NamedTexts, Text};

#[doc(hidden)]
pub use export::__export;

/// The code of the guide is compiled as well.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;
