//! The Callpop host: what a desktop dialer embeds to open the right CRM page at the right moment.
//!
//! 1. Build a [`Host`]: it looks into the plugins folders and reads each adapter's manifest,
//!    without running any adapter.
//! 2. Show the [`Catalog`]: every file with its state, and why a refused one is refused.
//! 3. [`connect`](Host::connect) an account: an adapter, and the address of the user's CRM.
//! 4. When something happens to a call, [`on_call`](Host::on_call); or, when a contact's page is
//!    wanted whatever the call does, [`open_contact_page`](Host::open_contact_page).
//! 5. When the user picks "Open call log", [`open_log_page`](Host::open_log_page).
//! 6. When the user logs out, [`log_out`](Host::log_out).
//!
//! An adapter only computes what should happen. The host checks all of it — pages open on the
//! account's own CRM and nowhere else — and then performs it, or none of it.
//!
//! ```
//! use std::sync::Arc;
//! use callpop_host::{CallError, CallOptions, FindError, Host, RecordingBrowser};
//!
//! # let home = tempfile::tempdir()?;
//! let browser = Arc::new(RecordingBrowser::default()); // or leave it out: the system's browser
//! let host = Host::builder() // 1
//!     .home(home.path())
//!     .plugins_folder(home.path().join("plugins"))
//!     .browser(browser.clone())
//!     .build()?;
//!
//! for file in &host.catalog().files { // 2
//!     println!("{}: {:?}", file.path.display(), file.state);
//! }
//!
//! let contact = callpop_host::contact_from_json(
//!     r#"{"id":"1234829292","name":"John Doe","phone":"+12025550123"}"#,
//! )?;
//! match host.open_contact_page("pipedrive", &contact, &CallOptions::default()) { // 4
//!     Ok(outcome) => println!("opened {:?}", outcome.opened),
//!     Err(CallError::Find(FindError::NoSuchAdapter { id, .. })) => println!("no {id} here"),
//!     Err(error) => println!("{}", callpop_host::with_causes(&error)),
//! }
//! # assert!(browser.pages().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod abi_name;
mod account_store;
mod adapter_settings;
mod admin_policy;
mod audit;
mod browser;
mod call_event;
mod call_ledger;
mod causes;
mod connecting;
#[cfg(feature = "contact-book")]
mod contact_book;
mod contact_json;
mod contact_source;
mod discovery;
mod doctor;
mod error;
mod file_stamp;
mod folder_change;
mod folder_watch;
mod home;
mod host;
mod hostname;
mod inspection;
#[cfg(all(feature = "internals", unix))]
#[doc(hidden)]
pub mod internals;
mod library_file;
mod loading;
mod manifest;
mod manifest_import;
mod outcome;
mod plain_text;
mod plan;
mod pop_members;
mod pop_rules;
mod pop_settings;
mod pop_step;
mod private_copy;
mod quarantine;
mod refusal;
mod runner;
mod settings;
mod state_file;
mod stats;
mod target;
mod template_adapter;
mod template_file;
mod url_policy;
pub mod worker;

pub use abi_name::AbiName;
pub use account_store::Account;
pub use adapter_settings::{AdapterSettings, Origin, SettingState, SettingsChange, SettingsError};
pub use admin_policy::PolicyError;
pub use audit::{AuditDetails, AuditEntry, AuditResult, DamagedLine, History, HistoryReader};
pub use browser::{Browser, BrowserError, Page, RecordingBrowser, SystemBrowser};
pub use call_event::{CallEvent, CallState, Direction};
pub use causes::with_causes;
pub use connecting::ConnectRequest;
#[cfg(feature = "contact-book")]
pub use contact_book::{
    ContactBook, ContactBookError, Country, CountryError, ImportError, ImportOptions, Imported,
    Remark, RemarkKind,
};
pub use contact_json::{ContactError, contact_from_json};
pub use contact_source::{ContactSource, ContactSourceError};
pub use discovery::{AdapterFile, AdapterKind, Catalog, Description, FileState, Folder};
pub use doctor::{Finding, Health};
pub use error::{CallError, ConnectError, FindError};
pub use folder_change::FolderChange;
pub use folder_watch::WatchOptions;
pub use home::{default_home, default_plugins_folders};
pub use host::{
    AccountOutcome, BuildError, CallOptions, FolderWatch, Host, HostBuilder, Isolation, LogMenu,
    OnCallError, PopResult,
};
pub use hostname::{Hostname, HostnameError};
pub use inspection::{Inspection, inspect};
pub use loading::LoadError;
pub use manifest::{
    ContactType, HostPattern, Manifest, ManifestError, PageUrls, Setting, SettingOption,
    SettingType, SettingValue, StoredValue,
};
pub use manifest_import::{
    ImportedAdapter, ImportedManifest, ManifestImportError, import_manifest,
};
pub use outcome::{LogOut, Outcome};
pub use plain_text::plain_line;
pub use plan::{ActionRejection, MAX_PAGES, StoredChange, StoredChangeKind};
pub use pop_rules::Suppression;
pub use pop_settings::{
    NumberPattern, NumberPatternError, PopAccounts, PopOrder, PopRule, PopSettings, PopWhen,
    SeveralMatches,
};
pub use pop_step::PopStep;
pub use quarantine::Quarantined;
pub use refusal::{MAX_FILE_SIZE, Refusal};
pub use runner::{Callback, RunError};
pub use settings::Permission;
pub use state_file::{KeptAside, StateError};
pub use stats::AdapterStats;
pub use target::Target;
pub use url_policy::{AcceptedUrl, MAX_URL_LENGTH, UrlPolicy, UrlRejection};
pub use worker::{Limits, WorkerFailure};

/// The kinds of trouble that an adapter itself reports, and how it wants a page shown.
pub use callpop_adapter::{
    AdapterError, CallLog, Contact, ErrorCode, OpenAs, PageTemplate, TemplateError, TemplateFault,
};

/// The code of the README is compiled as well.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So is that of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/calls.md")]
struct CallsGuide;

/// And that of the guide to plugins folders.
#[cfg(doctest)]
#[doc = include_str!("../../docs/plugins-folder.md")]
struct PluginsFolderGuide;
