//! `callpop open-log`: opens the page of a logged call, else the contact's.

use callpop_host::{CallLog, Callback};

use super::{contact, report_outcome, warn_of_damage};
use crate::args::{Everywhere, OpenLog};
use crate::failure::{Exit, Failure};
use crate::output::Output;

pub(crate) fn run(
    open_log: &OpenLog,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    if open_log.log_id.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "invalid-log-id",
            "the log's id is empty",
        ));
    }
    let contact = open_log.contact.as_deref().map(contact::read).transpose()?;
    let host = everywhere.host()?;
    let adapter = &open_log.call.adapter;
    let log = CallLog::new(&open_log.log_id);
    let options = open_log.call.options(everywhere);
    let outcome = host.open_log_page(adapter, &log, contact.as_ref(), &options);
    warn_of_damage(&host, output);
    let outcome = outcome?;
    if outcome.callback == Callback::OpenContactPage {
        output.line(format!(
            "`{adapter}` has no page for a log, so the contact's page it is."
        ));
    }
    report_outcome(&outcome, output);
    Ok(())
}
