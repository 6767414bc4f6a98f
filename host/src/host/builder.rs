//! Sets up a host: where its state is, where adapters are, and where pages open.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};

use super::version::InUse;
use super::{Host, Isolation};
use crate::account_store::AccountStore;
use crate::admin_policy::{AdminPolicy, PolicyError};
use crate::admission::Requirement;
use crate::audit::{AuditLog, AuditTerms};
use crate::browser::{Browser, SystemBrowser};
use crate::call_ledger::CallLedger;
use crate::contact_source::ContactSource;
use crate::discovery::Catalog;
use crate::home;
use crate::installed::InstalledStore;
use crate::pins::PinStore;
use crate::private_copy::PrivateCopies;
use crate::quarantine::QuarantineStore;
use crate::settings::SettingsStore;
use crate::stats::StatsStore;
use crate::trust::TrustStore;
use crate::worker::{Limits, WorkerProgram};

/// The host could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No home was given, and the user has none.
    #[error("there is no home directory for this user; name a folder for Callpop's state")]
    NoHome,
    /// A folder's path cannot be made absolute.
    #[error("{} cannot be used as a folder", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What the administrator has decided cannot be read, and the host does not run without it.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl BuildError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::NoHome => "no-home",
            Self::Path { .. } => "invalid-path",
            Self::Policy(_) => "policy",
        }
    }
}

/// Sets up a [`Host`]; everything has a default.
#[derive(Default)]
pub struct HostBuilder {
    home: Option<PathBuf>,
    folders: Vec<PathBuf>,
    browser: Option<Arc<dyn Browser>>,
    contact_source: Option<Arc<dyn ContactSource>>,
    isolation: Isolation,
    in_process: BTreeSet<String>,
    worker_program: WorkerProgram,
    limits: Limits,
    policy_file: Option<PathBuf>,
    require: Requirement,
    audit: AuditTerms,
}

impl HostBuilder {
    /// The folder of the host's state; see [`default_home`](crate::default_home). It is made when
    /// something is first written.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }

    /// A plugins folder, searched after those that were named before. Naming any replaces the
    /// [default folders](crate::default_plugins_folders).
    #[must_use]
    pub fn plugins_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Where pages open; [`SystemBrowser`] if nothing is said.
    #[must_use]
    pub fn browser(mut self, browser: Arc<dyn Browser>) -> Self {
        self.browser = Some(browser);
        self
    }

    /// Who is asked whose number it is when a call's event names no matched contact. Nobody is, if
    /// nothing is said.
    #[must_use]
    pub fn contact_source(mut self, source: Arc<dyn ContactSource>) -> Self {
        self.contact_source = Some(source);
        self
    }

    /// Where adapters run; [`Isolation::default`] if nothing is said.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Runs this one adapter in-process, for the sake of the last microseconds. Whatever it does
    /// wrong, the dialer does wrong.
    #[must_use]
    pub fn in_process(mut self, adapter: impl Into<String>) -> Self {
        self.in_process.insert(adapter.into());
        self
    }

    /// The executable to start as a worker, such as `callpop-worker`. If none is named, it is this
    /// very program, provided that its `main` calls
    /// [`worker::run_if_requested`](crate::worker::run_if_requested), else `callpop-worker` beside
    /// it.
    #[must_use]
    pub fn worker_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.worker_program = WorkerProgram::Named(program.into());
        self
    }

    /// What a worker may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The administrator's file, which must be there, instead of `policy.toml` in the home. Where
    /// the system has one, that one is in force, and no other is read.
    #[must_use]
    pub fn policy_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.policy_file = Some(file.into());
        self
    }

    /// What must be known of an adapter's file before it is loaded, besides what the user and the
    /// administrator ask for: none of the three loosens what another asks.
    #[must_use]
    pub fn require(mut self, requirement: Requirement) -> Self {
        self.require = requirement;
        self
    }

    /// Whether the [history](Host::history) names contacts, logs, whole URLs and messages; if
    /// nothing is said, what the settings say: no, at first.
    #[must_use]
    pub fn audit_details(mut self, details: bool) -> Self {
        self.audit.details = Some(details);
        self
    }

    /// The size in bytes at which a new file of the history is begun, and how many files are kept,
    /// the newest included; if nothing is said, what the settings say: 5 MiB and five, at first.
    #[must_use]
    pub fn audit_rotation(mut self, max_bytes: u64, files: usize) -> Self {
        self.audit.rotation = Some((max_bytes, files));
        self
    }

    /// Looks at the plugins folders and makes the host. No code of an adapter runs.
    ///
    /// # Errors
    /// [`BuildError`] if a place cannot be told, or if the administrator's file is damaged. A plugins folder that is not there is no error;
    /// the catalog tells.
    pub fn build(self) -> Result<Host, BuildError> {
        let home = self
            .home
            .or_else(home::default_home)
            .ok_or(BuildError::NoHome)
            .and_then(absolute)?;
        let policy_file = self.policy_file.map(absolute).transpose()?;
        let policy = AdminPolicy::load(policy_file.as_deref(), &home)?;
        let folders = match policy.plugins_folders() {
            Some(fixed) => {
                if !self.folders.is_empty() {
                    tracing::warn!("the administrator has fixed the plugins folders");
                }
                fixed.to_vec()
            }
            None if self.folders.is_empty() => home::default_plugins_folders(&home),
            None => self.folders,
        };
        let mut unique: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let folder = absolute(folder)?;
            if !unique.contains(&folder) {
                unique.push(folder);
            }
        }
        let copies = PrivateCopies::in_home(&home);
        copies.sweep();
        let mut host = Host {
            in_use: RwLock::default(),
            looking: Mutex::default(),
            folders: unique,
            accounts: AccountStore::in_home(&home),
            audit: AuditLog::in_home(&home),
            audit_terms: self.audit,
            calls: CallLedger::in_home(&home),
            installed: InstalledStore::in_home(&home),
            copies,
            contact_source: self.contact_source,
            browser: self.browser.unwrap_or_else(|| Arc::new(SystemBrowser)),
            quarantine: Arc::new(QuarantineStore::in_home(&home)),
            stats: Arc::new(StatsStore::in_home(&home)),
            settings: SettingsStore::in_home(&home),
            trust: TrustStore::in_home(&home),
            pins: PinStore::in_home(&home),
            require: self.require,
            policy,
            home,
            isolation: self.isolation,
            in_process: self.in_process,
            worker_program: self.worker_program,
            limits: self.limits,
        };
        let admission = host.admission();
        let catalog = Catalog::scan(&host.folders, &admission);
        host.in_use = RwLock::new(Arc::new(InUse::of(catalog, admission)));
        Ok(host)
    }
}

fn absolute(path: PathBuf) -> Result<PathBuf, BuildError> {
    std::path::absolute(&path).map_err(|source| BuildError::Path { path, source })
}
