//! `callpop accounts`: the connected accounts.

use callpop_host::Account;
use serde_json::{Value, json};

use super::warn_of_damage;
use crate::args::Everywhere;
use crate::failure::Failure;
use crate::output::{Output, table};

pub(crate) fn run(everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let accounts = host.accounts();
    warn_of_damage(&host, output);
    let accounts = accounts?;
    if output.is_json() {
        let accounts: Vec<Value> = accounts.iter().map(account_object).collect();
        output.json(&json!({ "accounts": accounts }));
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
    Ok(())
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
