//! The connected accounts and their stored values, in `accounts.json` under the home.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::Hostname;
use crate::state_file::{self, KeptAside, StateError};

/// An adapter connected to a hostname.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The adapter's id.
    pub adapter: String,
    /// The CRM host that the account lives on.
    pub hostname: Hostname,
    /// What the user or an administrator set, by the id in the manifest.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What the adapter or the dialer stored, by name. May be secret.
    #[serde(default)]
    pub stored: BTreeMap<String, String>,
}

impl Account {
    /// An account without settings and stored values.
    pub(crate) fn new(adapter: &str, hostname: Hostname) -> Self {
        Self {
            adapter: adapter.to_owned(),
            hostname,
            settings: BTreeMap::new(),
            stored: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Accounts {
    accounts: Vec<Account>,
}

/// The file, and what was found damaged since the last question for it.
#[derive(Debug)]
pub(crate) struct AccountStore {
    path: PathBuf,
    kept_aside: Mutex<Vec<KeptAside>>,
}

impl AccountStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            path: home.join("accounts.json"),
            kept_aside: Mutex::default(),
        }
    }

    /// All accounts, in the order in which they were connected.
    pub(crate) fn all(&self) -> Result<Vec<Account>, StateError> {
        Ok(self.read()?.accounts)
    }

    /// The account of this adapter.
    pub(crate) fn of(&self, adapter: &str) -> Result<Option<Account>, StateError> {
        let accounts = self.all()?;
        Ok(accounts.into_iter().find(|it| it.adapter == adapter))
    }

    /// Connects or changes the account of `adapter`: `change` gets it as it is at that moment, and
    /// what it answers is written.
    pub(crate) fn connect<E: From<StateError>>(
        &self,
        adapter: &str,
        change: impl FnOnce(Option<Account>) -> Result<Account, E>,
    ) -> Result<Account, E> {
        self.update(|accounts| {
            let index = accounts.iter().position(|it| it.adapter == adapter);
            let account = change(index.map(|index| accounts[index].clone()))?;
            match index {
                Some(index) => accounts[index] = account.clone(),
                None => accounts.push(account.clone()),
            }
            Ok(account)
        })
    }

    /// Changes the account of `adapter`, if there is one.
    pub(crate) fn change<E: From<StateError>>(
        &self,
        adapter: &str,
        change: impl FnOnce(&mut Account) -> Result<(), E>,
    ) -> Result<(), E> {
        self.update(|accounts| {
            let account = accounts.iter_mut().find(|it| it.adapter == adapter);
            account.map_or(Ok(()), change)
        })
    }

    /// Forgets the account of `adapter` and gives what is forgotten.
    pub(crate) fn forget(&self, adapter: &str) -> Result<Option<Account>, StateError> {
        self.update(|accounts| {
            let index = accounts.iter().position(|it| it.adapter == adapter);
            Ok(index.map(|index| accounts.remove(index)))
        })
    }

    /// Reads, changes and writes the file, while nobody else changes it. Nothing is written if
    /// `update` fails.
    fn update<T, E: From<StateError>>(
        &self,
        update: impl FnOnce(&mut Vec<Account>) -> Result<T, E>,
    ) -> Result<T, E> {
        if let Some(home) = self.path.parent() {
            state_file::create_private_folder(home)
                .map_err(|source| state_file::failed("make the folder", home, source))?;
        }
        let _lock = state_file::lock(&self.path)?;
        let before = self.read()?;
        let mut after = before.clone();
        let result = update(&mut after.accounts)?;
        if after != before {
            state_file::write(&self.path, &after)?;
        }
        Ok(result)
    }

    /// The damaged files that were kept aside since the last call.
    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        std::mem::take(&mut *self.lock_kept_aside())
    }

    fn read(&self) -> Result<Accounts, StateError> {
        let read = state_file::read(&self.path)?;
        self.lock_kept_aside().extend(read.kept_aside);
        Ok(read.value)
    }

    fn lock_kept_aside(&self) -> std::sync::MutexGuard<'_, Vec<KeptAside>> {
        // Nothing is done under this lock that could leave the list half changed.
        self.kept_aside
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
