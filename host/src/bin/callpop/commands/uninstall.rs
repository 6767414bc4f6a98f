//! `callpop uninstall`: an adapter out of the plugins folder.

use callpop_host::{Account, CallOptions, Host, UninstallError, with_causes};
use serde_json::json;

use crate::args::{Everywhere, Uninstall};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};

pub(crate) fn run(
    uninstall: &Uninstall,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let id = &uninstall.adapter;
    // Nothing is logged out of for an adapter that then stays.
    host.uninstall(id, true)?;
    let is_logged_out = uninstall.logout && log_out(id, &host, everywhere, output)?;
    let uninstalled = host.uninstall(id, everywhere.dry_run)?;
    let account = host.accounts()?.into_iter().find(|it| it.adapter == *id);
    if output.is_json() {
        output.json(&json!({
            "id": id,
            "removed": uninstalled.removed,
            "usedInstead": uninstalled.used_instead,
            "loggedOut": is_logged_out,
            "accountStays": account.map(|it| it.hostname.to_string()),
            "dryRun": everywhere.dry_run,
        }));
        return Ok(());
    }
    let done = if everywhere.dry_run {
        "Would remove".to_owned()
    } else {
        styled(GOOD, "Removed")
    };
    for path in &uninstalled.removed {
        output.line(format!("{done} {}", path.display()));
    }
    if let Some(path) = &uninstalled.used_instead {
        output.line(format!(
            "`{id}` is taken from {} from now on.",
            path.display()
        ));
    }
    if let Some(Account { hostname, .. }) = account
        && !(everywhere.dry_run && uninstall.logout)
    {
        output.line(format!(
            "The account on {hostname} stays, for when the adapter is there again; \
             forget it with: callpop logout {id}"
        ));
    }
    Ok(())
}

/// Whether there was an account; it is forgotten, whatever the adapter's clean-up says.
fn log_out(
    id: &str,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<bool, Failure> {
    let accounts = host.accounts()?;
    let Some(account) = accounts.iter().find(|it| it.adapter == id) else {
        return Ok(false);
    };
    let options = CallOptions {
        hostname: None,
        dry_run: everywhere.dry_run,
    };
    let log_out = host.log_out(id, &options)?;
    if let Some(problem) = log_out.problem {
        let why = with_causes(&problem);
        output.error_line(format!("warning: the adapter's clean-up failed: {why}"));
    }
    let done = if everywhere.dry_run {
        "Would log out of"
    } else {
        "Logged out of"
    };
    output.line(format!("{done} {}.", account.hostname));
    Ok(true)
}

impl From<UninstallError> for Failure {
    fn from(error: UninstallError) -> Self {
        let code = error.code();
        let message = with_causes(&error);
        match error {
            UninstallError::Find(error) => error.into(),
            UninstallError::State(error) => error.into(),
            UninstallError::Elsewhere { .. } => Self::new(Exit::NoAdapter, code, message)
                .advice("Whoever put it there can remove it."),
            _ => Self::new(Exit::State, code, message),
        }
    }
}
