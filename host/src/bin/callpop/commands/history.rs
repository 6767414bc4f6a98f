//! `callpop history`: what became of calls so far, and as they come.

#[cfg_attr(unix, path = "history/unix.rs")]
#[cfg_attr(not(unix), path = "history/other.rs")]
mod waiting;

use std::time::Duration;

use callpop_host::{AuditDetails, AuditEntry, AuditResult, Callback, History, plain_line};

use crate::args::{self, Everywhere};
use crate::failure::Failure;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARNING, styled};

/// How often it is looked for new outcomes.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) fn run(
    wanted: &args::History,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let mut reader = host.follow_history();
    let mut history = chosen(reader.read()?, wanted);
    let surplus = history.entries.len()
        - wanted
            .limit
            .unwrap_or(usize::MAX)
            .min(history.entries.len());
    history.entries.drain(..surplus);
    if history.entries.is_empty() && !wanted.follow {
        output.line("There are no such outcomes.");
    } else {
        output.line(styled(BOLD, HEAD));
    }
    while print(&history, output) && wanted.follow && waiting::is_read_after(PAUSE) {
        history = chosen(reader.read()?, wanted);
    }
    Ok(())
}

/// The outcomes that are asked for.
fn chosen(mut history: History, wanted: &args::History) -> History {
    let since = wanted.since.map(args::Since::time);
    history.entries.retain(|entry| {
        let is_adapters = wanted
            .adapter
            .as_ref()
            .is_none_or(|id| *id == entry.adapter);
        is_adapters && since.is_none_or(|since| entry.time >= since)
    });
    history
}

/// Whether somebody still reads.
fn print(history: &History, output: &Output) -> bool {
    for damaged in &history.damaged {
        output.error_line(format!("{} {damaged}", styled(WARNING, "warning:")));
    }
    let entries = history.entries.iter();
    let mut lines = entries.flat_map(|entry| {
        if output.is_json() {
            return serde_json::to_string(entry).into_iter().collect();
        }
        let details = entry.details.as_ref().and_then(details);
        [Some(row(entry)), details]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    });
    lines.all(|line| output.next_line(&line).is_ok())
}

const HEAD: &str =
    "TIME (UTC)           ADAPTER         ASKED FOR     RESULT          TOOK  PAGES, REASON";

fn row(entry: &AuditEntry) -> String {
    let time = humantime::format_rfc3339_seconds(entry.time).to_string();
    let asked = match entry.callback {
        Callback::OpenContactPage => "contact page",
        Callback::OpenLogPage => "log page",
        Callback::OnUnauthorize => "log out",
    };
    let style = match entry.result {
        AuditResult::Opened | AuditResult::LoggedOut => GOOD,
        AuditResult::Failed | AuditResult::Refused => BAD,
        _ => DIM,
    };
    let hosts = entry.hosts.iter().map(|host| plain_line(host, 300));
    let reason = entry.reason.iter().map(|reason| plain_line(reason, 300));
    let pages: Vec<_> = hosts.chain(reason).collect();
    let row = format!(
        "{}  {:14}  {asked:12}  {}  {:>9}  {}",
        time.replace('T', " ").trim_end_matches('Z'),
        plain_line(&entry.adapter, 100),
        styled(style, format!("{:10}", entry.result.name())),
        took(entry.micros),
        pages.join(" ")
    );
    row.trim_end().to_owned()
}

fn took(micros: u64) -> String {
    match micros {
        0..1000 => format!("{micros} µs"),
        1000..1_000_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

/// What is kept only where the settings say so, in a line of its own.
fn details(details: &AuditDetails) -> Option<String> {
    let named = [
        ("call", &details.call_id),
        ("contact", &details.contact_id),
        ("name", &details.contact_name),
        ("number", &details.contact_phone),
        ("log", &details.log_id),
        ("message", &details.message),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}: {}", value.as_ref()?)));
    let pages = details.urls.iter().cloned();
    let parts: Vec<_> = named.chain(pages).collect();
    let line = plain_line(&parts.join(", "), 3000);
    (!parts.is_empty()).then(|| styled(DIM, format!("{:21}{line}", "")))
}
