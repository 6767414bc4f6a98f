//! `callpop pop`: an incoming call opens the contact's page.

use super::{contact, report_outcome, warn_of_damage};
use crate::args::{Everywhere, Pop};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(pop: &Pop, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let contact = contact::read(&pop.contact)?;
    let host = everywhere.host()?;
    let options = pop.call.options(everywhere);
    let outcome = host.open_contact_page(&pop.call.adapter, &contact, &options);
    warn_of_damage(&host, output);
    report_outcome(&outcome?, output);
    Ok(())
}
