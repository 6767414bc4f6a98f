//! The facade that a dialer holds: it ties the rooms together and stays thin.

mod adapter_settings;
mod builder;
mod calling;
mod installing;
mod log_menu;
mod looking;
mod on_call;
mod recording;
mod running;
mod seen;
mod side_by_side;
mod trusting;
mod uninstalling;
mod version;
mod watching;

pub use builder::{BuildError, HostBuilder};
pub use installing::{InstallError, InstallOptions, Installed};
pub use log_menu::LogMenu;
pub use on_call::{AccountOutcome, OnCallError, PopResult};
pub use uninstalling::{UninstallError, Uninstalled};
pub use watching::FolderWatch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::Hostname;
use crate::account_store::{Account, AccountStore};
use crate::admin_policy::AdminPolicy;
use crate::admission::Requirement;
use crate::audit::{AuditLog, AuditTerms};
use crate::browser::Browser;
use crate::call_ledger::CallLedger;
use crate::connecting::{self, ConnectRequest};
use crate::contact_source::ContactSource;
use crate::discovery::Catalog;
use crate::doctor::{self, Finding};
use crate::error::{CallError, ConnectError};
use crate::installed::InstalledStore;
use crate::outcome::{LogOut, Outcome};
use crate::pins::PinStore;
use crate::private_copy::PrivateCopies;
use crate::quarantine::{QuarantineStore, Quarantined};
use crate::runner::{Callback, Request};
use crate::settings::{Permission, SettingsStore};
use crate::state_file::{KeptAside, StateError};
use crate::stats::{AdapterStats, StatsStore};
use crate::trust::TrustStore;
use crate::worker::{Limits, WorkerProgram};
use crate::{CallLog, Contact};
use recording::Asked;
use seen::Seen;
use version::InUse;

/// How a single call departs from the usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// A hostname to use without connecting. The account's own stored values go with it only if it
    /// is the account's own hostname.
    pub hostname: Option<String>,
    /// Perform nothing: open no page, change no stored value, forget no account.
    pub dry_run: bool,
}

/// Where adapters run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Isolation {
    /// Each in a worker process of its own: whatever it does, the dialer goes on.
    #[default]
    Isolated,
    /// In the dialer's own process.
    InProcess,
}

/// Finds, loads and calls adapters. Made by [`Host::builder`]; to be shared between threads.
pub struct Host {
    folders: Vec<PathBuf>,
    /// What the folders hold and what of it can be called: switched as a whole.
    in_use: RwLock<Arc<InUse>>,
    /// Held while the folders are looked at, so that one look ends before the next begins.
    looking: Mutex<()>,
    accounts: AccountStore,
    audit: AuditLog,
    audit_terms: AuditTerms,
    calls: CallLedger,
    installed: InstalledStore,
    copies: PrivateCopies,
    browser: Arc<dyn Browser>,
    /// Who is asked whose number it is, where a dialer does not know.
    contact_source: Option<Arc<dyn ContactSource>>,
    quarantine: Arc<QuarantineStore>,
    stats: Arc<StatsStore>,
    settings: SettingsStore,
    trust: TrustStore,
    pins: PinStore,
    /// What the dialer wants to be known of adapters' files.
    require: Requirement,
    policy: AdminPolicy,
    home: PathBuf,
    isolation: Isolation,
    /// The adapters that run in-process whatever `isolation` says.
    in_process: BTreeSet<String>,
    worker_program: WorkerProgram,
    limits: Limits,
}

impl Host {
    /// Sets up a host.
    #[must_use]
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    /// The folder of the host's state.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// What the plugins folders held when they were last looked at.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.in_use().catalog)
    }

    /// The connected accounts.
    ///
    /// # Errors
    /// [`StateError`] if they cannot be read.
    pub fn accounts(&self) -> Result<Vec<Account>, StateError> {
        self.accounts.all()
    }

    /// The state files that were found damaged since the last call, and where they are kept.
    #[must_use]
    pub fn take_kept_aside(&self) -> Vec<KeptAside> {
        let mut kept = self.accounts.take_kept_aside();
        kept.extend(self.settings.take_kept_aside());
        kept.extend(self.calls.take_kept_aside());
        kept.extend(self.installed.take_kept_aside());
        kept.extend(self.trust.take_kept_aside());
        kept
    }

    /// The adapters that are not called since they failed too often, by their id.
    #[must_use]
    pub fn quarantined(&self) -> BTreeMap<String, Quarantined> {
        self.quarantine.all()
    }

    /// Forgets an adapter's failures, so that it is called again; whether there were any.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn release(&self, adapter: &str) -> Result<bool, StateError> {
        if let Some(placed) = self.in_use().versions.get(adapter)
            && let Some(runner) = &*placed.version.lock_runner()
        {
            runner.forgive();
        }
        self.quarantine.release(adapter)
    }

    /// What each adapter has cost so far, by its id.
    ///
    /// # Errors
    /// [`StateError`] if what earlier hosts have seen cannot be read.
    pub fn stats(&self) -> Result<BTreeMap<String, AdapterStats>, StateError> {
        self.stats.all()
    }

    /// Looks at everything that can be wrong around the host. A worker is started for that, and no
    /// adapter is called.
    #[must_use]
    pub fn examine(&self) -> Vec<Finding> {
        let mut findings = doctor::examine(
            &self.home,
            &self.policy,
            &self.catalog(),
            &self.quarantine,
            &self.audit,
            &self.worker_program,
            &self.limits,
        );
        findings.extend(self.admission().examine());
        findings
    }

    /// What an adapter is granted of what it asks for.
    ///
    /// # Errors
    /// [`StateError`] if the settings cannot be read.
    pub fn granted(&self, adapter: &str) -> Result<BTreeSet<Permission>, StateError> {
        self.settings.granted(adapter)
    }

    /// Grants an adapter what it asks for, from its next start on.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn grant(&self, adapter: &str, permission: Permission) -> Result<(), StateError> {
        self.settings.grant(adapter, permission)?;
        self.forget_runner(adapter);
        Ok(())
    }

    /// Takes a permission back, from the adapter's next start on.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn revoke(&self, adapter: &str, permission: Permission) -> Result<(), StateError> {
        self.settings.revoke(adapter, permission)?;
        self.forget_runner(adapter);
        Ok(())
    }

    /// Connects an account. Connecting to the same host again changes the values that are given
    /// and keeps the others.
    ///
    /// # Errors
    /// [`ConnectError`]; nothing is changed then.
    pub fn connect(&self, request: &ConnectRequest) -> Result<Account, ConnectError> {
        let (_, description) = self.find(&request.adapter)?;
        let manifest = &description.manifest;
        let hostname = Hostname::parse_for(&request.host, manifest)?;
        let connected = |before: Option<Account>| {
            let mut account = match before {
                Some(account) if account.hostname != hostname => {
                    return Err(ConnectError::Connected {
                        adapter: account.adapter,
                        hostname: account.hostname,
                    });
                }
                Some(account) => account,
                None => Account::new(&manifest.id, hostname.clone()),
            };
            connecting::apply(&request.values, manifest, &mut account, &self.policy)?;
            Ok(account)
        };
        if request.dry_run {
            return connected(self.accounts.of(&request.adapter)?);
        }
        self.accounts.connect(&request.adapter, connected)
    }

    /// A call is received, or the user asks for the contact: opens the contact's page.
    ///
    /// # Errors
    /// [`CallError`]; nothing is changed then, but for pages that a browser had opened before it
    /// failed.
    pub fn open_contact_page(
        &self,
        adapter: &str,
        contact: &Contact,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let asked = Asked::of(adapter, Callback::OpenContactPage, options).contact(Some(contact));
        self.recorded(asked, |seen| {
            let callee = self.callee(adapter, options)?;
            callee.told(seen, self.contact_page(&callee, contact, options))
        })
    }

    /// The user picks "Open call log": opens the logged activity, or the contact's page if the CRM
    /// has none for a log. The contact is `contact`, else the one that the log names.
    ///
    /// # Errors
    /// As [`open_contact_page`](Self::open_contact_page).
    pub fn open_log_page(
        &self,
        adapter: &str,
        log: &CallLog,
        contact: Option<&Contact>,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let asked = Asked::of(adapter, Callback::OpenLogPage, options)
            .contact(contact)
            .log(&log.log_id);
        self.recorded(asked, |seen| {
            let callee = self.callee(adapter, options)?;
            callee.told(seen, self.log_page(&callee, log, contact, options))
        })
    }

    /// The user logs out: runs the adapter's clean-up and forgets the account, whatever the
    /// clean-up says.
    ///
    /// # Errors
    /// [`CallError`] if there is no account, or if it cannot be forgotten. A failure of the
    /// clean-up is [`LogOut::problem`].
    pub fn log_out(&self, adapter: &str, options: &CallOptions) -> Result<LogOut, CallError> {
        let asked = Asked::of(adapter, Callback::OnUnauthorize, options);
        self.recorded(asked, |seen| {
            self.clean_up_and_forget(adapter, options, seen)
        })
    }

    /// Runs the clean-up, and forgets the account whatever that says.
    fn clean_up_and_forget(
        &self,
        adapter: &str,
        options: &CallOptions,
        seen: &Seen,
    ) -> Result<LogOut, CallError> {
        let account = self.accounts.of(adapter)?;
        if account.is_none() && options.hostname.is_none() {
            self.find(adapter)?;
            return Err(CallError::NotConnected(adapter.to_owned()));
        }
        let cleaned = self.callee(adapter, options).and_then(|callee| {
            let request = Request::OnUnauthorize(callee.context());
            callee.told(seen, self.call(&callee, &request, options))
        });
        let is_accounts = account.is_some_and(|account| calling::is_for(options, &account));
        if !is_accounts {
            return Ok(LogOut::of(cleaned?));
        }
        let mut log_out = match cleaned {
            Ok(outcome) => LogOut::of(outcome),
            Err(problem) => LogOut {
                problem: Some(problem),
                ..LogOut::of(Outcome::nothing(
                    adapter,
                    Callback::OnUnauthorize,
                    options.dry_run,
                ))
            },
        };
        if !options.dry_run {
            log_out.forgotten = self.accounts.forget(adapter)?;
        }
        Ok(log_out)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // The workers end first, since they tell of their memory then.
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        self.stats.write();
    }
}
