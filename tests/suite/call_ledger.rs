//! The file of what was done for which call: cut off, damaged, of a later version, shared, and grown.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use callpop_host::{
    CallEvent, CallState, ConnectRequest, Contact, Direction, Host, RecordingBrowser,
};
use callpop_tests::Sandbox;

/// A dialer's host, and the pages that it opened.
struct Dialer {
    host: Host,
    browser: Arc<RecordingBrowser>,
}

impl Dialer {
    fn start(sandbox: &Sandbox) -> Self {
        let browser = Arc::new(RecordingBrowser::default());
        let host = sandbox.host_with(browser.clone());
        host.connect(&ConnectRequest::new("pipedrive", "acme.pipedrive.com"))
            .unwrap();
        Self { host, browser }
    }

    fn tell(&self, call: &str, state: CallState) {
        self.host.on_call(&event(call, state)).unwrap();
    }

    fn opened(&self) -> usize {
        self.browser.pages().len()
    }
}

fn event(call: &str, state: CallState) -> CallEvent {
    CallEvent::new(call, Direction::Inbound, state)
        .with_match("pipedrive", Contact::new("7", "John Doe", "+12025550123"))
}

fn sandbox() -> Sandbox {
    Sandbox::with(&["pipedrive"])
}

fn file(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join("calls.jsonl")
}

fn add(sandbox: &Sandbox, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(file(sandbox)).unwrap();
    file.write_all(bytes).unwrap();
}

fn lines(sandbox: &Sandbox) -> usize {
    fs::read_to_string(file(sandbox)).unwrap().lines().count()
}

/// As a process leaves it that is killed while it writes, or a disk that is full.
#[test]
fn a_line_that_was_cut_off_is_taken_back() {
    let sandbox = sandbox();
    let dialer = Dialer::start(&sandbox);
    dialer.tell("1", CallState::Ringing);
    let whole = fs::read(file(&sandbox)).unwrap();
    let last = whole.trim_ascii_end().iter().rposition(|it| *it == b'\n');
    for length in (last.unwrap() + 2..whole.len()).step_by(16) {
        fs::write(file(&sandbox), &whole[..length]).unwrap();
        let again = Dialer::start(&sandbox);
        again.tell("1", CallState::Ringing);
        assert_eq!(again.opened(), 1, "nothing is known of it");
        assert!(again.host.take_kept_aside().is_empty());
        // Longer than any line that comes in its place.
        add(&sandbox, &b"{".repeat(10_000));
        again.tell("1", CallState::Connected);
        let other = Dialer::start(&sandbox);
        other.tell("1", CallState::Connected);
        assert_eq!((again.opened(), other.opened()), (1, 0));
        assert!(other.host.take_kept_aside().is_empty());
    }
}

#[test]
fn a_damaged_line_costs_nothing_of_what_stands_before_it() {
    for damage in [
        "\n",
        "{}\n",
        "\0\0\0\n",
        "{\"id\":7,\"call\":{}}\n",
        "\u{fe}\n",
    ] {
        let sandbox = sandbox();
        let dialer = Dialer::start(&sandbox);
        dialer.tell("1", CallState::Ringing);
        add(&sandbox, damage.as_bytes());
        let damaged = fs::read(file(&sandbox)).unwrap();
        // One that has seen what came before, and one that has not.
        for dialer in [dialer, Dialer::start(&sandbox)] {
            fs::write(file(&sandbox), &damaged).unwrap();
            let before = dialer.opened();
            dialer.tell("1", CallState::Connected);
            assert_eq!(dialer.opened(), before, "{damage:?}");
            let kept = dialer.host.take_kept_aside();
            assert_eq!(kept.len(), 1, "{damage:?}");
            assert_eq!(fs::read(&kept[0].now).unwrap(), damaged);
            assert_eq!(lines(&sandbox), 2, "a new one has been begun");
        }
    }
}

#[test]
fn a_file_without_a_beginning_is_kept_aside() {
    for damaged in ["{\"format\":1}\n", "[]\n", "no JSON\n{}\n"] {
        let sandbox = sandbox();
        let dialer = Dialer::start(&sandbox);
        fs::write(file(&sandbox), damaged).unwrap();
        dialer
            .host
            .rehearse_call(&event("1", CallState::Ringing))
            .unwrap();
        assert_eq!(fs::read_to_string(file(&sandbox)).unwrap(), damaged);
        dialer.tell("1", CallState::Ringing);
        dialer.tell("1", CallState::Ringing);
        assert_eq!(dialer.opened(), 1);
        let kept = dialer.host.take_kept_aside();
        assert_eq!(fs::read_to_string(&kept[0].now).unwrap(), damaged);
    }
}

#[test]
fn a_file_of_a_later_version_opens_no_page_and_is_left_as_it_is() {
    let sandbox = sandbox();
    let dialer = Dialer::start(&sandbox);
    let later = "{\"format\":2,\"begun\":1}\n{\"of\":\"another kind\"}\n";
    fs::write(file(&sandbox), later).unwrap();
    for result in [
        dialer.host.on_call(&event("1", CallState::Ringing)),
        dialer.host.rehearse_call(&event("1", CallState::Ringing)),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("newer Callpop (format 2)"), "{error}");
    }
    assert_eq!(dialer.opened(), 0);
    assert_eq!(fs::read_to_string(file(&sandbox)).unwrap(), later);
}

/// Each sees what the other has done, also when a file was written anew, removed, or is another one.
#[test]
fn two_dialers_share_it_while_it_is_written_anew() {
    let sandbox = sandbox();
    let (one, other) = (Dialer::start(&sandbox), Dialer::start(&sandbox));
    let calls = 100;
    let mut longest = 0;
    for call in 0..calls {
        let call = call.to_string();
        for state in [CallState::Ringing, CallState::Connected, CallState::Ended] {
            for _ in 0..3 {
                one.tell(&call, state);
                other.tell(&call, state);
                longest = longest.max(lines(&sandbox));
            }
        }
    }
    assert_eq!((one.opened(), other.opened()), (calls, 0));
    // Eighteen lines a call, if it were never written anew.
    assert!(longest < 65 + 3 * calls, "{longest} lines");
    let third = Dialer::start(&sandbox);
    for call in 0..calls {
        third.tell(&call.to_string(), CallState::Ringing);
    }
    assert_eq!(third.opened(), 0, "all is known to who comes later");

    fs::remove_file(file(&sandbox)).unwrap();
    one.tell("7", CallState::Ringing);
    other.tell("7", CallState::Ringing);
    assert_eq!((one.opened(), other.opened()), (calls + 1, 0));
}

/// A dialer that never says that a call has ended.
#[test]
fn it_stays_short_if_no_call_ends() {
    let sandbox = sandbox();
    let dialer = Dialer::start(&sandbox);
    for _ in 0..200 {
        dialer.tell("1", CallState::Ringing);
        assert!(lines(&sandbox) <= 1 + 64 + 16);
    }
    assert_eq!(dialer.opened(), 1);
}
