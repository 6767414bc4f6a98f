//! `callpop demo`: the main job, played on a small CRM that runs on this machine.

mod test_crm;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use callpop_host::{
    CallEvent, CallState, ConnectRequest, ContactBook, Direction, Host, ImportOptions, Outcome,
    PopResult, RecordingBrowser, contact_from_json,
};

use crate::args::{Demo, Everywhere};
use crate::commands::outcome_lines;
use crate::failure::{Exit, Failure};
use crate::output::{BOLD, DIM, GOOD, Output, styled};
use test_crm::{TestCrm, Visit};

/// The adapter that the demo's CRM is for.
const ADAPTER: &str = "test-crm";

pub(crate) fn run(demo: &Demo, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let interrupted = interrupted_flag()?;
    let site = TestCrm::start().map_err(|cause| cannot_start(&cause))?;
    // A home of its own: the demo leaves the user's accounts as they are.
    let home = tempfile::tempdir().map_err(|cause| cannot_start(&cause))?;
    let no_browser = demo.no_browser || everywhere.dry_run;
    let mut builder = everywhere.host_builder().home(home.path());
    if no_browser {
        builder = builder.browser(Arc::new(RecordingBrowser::default()));
    }
    if everywhere.plugins.is_empty() {
        // The user's own plugins folders count, though the user's home does not.
        builder = default_folders(everywhere)
            .into_iter()
            .fold(builder, callpop_host::HostBuilder::plugins_folder);
    }
    let host = builder.build()?;

    output.line(styled(
        BOLD,
        format!(
            "TestCRM runs on http://{} (on this machine only).",
            site.hostname()
        ),
    ));
    let outcome = play_call(&host, home.path(), &site, everywhere, output)?;
    tell_page(&outcome, no_browser, output);
    if output.is_json() {
        output.json(&outcome);
    }
    if everywhere.dry_run {
        return Ok(());
    }
    wait_for_browser(&site, home.path(), demo, everywhere, &interrupted, output)
}

/// Connects the adapter to the site, and lets the phone ring.
fn play_call(
    host: &Host,
    home: &Path,
    site: &TestCrm,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<Outcome, Failure> {
    let account = host
        .connect(&ConnectRequest::new(ADAPTER, site.hostname()))
        .map_err(|error| {
            Failure::from(error).advice(
                "The demo needs the adapter `test-crm` in a plugins folder; \
                 in the source tree, `cargo xtask demo` builds it.",
            )
        })?;
    output.line(format!(
        "Connected the adapter `{ADAPTER}` to {}.",
        account.hostname
    ));
    fill_contact_book(home)?;
    let contact = test_crm::demo_contact().map_err(|cause| cannot_start(&cause))?;
    let contact = contact_from_json(&contact.to_string())?;
    output.line(format!(
        "\n{} from {}: {}, contact {} in TestCRM.",
        styled(BOLD, "Incoming call"),
        contact.phone,
        contact.name,
        contact.id
    ));
    let event = CallEvent::new("demo", Direction::Inbound, CallState::Ringing)
        .from_number(&contact.phone)
        .with_match(ADAPTER, contact);
    let mut outcomes = if everywhere.dry_run {
        host.rehearse_call(&event)?
    } else {
        host.on_call(&event)?
    };
    match outcomes.pop().map(|outcome| outcome.result) {
        Some(PopResult::Opened { mut outcomes, .. }) if !outcomes.is_empty() => {
            Ok(outcomes.swap_remove(0))
        }
        Some(PopResult::Failed { error, .. }) => Err(error.into()),
        other => Err(cannot_start(&io::Error::other(format!(
            "the call opened no page: {other:?}"
        )))),
    }
}

/// Puts the CRM's contacts into the contact book of the demo's home, for `callpop ring`.
fn fill_contact_book(home: &Path) -> Result<(), Failure> {
    let contacts = test_crm::contact_list().map_err(|cause| cannot_start(&cause))?;
    let options = ImportOptions {
        adapter: Some(ADAPTER.to_owned()),
        ..ImportOptions::default()
    };
    let book = ContactBook::open(home, None).map_err(|cause| cannot_start(&cause))?;
    book.import(contacts.as_bytes(), &options, |_| {})
        .map_err(|cause| cannot_start(&cause))?;
    Ok(())
}

fn tell_page(outcome: &Outcome, no_browser: bool, output: &Output) {
    if no_browser && !outcome.dry_run {
        for page in &outcome.opened {
            output.line(format!(
                "Open this page in a browser: {}",
                page.url.as_str()
            ));
        }
        return;
    }
    for line in outcome_lines(outcome) {
        output.line(line);
    }
}

/// Waits until the browser asks for the page, tells what to try next, and stays a while.
fn wait_for_browser(
    site: &TestCrm,
    home: &Path,
    demo: &Demo,
    everywhere: &Everywhere,
    interrupted: &AtomicBool,
    output: &Output,
) -> Result<(), Failure> {
    let Some(visit) = next_visit(site, Duration::from_secs(demo.wait), interrupted) else {
        return match (interrupted.load(Ordering::Relaxed), demo.no_browser) {
            (true, _) => ended(output),
            (false, true) => {
                output.line(format!(
                    "Nobody opened the page within {} s; the demo ends.",
                    demo.wait
                ));
                Ok(())
            }
            (false, false) => Err(Failure::new(
                Exit::NoBrowser,
                "no-visit",
                format!(
                    "the browser was started, but did not ask for the page within {} s",
                    demo.wait
                ),
            )
            .advice("Try again with --no-browser, and open the page by hand.")),
        };
    };
    output.line(format!(
        "{} \"{}\"",
        styled(GOOD, "The browser shows"),
        visit.title
    ));
    tell_next_steps(home, demo, everywhere, output);
    while let Some(visit) = next_visit(site, Duration::from_secs(demo.linger), interrupted) {
        output.line(styled(
            DIM,
            format!("The browser asked for {} (\"{}\")", visit.path, visit.title),
        ));
    }
    ended(output)
}

fn tell_next_steps(home: &Path, demo: &Demo, everywhere: &Everywhere, output: &Output) {
    let callpop = format!("{} --home '{}'", command_line(everywhere), home.display());
    let log_id = test_crm::demo_log_id().unwrap_or_default();
    output.line(format!(
        "\nThe host read the manifest in the adapter's library, loaded a private copy of it, asked\n\
         it what to open for this contact, checked the URL, and gave it to the browser.\n\
         \n{}\n  \
         {callpop} ring +12025550188                   one contact has this number\n  \
         {callpop} settings {ADAPTER} callPop.several=prompt\n  \
         {callpop} ring +12025550147                   two have this one, and you select\n  \
         {callpop} ring +12025550199 --explain         nobody has this one\n  \
         {callpop} open-log {ADAPTER} --log-id {log_id}\n  \
         {callpop} history",
        styled(BOLD, "Try next, in another terminal:"),
    ));
    output.line(styled(
        DIM,
        format!(
            "\nTestCRM stays for {} s after the last page; Ctrl-C ends it now.",
            demo.linger
        ),
    ));
}

/// How this program was started, as it can be typed again in another terminal.
fn command_line(everywhere: &Everywhere) -> String {
    let program = std::env::args().next();
    let folders = everywhere.plugins.iter();
    let folders = folders.map(|folder| format!(" --plugins '{}'", folder.display()));
    program
        .into_iter()
        .chain(folders)
        .collect::<Vec<_>>()
        .concat()
}

/// The next page that the browser asks for, unless the time is up or the user has enough.
fn next_visit(site: &TestCrm, limit: Duration, interrupted: &AtomicBool) -> Option<Visit> {
    const SLICE: Duration = Duration::from_millis(100);
    let end = Instant::now() + limit;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if let Some(visit) = site.next_visit(left.min(SLICE)) {
            return Some(visit);
        }
        if left.is_zero() || interrupted.load(Ordering::Relaxed) {
            return None;
        }
    }
}

fn ended(output: &Output) -> Result<(), Failure> {
    output.line("The demo has ended.");
    Ok(())
}

fn interrupted_flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    ctrlc::set_handler(move || set.store(true, Ordering::Relaxed))
        .map_err(|cause| cannot_start(&cause))?;
    Ok(flag)
}

fn default_folders(everywhere: &Everywhere) -> Vec<std::path::PathBuf> {
    let home = everywhere.home.clone().or_else(callpop_host::default_home);
    home.map(|home| callpop_host::default_plugins_folders(&home))
        .unwrap_or_default()
}

fn cannot_start(cause: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::State,
        "demo",
        format!("the demo cannot start: {cause}"),
    )
}
