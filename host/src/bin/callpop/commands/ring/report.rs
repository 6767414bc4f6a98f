//! What a call led to, for people and for programs.

use std::time::Duration;

use callpop_host::json_form::AccountOutcomeForm;
use callpop_host::{
    AccountOutcome, CallEvent, CallState, Host, Outcome, PopResult, plain_line, with_causes,
};
use serde_json::{Value, json};

use super::{call_line, contact_line};
use crate::commands::outcome_lines;
use crate::failure::Failure;
use crate::output::{BAD, BOLD, DIM, Output, styled};

/// What is told of a call.
pub(super) struct Report<'run> {
    call: &'run CallEvent,
    explain: bool,
    dry_run: bool,
    output: &'run Output,
    events: Vec<Value>,
}

impl<'run> Report<'run> {
    pub(super) fn new(
        call: &'run CallEvent,
        explain: bool,
        dry_run: bool,
        output: &'run Output,
    ) -> Self {
        Self {
            call,
            explain,
            dry_run,
            output,
            events: Vec::new(),
        }
    }

    /// Tells what one event led to.
    pub(super) fn event(&mut self, event: &CallEvent, outcomes: &[AccountOutcome], host: &Host) {
        let accounts: Vec<_> = outcomes
            .iter()
            .map(|outcome| AccountOutcomeForm::of(outcome, self.explain))
            .collect();
        let state = event.state;
        self.events
            .push(json!({ "state": state, "accounts": accounts }));
        // Nothing happens at the end, and that is as it should be.
        if state == CallState::Ended && !self.explain {
            return;
        }
        self.output.line(styled(BOLD, heading(event)));
        for outcome in outcomes {
            self.account(outcome, host);
        }
    }

    /// The end: the object for programs, and the exit code.
    pub(super) fn finish(self, failure: Option<Failure>) -> Result<(), Failure> {
        let object = json!({
            "callId": self.call.call_id,
            "direction": self.call.direction,
            "number": self.call.other_number(),
            "dryRun": self.dry_run,
            "events": self.events,
        });
        match failure {
            Some(failure) => Err(failure.beside(object)),
            None => {
                if self.output.is_json() {
                    self.output.json(&object);
                }
                Ok(())
            }
        }
    }

    fn account(&self, outcome: &AccountOutcome, host: &Host) {
        let adapter = &outcome.adapter;
        if self.explain {
            self.output.line(format!("  {}", styled(BOLD, adapter)));
            for step in &outcome.steps {
                let step = plain_line(&step.to_string(), 1000);
                self.output.line(styled(DIM, format!("    {step}")));
            }
            for line in self.result_lines(&outcome.result) {
                self.output.line(format!("    {line}"));
            }
            for line in verdicts(&outcome.result, adapter, host) {
                self.output.line(styled(DIM, format!("    {line}")));
            }
            self.output.line(styled(
                DIM,
                format!("    took {}", milliseconds(outcome.took)),
            ));
            return;
        }
        let mut start = format!("  {adapter}:");
        for line in self.result_lines(&outcome.result) {
            self.output.line(format!("{start} {line}"));
            // What follows belongs to the same account.
            start = "   ".to_owned();
        }
    }

    fn result_lines(&self, result: &PopResult) -> Vec<String> {
        let all =
            |outcomes: &[Outcome]| outcomes.iter().flat_map(outcome_lines).collect::<Vec<_>>();
        match result {
            PopResult::Opened { outcomes, left_out } => {
                let mut lines = all(outcomes);
                lines.extend(left_out.iter().map(|contact| {
                    format!(
                        "Left out, as there are enough pages: {}",
                        contact_line(contact)
                    )
                }));
                lines
            }
            PopResult::OpenedFallback(outcome) => {
                let mut lines = vec!["Nobody has this number.".to_owned()];
                lines.extend(outcome_lines(outcome));
                lines
            }
            PopResult::Ask(contacts) => {
                let first = if self.dry_run {
                    "Would ask which contact it is:"
                } else {
                    "Several contacts match; open one with --choose ID:"
                };
                let contacts = contacts.iter().map(contact_line);
                std::iter::once(first.to_owned()).chain(contacts).collect()
            }
            PopResult::Suppressed(why) => vec![format!("No page: {why}.")],
            PopResult::Failed { outcomes, error } => {
                let mut lines = all(outcomes);
                let error = plain_line(&with_causes(error), 1000);
                lines.push(format!("{} {error}", styled(BAD, "No page:")));
                lines
            }
            _ => Vec::new(),
        }
    }
}

fn heading(event: &CallEvent) -> String {
    format!("{}, {}", call_line(event), event.state)
}

/// What the URL policy says of each page.
fn verdicts(result: &PopResult, adapter: &str, host: &Host) -> Vec<String> {
    let opened: Vec<&Outcome> = match result {
        PopResult::Opened { outcomes, .. } | PopResult::Failed { outcomes, .. } => {
            outcomes.iter().collect()
        }
        PopResult::OpenedFallback(outcome) => vec![outcome],
        _ => Vec::new(),
    };
    let accounts = host.accounts().unwrap_or_default();
    let account = accounts.iter().find(|account| account.adapter == adapter);
    let hostname = account.map(|it| it.hostname.to_string());
    let pages = opened.iter().flat_map(|outcome| &outcome.opened);
    let mut verdicts: Vec<String> = pages
        .map(|page| {
            let authority = page.url.as_str().split('/').nth(2).unwrap_or_default();
            if hostname.as_deref() == Some(authority) {
                format!("the URL policy accepts {authority}: it is the account's host")
            } else {
                format!("the URL policy accepts {authority}: the adapter's manifest names it")
            }
        })
        .collect();
    verdicts.dedup();
    verdicts
}

fn milliseconds(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}
