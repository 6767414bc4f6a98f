//! The Callpop host: what a desktop dialer embeds to open the right CRM page at the right moment.
//!
//! The same numbers lead through `docs/embedding.md`, which goes from an empty project to a dialer:
//!
//! 1. First thing in `main`, [`worker::run_if_requested`]: adapters run in processes of their own,
//!    which are this program, started again.
//! 2. Build a [`Host`], once: it looks into the plugins folders and reads each adapter's manifest,
//!    without running any adapter.
//! 3. Show the [`Catalog`]: every file with its state, and why a refused one is refused.
//! 4. [`connect`](Host::connect) an account: an adapter, and the address of the user's CRM. Its
//!    settings page is [`adapter_settings`](Host::adapter_settings).
//! 5. When something happens to a call, [`on_call`](Host::on_call); or, when a contact's page is
//!    wanted whatever the call does, [`open_contact_page`](Host::open_contact_page).
//! 6. In the menu of a past call, offer what [`log_menu`](Host::log_menu) says, and when the user
//!    picks "Open call log", [`open_log_page`](Host::open_log_page).
//! 7. When the user logs out, [`log_out`](Host::log_out).
//! 8. All of these may wait for an adapter; a thread that may not has them from a [`QueuedHost`].
//! 9. Pages open in the system's browser, or in a [`Browser`] of the dialer's own.
//! 10. [`watch`](Host::watch) the folders; [`examine`](Host::examine) what is wrong around the host.
//! 11. Ship the adapters in `plugins` beside the program.
//!
//! What an error means for the user is in `docs/errors.md`, by its class.
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
//! let host = Host::builder() // 2
//!     .home(home.path())
//!     .plugins_folder(home.path().join("plugins"))
//!     .browser(browser.clone())
//!     .build()?;
//!
//! for file in &host.catalog().files { // 3
//!     println!("{}: {:?}", file.path.display(), file.state);
//! }
//!
//! let contact = callpop_host::contact_from_json(
//!     r#"{"id":"1234829292","name":"John Doe","phone":"+12025550123"}"#,
//! )?;
//! match host.open_contact_page("pipedrive", &contact, &CallOptions::default()) { // 5
//!     Ok(outcome) => println!("opened {:?}", outcome.opened),
//!     Err(CallError::Find(FindError::NoSuchAdapter { id, .. })) => println!("no {id} here"),
//!     Err(error) => println!("{}", callpop_host::with_causes(&error)),
//! }
//! # assert!(browser.pages().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(elided_lifetimes_in_paths)]

mod abi_name;
mod account_store;
mod adapter_settings;
mod admin_policy;
mod admission;
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
mod installed;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
#[cfg(feature = "json-interface")]
pub mod json_form;
#[cfg(feature = "json-interface")]
pub mod json_interface;
#[cfg(feature = "json-interface")]
pub mod json_rpc;
mod lanes;
mod library_file;
mod loading;
mod manifest;
mod manifest_import;
mod open_to_others;
mod outcome;
mod owner_only;
mod package;
mod pins;
mod plain_text;
mod plan;
mod pop_members;
mod pop_rules;
mod pop_settings;
mod pop_step;
mod private_copy;
mod provenance;
mod quarantine;
mod queued_host;
mod refusal;
mod runner;
mod settings;
mod signature;
mod staged_file;
mod state_file;
mod stats;
mod target;
mod template_adapter;
mod template_file;
mod trust;
mod url_policy;
#[cfg(feature = "validation")]
pub mod validation;
#[cfg(windows)]
mod win32;
pub mod worker;

pub use abi_name::AbiName;
pub use account_store::Account;
pub use adapter_settings::{AdapterSettings, Origin, SettingState, SettingsChange, SettingsError};
pub use admin_policy::PolicyError;
pub use admission::{Requirement, RequirementError};
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
    AccountOutcome, BuildError, CallOptions, FolderWatch, Host, HostBuilder, InstallError,
    InstallOptions, Installed, Isolation, LogMenu, OnCallError, PopResult, UninstallError,
    Uninstalled,
};
pub use hostname::{Hostname, HostnameError};
pub use inspection::{Inspection, inspect, inspect_bytes};
pub use lanes::Lane;
pub use loading::LoadError;
pub use manifest::{
    ContactType, HostPattern, Manifest, ManifestError, PageUrls, Setting, SettingOption,
    SettingType, SettingValue, StoredValue,
};
pub use manifest_import::{
    ImportedAdapter, ImportedManifest, ManifestImportError, import_manifest,
};
pub use open_to_others::OpenToOthers;
pub use outcome::{LogOut, Outcome};
pub use package::{
    FileRole, PACKAGE_ENDING, PackageContents, PackageError, PackagedFile, PackagedSystem,
    is_package_name, verify_package,
};
#[cfg(feature = "cli")]
pub use package::{PackageBuilder, PackageSource, PackagingError};
pub use pins::{Pin, PinChange};
pub use plain_text::plain_line;
pub use plan::{ActionRejection, MAX_PAGES, StoredChange, StoredChangeKind};
pub use pop_rules::Suppression;
pub use pop_settings::{
    NumberPattern, NumberPatternError, PopAccounts, PopOrder, PopRule, PopSettings, PopWhen,
    SeveralMatches,
};
pub use pop_step::PopStep;
pub use private_copy::sha256_hex;
pub use provenance::{Provenance, signature_path};
pub use quarantine::Quarantined;
pub use queued_host::{HostEvent, QueueFull, QueuedHost, Ticket};
pub use refusal::{MAX_FILE_SIZE, Refusal};
pub use runner::{Callback, RunError};
pub use settings::Permission;
pub use signature::{
    KeyId, PublicKey, PublicKeyError, SIGNATURE_ENDING, SignatureError, Signer, verify,
};
pub use state_file::{KeptAside, StateError};
pub use stats::AdapterStats;
pub use target::Target;
pub use trust::{TrustedBy, TrustedKey, TrustedKeys, VendorId, VendorIdError};
pub use url_policy::{AcceptedUrl, MAX_URL_LENGTH, UrlPolicy, UrlRejection};
pub use worker::{Limits, WorkerFailure};

/// The kinds of trouble that an adapter itself reports, and how it wants a page shown.
pub use callpop_adapter::{
    AdapterError, ErrorCode, NamedTexts, OpenAs, PageTemplate, TemplateError, TemplateFault, Text,
};

/// The matched record, with texts of its own. [`Contact::new`] makes one.
pub type Contact = callpop_adapter::Contact<'static>;
/// A logged call, with texts of its own. [`CallLog::new`] makes one.
pub type CallLog = callpop_adapter::CallLog<'static>;

/// The code of the README is compiled as well.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So is that of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/calls.md")]
struct CallsGuide;

/// And that of the guide to embedding.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct EmbeddingGuide;

/// And that of the guide to plugins folders.
#[cfg(doctest)]
#[doc = include_str!("../../docs/plugins-folder.md")]
struct PluginsFolderGuide;
