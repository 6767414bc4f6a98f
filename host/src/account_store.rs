//! The connected accounts and their stored values, in `accounts.json` under the home.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Hostname;
use crate::state_file::{KeptAside, StateError, StateFile};

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

/// The file.
#[derive(Debug)]
pub(crate) struct AccountStore {
    file: StateFile<Accounts>,
}

impl AccountStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "accounts.json"),
        }
    }

    /// All accounts, in the order in which they were connected.
    pub(crate) fn all(&self) -> Result<Vec<Account>, StateError> {
        Ok(self.file.read()?.accounts)
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
        self.file.update(|Accounts { accounts }| {
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
        self.file.update(|Accounts { accounts }| {
            let account = accounts.iter_mut().find(|it| it.adapter == adapter);
            account.map_or(Ok(()), change)
        })
    }

    /// Forgets the account of `adapter` and gives what is forgotten.
    pub(crate) fn forget(&self, adapter: &str) -> Result<Option<Account>, StateError> {
        self.file.update(|Accounts { accounts }| {
            let index = accounts.iter().position(|it| it.adapter == adapter);
            Ok(index.map(|index| accounts.remove(index)))
        })
    }

    /// The damaged files that were kept aside since the last call.
    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}
