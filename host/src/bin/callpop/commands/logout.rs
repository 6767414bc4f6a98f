//! `callpop logout`: the adapter cleans up, and the account is forgotten.

use serde_json::json;

use super::{report_outcome, warn_of_damage};
use crate::args::{Everywhere, Logout};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(
    logout: &Logout,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let adapter = &logout.call.adapter;
    let log_out = host.log_out(adapter, &logout.call.options(everywhere));
    warn_of_damage(&host, output);
    let log_out = log_out?;
    if let Some(problem) = log_out.problem {
        let forgotten = log_out.forgotten.is_some();
        let failure = Failure::from(problem).beside(json!({
            "adapter": adapter,
            "callback": log_out.outcome.callback,
            "forgotten": forgotten,
        }));
        return Err(if forgotten {
            failure.advice(
                "The account is forgotten all the same; only the adapter's clean-up failed.",
            )
        } else {
            failure
        });
    }
    report_outcome(&log_out.outcome, output);
    match log_out.forgotten {
        Some(account) => output.line(format!("Logged out of {}.", account.hostname)),
        None if everywhere.dry_run => output.line("Would forget the account."),
        None => output.line("There was no account to forget."),
    }
    Ok(())
}
