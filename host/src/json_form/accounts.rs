//! The connected accounts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::account_store::Account;
use crate::pop_settings::{PopAccounts, PopOrder};

/// An account. Stored values may be secret, so only their names are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
#[non_exhaustive]
pub struct AccountForm {
    /// The adapter's id.
    pub adapter: String,
    /// The CRM host that the account lives on.
    pub hostname: String,
    /// What the user or an administrator set, by the id in the manifest.
    pub settings: BTreeMap<String, String>,
    /// The names of the stored values.
    pub stored: Vec<String>,
}

/// The accounts in the order in which they are asked about a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Accounts")]
#[non_exhaustive]
pub struct AccountsForm {
    /// First to last.
    pub accounts: Vec<AccountForm>,
    /// The adapters' ids whose place was set.
    pub order: Vec<String>,
    /// Which of the accounts that know a number pop.
    pub pop: PopAccounts,
}

impl AccountsForm {
    /// The form of these accounts, put into this order.
    #[must_use]
    pub fn of(mut accounts: Vec<Account>, order: PopOrder) -> Self {
        // Stable: accounts that are not named stay in the order in which they were connected.
        accounts.sort_by_key(|account| order.rank(&account.adapter));
        Self {
            accounts: accounts.iter().map(AccountForm::from).collect(),
            order: order.order,
            pop: order.accounts,
        }
    }
}

impl From<&Account> for AccountForm {
    fn from(account: &Account) -> Self {
        Self {
            adapter: account.adapter.clone(),
            hostname: account.hostname.to_string(),
            settings: account.settings.clone(),
            stored: account.stored.keys().cloned().collect(),
        }
    }
}
