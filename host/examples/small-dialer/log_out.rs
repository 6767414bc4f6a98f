//! The button "Log out".

use callpop_host::{CallOptions, Host, with_causes};

/// The user presses "Log out".
pub(crate) fn log_out(host: &Host, adapter: &str) -> Vec<String> {
    match host.log_out(adapter, &CallOptions::default()) {
        Ok(log_out) => {
            let mut lines = vec![format!("logged out of {adapter}")];
            // The account is forgotten all the same.
            lines.extend(log_out.problem.iter().map(|it| with_causes(it)));
            lines.extend(log_out.outcome.notices);
            lines
        }
        Err(error) => vec![with_causes(&error)],
    }
}
