//! One file per command; what several of them print alike is here.

pub(crate) mod accounts;
pub(crate) mod adapter_terms;
pub(crate) mod adapters;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod contact;
pub(crate) mod contacts;
pub(crate) mod doctor;
pub(crate) mod history;
pub(crate) mod import_manifest;
pub(crate) mod index;
pub(crate) mod inspect;
pub(crate) mod install;
pub(crate) mod key_text;
pub(crate) mod keygen;
pub(crate) mod logout;
pub(crate) mod new;
pub(crate) mod open_log;
pub(crate) mod package;
pub(crate) mod pop;
pub(crate) mod provenance;
pub(crate) mod ring;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod sign;
pub(crate) mod trust;
pub(crate) mod uninstall;
pub(crate) mod update;
pub(crate) mod validate;
pub(crate) mod verify;
pub(crate) mod watch;

use callpop_host::{Host, Outcome, StoredChangeKind};

use crate::output::{DIM, GOOD, Output, styled};

/// Tells what a callback did.
pub(crate) fn report_outcome(outcome: &Outcome, output: &Output) {
    if output.is_json() {
        output.json(outcome);
        return;
    }
    for line in outcome_lines(outcome) {
        output.line(line);
    }
}

/// An outcome in lines for people.
pub(crate) fn outcome_lines(outcome: &Outcome) -> Vec<String> {
    let done = |what: &str, would: &str| {
        if outcome.dry_run {
            format!("Would {would}")
        } else {
            styled(GOOD, what)
        }
    };
    let mut lines = Vec::new();
    for page in &outcome.opened {
        let url = page.url.as_str();
        let popup = match page.open_as {
            callpop_host::OpenAs::Popup => styled(DIM, " (in a window of its own)"),
            _ => String::new(),
        };
        lines.push(format!("{} {url}{popup}", done("Opened", "open")));
    }
    for change in &outcome.stored {
        let name = &change.name;
        lines.push(match change.change {
            StoredChangeKind::Set => format!("{} the stored value `{name}`", done("Set", "set")),
            StoredChangeKind::Removed => {
                format!("{} the stored value `{name}`", done("Removed", "remove"))
            }
        });
    }
    lines.extend(
        outcome
            .notices
            .iter()
            .map(|notice| format!("Note: {notice}")),
    );
    lines
}

/// Warns of what was found and could not be left as it was.
pub(crate) fn warn_of_damage(host: &Host, output: &Output) {
    for kept in host.take_kept_aside() {
        output.error_line(format!("warning: {kept}"));
    }
}
