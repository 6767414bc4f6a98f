//! An adapter's faults on every system: how they are brought about, and those that look alike
//! everywhere. The others are in `isolation.rs` and `windows.rs`.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use callpop_host::worker::Limits;
use callpop_host::{
    CallError, CallOptions, Contact, Host, Outcome, RecordingBrowser, RunError, WorkerFailure,
};
use callpop_tests::{PATIENT, Sandbox};

/// For what never ends.
pub(super) const IMPATIENT: Duration = Duration::from_secs(3);

pub(super) fn host(sandbox: &Sandbox, page_deadline: Duration) -> (Host, Arc<RecordingBrowser>) {
    let browser = Arc::new(RecordingBrowser::default());
    let limits = Limits {
        page_deadline,
        ..Limits::default()
    };
    let builder = sandbox.builder().browser(browser.clone()).limits(limits);
    (builder.build().unwrap(), browser)
}

pub(super) fn call(host: &Host, adapter: &str, id: &str, name: &str) -> Result<Outcome, CallError> {
    let hostname = if adapter == "pipedrive" {
        "a.pipedrive.com"
    } else {
        "crm.example.com"
    };
    let options = CallOptions {
        hostname: Some(hostname.to_owned()),
        dry_run: false,
    };
    host.open_contact_page(adapter, &Contact::new(id, name, ""), &options)
}

pub(super) fn failure(error: CallError) -> WorkerFailure {
    match error {
        CallError::Run {
            source: RunError::Worker(failure),
            ..
        } => failure,
        other => panic!("{other:?}"),
    }
}

/// Waits for another process; its state can only be polled.
pub(super) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENT;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Commits each fault within its deadline, and says what was told of it. No page opens, and the next
/// call to another adapter succeeds.
pub(super) fn said_of(faults: &[(&str, Duration)]) -> String {
    let mut said = String::new();
    for (fault, deadline) in faults {
        let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
        let (host, browser) = host(&sandbox, *deadline);
        let error = call(&host, "misbehaves", fault, "").unwrap_err();
        said += &format!("{fault}: {}\n", failure(error));
        assert!(browser.pages().is_empty(), "{fault}: nothing is half done");
        call(&host, "pipedrive", "7", "").unwrap_or_else(|error| panic!("{fault}: {error}"));
        assert_eq!(browser.pages().len(), 1);
    }
    said
}

#[test]
fn a_constructor_that_crashes_or_hangs_is_contained() {
    let sandbox = Sandbox::with(&["constructor_crashes", "constructor_hangs", "pipedrive"]);
    let (host, _) = host(&sandbox, IMPATIENT);
    let crashed = failure(call(&host, "constructor-crashes", "7", "").unwrap_err());
    assert!(
        matches!(crashed, WorkerFailure::Crashed { .. }),
        "{crashed}"
    );
    let hung = failure(call(&host, "constructor-hangs", "7", "").unwrap_err());
    assert!(matches!(hung, WorkerFailure::Deadline { .. }), "{hung}");
    call(&host, "pipedrive", "7", "").unwrap();
}

#[test]
fn threads_and_prints_do_not_disturb() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (host, browser) = host(&sandbox, PATIENT);
    for fault in ["leaves a thread", "prints", "nothing"] {
        call(&host, "misbehaves", fault, "").unwrap_or_else(|error| panic!("{fault}: {error}"));
    }
    assert_eq!(browser.pages().len(), 3);
}
