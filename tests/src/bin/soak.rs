//! A hundred thousand calls over ten adapters, three of which misbehave at random: nothing may be
//! lost, doubled or left over. `cargo xtask soak` runs it.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, and ends where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use callpop_host::{Browser, BrowserError, CallError, CallOptions, Contact, Host, Page, RunError};
use callpop_tests::Sandbox;

const THREADS: usize = 8;
/// How much more memory the host may have resident after than before, in KiB.
const ROOM: u64 = 4096;
/// Seven that behave, with a hostname each; and three that do not.
const ADAPTERS: [(&str, &str); 10] = [
    ("pipedrive", "a.pipedrive.com"),
    ("freshdesk", "a.freshdesk.com"),
    ("redtail", "crm.redtailtechnology.com"),
    ("clio", "app.clio.com"),
    ("test-crm", "crm.example.com"),
    ("netsuite", "1.app.netsuite.com"),
    ("insightly", "a.insightly.com"),
    ("misbehaves", "crm.example.com"),
    ("panics", "crm.example.com"),
    ("bad-replies", "crm.example.com"),
];
/// What `misbehaves` does: mostly nothing bad.
const FAULTS: [&str; 12] = [
    "aborts",
    "exits",
    "kills itself",
    "writes to null",
    "answers by itself",
    "leaves a thread",
    "prints",
    "fine",
    "fine",
    "fine",
    "fine",
    "fine",
];

/// For each call, by its number: how often an outcome told of its page, and how often that was
/// opened. Of a fixed size, so that the memory in use tells of the host alone.
struct Pages {
    told: Vec<AtomicU32>,
    opened: Vec<AtomicU32>,
}

impl Pages {
    fn of(calls: usize) -> Self {
        let zeros = || (0..calls).map(|_| AtomicU32::new(0)).collect();
        Self {
            told: zeros(),
            opened: zeros(),
        }
    }

    /// How many calls' pages are as `is` says, by how often they were told of and opened.
    fn count(&self, is: impl Fn(u32, u32) -> bool) -> usize {
        let pages = self.told.iter().zip(&self.opened);
        pages
            .filter(|(told, opened)| {
                is(told.load(Ordering::Relaxed), opened.load(Ordering::Relaxed))
            })
            .count()
    }
}

impl Browser for Pages {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        count(&self.opened, page);
        Ok(())
    }
}

/// Counts the page for the call whose number its URL ends in.
fn count(counts: &[AtomicU32], page: &Page) {
    let url = page.url.as_str();
    let number = &url[url.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
    let number: usize = number.parse().unwrap();
    counts[number].fetch_add(1, Ordering::Relaxed);
}

fn main() -> ExitCode {
    let calls = std::env::args()
        .nth(1)
        .map_or(100_000, |text| text.parse().unwrap());
    // A tenth on top warms up, so that what is kept for good does not count as growth.
    let all = calls + calls / 10;
    let sandbox = Sandbox::with(&ADAPTERS.map(|(adapter, _)| adapter));
    let pages = Arc::new(Pages::of(all));
    let host = sandbox.host_with(pages.clone());
    drop(run(&host, &pages, calls..all));
    let before = (open_files(), resident());
    let start = Instant::now();
    let errors = run(&host, &pages, 0..calls);
    let time = start.elapsed();
    let after = (open_files(), resident());

    let lost = pages.count(|told, opened| told > opened);
    let doubled = pages.count(|_, opened| opened > 1);
    let unasked = pages.count(|told, opened| opened > told);
    let restarts = host.stats().unwrap().into_values();
    let restarts: u64 = restarts.map(|stats| stats.restarts).sum();
    println!(
        "calls     {calls} in {:.1} s, {THREADS} threads, after {} to warm up",
        time.as_secs_f64(),
        all - calls
    );
    println!("pages     {}", pages.count(|told, _| told > 0));
    for (class, count) in &errors {
        println!("errors    {class}: {count}");
    }
    println!("restarts  {restarts}");
    println!("lost      {lost}");
    println!("doubled   {doubled}");
    println!("unasked   {unasked}");
    println!("files     {} before, {} after", before.0, after.0);
    println!("memory    {} KiB before, {} KiB after", before.1, after.1);
    // A worker may be between two lives at either moment: three files, and a thread's stack.
    let grew = after.0 > before.0 + 3 * ADAPTERS.len() || after.1 > before.1 + ROOM;
    if lost + doubled + unasked > 0 || grew {
        println!("FAILED");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Makes the calls with these numbers, and counts the errors by their class.
fn run(host: &Host, pages: &Pages, calls: Range<usize>) -> BTreeMap<String, u64> {
    let next = AtomicUsize::new(calls.start);
    let all = Mutex::new(BTreeMap::new());
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= calls.end {
            return;
        }
        if let Some(class) = outcome(host, pages, number) {
            *all.lock().unwrap().entry(class).or_default() += 1;
        }
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    all.into_inner().unwrap()
}

/// Makes one call; its error's class, if there is one.
fn outcome(host: &Host, pages: &Pages, number: usize) -> Option<String> {
    match call(host, number) {
        Ok(outcome) => {
            outcome
                .opened
                .iter()
                .for_each(|page| count(&pages.told, page));
            None
        }
        Err(CallError::Run {
            adapter, source, ..
        }) => {
            if let RunError::Quarantined(_) = source {
                // So that it goes on misbehaving.
                host.release(&adapter).unwrap();
            }
            Some(source.class().to_owned())
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn call(host: &Host, number: usize) -> Result<callpop_host::Outcome, CallError> {
    // Scattered, so that the threads meet at the same adapters, and the same in every run.
    let random = number.wrapping_mul(2_654_435_761) >> 7;
    let (adapter, hostname) = ADAPTERS[random % ADAPTERS.len()];
    let id = match adapter {
        "misbehaves" => format!("{}~{number}", FAULTS[random / 16 % FAULTS.len()]),
        _ => number.to_string(),
    };
    let contact = Contact::new(id, "", "").with_type(match adapter {
        "insightly" => "Lead",
        _ => "custjob",
    });
    let options = CallOptions {
        hostname: Some(hostname.to_owned()),
        dry_run: false,
    };
    host.open_contact_page(adapter, &contact, &options)
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Resident memory in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
