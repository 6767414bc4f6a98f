//! `callpop connect`: connects an account.

use callpop_host::ConnectRequest;
use callpop_host::json_form::AccountForm;
use serde_json::json;

use super::warn_of_damage;
use crate::args::{Connect, Everywhere};
use crate::failure::Failure;
use crate::output::{DIM, GOOD, Output, styled};

pub(crate) fn run(
    connect: &Connect,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let request = connect
        .set
        .iter()
        .fold(
            ConnectRequest::new(&connect.adapter, &connect.host),
            |request, (key, value)| request.set(key, value),
        )
        .dry_run(everywhere.dry_run);
    let account = host.connect(&request);
    warn_of_damage(&host, output);
    let account = account?;
    if output.is_json() {
        let mut object = json!(AccountForm::from(&account));
        object["dryRun"] = everywhere.dry_run.into();
        output.json(&object);
        return Ok(());
    }
    let (adapter, hostname) = (&account.adapter, &account.hostname);
    if everywhere.dry_run {
        output.line(format!("Would connect `{adapter}` to {hostname}."));
        return Ok(());
    }
    output.line(format!(
        "{} `{adapter}` to {hostname}.",
        styled(GOOD, "Connected")
    ));
    output.line(styled(
        DIM,
        format!("Try a call: callpop pop {adapter} --dry-run --contact '{{\"id\":\"7\"}}'"),
    ));
    Ok(())
}
