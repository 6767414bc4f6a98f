//! `callpop accounts`: the connected accounts, and in which order they are asked about a call.

use callpop_host::json_form::AccountsForm;
use callpop_host::{Account, Host, PopAccounts, PopOrder};

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
        output.json(&AccountsForm::of(accounts, order));
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
