//! `callpop accounts`: the connected accounts, and in which order they are asked about a call.

use callpop_host::{Account, Host, PopAccounts, PopOrder};
use serde_json::{Value, json};

use super::warn_of_damage;
use crate::args::{Accounts, Everywhere};
use crate::failure::{Exit, Failure};
use crate::output::{Output, table};

pub(crate) fn run(
    asked: &Accounts,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let accounts = host.accounts();
    warn_of_damage(&host, output);
    let mut accounts = accounts?;
    let order = pop_order(&host, asked, &accounts)?;
    if order != host.pop_order()? && !everywhere.dry_run {
        host.set_pop_order(order.clone())?;
    }
    // Stable: accounts that are not named stay in the order in which they were connected.
    accounts.sort_by_key(|account| order.rank(&account.adapter));
    if output.is_json() {
        let accounts: Vec<Value> = accounts.iter().map(account_object).collect();
        output.json(&json!({ "accounts": accounts, "order": order.order, "pop": order.accounts }));
        return Ok(());
    }
    if accounts.is_empty() {
        output.line("No account is connected.");
        output.line("Connect one with: callpop connect ADAPTER HOST-OR-URL");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = accounts.iter().map(row).collect();
    output.line(table(
        &["ADAPTER", "HOSTNAME", "SETTINGS", "STORED VALUES"],
        &rows,
    ));
    if order.accounts == PopAccounts::First {
        output.line("Only the first of them that knows a number pops.");
    }
    Ok(())
}

/// The order as it is, or as it is to be.
fn pop_order(host: &Host, asked: &Accounts, accounts: &[Account]) -> Result<PopOrder, Failure> {
    let mut order = host.pop_order()?;
    if let Some(ids) = &asked.order {
        let is_known = |id: &String| accounts.iter().any(|account| account.adapter == *id);
        if let Some(unknown) = ids.iter().find(|id| !is_known(id)) {
            let message = format!("`{unknown}` is not connected, so it has no place in the order");
            return Err(Failure::new(Exit::Usage, "not-connected", message)
                .advice("See the accounts with: callpop accounts"));
        }
        order.order.clone_from(ids);
    }
    if let Some(pop) = asked.pop {
        order.accounts = pop.into();
    }
    Ok(order)
}

/// An account for programs. Stored values may be secret, so only their names are shown.
pub(crate) fn account_object(account: &Account) -> Value {
    json!({
        "adapter": account.adapter,
        "hostname": account.hostname,
        "settings": account.settings,
        "stored": account.stored.keys().collect::<Vec<_>>(),
    })
}

fn row(account: &Account) -> Vec<String> {
    let settings = account.settings.iter();
    let settings: Vec<_> = settings
        .map(|(id, value)| format!("{id}={value}"))
        .collect();
    let stored: Vec<_> = account.stored.keys().map(String::as_str).collect();
    vec![
        account.adapter.clone(),
        account.hostname.to_string(),
        settings.join(" "),
        stored.join(" "),
    ]
}
