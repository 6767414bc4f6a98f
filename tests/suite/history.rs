//! The history of outcomes, and the log.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
#[cfg(unix)]
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

#[cfg(unix)]
use callpop_host::Health;
use callpop_host::{
    AuditEntry, AuditResult, Browser, BrowserError, CallEvent, CallLog, CallOptions, CallState,
    Callback, ConnectRequest, Contact, Direction, Host, Isolation, Page, PopSettings,
    SeveralMatches, inspect,
};
use callpop_tests::{Ran, Sandbox, library};
use serde_json::Value;

const NAME: &str = "Johanna Doe";
const NUMBER: &str = "+12025550123";
const ID: &str = "1234829292";
const LOG: &str = "7654321";
const CALL: &str = "call-of-2025550123";

fn contact() -> Contact {
    Contact::new(ID, NAME, NUMBER)
}

fn file(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join("audit.jsonl")
}

fn connect(host: &Host, adapter: &str, hostname: &str) {
    host.connect(&ConnectRequest::new(adapter, hostname))
        .unwrap();
}

/// A call of a contact's page at the fixture that does what it is told.
fn obey(host: &Host, order: &str, value: &str, options: &CallOptions) {
    let contact = contact().with_extra(order, value);
    let _ = host.open_contact_page("obedient", &contact, options);
}

/// Every kind of outcome, once.
fn everything(sandbox: &Sandbox, host: &Host) {
    let options = CallOptions::default();
    let given = CallOptions {
        hostname: Some("a.obedient.example".to_owned()),
        ..CallOptions::default()
    };
    connect(host, "pipedrive", "acme.pipedrive.com");
    host.open_contact_page("pipedrive", &contact(), &options)
        .unwrap();
    let log = CallLog::new(LOG);
    host.open_log_page("pipedrive", &log, Some(&contact()), &options)
        .unwrap();
    // The CRM has no page for a log, so it is the contact's.
    connect(host, "freshdesk", "acme.freshdesk.com");
    host.open_log_page("freshdesk", &log, Some(&contact()), &options)
        .unwrap();
    host.open_log_page("freshdesk", &log, None, &options)
        .unwrap_err();
    obey(host, "1 tab", "https://pages.example.com/a?b=c", &given);
    obey(host, "1 notice", "hello", &given);
    obey(host, "1 tab", "https://evil.example/", &given);
    obey(host, "fail internal", NAME, &given);
    obey(host, "1 tab", "https://pages.example.com/", &options);
    host.open_contact_page("nobody", &contact(), &options)
        .unwrap_err();
    host.open_contact_page("panics", &contact(), &given)
        .unwrap_err();

    let ringing = CallEvent::new(CALL, Direction::Inbound, CallState::Ringing)
        .with_match("freshdesk", contact());
    host.on_call(&ringing).unwrap();
    let mut prompt = PopSettings::default();
    prompt.several = SeveralMatches::Prompt;
    host.set_pop_settings("pipedrive", prompt).unwrap();
    let several = CallEvent::new("call-2", Direction::Inbound, CallState::Ringing)
        .with_match("pipedrive", contact())
        .with_match("pipedrive", Contact::new("8", NAME, NUMBER));
    host.on_call(&several).unwrap();

    host.log_out("pipedrive", &options).unwrap();
    host.log_out("pipedrive", &options).unwrap_err();
    let fails = ConnectRequest::new("obedient", "a.obedient.example").set("fail", NAME);
    host.connect(&fails).unwrap();
    host.log_out("obedient", &options).unwrap();
    assert!(file(sandbox).exists());
}

fn sandbox() -> Sandbox {
    Sandbox::with(&["pipedrive", "freshdesk", "obedient", "panics"])
}

/// What a line says, but for what is another each time.
fn said(entry: &AuditEntry) -> String {
    let ran = entry.sha256.as_ref().map(|_| "ran");
    let version = entry.version.as_deref();
    let parts = [
        Some(entry.adapter.as_str()),
        version,
        Some(entry.callback.name()),
        ran,
        Some(entry.result.name()),
        entry.reason.as_deref(),
    ];
    let parts = parts.into_iter().flatten();
    parts
        .chain(entry.hosts.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn each_outcome_has_its_line() {
    let sandbox = sandbox();
    let host = sandbox.host();
    everything(&sandbox, &host);
    let history = host.history().unwrap();
    assert!(history.damaged.is_empty());
    let lines: Vec<_> = history.entries.iter().map(said).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    pipedrive 0.1.0 openContactPage ran opened acme.pipedrive.com
    pipedrive 0.1.0 openLogPage ran opened acme.pipedrive.com
    freshdesk 0.1.0 openContactPage ran opened acme.freshdesk.com
    freshdesk 0.1.0 openLogPage failed no-log-page
    obedient 1.0.0 openContactPage ran opened pages.example.com
    obedient 1.0.0 openContactPage ran done
    obedient 1.0.0 openContactPage ran refused url-refused
    obedient 1.0.0 openContactPage ran failed adapter-error
    obedient 1.0.0 openContactPage failed not-connected
    nobody openContactPage failed no-such-adapter
    panics 1.0.0 openContactPage ran failed panicked
    pipedrive 0.1.0 openContactPage suppressed no-match
    freshdesk 0.1.0 openContactPage ran opened acme.freshdesk.com
    pipedrive 0.1.0 openContactPage asked
    freshdesk 0.1.0 openContactPage suppressed no-match
    pipedrive 0.1.0 onUnauthorize ran logged-out
    pipedrive 0.1.0 onUnauthorize failed not-connected
    obedient 1.0.0 onUnauthorize ran logged-out adapter-error
    ");
    // Another host with this home reads the same, and so does the program.
    assert_eq!(sandbox.host().history().unwrap(), history);
    let printed = sandbox.run(["history", "--json"]).stdout;
    assert_eq!(printed, fs::read_to_string(file(&sandbox)).unwrap());
    assert!(history.entries.is_sorted_by_key(|entry| entry.time));
}

#[test]
fn a_line_tells_which_library_ran_wherever_it_runs() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let options = CallOptions {
        hostname: Some("acme.pipedrive.com".to_owned()),
        ..CallOptions::default()
    };
    for isolation in [Isolation::InProcess, Isolation::default()] {
        let host = sandbox.builder().isolation(isolation).build().unwrap();
        host.open_contact_page("pipedrive", &contact(), &options)
            .unwrap();
    }
    let sha256 = inspect(library("pipedrive")).sha256;
    let entries = sandbox.host().history().unwrap().entries;
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.sha256 == sha256));
    assert!(entries.iter().all(|entry| entry.micros > 0));
}

#[test]
fn pages_of_templates_are_told_of_like_any_other() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "acme.adapter.json",
        r#"{
            "id": "acme",
            "name": "Acme",
            "version": "1.2.0",
            "vendor": "Acme",
            "hosts": ["*.acme.example"],
            "contactPageUrl": "https://{hostname}/person/{contactId}",
            "fallbackContactPageUrl": "https://{hostname}/search?q={phone}"
        }"#,
    );
    let host = sandbox.host();
    connect(&host, "acme", "jo.acme.example");
    host.open_contact_page("acme", &contact(), &CallOptions::default())
        .unwrap();
    let mut unknown = CallEvent::new(CALL, Direction::Inbound, CallState::Ringing);
    unknown.from = Some(NUMBER.to_owned());
    host.on_call(&unknown).unwrap();
    host.on_call(&unknown).unwrap();
    // That a call ends is no outcome; that it rings after that is one.
    host.on_call(&unknown.clone().at(CallState::Ended)).unwrap();
    host.on_call(&unknown).unwrap();
    let entries = host.history().unwrap().entries;
    let lines: Vec<_> = entries.iter().map(said).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    acme 1.2.0 openContactPage ran opened jo.acme.example
    acme 1.2.0 openContactPage opened jo.acme.example
    acme 1.2.0 openContactPage suppressed already-popped
    acme 1.2.0 openContactPage suppressed ended
    ");
    let file = sandbox.plugins().join("acme.adapter.json");
    assert_eq!(entries[0].sha256, inspect(&file).sha256);
}

#[test]
fn what_is_only_tried_is_not_kept() {
    let sandbox = sandbox();
    let host = sandbox.host();
    connect(&host, "pipedrive", "acme.pipedrive.com");
    let dry = CallOptions {
        dry_run: true,
        ..CallOptions::default()
    };
    host.open_contact_page("pipedrive", &contact(), &dry)
        .unwrap();
    host.open_contact_page("nobody", &contact(), &dry)
        .unwrap_err();
    host.log_out("pipedrive", &dry).unwrap();
    assert!(!file(&sandbox).exists());
}

/// A browser that shows one page and no more.
#[derive(Default)]
struct Once(AtomicBool);

impl Browser for Once {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        if !self.0.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        Err(BrowserError {
            url: page.url.as_str().to_owned(),
            source: std::io::Error::other("no more"),
        })
    }
}

#[test]
fn a_page_that_opened_before_it_failed_is_told_of() {
    let sandbox = sandbox();
    let host = sandbox.host_with(Arc::new(Once::default()));
    let contact = contact()
        .with_extra("1 tab", "https://pages.example.com/1")
        .with_extra("2 tab", "https://a.obedient.example/2");
    connect(&host, "obedient", "a.obedient.example");
    host.open_contact_page("obedient", &contact, &CallOptions::default())
        .unwrap_err();
    assert_eq!(
        said(&host.history().unwrap().entries[0]),
        "obedient 1.0.0 openContactPage ran failed no-browser pages.example.com"
    );
}

/// What must not stand in the file, as long as nobody has said so.
const PERSONAL: [&str; 7] = [
    NAME,
    "Johanna",
    "2025550123",
    ID,
    LOG,
    "/person/",
    "https://",
];

#[test]
fn the_history_names_nobody() {
    let sandbox = sandbox();
    everything(&sandbox, &sandbox.host());
    let text = fs::read_to_string(file(&sandbox)).unwrap();
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}

#[test]
fn the_history_names_them_when_told_so() {
    let told = [
        |sandbox: &Sandbox| sandbox.builder().audit_details(true).build().unwrap(),
        |sandbox: &Sandbox| {
            set(sandbox, r#"{"audit":{"details":true}}"#);
            sandbox.host()
        },
    ];
    for host in told {
        let sandbox = sandbox();
        everything(&sandbox, &host(&sandbox));
        let text = fs::read_to_string(file(&sandbox)).unwrap();
        for personal in PERSONAL {
            assert!(text.contains(personal), "{personal} in {text}");
        }
        let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(first["details"], @r#"{"contactId":"1234829292","contactName":"Johanna Doe","contactPhone":"+12025550123","urls":["https://acme.pipedrive.com/person/1234829292"]}"#);
        }
        let printed = sandbox.run(["history", "--limit", "1"]).stdout;
        let message = "message: the adapter `obedient` failed: Johanna Doe";
        assert!(printed.contains(message), "{printed}");
    }
}

#[cfg(unix)]
#[test]
fn the_history_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = sandbox();
    // One file per line, so that there are older ones.
    let host = sandbox.builder().audit_rotation(1, 9).build().unwrap();
    fail(&host, "a");
    fail(&host, "b");
    for name in ["audit.jsonl", "audit.1.jsonl"] {
        let mode = fs::metadata(sandbox.home().join(name)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

/// Writes the settings.
fn set(sandbox: &Sandbox, json: &str) {
    fs::create_dir_all(sandbox.home()).unwrap();
    fs::write(sandbox.home().join("settings.json"), json).unwrap();
}

/// A call that fails at once, for there is no such adapter.
fn fail(host: &Host, adapter: &str) {
    let options = CallOptions::default();
    host.open_contact_page(adapter, &contact(), &options)
        .unwrap_err();
}

#[test]
fn threads_and_processes_lose_no_line_while_files_rotate() {
    let sandbox = Sandbox::new();
    set(&sandbox, r#"{"audit":{"maxBytes":3000,"files":1000}}"#);
    let host = sandbox.host();
    thread::scope(|scope| {
        let (host, sandbox) = (&host, &sandbox);
        for thread in 0..8 {
            scope.spawn(move || (0..100).for_each(|call| fail(host, &format!("t{thread}-{call}"))));
        }
        for process in 0..2 {
            scope.spawn(move || {
                for call in 0..10 {
                    let adapter = format!("p{process}-{call}");
                    let ran = sandbox.run(["pop", &adapter, "--contact", r#"{"id":"7"}"#]);
                    assert_eq!(ran.code, 3, "{ran:?}");
                }
            });
        }
    });
    let history = host.history().unwrap();
    assert_eq!(history.damaged, []);
    let adapters: BTreeSet<_> = history.entries.iter().map(|it| &it.adapter).collect();
    assert_eq!((history.entries.len(), adapters.len()), (820, 820));
    let mut files = 0;
    for entry in fs::read_dir(sandbox.home()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().ends_with(".jsonl") {
            assert!(entry.metadata().unwrap().len() <= 3000);
            files += 1;
        }
    }
    assert!(files > 20, "{files}");
}

#[test]
fn the_oldest_file_goes() {
    let sandbox = Sandbox::new();
    let host = sandbox.builder().audit_rotation(400, 3).build().unwrap();
    for call in 0..20 {
        fail(&host, &format!("a{call}"));
    }
    let mut names: Vec<_> = fs::read_dir(sandbox.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    names.sort();
    assert_eq!(names, ["audit.1.jsonl", "audit.2.jsonl", "audit.jsonl"]);
    // The newest lines are there, in their order, and the file is never longer than it may be.
    let entries = host.history().unwrap().entries;
    let kept: Vec<_> = entries.iter().map(|it| it.adapter.clone()).collect();
    let newest: Vec<_> = (20 - kept.len()..20)
        .map(|call| format!("a{call}"))
        .collect();
    assert_eq!(kept, newest);
    assert!((3..20).contains(&kept.len()), "{kept:?}");
    // Fewer files are wanted: the others go at the next turn.
    let host = sandbox.builder().audit_rotation(1, 1).build().unwrap();
    fail(&host, "last");
    let entries = host.history().unwrap().entries;
    assert_eq!(entries.len(), 1);
}

#[test]
fn a_line_that_was_cut_off_is_left_out_and_told_of() {
    let sandbox = Sandbox::new();
    let host = sandbox.host();
    fail(&host, "before");
    let mut cut = fs::OpenOptions::new()
        .append(true)
        .open(file(&sandbox))
        .unwrap();
    cut.write_all(br#"{"time":"2026-11-24T0"#).unwrap();
    // It is told of at once, and again once the next line stands on its own.
    assert_eq!(host.history().unwrap().damaged.len(), 1);
    fail(&host, "after");
    fs::write(
        sandbox.home().join("audit.1.jsonl"),
        b"\xff\n\n{\"time\":1}\n",
    )
    .unwrap();
    let history = host.history().unwrap();
    let adapters: Vec<_> = history.entries.iter().map(|it| &it.adapter).collect();
    assert_eq!(adapters, ["before", "after"]);
    let ran = sandbox.run(["history"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stderr, @"
    warning: line 1 of [home]/audit.1.jsonl is damaged; it is left out
    warning: line 3 of [home]/audit.1.jsonl is damaged; it is left out
    warning: line 2 of [home]/audit.jsonl is damaged; it is left out
    ");
}

#[test]
fn a_result_of_a_later_version_is_read() {
    let sandbox = Sandbox::new();
    let host = sandbox.host();
    fail(&host, "now");
    let text = fs::read_to_string(file(&sandbox)).unwrap();
    let later = text.replace(r#""failed""#, r#""dreamt","mood":"good""#);
    fs::write(file(&sandbox), later).unwrap();
    let history = host.history().unwrap();
    assert_eq!(history.entries[0].result, AuditResult::Other);
    assert_eq!(history.entries[0].callback, Callback::OpenContactPage);
}

/// What the doctor finds about the history.
#[cfg(unix)]
fn found(host: &Host) -> (Health, String) {
    let findings = host.examine();
    let finding = findings.into_iter().find(|it| it.about == "history");
    let finding = finding.unwrap();
    (finding.health, finding.found)
}

#[cfg(unix)]
#[test]
fn a_history_that_cannot_be_written_fails_no_call() {
    let sandbox = sandbox();
    let host = sandbox.host();
    assert_eq!(found(&host).0, Health::Good);
    connect(&host, "pipedrive", "acme.pipedrive.com");
    fs::create_dir(file(&sandbox)).unwrap();
    let options = CallOptions::default();
    host.open_contact_page("pipedrive", &contact(), &options)
        .unwrap();
    let (health, what) = found(&host);
    assert_eq!(health, Health::Problem);
    assert!(what.contains("cannot write"), "{what}");
    // The program tells of it as well, where it is asked to.
    let pop = ["pop", "pipedrive", "--contact", r#"{"id":"7"}"#];
    let mut command = sandbox.command();
    command.env("BROWSER", "/bin/true").arg("-v").args(pop);
    let ran = sandbox.finish(&mut command);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("could not be kept"), "{ran:?}");
    let ran = sandbox.run(["doctor"]);
    assert!(ran.stdout.contains("problem  history"), "{ran:?}");
    let ran = sandbox.run(["history", "--json"]);
    assert_eq!(
        (ran.code, &ran.json()["error"]["code"]),
        (1, &"state".into())
    );
    // Once it can be written again, all is well.
    fs::remove_dir(file(&sandbox)).unwrap();
    host.open_contact_page("pipedrive", &contact(), &options)
        .unwrap();
    assert_eq!(found(&host).0, Health::Good);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_fails_no_call() {
    let sandbox = sandbox();
    let host = sandbox.host();
    connect(&host, "pipedrive", "acme.pipedrive.com");
    std::os::unix::fs::symlink("/dev/full", file(&sandbox)).unwrap();
    let options = CallOptions::default();
    host.open_contact_page("pipedrive", &contact(), &options)
        .unwrap();
    let (health, what) = found(&host);
    assert_eq!(health, Health::Problem);
    assert!(what.contains("No space left"), "{what}");
}

#[cfg(unix)]
#[test]
fn the_doctor_warns_of_a_history_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let host = sandbox.host();
    fail(&host, "a");
    fs::set_permissions(file(&sandbox), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(found(&host).0, Health::Warning);
}

#[cfg(unix)]
#[test]
fn following_goes_on_over_rotation_until_it_is_ended() {
    let sandbox = Sandbox::new();
    set(&sandbox, r#"{"audit":{"maxBytes":400,"files":1000}}"#);
    let host = sandbox.host();
    fail(&host, "before");
    let follow = || {
        let mut command = sandbox.command();
        command.args(["history", "--follow", "--json"]);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let mut child = follow();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        let entry: AuditEntry = serde_json::from_str(&line).unwrap();
        entry.adapter
    };
    assert_eq!(next(), "before");
    for round in 0..3 {
        // More than a file's worth, so that several files are begun between two looks.
        let expected: Vec<_> = (0..10).map(|call| format!("r{round}-{call}")).collect();
        expected.iter().for_each(|adapter| fail(&host, adapter));
        let read: Vec<_> = (0..10).map(|_| next()).collect();
        assert_eq!(read, expected);
    }
    // Nobody reads any more: it ends, although no line comes.
    drop(lines);
    assert!(child.wait().unwrap().success());

    let mut child = follow();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    // Not the signal of Ctrl-C, which a shell has its background jobs ignore.
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    child.wait().unwrap();
}

/// Times and durations as words.
fn redacted(text: &str) -> String {
    let is_time = |word: &str| word.starts_with("20") && word.ends_with('Z') && word.contains('T');
    let words = text.split_inclusive([' ', '\n', '"', '}', ',']);
    let words = words.map(|word| {
        let (bare, end) = word.split_at(word.len() - 1);
        if is_time(bare) {
            return format!("[time]{end}");
        }
        match bare.split_once("micros=").or(bare.split_once(":")) {
            Some((before, number)) if number.parse::<u64>().is_ok() => {
                let sign = bare.as_bytes()[bare.len() - number.len() - 1] as char;
                let name = if sign == '=' { "micros" } else { "" };
                format!("{before}{name}{sign}[micros]{end}")
            }
            _ => word.to_owned(),
        }
    });
    words.collect()
}

#[test]
fn a_person_reads_a_table() {
    let sandbox = sandbox();
    everything(&sandbox, &sandbox.host());
    let table = |arguments: &[&str]| -> String {
        let ran = sandbox.run(["history"].iter().chain(arguments));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
        let lines = ran.stdout.lines();
        // The first column is the time, and the fifth how long it took.
        let lines = lines.map(|line| {
            let part = |from, to| line.chars().skip(from).take(to - from).collect::<String>();
            if line.starts_with("20") {
                format!("[time]{}[took]{}", part(19, 63), part(72, 999))
            } else {
                line.to_owned()
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(table(&["--limit", "4"]), @"
    TIME (UTC)           ADAPTER         ASKED FOR     RESULT          TOOK  PAGES, REASON
    [time]  freshdesk       contact page  suppressed  [took]  no-match
    [time]  pipedrive       log out       logged-out  [took]
    [time]  pipedrive       log out       failed      [took]  not-connected
    [time]  obedient        log out       logged-out  [took]  adapter-error
    ");
    insta::assert_snapshot!(table(&["--adapter", "freshdesk", "--since", "1h"]), @"
    TIME (UTC)           ADAPTER         ASKED FOR     RESULT          TOOK  PAGES, REASON
    [time]  freshdesk       contact page  opened      [took]  acme.freshdesk.com
    [time]  freshdesk       log page      failed      [took]  no-log-page
    [time]  freshdesk       contact page  opened      [took]  acme.freshdesk.com
    [time]  freshdesk       contact page  suppressed  [took]  no-match
    ");
    assert_eq!(
        table(&["--since", "2999-01-01T00:00:00Z"]),
        "There are no such outcomes."
    );
    assert_eq!(sandbox.run(["history", "--since", "soon"]).code, 2);
    let none = Sandbox::new();
    assert_eq!(
        none.run(["history"]).stdout,
        "There are no such outcomes.\n"
    );
    assert!(!none.home().exists());
}

/// A call whose log is looked at.
fn logged(
    sandbox: &Sandbox,
    options: &[&str],
    adapter: &str,
    hostname: &str,
    contact: &str,
) -> Ran {
    let pop = ["pop", adapter, "--hostname", hostname, "--contact", contact];
    let mut command = sandbox.command();
    command.env("BROWSER", "/bin/true").args(options).args(pop);
    sandbox.finish(&mut command)
}

#[test]
fn the_log_tells_what_is_done_and_of_nobody() {
    let sandbox = sandbox();
    let contact = format!(r#"{{"id":"{ID}","name":"{NAME}","phone":"{NUMBER}"}}"#);
    let log = |options: &[&str]| {
        let ran = logged(
            &sandbox,
            options,
            "pipedrive",
            "acme.pipedrive.com",
            &contact,
        );
        assert_eq!(ran.code, 0, "{ran:?}");
        for personal in PERSONAL {
            assert!(!ran.stderr.contains(personal), "{personal} in {ran:?}");
        }
        ran.stderr
    };
    assert_eq!(log(&[]), "");
    insta::assert_snapshot!(redacted(&log(&["-v"])), @r#"[time]  INFO callback{adapter="pipedrive" callback="openContactPage"}: callpop::outcome: opened hosts="acme.pipedrive.com" micros=[micros]"#);
    insta::assert_snapshot!(redacted(&log(&["--log-format", "json"])), @r#"{"timestamp":"[time]","level":"INFO","message":"opened","hosts":"acme.pipedrive.com","micros":[micros],"target":"callpop::outcome","span":{"adapter":"pipedrive","callback":"openContactPage","name":"callback"},"spans":[{"adapter":"pipedrive","callback":"openContactPage","name":"callback"}]}"#);
    assert_eq!(log(&["--log-filter", "callpop=error", "-vvv"]), "");
    log(&["-vvv"]);
}

#[test]
fn each_step_of_a_call_has_its_part_in_the_log() {
    let sandbox = sandbox();
    let options = ["-vv", "--log-format", "json"];
    let ran = logged(
        &sandbox,
        &options,
        "pipedrive",
        "acme.pipedrive.com",
        r#"{"id":"7"}"#,
    );
    let ended: Vec<_> = ran
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["message"] == "close")
        .map(|event| {
            assert!(event["time.busy"].is_string(), "{event}");
            event["span"].clone()
        })
        .collect();
    let names: Vec<_> = ended
        .iter()
        .map(|span| span["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["run", "policy", "browser", "callback"]);
    assert_eq!(ended[2]["host"], "acme.pipedrive.com");
    assert_eq!(ended[3]["adapter"], "pipedrive");
    assert_eq!(ended[3]["callback"], "openContactPage");
}

#[test]
fn an_event_of_a_call_leads_through_its_parts_and_names_nobody() {
    let sandbox = sandbox();
    connect(&sandbox.host(), "pipedrive", "acme.pipedrive.com");
    let found = format!(r#"pipedrive={{"id":"{ID}","name":"{NAME}","phone":"{NUMBER}"}}"#);
    let mut command = sandbox.command();
    command.env("BROWSER", "/bin/true");
    command.args(["-vv", "--log-format", "json", "ring", NUMBER, "--answer"]);
    command.args(["--call-id", CALL, "--match", &found]);
    let ran = sandbox.finish(&mut command);
    assert_eq!(ran.code, 0, "{ran:?}");
    let outcomes: Vec<_> = ran
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["target"] == "callpop::outcome")
        .map(|event| {
            let spans = event["spans"].as_array().unwrap();
            assert_eq!(spans[1]["adapter"], "pipedrive", "{event}");
            // One call has one number, and not that of anybody.
            assert!(spans[0]["call"].as_str().is_some_and(|it| it.len() == 16));
            let names = spans.iter().map(|span| span["name"].as_str().unwrap());
            let names: Vec<_> = names.collect();
            let call = spans[0]["call"].clone();
            (names.join(" "), event["message"].clone(), call)
        })
        .collect();
    let first = ("on_call account callback", "opened");
    let again = ("on_call account", "suppressed");
    for (outcome, (names, message)) in outcomes.iter().zip([first, again]) {
        assert_eq!((outcome.0.as_str(), &outcome.1), (names, &message.into()));
        assert_eq!(outcome.2, outcomes[0].2);
    }
    assert_eq!(outcomes.len(), 2, "{ran:?}");
    let kept = fs::read_to_string(file(&sandbox)).unwrap();
    for personal in PERSONAL.iter().chain([&CALL]) {
        assert!(!ran.stderr.contains(personal), "{personal} in {ran:?}");
        assert!(!kept.contains(personal), "{personal} in {kept}");
    }
}

#[test]
fn what_an_adapter_prints_is_in_the_log_and_steers_no_terminal() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let contact = r#"{"id":"prints in colour"}"#;
    for format in ["text", "json"] {
        let options = ["-v", "--log-format", format];
        let ran = logged(&sandbox, &options, "misbehaves", "crm.example.com", contact);
        let printed = ran.stderr.lines().find(|line| line.contains("[31mred"));
        let printed = printed.unwrap_or_else(|| panic!("{ran:?}"));
        assert!(printed.contains("callpop::adapter"), "{printed}");
        assert!(
            printed.contains("\u{fffd}[31mred\u{fffd}]0;title\u{fffd}\u{fffd}"),
            "{printed}"
        );
    }
}

#[test]
fn a_filter_that_says_nothing_is_an_error() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["accounts", "--log-filter", "callpop=loud"]);
    insta::assert_snapshot!(ran.text(), @r#"
    exit 2
    --- stderr
    error: "callpop=loud" does not say what to log: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
      Write it as callpop=debug, or as callpop::adapter=info,callpop_host=trace.
    "#);
}
