//! Accounts: connecting, their order, and logging out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NoParams;
use crate::connecting::ConnectRequest;
use crate::host::CallOptions;
use crate::json_form::{AccountForm, AccountsForm};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, JsonInterface, Lane};
use crate::outcome::Outcome;
use crate::pop_settings::PopAccounts;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "connect",
            "Connects an account; connecting to the same host again changes the values that are \
             given and keeps the others.",
            connect,
        ),
        Method::new(
            "accounts",
            "The connected accounts, in the order in which they are asked about a call.",
            accounts,
        ),
        Method::new(
            "setPopOrder",
            "Changes in which order the accounts are asked about a call, and how many of them pop.",
            set_pop_order,
        ),
        Method::new(
            "logOut",
            "Runs the adapter's clean-up and forgets the account, whatever the clean-up says.",
            log_out,
        ),
    ]
}

/// An account to be connected.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Connect {
    /// The adapter's id.
    adapter: String,
    /// The CRM's host name, or any address as a person copies it from the browser.
    host: String,
    /// Settings and stored values that the manifest names; a dot leads into a stored JSON object.
    #[serde(default)]
    values: BTreeMap<String, String>,
    /// Check everything and keep nothing.
    #[serde(default)]
    dry_run: bool,
}

impl Params for Connect {}

fn connect(interface: &JsonInterface, asked: Connect) -> Result<AccountForm, Failure> {
    let request = ConnectRequest::new(asked.adapter, asked.host).dry_run(asked.dry_run);
    let values = asked.values.into_iter();
    let request = values.fold(request, |request, (key, value)| request.set(key, value));
    Ok(AccountForm::from(&interface.host.connect(&request)?))
}

fn accounts(interface: &JsonInterface, _: NoParams) -> Result<AccountsForm, Failure> {
    let host = &interface.host;
    Ok(AccountsForm::of(host.accounts()?, host.pop_order()?))
}

/// In which order accounts are asked; what is not said stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetPopOrder {
    /// The ids of connected adapters, first to last; those that are not named come after these.
    #[serde(default)]
    order: Option<Vec<String>>,
    /// Which of the accounts that know a number pop.
    #[serde(default)]
    pop: Option<PopAccounts>,
}

impl Params for SetPopOrder {}

fn set_pop_order(interface: &JsonInterface, asked: SetPopOrder) -> Result<AccountsForm, Failure> {
    let host = &interface.host;
    let accounts = host.accounts()?;
    let mut order = host.pop_order()?;
    if let Some(ids) = asked.order {
        let is_known = |id: &String| accounts.iter().any(|account| account.adapter == *id);
        if let Some(unknown) = ids.iter().find(|id| !is_known(id)) {
            let message = format!("`{unknown}` is not connected, so it has no place in the order");
            return Err(Failure::usage("not-connected", message));
        }
        order.order = ids;
    }
    order.accounts = asked.pop.unwrap_or(order.accounts);
    host.set_pop_order(order.clone())?;
    Ok(AccountsForm::of(accounts, order))
}

/// An account to be forgotten.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LogOut {
    /// The adapter's id.
    adapter: String,
    /// A hostname to use without connecting: the adapter cleans up for it, and no account is
    /// forgotten but the one that lives there.
    #[serde(default)]
    hostname: Option<String>,
    /// Perform nothing; say what would be done.
    #[serde(default)]
    dry_run: bool,
}

impl Params for LogOut {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Adapter(self.adapter.clone())
    }
}

/// What came of logging out.
#[derive(Debug, Serialize, JsonSchema)]
struct LoggedOut {
    /// What the adapter's clean-up did.
    #[serde(flatten)]
    outcome: Outcome,
    /// The account that is forgotten, if there was one.
    forgotten: Option<AccountForm>,
    /// Why the clean-up could not be done, or not all of it. The account is forgotten all the same.
    problem: Option<Failure>,
}

fn log_out(interface: &JsonInterface, asked: LogOut) -> Result<LoggedOut, Failure> {
    let options = CallOptions {
        hostname: asked.hostname,
        dry_run: asked.dry_run,
    };
    let came = interface.host.log_out(&asked.adapter, &options)?;
    Ok(LoggedOut {
        outcome: came.outcome,
        forgotten: came.forgotten.as_ref().map(AccountForm::from),
        problem: came.problem.map(Failure::from),
    })
}
