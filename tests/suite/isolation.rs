//! An adapter can crash, hang or eat memory, and the dialer never notices.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use callpop_host::{
    CallError, CallEvent, CallOptions, CallState, ConnectRequest, Contact, Direction, Host,
    LoadError, Permission, RunError, WorkerFailure, worker::Limits,
};
use callpop_tests::{PATIENT, Sandbox, library, program};

use super::faults::{IMPATIENT, call, eventually, failure, host, said_of};

/// The processes that this one has started, and not ended yet.
fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|ids| {
            ids.split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect::<Vec<u32>>()
        })
        .collect()
}

pub(super) fn is_alive(process: u32) -> bool {
    // A process that has ended and is not waited for yet has no memory any more.
    fs::read_to_string(format!("/proc/{process}/status"))
        .is_ok_and(|status| status.contains("VmRSS"))
}

#[test]
fn a_file_that_is_no_library_does_not_keep_the_next_one_from_working() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    sandbox.write("a-first-one.so", "not a library at all");
    let (host, browser) = host(&sandbox, PATIENT);
    assert!(call(&host, "a-first-one", "7", "").is_err());
    call(&host, "pipedrive", "7", "").unwrap();
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn each_fault_is_told_by_its_class_and_harms_no_other_adapter() {
    let said = said_of(&[
        ("aborts", PATIENT),
        ("writes to null", PATIENT),
        ("overflows the stack", PATIENT),
        ("allocates", PATIENT),
        ("exits", PATIENT),
        ("kills itself", PATIENT),
        ("closes files", PATIENT),
        ("answers by itself", PATIENT),
        ("loops", IMPATIENT),
        ("sleeps", IMPATIENT),
    ]);
    insta::assert_snapshot!(said, @"
    aborts: its process crashed (SIGABRT)
    writes to null: its process crashed (SIGSEGV)
    overflows the stack: its process crashed (SIGABRT)
    allocates: its process wanted more memory than it may have
    exits: its process ended by itself with the code 0
    kills itself: its process was killed (SIGKILL)
    closes files: its process was killed (SIGKILL)
    answers by itself: its process broke the protocol: it said a reply to the call 999, which was not asked for
    loops: it did not answer within 3000 ms
    sleeps: it did not answer within 3000 ms
    ");
}

#[test]
fn what_an_adapter_has_no_use_for_is_refused_by_the_system() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (host, _) = host(&sandbox, PATIENT);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for (fault, argument) in [
        ("forks", ""),
        ("starts a program", ""),
        ("connects", address.as_str()),
        ("signals its parent", ""),
    ] {
        call(&host, "misbehaves", fault, argument)
            .unwrap_or_else(|error| panic!("{fault}: {error}"));
    }
}

#[test]
fn files_are_out_of_reach() {
    if !has_landlock() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: this kernel has no Landlock");
        return;
    }
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (host, _) = host(&sandbox, PATIENT);
    // As where a dialer's state is in the user's home, beside keys.
    let key = sandbox.home().join(".ssh/id_ed25519");
    fs::create_dir_all(key.parent().unwrap()).unwrap();
    fs::write(&key, "x").unwrap();
    let secret = sandbox.plugins().join("secret");
    fs::write(&secret, "x").unwrap();
    let (key, secret) = (key.to_str().unwrap(), secret.to_str().unwrap());
    let new = sandbox.home().join("new");
    for (fault, argument) in [
        ("reads a file", "/etc/passwd"),
        ("reads a file", key),
        ("reads a file", secret),
        ("writes a file", secret),
        ("writes a file", new.to_str().unwrap()),
        ("writes a file", "/tmp/callpop-was-here"),
    ] {
        call(&host, "misbehaves", fault, argument)
            .unwrap_or_else(|error| panic!("{fault} {argument}: {error}"));
    }
}

/// Whether the kernel knows Landlock: the call that asks for its version.
#[expect(unsafe_code, reason = "there is no safe way to ask")]
fn has_landlock() -> bool {
    // SAFETY: with no attributes and the flag for the version, the call reads no memory of ours.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0_usize,
            1_u32,
        )
    };
    version > 0
}

#[test]
fn a_reply_that_is_too_much_is_refused_or_ends_the_worker() {
    let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
    let (host, browser) = host(&sandbox, PATIENT);
    // Ten million actions are more than the memory that a worker has; which of the two limits is
    // met first with the long page is up to the system's memory.
    let actions =
        failure(call(&host, "misbehaves", "answers with ten million actions", "").unwrap_err());
    assert_eq!(actions, WorkerFailure::OutOfMemory);
    let page = call(&host, "misbehaves", "answers with a long page", "").unwrap_err();
    assert!(
        matches!(
            &page,
            CallError::Run {
                source: RunError::BadReply(_) | RunError::Worker(WorkerFailure::OutOfMemory),
                ..
            }
        ),
        "{page:?}"
    );
    call(&host, "pipedrive", "7", "").unwrap();
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn a_permission_is_had_only_if_it_is_asked_for_and_granted() {
    let sandbox = Sandbox::with(&["misbehaves", "asks_for_network"]);
    let (host, _) = host(&sandbox, PATIENT);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The fixture is content when it could *not* connect.
    let connect = |adapter: &str| call(&host, adapter, "connects", &address).is_ok();
    assert!(connect("asks-for-network"), "asked for, not granted");
    host.grant("asks-for-network", Permission::Network).unwrap();
    assert!(!connect("asks-for-network"), "asked for and granted");
    host.grant("misbehaves", Permission::Network).unwrap();
    assert!(connect("misbehaves"), "granted, not asked for");
    host.revoke("asks-for-network", Permission::Network)
        .unwrap();
    assert!(connect("asks-for-network"), "taken back");
}

#[test]
fn what_adapters_cost_is_kept_across_hosts() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (first, _) = host(&sandbox, PATIENT);
    call(&first, "misbehaves", "nothing", "").unwrap();
    assert!(call(&first, "misbehaves", "aborts", "").is_err());
    call(&first, "misbehaves", "nothing", "").unwrap();
    drop(first);
    let (second, _) = host(&sandbox, PATIENT);
    call(&second, "misbehaves", "nothing", "").unwrap();
    let stats = second.stats().unwrap().remove("misbehaves").unwrap();
    assert_eq!(stats.calls, 4);
    assert_eq!(
        stats.failures.into_iter().collect::<Vec<_>>(),
        [("crashed".to_owned(), 1)]
    );
    assert_eq!(
        stats.restarts, 2,
        "the second attempt, and the call after it"
    );
    assert!(stats.memory > 0 && stats.median_micros > 0 && stats.p99_micros >= stats.median_micros);
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
    sandbox.write("broken.so", "");
    fs::create_dir(sandbox.home()).unwrap();
    fs::set_permissions(sandbox.home(), fs::Permissions::from_mode(0o755)).unwrap();
    for _ in 0..2 {
        let pop = [
            "pop",
            "misbehaves",
            "--hostname",
            "crm.example.com",
            "--contact",
            r#"{"id":"aborts"}"#,
        ];
        assert_eq!(sandbox.run(pop).code, 4);
    }
    let ran = sandbox.run(["doctor"]);
    assert_eq!(ran.code, 0);
    let said: Vec<_> = ran
        .stdout
        .lines()
        .filter(|line| !line.contains("sandbox"))
        .map(|line| match line.split_once("since ") {
            Some((start, rest)) => format!("{start}since [time]{}", &rest[20..]),
            None => line.to_owned(),
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    warning  home      [home] can be read by other users
                         chmod 700 '[home]'
    good     policy    there is none; it would be /etc/callpop/policy.toml
    good     plugins   [plugins]
    problem  adapter   [plugins]/broken.so: it is empty; was it copied to the end?
                         Mend the file as it says, or take it out of the plugins folder.
    problem  adapter   misbehaves: it is in quarantine since [time], after 3 failures in five minutes; the last: its process crashed (SIGABRT)
                         Get a newer version, or: callpop adapters --release misbehaves
    good     adapter   pipedrive 0.1.0
    good     history   [home]/audit.jsonl
    problem  browser   no browser was found
                         Install one, or name it in the variable BROWSER.
    good     trust     adapters need no signature; 0 keys are trusted
    ");
    let object = sandbox.run(["doctor", "--json"]).json();
    assert_eq!(object["health"], "problem");
    assert!(
        object["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["about"] == "sandbox")
    );
}

#[test]
fn a_worker_that_is_killed_is_replaced_and_the_call_is_made_up_for() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (host, browser) = host(&sandbox, PATIENT);
    call(&host, "pipedrive", "1", "").unwrap();
    let before = workers_of(&sandbox);
    assert_eq!(before.len(), 1);
    kill(before[0], "KILL");
    eventually("the worker is gone", || !is_alive(before[0]));
    call(&host, "pipedrive", "2", "").unwrap();
    let after = workers_of(&sandbox);
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    assert_eq!(
        browser.pages().len(),
        2,
        "no page is lost and none is doubled"
    );
    drop(host);
    eventually("no worker outlives its host", || {
        workers_of(&sandbox).is_empty()
    });
}

/// When the telephone rings, a worker is told that a call comes at once, which is not always so.
#[test]
fn a_worker_that_was_told_of_a_call_may_be_gone_and_the_call_may_not_come() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (host, browser) = host(&sandbox, PATIENT);
    host.connect(&ConnectRequest::new("pipedrive", "acme.pipedrive.com"))
        .unwrap();
    let rings = |call: &str| {
        let event = CallEvent::new(call, Direction::Inbound, CallState::Ringing);
        let contact = Contact::new("7", "", "");
        host.on_call(&event.with_match("pipedrive", contact))
            .unwrap();
    };
    rings("1");
    let before = workers_of(&sandbox);
    // More often than there is room for in the channel, were they not read.
    (0..1000).for_each(|_| rings("1"));
    assert_eq!(browser.pages().len(), 1);
    rings("2");
    assert_eq!(
        (browser.pages().len(), workers_of(&sandbox)),
        (2, before.clone())
    );
    kill(before[0], "KILL");
    eventually("the worker is gone", || !is_alive(before[0]));
    rings("1");
    rings("3");
    assert_eq!(browser.pages().len(), 3);
}

/// The workers that run a private copy of this sandbox.
pub(super) fn workers_of(sandbox: &Sandbox) -> Vec<u32> {
    let cache = sandbox.home().join("cache");
    let cache = cache.to_str().unwrap();
    let processes = children(std::process::id()).into_iter();
    processes
        .filter(|id| {
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&command).contains(cache)
        })
        .collect()
}

pub(super) fn kill(process: u32, signal: &str) {
    let status = Command::new("kill")
        .args(["-s", signal, &process.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn no_worker_outlives_a_host_that_is_killed() {
    let sandbox = Sandbox::with(&["test-crm"]);
    let mut demo = sandbox
        .command()
        .args(["demo", "--no-browser", "--wait", "3600"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It has called its adapter when it says which page to open.
    let mut output = demo.stdout.take().unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("Open this page") {
        let mut byte = [0];
        assert_eq!(output.read(&mut byte).unwrap(), 1, "the demo ended");
        said.push(byte[0]);
    }
    let workers = children(demo.id());
    assert_eq!(workers.len(), 1);
    demo.kill().unwrap();
    demo.wait().unwrap();
    eventually("the worker ends", || !is_alive(workers[0]));
}

#[test]
fn a_worker_that_closed_every_file_does_not_outlive_its_host_either() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    // Whoever runs this may have left one open with a higher number, which the fixture leaves alone.
    let is_closed = |file: fs::DirEntry| {
        let number = file.file_name().to_string_lossy().parse::<u32>();
        number.is_ok_and(|number| number >= 64)
    };
    let has_closed = |worker: u32| {
        let files = fs::read_dir(format!("/proc/{worker}/fd"));
        files.is_ok_and(|mut files| files.all(|file| file.is_ok_and(is_closed))) && is_alive(worker)
    };
    let mut seen = None;
    // The host ends the worker when its deadline has passed, so it must be seen before that.
    eventually("a worker has closed its files", || {
        let mut host = sandbox
            .command()
            .args(["pop", "misbehaves", "--hostname", "crm.example.com"])
            .args(["--contact", r#"{"id":"closes files and sleeps"}"#])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while seen.is_none() && host.try_wait().unwrap().is_none() {
            seen = children(host.id()).into_iter().find(|it| has_closed(*it));
        }
        host.kill().unwrap();
        host.wait().unwrap();
        seen.is_some()
    });
    let worker = seen.unwrap();
    eventually("the worker ends", || !is_alive(worker));
}

#[test]
fn a_worker_that_nobody_calls_ends_and_comes_back() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let limits = Limits {
        idle: Duration::from_millis(1),
        page_deadline: PATIENT,
        ..Limits::default()
    };
    let host = sandbox.builder().limits(limits).build().unwrap();
    for id in ["1", "2", "3"] {
        call(&host, "pipedrive", id, "").unwrap();
        let workers = workers_of(&sandbox);
        eventually("the worker ends", || {
            workers.iter().all(|worker| !is_alive(*worker))
        });
    }
    assert!(
        !sandbox.home().join("quarantine.json").exists(),
        "an idle end is no failure"
    );
}

#[test]
fn three_failures_lead_to_quarantine_which_outlives_the_host() {
    let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
    let (first, _) = host(&sandbox, PATIENT);
    // Each call is tried twice, since pages are safe to repeat.
    assert!(matches!(
        failure(call(&first, "misbehaves", "aborts", "").unwrap_err()),
        WorkerFailure::Crashed { .. }
    ));
    assert!(
        call(&first, "misbehaves", "nothing", "").is_ok(),
        "two are not too many"
    );
    assert!(call(&first, "misbehaves", "aborts", "").is_err());
    drop(first);

    let (second, browser) = host(&sandbox, PATIENT);
    let refused = call(&second, "misbehaves", "nothing", "").unwrap_err();
    let CallError::Run {
        source: RunError::Quarantined(quarantined),
        ..
    } = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(quarantined.count, 3);
    assert!(matches!(quarantined.last, WorkerFailure::Crashed { .. }));
    assert!(second.quarantined().contains_key("misbehaves"));
    assert!(browser.pages().is_empty());
    call(&second, "pipedrive", "7", "").unwrap();

    assert!(second.release("misbehaves").unwrap());
    assert!(!second.release("misbehaves").unwrap());
    call(&second, "misbehaves", "nothing", "").unwrap();
}

#[test]
fn a_changed_file_leaves_the_quarantine() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (host, _) = host(&sandbox, PATIENT);
    for _ in 0..2 {
        assert!(call(&host, "misbehaves", "aborts", "").is_err());
    }
    assert!(matches!(
        call(&host, "misbehaves", "nothing", ""),
        Err(CallError::Run {
            source: RunError::Quarantined(_),
            ..
        })
    ));
    // One more byte behind the end changes the hash and nothing else.
    let mut bytes = fs::read(library("misbehaves")).unwrap();
    bytes.push(0);
    sandbox.write("misbehaves.so", bytes);
    host.rescan();
    call(&host, "misbehaves", "nothing", "").unwrap();
}

#[test]
fn the_command_line_shows_and_releases_what_is_in_quarantine() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let pop = [
        "pop",
        "misbehaves",
        "--hostname",
        "crm.example.com",
        "--dry-run",
        "--json",
        "--contact",
        r#"{"id":"aborts"}"#,
    ];
    assert_eq!(sandbox.run(pop).json()["error"]["code"], "crashed");
    assert_eq!(sandbox.run(pop).code, 4);
    assert_eq!(sandbox.run(pop).json()["error"]["code"], "quarantined");
    let list = sandbox.run(["adapters"]);
    assert!(list.stdout.contains("Quarantine"), "{list:?}");
    let object = sandbox.run(["adapters", "--json"]).json();
    assert_eq!(object["quarantined"]["misbehaves"]["failures"], 3);
    assert_eq!(sandbox.run(["adapters", "--release", "misbehaves"]).code, 0);
    assert_eq!(sandbox.run(["adapters", "--release", "misbehaves"]).code, 2);
    assert_eq!(sandbox.run(pop).json()["error"]["code"], "crashed");
}

#[test]
fn a_failed_clean_up_is_not_repeated_and_the_account_is_forgotten() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (host, _) = host(&sandbox, PATIENT);
    let request = ConnectRequest::new("misbehaves", "crm.example.com").set("fault", "aborts");
    host.connect(&request).unwrap();
    let log_out = host.log_out("misbehaves", &CallOptions::default()).unwrap();
    let crashed = failure(log_out.problem.unwrap());
    assert!(
        matches!(crashed, WorkerFailure::Crashed { .. }),
        "{crashed}"
    );
    assert!(log_out.forgotten.is_some());
    let text = fs::read_to_string(sandbox.home().join("quarantine.json")).unwrap();
    assert_eq!(text.matches("\"crashed\"").count(), 1, "{text}");
}

#[test]
fn a_program_that_is_not_ready_to_be_a_worker_is_not_started_again() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = Host::builder()
        .home(sandbox.home())
        .plugins_folder(sandbox.plugins())
        .build()
        .unwrap();
    let error = failure(call(&host, "pipedrive", "7", "").unwrap_err());
    let WorkerFailure::LaunchFailed { why } = &error else {
        panic!("{error:?}")
    };
    assert!(why.contains("run_if_requested"), "{why}");

    let host = sandbox
        .builder()
        .worker_program("/nonexistent")
        .build()
        .unwrap();
    let error = failure(call(&host, "pipedrive", "7", "").unwrap_err());
    assert!(
        matches!(error, WorkerFailure::LaunchFailed { .. }),
        "{error}"
    );
    // Programs that are no workers.
    for other in ["/bin/true", "/bin/cat"] {
        let host = sandbox.builder().worker_program(other).build().unwrap();
        let error = call(&host, "pipedrive", "7", "").unwrap_err();
        assert!(matches!(error, CallError::Run { .. }), "{error}");
    }
    let by_hand = Command::new(program("callpop-worker")).status().unwrap();
    assert_eq!(by_hand.code(), Some(2));
    let by_hand = Command::new(program("callpop-worker"))
        .args(["--callpop-worker", "x"])
        .stdin(Stdio::null())
        .status();
    assert_eq!(by_hand.unwrap().code(), Some(2));
}

#[test]
fn one_adapter_can_be_taken_in_process() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk"]);
    let host = sandbox.builder().in_process("pipedrive").build().unwrap();
    call(&host, "pipedrive", "7", "").unwrap();
    assert!(workers_of(&sandbox).is_empty());
}

#[test]
fn what_is_refused_when_it_is_loaded_is_no_failure() {
    let sandbox = Sandbox::with(&["no_root_module"]);
    let (host, _) = host(&sandbox, PATIENT);
    for _ in 0..4 {
        let error = call(&host, "no-root-module", "7", "").unwrap_err();
        let CallError::Load { source, .. } = &error else {
            panic!("{error:?}")
        };
        assert!(matches!(**source, LoadError::Abi { .. }));
    }
    assert!(host.quarantined().is_empty());
}
