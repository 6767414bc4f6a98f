//! The plugins folder is alive: what is in it can be called, and a call never notices a change.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use callpop_host::{
    CallError, CallOptions, Contact, FileState, FolderChange, FolderWatch, Host, Isolation,
    RecordingBrowser, WatchOptions, with_causes,
};
use callpop_tests::{PATIENT, Sandbox, library};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::discovery::with_replaced;
use super::faults::eventually;
use super::files_in_use::stripped;
use super::isolation::{is_alive, workers_of};

/// The fixture as another version: the number stands in its manifest and in its code.
fn version(number: usize) -> Vec<u8> {
    static BASE: OnceLock<Vec<u8>> = OnceLock::new();
    let base = BASE.get_or_init(|| stripped("versioned"));
    let bytes = with_replaced(base.clone(), "1.0.100", &format!("1.0.{number}"));
    with_replaced(bytes, "build100", &format!("build{number}"))
}

fn quick() -> WatchOptions {
    WatchOptions {
        settle: Duration::from_millis(20),
        patience: Duration::from_millis(100),
        ..WatchOptions::default()
    }
}

/// A host that watches its folder.
struct Watched {
    sandbox: Sandbox,
    browser: Arc<RecordingBrowser>,
    host: Arc<Host>,
    changes: Receiver<FolderChange>,
    watch: Option<FolderWatch>,
}

impl Watched {
    fn of(sandbox: Sandbox, options: &WatchOptions) -> Self {
        Self::with(sandbox, options, Isolation::Isolated)
    }

    fn with(sandbox: Sandbox, options: &WatchOptions, isolation: Isolation) -> Self {
        let browser = Arc::new(RecordingBrowser::default());
        let builder = sandbox.builder().browser(browser.clone());
        let host = Arc::new(builder.isolation(isolation).build().unwrap());
        let (tell, changes) = mpsc::channel();
        let watch = host.watch(options, move |change| {
            let _ = tell.send(change);
        });
        Self {
            sandbox,
            browser,
            host,
            changes,
            watch: Some(watch.unwrap()),
        }
    }

    /// One with the version 100 in its folder.
    fn with_100(options: &WatchOptions) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("versioned.so", version(100));
        Self::of(sandbox, options)
    }

    fn file(&self) -> PathBuf {
        self.sandbox.plugins().join("versioned.so")
    }

    /// Replaces the file as installers do: written beside it, then renamed.
    fn replace(&self, bytes: impl AsRef<[u8]>) {
        self.sandbox.write("versioned.so.part", bytes);
        fs::rename(
            self.sandbox.plugins().join("versioned.so.part"),
            self.file(),
        )
        .unwrap();
    }

    /// The next change, as it is told to people.
    fn next(&self) -> String {
        let change = self.changes.recv_timeout(PATIENT).unwrap();
        let json = serde_json::to_value(&change).unwrap();
        format!("{}: {change}", json["change"].as_str().unwrap())
    }

    /// Adds another adapter and waits for it: everything before was looked at by then.
    fn look(&self) -> String {
        self.sandbox.write("freshdesk.so", stripped("freshdesk"));
        self.next()
    }

    fn call(&self, id: &str) -> Result<String, CallError> {
        page(&self.host, id)
    }
}

fn page(host: &Host, id: &str) -> Result<String, CallError> {
    let options = CallOptions {
        hostname: Some("acme.versioned.example".to_owned()),
        dry_run: false,
    };
    let outcome = host.open_contact_page("versioned", &Contact::new(id, "", ""), &options)?;
    Ok(outcome.opened[0].url.as_str().to_owned())
}

fn page_of(number: usize, id: &str) -> String {
    format!("https://build{number}.versioned.example/{id}")
}

#[test]
fn a_new_file_is_offered_a_changed_one_is_used_next_and_a_removed_one_is_retired() {
    let watched = Watched::of(Sandbox::new(), &quick());
    assert!(matches!(watched.call("1"), Err(CallError::Find(_))));
    watched.sandbox.write("versioned.so", version(100));
    assert_eq!(watched.next(), "added: versioned 1.0.100 (versioned.so)");
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));

    watched.replace(version(101));
    assert_eq!(
        watched.next(),
        "upgraded: versioned from 1.0.100 to 1.0.101"
    );
    assert_eq!(watched.call("2").unwrap(), page_of(101, "2"));
    assert_eq!(workers_of(&watched.sandbox).len(), 1);

    // The same content under another name is the same, and its worker too.
    let worker = workers_of(&watched.sandbox);
    let other = watched.sandbox.plugins().join("renamed.so");
    fs::rename(watched.file(), &other).unwrap();
    assert_eq!(
        watched.next(),
        "moved: versioned 1.0.101 from versioned.so to renamed.so"
    );
    assert_eq!(watched.call("3").unwrap(), page_of(101, "3"));
    assert_eq!(workers_of(&watched.sandbox), worker);

    fs::remove_file(other).unwrap();
    assert_eq!(watched.next(), "retired: versioned 1.0.101");
    assert!(matches!(watched.call("4"), Err(CallError::Find(_))));
    eventually("its worker has ended", || !is_alive(worker[0]));
    assert_eq!(
        fs::read_dir(watched.sandbox.home().join("cache"))
            .unwrap()
            .count(),
        0
    );
}

/// Says that it is over when it is dropped.
struct EndsCalls<'test>(&'test AtomicBool);

impl Drop for EndsCalls<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn two_hundred_upgrades_under_constant_calls_fail_none_and_double_none() {
    let mut watched = Watched::with_100(&quick());
    let (is_over, count, newest) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(100),
    );
    let host = &*watched.host;
    let caller = |name: &str| {
        let mut answers = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let id = format!("{name}{}", count.fetch_add(1, Ordering::Relaxed));
            let at_least = newest.load(Ordering::Acquire);
            let answer = page(host, &id).map_err(|error| with_causes(&error));
            answers.push((id, at_least, answer));
        }
        answers
    };
    let answers = thread::scope(|scope| {
        let caller = &caller;
        let callers = ["a", "b", "c"].map(|name| scope.spawn(move || caller(name)));
        // Where an assertion fails, too: the scope waits for the callers.
        let end = EndsCalls(&is_over);
        for number in 101..=300 {
            // Made before the file is removed, which is for no longer than the host's patience.
            let bytes = version(number);
            // The three ways in which files are replaced.
            match number % 3 {
                0 => watched.replace(bytes),
                1 => {
                    fs::remove_file(watched.file()).unwrap();
                    watched.sandbox.write("versioned.so", bytes);
                }
                _ => watched.sandbox.write("versioned.so", bytes),
            }
            let told = watched.next();
            let before = number - 1;
            let expected = format!("upgraded: versioned from 1.0.{before} to 1.0.{number}");
            assert_eq!(told, expected);
            newest.store(number, Ordering::Release);
        }
        drop(end);
        callers.map(|caller| caller.join().unwrap()).concat()
    });
    let mut opened: HashMap<String, usize> = HashMap::new();
    for page in watched.browser.pages() {
        *opened.entry(page.url.as_str().to_owned()).or_default() += 1;
    }
    assert!(answers.len() > 200, "{} calls", answers.len());
    for (id, at_least, answer) in &answers {
        let page = answer
            .as_ref()
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        // Each is of one version as a whole, and not of one before the last that was told of.
        let number = (*at_least..=300).find(|number| *page == page_of(*number, id));
        assert!(number.is_some(), "{id} after {at_least}: {page}");
        assert_eq!(opened.remove(page), Some(1), "{page}");
    }
    assert!(opened.is_empty(), "opened unasked: {opened:?}");
    drop(watched.watch.take());
    assert!(watched.changes.try_recv().is_err(), "nothing else was told");
    // Of two hundred versions, the last one is left.
    assert_eq!(workers_of(&watched.sandbox).len(), 1);
    watched.host.rescan();
    let copies = fs::read_dir(watched.sandbox.home().join("cache")).unwrap();
    assert!(copies.count() <= 2);
}

#[test]
fn a_call_that_is_under_way_finishes_on_the_version_that_it_began_with() {
    let watched = Watched::with_100(&quick());
    thread::scope(|scope| {
        let host = &*watched.host;
        let slow = scope.spawn(|| page(host, "slow"));
        eventually("the call is under way", || {
            !workers_of(&watched.sandbox).is_empty()
        });
        watched.replace(version(101));
        watched.next();
        assert_eq!(watched.call("1").unwrap(), page_of(101, "1"));
        assert_eq!(slow.join().unwrap().unwrap(), page_of(100, "slow"));
    });
    eventually("the old worker has ended", || {
        workers_of(&watched.sandbox).len() == 1
    });
}

#[test]
fn a_new_file_that_is_refused_leaves_the_old_version_in_use_and_says_why() {
    let watched = Watched::with_100(&quick());
    watched.replace("not a library");
    assert_eq!(
        watched.next(),
        "kept-old: versioned 1.0.100 stays in use; versioned.so is refused: it is not a dynamic \
         library: it begins like no system's libraries do"
    );
    // The catalog tells both.
    let catalog = watched.host.catalog();
    let (file, description) = catalog.ready("versioned").unwrap();
    assert_eq!(description.manifest.version.to_string(), "1.0.100");
    assert_eq!(file.stays_in_use.as_ref(), Some(description));
    assert!(matches!(&file.state, FileState::Refused(why) if why.code() == "not-a-library"));
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));

    // The old content again is no upgrade.
    watched.replace(version(100));
    assert_eq!(watched.next(), "restored: versioned 1.0.100 (versioned.so)");
    watched.replace("");
    assert!(
        watched
            .next()
            .ends_with("it is empty; was it copied to the end?")
    );
    watched.replace(version(102));
    assert_eq!(
        watched.next(),
        "upgraded: versioned from 1.0.100 to 1.0.102"
    );
    let catalog = watched.host.catalog();
    assert!(catalog.ready("versioned").unwrap().0.stays_in_use.is_none());
    assert_eq!(watched.call("2").unwrap(), page_of(102, "2"));
}

#[test]
fn a_new_version_that_does_not_load_is_found_out_before_the_switch() {
    let watched = Watched::with_100(&quick());
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));
    let worker = workers_of(&watched.sandbox);
    let header = "_1as_0lib_1header_0root_bmodule_bloader";
    let other_name = header.replace("header", "hidden");
    watched.replace(with_replaced(version(101), header, &other_name));
    assert_eq!(
        watched.next(),
        "kept-old: versioned 1.0.100 stays in use; versioned.so is refused: it does not load: it \
         has no root module"
    );
    // With the id of the one in use; spaces fill what is left.
    let crashing = with_replaced(
        fs::read(library("constructor_crashes")).unwrap(),
        r#""id": "constructor-crashes","#,
        r#""id": "versioned",          "#,
    );
    watched.replace(crashing);
    assert_eq!(
        watched.next(),
        "kept-old: versioned 1.0.100 stays in use; versioned.so is refused: it does not load: its \
         process crashed (SIGABRT)"
    );
    assert_eq!(watched.call("2").unwrap(), page_of(100, "2"));
    assert_eq!(
        workers_of(&watched.sandbox),
        worker,
        "nothing was started anew"
    );
    assert!(watched.host.quarantined().is_empty());
}

#[test]
fn in_process_too_a_version_that_does_not_load_is_not_used() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.so", version(100));
    let watched = Watched::with(sandbox, &quick(), Isolation::InProcess);
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));
    let header = "_1as_0lib_1header_0root_bmodule_bloader";
    let other_name = header.replace("header", "hidden");
    watched.replace(with_replaced(version(101), header, &other_name));
    assert!(
        watched
            .next()
            .ends_with("it does not load: it has no root module")
    );
    assert_eq!(watched.call("2").unwrap(), page_of(100, "2"));
    watched.replace(version(102));
    assert_eq!(
        watched.next(),
        "upgraded: versioned from 1.0.100 to 1.0.102"
    );
    assert_eq!(watched.call("3").unwrap(), page_of(102, "3"));
}

#[test]
fn a_file_that_is_still_being_copied_is_not_judged() {
    let watched = Watched::with_100(&WatchOptions {
        patience: PATIENT,
        ..quick()
    });
    let whole = version(101);
    watched
        .sandbox
        .write("versioned.so", &whole[..whole.len() / 2]);
    watched
        .sandbox
        .write("pipedrive.so", &stripped("pipedrive")[..1000]);
    assert_eq!(watched.look(), "added: freshdesk 0.1.0 (freshdesk.so)");
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));
    assert_eq!(
        watched.host.catalog().files.len(),
        2,
        "the new one is not shown yet"
    );
    watched.sandbox.write("versioned.so", &whole);
    assert_eq!(
        watched.next(),
        "upgraded: versioned from 1.0.100 to 1.0.101"
    );
    watched.sandbox.write("pipedrive.so", stripped("pipedrive"));
    assert!(watched.next().starts_with("added: pipedrive"));
}

#[test]
fn temporary_and_hidden_files_are_ignored_and_touched_ones_restart_nothing() {
    let watched = Watched::with_100(&quick());
    assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));
    let worker = workers_of(&watched.sandbox);
    for name in [
        "versioned.so.part",
        "versioned.so.crdownload",
        "versioned.so.tmp",
        "versioned.so.swp",
        "versioned.so~",
        ".versioned.so.swp",
        ".hidden.so",
    ] {
        watched.sandbox.write(name, version(101));
    }
    // The same content, written again.
    watched.sandbox.write("versioned.so", version(100));
    assert_eq!(watched.look(), "added: freshdesk 0.1.0 (freshdesk.so)");
    let catalog = watched.host.catalog();
    let mut ignored: Vec<_> = catalog
        .files
        .iter()
        .filter_map(|file| match file.state {
            FileState::Ignored(why) => Some(format!("{:?}: {why}", file.path.file_name().unwrap())),
            _ => None,
        })
        .collect();
    ignored.sort();
    insta::assert_snapshot!(ignored.join("\n"), @r#"
    "versioned.so.crdownload": a temporary file of an editor, a browser or an installer
    "versioned.so.part": a temporary file of an editor, a browser or an installer
    "versioned.so.swp": a temporary file of an editor, a browser or an installer
    "versioned.so.tmp": a temporary file of an editor, a browser or an installer
    "versioned.so~": a temporary file of an editor, a browser or an installer
    "#);
    assert_eq!(watched.call("2").unwrap(), page_of(100, "2"));
    assert_eq!(workers_of(&watched.sandbox), worker);
}

#[test]
fn a_folder_may_be_absent_disappear_and_return() {
    for options in [
        quick(),
        WatchOptions {
            events: false,
            poll_interval: Duration::from_millis(20),
            ..quick()
        },
    ] {
        let sandbox = Sandbox::new();
        let plugins = sandbox.plugins();
        fs::remove_dir(&plugins).unwrap();
        let watched = Watched::of(sandbox, &options);
        fs::create_dir(&plugins).unwrap();
        assert!(watched.next().starts_with("folder-back: "));
        watched.sandbox.write("versioned.so", version(100));
        assert_eq!(watched.next(), "added: versioned 1.0.100 (versioned.so)");

        // As with a network drive: what is in use stays in use.
        let away = plugins.with_file_name("away");
        fs::rename(&plugins, &away).unwrap();
        let told = watched.next();
        assert!(
            told.starts_with("folder-gone: ") && told.contains("No such file"),
            "{told}"
        );
        assert_eq!(watched.call("1").unwrap(), page_of(100, "1"));
        let catalog = watched.host.catalog();
        let (file, _) = catalog.ready("versioned").unwrap();
        assert!(matches!(&file.state, FileState::Refused(why) if why.code() == "folder-gone"));

        fs::rename(&away, &plugins).unwrap();
        assert!(watched.next().starts_with("folder-back: "));
        watched.replace(version(101));
        assert_eq!(
            watched.next(),
            "upgraded: versioned from 1.0.100 to 1.0.101"
        );

        fs::remove_dir_all(&plugins).unwrap();
        // Its files go before it does.
        assert!(watched.next().starts_with("folder-gone: "));
        fs::create_dir(&plugins).unwrap();
        assert!(watched.next().starts_with("folder-back: "));
        assert_eq!(watched.next(), "retired: versioned 1.0.101");
    }
}

#[test]
fn a_folder_without_events_is_polled() {
    let watched = Watched::with_100(&WatchOptions {
        events: false,
        poll_interval: Duration::from_millis(20),
        ..quick()
    });
    watched.replace(version(101));
    assert_eq!(
        watched.next(),
        "upgraded: versioned from 1.0.100 to 1.0.101"
    );
    fs::remove_file(watched.file()).unwrap();
    assert_eq!(watched.next(), "retired: versioned 1.0.101");
}

#[test]
fn what_changed_between_building_and_watching_is_found() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.so", version(100));
    let host = Arc::new(sandbox.host());
    sandbox.write("versioned.so", version(101));
    let (tell, changes) = mpsc::channel();
    let _watch = host.watch(&quick(), move |change| tell.send(change).unwrap());
    let change = changes.recv_timeout(PATIENT).unwrap();
    assert!(
        matches!(change, FolderChange::Upgraded { .. }),
        "{change:?}"
    );
    assert_eq!(page(&host, "1").unwrap(), page_of(101, "1"));
}

#[test]
fn a_copy_that_another_host_uses_is_not_removed() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.so", version(100));
    let (one, other) = (sandbox.host(), sandbox.host());
    assert_eq!(page(&one, "1").unwrap(), page_of(100, "1"));
    assert_eq!(page(&other, "1").unwrap(), page_of(100, "1"));
    let first = workers_of(&sandbox);
    let copies = || fs::read_dir(sandbox.home().join("cache")).unwrap().count();

    sandbox.write("versioned.so", version(101));
    other.rescan();
    assert_eq!(page(&other, "2").unwrap(), page_of(101, "2"));
    assert_eq!(copies(), 2, "the first host needs its copy");
    // A worker that ends is started again, from the copy.
    for worker in first.into_iter().filter(|id| is_alive(*id)) {
        super::isolation::kill(worker, "KILL");
        eventually("the worker is gone", || !is_alive(worker));
    }
    assert_eq!(page(&one, "3").unwrap(), page_of(100, "3"));
    drop(one);
    drop(sandbox.host());
    assert_eq!(copies(), 1, "nobody needs the first copy any more");
    assert_eq!(page(&other, "4").unwrap(), page_of(101, "4"));
}

#[test]
fn a_file_of_templates_is_as_alive_as_a_library() {
    let templates = |version: &str, path: &str| {
        serde_json::json!({
            "id": "versioned",
            "name": "Versioned",
            "version": version,
            "vendor": "Callpop",
            "hosts": ["acme.versioned.example"],
            "contactPageUrl": format!("https://{{hostname}}/{path}/{{contactId}}")
        })
        .to_string()
    };
    let watched = Watched::of(Sandbox::new(), &quick());
    let file = "versioned.adapter.json";
    watched.sandbox.write(file, templates("1.0.0", "one"));
    assert_eq!(
        watched.next(),
        "added: versioned 1.0.0 (versioned.adapter.json)"
    );
    watched.sandbox.write(file, templates("1.1.0", "two"));
    assert_eq!(watched.next(), "upgraded: versioned from 1.0.0 to 1.1.0");
    let page = "https://acme.versioned.example/two/7";
    assert_eq!(watched.call("7").unwrap(), page);
    watched.sandbox.write(file, "{");
    let told = watched.next();
    assert!(
        told.starts_with("kept-old: versioned 1.1.0 stays in use; versioned.adapter.json"),
        "{told}"
    );
    assert_eq!(watched.call("7").unwrap(), page);
    fs::remove_file(watched.sandbox.plugins().join(file)).unwrap();
    assert_eq!(watched.next(), "retired: versioned 1.1.0");
}

/// A line without its time.
fn without_time(line: &str) -> &str {
    let (time, rest) = line.split_once("Z  ").unwrap_or(("", line));
    assert!(time.is_empty() || time.contains('T'), "{line}");
    rest
}

#[test]
fn the_command_shows_the_folder_live_and_ends_in_peace() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.so", version(100));
    sandbox.write("notes.txt", "");
    let mut child = sandbox
        .command()
        .arg("watch")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        let folder = sandbox.plugins().display().to_string();
        without_time(&line).replace(&folder, "[plugins]")
    };
    let mut said: Vec<String> = (0..3).map(|_| next()).collect();
    sandbox.write("versioned.so", version(101));
    said.push(next());
    sandbox.write("versioned.so", "half of");
    said.push(next());
    fs::remove_file(sandbox.plugins().join("versioned.so")).unwrap();
    said.push(next());
    sandbox.write("other.so", "nothing");
    said.push(next());
    insta::assert_snapshot!(said.join("\n"), @"
    Watching [plugins]
    ignored     notes.txt: not named like an adapter (.so, .dll, .dylib, .adapter.json, .callpop)
    ready       versioned 1.0.100 (versioned.so)
    upgraded    versioned from 1.0.100 to 1.0.101
    kept old    versioned 1.0.101 stays in use; versioned.so is refused: it is not a dynamic library: it begins like no system's libraries do
    retired     versioned 1.0.101
    refused     other.so: it is not a dynamic library: it begins like no system's libraries do
    ");
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none());
}

#[test]
fn the_command_prints_one_object_a_line_for_programs() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.so", version(100));
    let mut child = sandbox
        .command()
        .args(["watch", "--json", "--poll", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next =
        || -> serde_json::Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["change"], "watching");
    let ready = next();
    assert_eq!(ready["change"], "ready");
    assert_eq!(ready["manifest"]["version"], "1.0.100");
    sandbox.write("versioned.so", version(101));
    let mut upgraded = next();
    assert!(upgraded["time"].as_str().unwrap().ends_with('Z'));
    upgraded["time"] = "".into();
    upgraded["path"] = "".into();
    insta::assert_snapshot!(upgraded, @r#"{"time":"","change":"upgraded","adapter":"versioned","from":"1.0.100","to":"1.0.101","path":""}"#);
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_dry_run_says_what_would_be_watched_and_a_wrong_interval_is_wrong_usage() {
    let sandbox = Sandbox::new();
    fs::remove_dir(sandbox.plugins()).unwrap();
    let ran = sandbox.run(["watch", "--dry-run"]);
    insta::assert_snapshot!(ran.text(), @"
    exit 0
    --- stdout
    Would watch [plugins], which is not there yet
    ");
    assert!(!sandbox.home().exists());
    let ran = sandbox.run(["watch", "--poll", "0"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("0 is not in 1..=3600"), "{ran:?}");
}
