//! What was loaded first is pinned, and a change waits until it is accepted.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use callpop_host::{CallError, Host, Requirement, WatchOptions};
use callpop_tests::{PATIENT, Sandbox, library_name};

use super::admission::{administer, page, page_of, state, version};
use super::trust::{Key, run};

struct Pinned {
    sandbox: Sandbox,
    file: PathBuf,
}

impl Pinned {
    fn with(number: usize) -> Self {
        let sandbox = Sandbox::new();
        let file = sandbox.plugins().join(library_name("versioned"));
        let pinned = Self { sandbox, file };
        pinned.put(number);
        pinned
    }

    fn put(&self, number: usize) {
        let part = self.file.with_extension("part");
        fs::write(&part, version(number)).unwrap();
        fs::rename(part, &self.file).unwrap();
    }

    fn host(&self) -> Host {
        let builder = self.sandbox.builder().require(Requirement::Pinned);
        builder.build().unwrap()
    }

    fn pins(&self) -> PathBuf {
        self.sandbox.home().join("pins.json")
    }
}

#[test]
fn the_first_load_pins_and_a_change_waits() {
    let pinned = Pinned::with(200);
    let host = pinned.host();
    // Nothing is pinned by looking.
    assert!(!pinned.pins().exists());
    pinned.put(201);
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(201));
    assert!(pinned.pins().exists());
    pinned.put(300);
    assert_eq!(state(&pinned.host(), "versioned"), "not-accepted");
    assert!(page(&pinned.host()).is_err());
    // The host that has it goes on with it.
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(201));
    let change = host.waiting_change("versioned").unwrap();
    assert_eq!(change.old.version.to_string(), "1.0.201");
    assert_eq!(change.new.version.to_string(), "1.0.300");
    assert!(host.accept(&change).unwrap());
    // What was shown is what is accepted, once.
    assert!(!host.accept(&change).unwrap());
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(300));
    assert_eq!(page(&pinned.host()).unwrap(), page_of(300));
    assert!(host.waiting_change("versioned").is_none());
    // Back to the older one is a change like any other.
    pinned.put(201);
    assert_eq!(state(&pinned.host(), "versioned"), "not-accepted");
    // The accepted one again needs nothing.
    pinned.put(300);
    assert_eq!(page(&pinned.host()).unwrap(), page_of(300));
}

#[test]
fn a_change_after_it_was_shown_is_not_accepted_with_it() {
    let pinned = Pinned::with(200);
    page(&pinned.host()).unwrap();
    pinned.put(300);
    let host = pinned.host();
    let change = host.waiting_change("versioned").unwrap();
    pinned.put(400);
    assert!(host.accept(&change).unwrap());
    assert_eq!(state(&pinned.host(), "versioned"), "not-accepted");
}

/// Two hosts look before either loads, and find two different files.
#[test]
fn of_two_hosts_the_first_to_load_pins() {
    let pinned = Pinned::with(200);
    let first = pinned.host();
    pinned.put(300);
    let second = pinned.host();
    assert_eq!(page(&second).unwrap(), page_of(300));
    pinned.put(200);
    let error = page(&first).unwrap_err();
    assert!(matches!(error, CallError::Load { .. }), "{error:?}");
    assert_eq!(page(&second).unwrap(), page_of(300));
}

#[test]
fn damaged_pins_pin_nothing_anew() {
    let pinned = Pinned::with(200);
    page(&pinned.host()).unwrap();
    pinned.put(300);
    let whole = fs::read_to_string(pinned.pins()).unwrap();
    for damaged in [&whole[..whole.len() / 2], "", "[]", r#"{"format":9}"#] {
        fs::write(pinned.pins(), damaged).unwrap();
        let host = pinned.host();
        assert_eq!(state(&host, "versioned"), "undecided", "{damaged}");
        assert!(page(&host).is_err());
        assert_eq!(fs::read_to_string(pinned.pins()).unwrap(), damaged);
    }
    // Where nobody asks for pins, nobody needs them.
    assert_eq!(page(&pinned.sandbox.host()).unwrap(), page_of(300));
    fs::write(pinned.pins(), whole).unwrap();
    assert_eq!(state(&pinned.host(), "versioned"), "not-accepted");
}

/// The administrator names the very bytes: nothing has to be accepted.
#[test]
fn what_the_administrator_allows_by_hash_needs_no_acceptance() {
    let pinned = Pinned::with(200);
    administer(&pinned.sandbox, "require = 'pinned'");
    page(&pinned.sandbox.host()).unwrap();
    pinned.put(300);
    assert_eq!(state(&pinned.sandbox.host(), "versioned"), "not-accepted");
    let sha256 = callpop_host::inspect(&pinned.file).sha256.unwrap();
    let rules = format!("require = 'pinned'\nallow.sha256 = ['{sha256}']");
    administer(&pinned.sandbox, &rules);
    assert_eq!(page(&pinned.sandbox.host()).unwrap(), page_of(300));
}

/// In a folder that is watched, the version in use goes on, and follows what is accepted elsewhere.
#[cfg(target_os = "linux")]
#[test]
fn a_watched_upgrade_waits_until_it_is_accepted_by_another_process() {
    let pinned = Pinned::with(200);
    administer(&pinned.sandbox, "require = 'pinned'");
    let host = Arc::new(pinned.sandbox.host());
    assert_eq!(page(&host).unwrap(), page_of(200));
    let (tell, changes) = mpsc::channel();
    let options = WatchOptions {
        settle: Duration::from_millis(20),
        patience: Duration::from_millis(60),
        poll_interval: Duration::from_millis(100),
        ..WatchOptions::default()
    };
    let watch = host.watch(&options, move |change| {
        let _ = tell.send(change.to_string());
    });
    let next = || changes.recv_timeout(PATIENT).unwrap();
    pinned.put(300);
    let told = next();
    assert!(told.starts_with("versioned 1.0.200 stays in use"), "{told}");
    assert!(
        told.contains("callpop adapters --accept versioned"),
        "{told}"
    );
    assert_eq!(page(&host).unwrap(), page_of(200));
    let ran = run(&pinned.sandbox, &["adapters", "--accept", "versioned"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(next(), "versioned from 1.0.200 to 1.0.300");
    assert_eq!(page(&host).unwrap(), page_of(300));
    drop(watch);
}

#[cfg(unix)]
#[test]
fn acceptance_shows_old_and_new_and_who_signed_them() {
    let pinned = Pinned::with(300);
    let key = Key::new(&pinned.sandbox, "acme");
    key.sign(&pinned.sandbox, &pinned.file);
    let host = pinned.sandbox.host();
    host.trust(&key.public, None).unwrap();
    administer(&pinned.sandbox, "require = 'pinned'");
    page(&pinned.sandbox.host()).unwrap();
    pinned.put(200);
    let id = key.public.id().to_string();
    let hashes = [200, 300].map(|number| {
        let other = pinned.sandbox.home().join("other.so");
        fs::write(&other, version(number)).unwrap();
        callpop_host::inspect(&other).sha256.unwrap()
    });
    let said = |arguments: &[&str]| {
        let said = run(&pinned.sandbox, arguments).text();
        let said = said.replace(&id, "[key]").replace(&hashes[0], "[200]");
        said.replace(&hashes[1], "[300]")
            .replace(&library_name("versioned"), "versioned.so")
    };
    let mut all = String::new();
    for arguments in [
        ["adapters"].as_slice(),
        &["adapters", "--accept", "versioned", "--dry-run"],
        &["adapters", "--accept", "versioned"],
        &["adapters", "--accept", "versioned"],
        &["adapters"],
    ] {
        all += &said(arguments);
    }
    insta::assert_snapshot!(all, @r#"
    exit 0
    --- stdout
    No adapter is ready.
      looked into [plugins]

    Refused
      [plugins]/versioned.so
        it changed since it was accepted: it was 1.0.300, signed with [key], and is 1.0.200, signed with no trusted key; see the difference, and accept it, with: callpop adapters --accept versioned
    exit 0
    --- stdout
    versioned
      file  [plugins]/versioned.so
      was   1.0.300, signed with the key [key]
            sha256 [300]
      is    1.0.200, signed with no trusted key
            sha256 [200]
      This is an older version than the one before.
      Another has signed it than the one before; ask the vendor why.
    Would accept that.
    exit 0
    --- stdout
    versioned
      file  [plugins]/versioned.so
      was   1.0.300, signed with the key [key]
            sha256 [300]
      is    1.0.200, signed with no trusted key
            sha256 [200]
      This is an older version than the one before.
      Another has signed it than the one before; ask the vendor why.
    Accepted that.
    exit 2
    --- stderr
    error: no change of `versioned` waits to be accepted
      See every file and its state with: callpop adapters
    exit 0
    --- stdout
    ID         NAME       VERSION  HOSTS                              FILE          SIGNED BY
    versioned  Versioned  1.0.200  acme.versioned.example and 1 more  versioned.so  signature-does-not-fit
    "#);
    pinned.put(300);
    let ran = run(
        &pinned.sandbox,
        &["adapters", "--accept", "versioned", "--dry-run", "--json"],
    );
    let accepted = &ran.json()["accepted"];
    assert_eq!(accepted["old"]["sha256"], hashes[0]);
    assert_eq!(accepted["new"]["sha256"], hashes[1]);
}
