//! `callpop doctor`: what is wrong around Callpop, and what to do about it.

use callpop_host::json_form::ExaminationForm;
use callpop_host::{Health, plain_line};

use crate::args::Everywhere;
use crate::failure::Failure;
use crate::output::{BAD, DIM, GOOD, Output, WARNING, styled};

/// Problems are findings, not failures of this command, so it ends with success.
pub(crate) fn run(everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let findings = host.examine();
    if output.is_json() {
        output.json(&ExaminationForm::from(findings));
        return Ok(());
    }
    for finding in &findings {
        let sign = match finding.health {
            Health::Good => styled(GOOD, "good   "),
            Health::Warning => styled(WARNING, "warning"),
            Health::Problem => styled(BAD, "problem"),
        };
        let found = plain_line(&finding.found, 1000);
        output.line(format!("{sign}  {:8}  {found}", finding.about));
        if let Some(advice) = &finding.advice {
            output.line(format!(
                "{:19}  {}",
                "",
                styled(DIM, plain_line(advice, 1000))
            ));
        }
    }
    Ok(())
}
