//! What may run: the administrator's rules and the user's, each way.

use std::fs;
use std::path::PathBuf;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(unix)]
use std::thread;

use callpop_host::{
    BuildError, CallError, CallOptions, Contact, FileState, FindError, Host, Isolation, Provenance,
    Requirement, VendorId, WorkerFailure, inspect, signature_path,
};
use callpop_tests::{Sandbox, library, library_name};

use super::faults::{call, failure};
pub(super) use super::packages::version;
use super::packages::{package, rezipped, unzipped};
use super::trust::{Key, adapter, path, run};

/// The page that the fixture's version opens.
pub(super) fn page(host: &Host) -> Result<String, CallError> {
    let options = CallOptions {
        hostname: Some("acme.versioned.example".to_owned()),
        dry_run: false,
    };
    let outcome = host.open_contact_page("versioned", &Contact::new("7", "", ""), &options)?;
    Ok(outcome.opened[0].url.as_str().to_owned())
}

pub(super) fn page_of(number: usize) -> String {
    format!("https://build{number}.versioned.example/7")
}

/// The code that an adapter is refused with, or `ready`.
pub(super) fn state(host: &Host, id: &str) -> String {
    let catalog = host.catalog();
    let is_it = |it: &&callpop_host::AdapterFile| {
        let description = it.description.as_ref();
        description.is_some_and(|it| it.manifest.id == id)
    };
    let file = catalog.files.iter().find(is_it).unwrap();
    match &file.state {
        FileState::Ready => "ready".to_owned(),
        FileState::Refused(refusal) => refusal.code().to_owned(),
        FileState::Ignored(why) => (*why).to_owned(),
    }
}

pub(super) fn administer(sandbox: &Sandbox, text: &str) -> PathBuf {
    fs::create_dir_all(sandbox.home()).unwrap();
    let path = sandbox.home().join("policy.toml");
    fs::write(&path, text).unwrap();
    path
}

fn set(sandbox: &Sandbox, requirement: &str) {
    fs::create_dir_all(sandbox.home()).unwrap();
    let text = format!(r#"{{"format":1,"require":"{requirement}"}}"#);
    fs::write(sandbox.home().join("settings.json"), text).unwrap();
}

/// Who signs, and who trusts whom for what.
struct Scene {
    sandbox: Sandbox,
    /// Trusted by the administrator, for `clio`.
    company: Key,
    /// Trusted by the administrator, for `redtail`.
    other: Key,
    /// Trusted by the user, for `clio`.
    own: Key,
    foreign: Key,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::with(&["clio"]);
        let key = |name| Key::new(&sandbox, name);
        let (company, other, own, foreign) =
            (key("company"), key("other"), key("own"), key("foreign"));
        let clio: VendorId = "clio".parse().unwrap();
        sandbox.host().trust(&own.public, Some(&clio)).unwrap();
        Self {
            sandbox,
            company,
            other,
            own,
            foreign,
        }
    }

    fn administer(&self, rules: &str) {
        let (company, other) = (&self.company.public, &self.other.public);
        let text = format!("{rules}\n[trustedKeys]\nclio = ['{company}']\nredtail = ['{other}']\n");
        administer(&self.sandbox, &text);
    }

    /// Has the adapter signed so, and says what becomes of it.
    fn becomes(&self, signed: &str, dialer: Requirement) -> String {
        let file = adapter(&self.sandbox, "clio");
        let signature = signature_path(&file);
        let _ = fs::remove_file(&signature);
        let key = match signed {
            "company" | "damaged" => Some(&self.company),
            "other" => Some(&self.other),
            "own" => Some(&self.own),
            "foreign" => Some(&self.foreign),
            _ => None,
        };
        if let Some(key) = key {
            let text = key.sign(&self.sandbox, &file);
            if signed == "damaged" {
                fs::write(&signature, text.replacen("id:clio", "id:evil", 1)).unwrap();
            }
        }
        let host = self.sandbox.builder().require(dialer).build().unwrap();
        state(&host, "clio")
    }
}

/// The administrator's rule, the user's and the dialer's, and what becomes of an adapter that is
/// signed by each. `ready` is all that a laxer user gets where nobody else asks for more.
#[test]
fn no_rule_loosens_another() {
    use Requirement::{Nothing, Pinned, Signed};
    let scene = Scene::new();
    let signers = ["nobody", "foreign", "damaged", "other", "own", "company"];
    let all_ready = ["ready"; 6];
    let users = [
        "not-signed",
        "unknown-key",
        "signature-does-not-fit",
        "key-not-for-adapter",
        "ready",
        "ready",
    ];
    let administrators = [
        "not-signed",
        "unknown-key",
        "signature-does-not-fit",
        "key-not-for-adapter",
        "key-not-administrators",
        "ready",
    ];
    for (administrator, user, dialer, expected) in [
        ("", "nothing", Nothing, all_ready),
        ("require = 'nothing'", "nothing", Nothing, all_ready),
        ("", "pinned", Nothing, all_ready),
        ("", "signed", Nothing, users),
        ("", "nothing", Signed, users),
        ("", "pinned", Signed, users),
        ("require = 'pinned'", "signed", Nothing, users),
        ("require = 'nothing'", "signed", Pinned, users),
        ("require = 'signed'", "nothing", Nothing, administrators),
        ("require = 'signed'", "pinned", Pinned, administrators),
        ("require = 'signed'", "signed", Signed, administrators),
    ] {
        scene.administer(administrator);
        set(&scene.sandbox, user);
        let found = signers.map(|signer| scene.becomes(signer, dialer));
        assert_eq!(found, expected, "{administrator}, {user}, {dialer:?}");
    }
}

#[test]
fn the_program_asks_for_more_and_never_for_less() {
    let scene = Scene::new();
    scene.administer("");
    let pop = |require: &str| {
        let contact = r#"{"id":"7"}"#;
        let arguments = [
            "pop",
            "clio",
            "--hostname",
            "app.clio.com",
            "--contact",
            contact,
            "--dry-run",
            "--require",
            require,
        ];
        run(&scene.sandbox, &arguments).code
    };
    assert_eq!(["nothing", "pinned", "signed"].map(pop), [0, 0, 3]);
    scene.administer("require = 'signed'");
    assert_eq!(["nothing", "pinned", "signed"].map(pop), [3, 3, 3]);
    assert_eq!(pop("something"), 2);
    scene
        .company
        .sign(&scene.sandbox, &adapter(&scene.sandbox, "clio"));
    assert_eq!(["nothing", "pinned", "signed"].map(pop), [0, 0, 0]);
}

#[test]
fn lists_go_by_id_and_by_hash_and_denial_wins() {
    let scene = Scene::new();
    let sha256 = inspect(&adapter(&scene.sandbox, "clio")).sha256.unwrap();
    let other = "0".repeat(64);
    let upper = sha256.to_uppercase();
    for (rules, expected) in [
        ("deny.adapters = ['clio']".to_owned(), "denied"),
        ("deny.adapters = ['redtail']".to_owned(), "ready"),
        (format!("deny.sha256 = ['{sha256}']"), "denied"),
        (format!("deny.sha256 = ['{upper}']"), "denied"),
        (format!("deny.sha256 = ['{other}']"), "ready"),
        ("allow.adapters = ['clio']".to_owned(), "ready"),
        ("allow.adapters = ['redtail']".to_owned(), "not-allowed"),
        ("allow.adapters = []".to_owned(), "not-allowed"),
        (format!("allow.sha256 = ['{sha256}']"), "ready"),
        (format!("allow.sha256 = ['{other}']"), "not-allowed"),
        (
            format!("allow.sha256 = ['{other}']\nallow.adapters = ['clio']"),
            "ready",
        ),
        (
            format!("allow.sha256 = ['{sha256}']\ndeny.adapters = ['clio']"),
            "denied",
        ),
        (
            format!("allow.adapters = ['clio']\ndeny.sha256 = ['{sha256}']"),
            "denied",
        ),
        // An id that is allowed still has to be signed; very bytes that are allowed need not be.
        (
            "require = 'signed'\nallow.adapters = ['clio']".to_owned(),
            "not-signed",
        ),
        (
            format!("require = 'signed'\nallow.sha256 = ['{sha256}']"),
            "ready",
        ),
        (
            format!("require = 'signed'\nallow.sha256 = ['{other}']\nallow.adapters = ['clio']"),
            "not-signed",
        ),
    ] {
        scene.administer(&rules);
        assert_eq!(
            scene.becomes("nobody", Requirement::Nothing),
            expected,
            "{rules}"
        );
    }
}

#[test]
fn a_version_below_the_minimum_does_not_run_whoever_signed_it() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    let file = sandbox.plugins().join(library_name("versioned"));
    for (minimum, number, expected) in [
        ("1.0.300", 200, "below-minimum-version"),
        ("1.0.300", 299, "below-minimum-version"),
        ("1.0.300", 300, "ready"),
        ("1.0.300", 301, "ready"),
        ("1.0.300-rc.1", 300, "ready"),
        ("2.0.0", 999, "below-minimum-version"),
    ] {
        fs::write(&file, version(number)).unwrap();
        key.sign(&sandbox, &file);
        let public = &key.public;
        administer(
            &sandbox,
            &format!(
                "require = 'signed'\ntrustedKeys.versioned = ['{public}']\n\
                 adapters.versioned.minimumVersion = '{minimum}'"
            ),
        );
        let host = sandbox.host();
        assert_eq!(state(&host, "versioned"), expected, "{minimum} {number}");
        assert_eq!(page(&host).is_ok(), expected == "ready");
    }
}

#[test]
fn plugins_folders_that_are_fixed_are_the_only_ones() {
    let sandbox = Sandbox::with(&["clio"]);
    let fixed = sandbox.home().with_file_name("fixed");
    fs::create_dir(&fixed).unwrap();
    fs::copy(library("redtail"), fixed.join(library_name("redtail"))).unwrap();
    let ids = || {
        let listed = run(&sandbox, &["adapters", "--json"]).json();
        let files = listed["files"].as_array().unwrap().clone();
        let ids = files
            .iter()
            .map(|it| it["manifest"]["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids(), ["clio"]);
    administer(
        &sandbox,
        &format!("pluginsFolders = ['{}']", fixed.display()),
    );
    assert_eq!(ids(), ["redtail"]);
    administer(&sandbox, "pluginsFolders = []");
    assert!(ids().is_empty());
    administer(&sandbox, "pluginsFolders = ['plugins']");
    assert!(matches!(
        sandbox.builder().build(),
        Err(BuildError::Policy(_))
    ));
}

/// What would end the test's own process ends a worker.
#[test]
fn isolation_that_is_forced_holds_for_a_dialer_that_wants_none() {
    for rule in [
        "requireIsolation = true",
        "adapters.misbehaves.requireIsolation = true",
    ] {
        let sandbox = Sandbox::with(&["misbehaves"]);
        administer(&sandbox, rule);
        let builder = sandbox.builder().isolation(Isolation::InProcess);
        let host = builder.in_process("misbehaves").build().unwrap();
        let error = call(&host, "misbehaves", "aborts", "").unwrap_err();
        assert!(
            !matches!(failure(error), WorkerFailure::Deadline { .. }),
            "{rule}"
        );
    }
}

/// A host that was built, and hears of a change at the next load or look.
#[test]
fn a_key_that_is_removed_counts_no_more_at_once() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    let file = sandbox.plugins().join(library_name("versioned"));
    fs::write(&file, version(200)).unwrap();
    key.sign(&sandbox, &file);
    let host = || {
        let builder = sandbox.builder().require(Requirement::Signed);
        builder.build().unwrap()
    };
    assert_eq!(state(&host(), "versioned"), "unknown-key");
    host().trust(&key.public, None).unwrap();
    let (used, unused) = (host(), host());
    assert_eq!(page(&used).unwrap(), page_of(200));
    used.distrust(&key.public, None).unwrap();
    // Not loaded yet: it is not loaded any more.
    let error = page(&unused).unwrap_err();
    assert!(matches!(error, CallError::Load { .. }), "{error:?}");
    // Loaded: it is retired with the next look.
    let changes = used.rescan();
    assert_eq!(changes.len(), 2, "{changes:?}");
    let error = page(&used).unwrap_err();
    let CallError::Find(FindError::Refused { code, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(code, "unknown-key");
    // And back again.
    unused.trust(&key.public, None).unwrap();
    unused.rescan();
    assert_eq!(page(&unused).unwrap(), page_of(200));
}

/// The signature of a version that is in use is lost: its bytes are what they were.
#[test]
fn a_version_in_use_stays_when_its_signature_is_gone_or_another_comes() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    let file = sandbox.plugins().join(library_name("versioned"));
    fs::write(&file, version(200)).unwrap();
    key.sign(&sandbox, &file);
    let host = sandbox
        .builder()
        .require(Requirement::Signed)
        .build()
        .unwrap();
    host.trust(&key.public, None).unwrap();
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(200));
    fs::remove_file(signature_path(&file)).unwrap();
    host.rescan();
    assert_eq!(state(&host, "versioned"), "not-signed");
    assert_eq!(page(&host).unwrap(), page_of(200));
    fs::write(&file, version(300)).unwrap();
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(200));
    key.sign(&sandbox, &file);
    host.rescan();
    assert_eq!(page(&host).unwrap(), page_of(300));
}

/// A file of templates leads the browser as well.
#[test]
fn templates_are_signed_like_libraries() {
    let sandbox = Sandbox::new();
    let text = r#"{"id":"acme","name":"Acme","version":"1.0.0","vendor":"Acme",
        "hosts":["*.acme.example"],"contactPageUrl":"https://{hostname}/c/{contactId}"}"#;
    sandbox.write("acme.adapter.json", text);
    let key = Key::new(&sandbox, "acme");
    let host = sandbox
        .builder()
        .require(Requirement::Signed)
        .build()
        .unwrap();
    assert_eq!(state(&host, "acme"), "not-signed");
    key.sign(&sandbox, &sandbox.plugins().join("acme.adapter.json"));
    let acme: VendorId = "acme".parse().unwrap();
    host.trust(&key.public, Some(&acme)).unwrap();
    host.rescan();
    assert_eq!(state(&host, "acme"), "ready");
    let catalog = host.catalog();
    // The signature is no file of its own.
    assert_eq!(catalog.files.len(), 1);
    assert!(matches!(catalog.files[0].provenance, Provenance::Signed(_)));
    sandbox.write("acme.adapter.json", text.replace("/c/", "/d/"));
    host.rescan();
    assert_eq!(state(&host, "acme"), "signature-does-not-fit");
}

/// The list in a package is signed, and with it everything that it lists; a signature beside the
/// package is as good.
#[test]
fn a_package_is_signed_by_its_list_or_as_a_whole() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    let file = sandbox.plugins().join("versioned.callpop");
    let unsigned = package(200);
    let host = sandbox
        .builder()
        .require(Requirement::Signed)
        .build()
        .unwrap();
    host.trust(&key.public, None).unwrap();
    let becomes = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let builder = sandbox.builder().require(Requirement::Signed);
        state(&builder.build().unwrap(), "versioned")
    };
    assert_eq!(becomes(&unsigned), "not-signed");
    let files = unzipped(&unsigned);
    let listing = sandbox.plugins().with_file_name("package.json");
    fs::write(&listing, &files[0].1).unwrap();
    let signature = key.sign(&sandbox, &listing).into_bytes();
    let signed = |mut files: Vec<(String, Vec<u8>)>| {
        files.push(("package.json.minisig".to_owned(), signature.clone()));
        rezipped(&files)
    };
    assert_eq!(becomes(&signed(files.clone())), "ready");
    // Another library, and a list that says so.
    assert_eq!(
        becomes(&signed(unzipped(&package(300)))),
        "signature-does-not-fit"
    );
    fs::write(&file, &unsigned).unwrap();
    key.sign(&sandbox, &file);
    assert_eq!(becomes(&unsigned), "ready");
    assert_eq!(becomes(&package(300)), "signature-does-not-fit");
    fs::remove_file(signature_path(&file)).unwrap();
    // Denied and allowed by the hash of either.
    fs::write(&file, &unsigned).unwrap();
    let inspected = inspect(&file);
    let library = inspected.sha256.unwrap();
    let whole = inspected.file.package.unwrap().sha256;
    assert_ne!(library, whole);
    for sha256 in [library, whole] {
        administer(&sandbox, &format!("deny.sha256 = ['{sha256}']"));
        assert_eq!(becomes(&unsigned), "denied");
        administer(&sandbox, &format!("allow.sha256 = ['{sha256}']"));
        assert_eq!(becomes(&unsigned), "ready");
    }
}

/// A signed library and one that nobody signed, which opens another page.
#[cfg(unix)]
struct Swap {
    sandbox: Sandbox,
    file: PathBuf,
    signed: Vec<u8>,
    unsigned: Vec<u8>,
}

#[cfg(unix)]
impl Swap {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let key = Key::new(&sandbox, "acme");
        let file = sandbox.plugins().join(library_name("versioned"));
        let (signed, unsigned) = (version(200), version(300));
        fs::write(&file, &signed).unwrap();
        key.sign(&sandbox, &file);
        sandbox.host().trust(&key.public, None).unwrap();
        Self {
            sandbox,
            file,
            signed,
            unsigned,
        }
    }

    /// By rename, as installers do.
    fn rename(&self, bytes: &[u8]) {
        let part = self.file.with_extension("part");
        fs::write(&part, bytes).unwrap();
        fs::rename(&part, &self.file).unwrap();
    }

    /// The same file, under whoever reads it.
    fn in_place(&self, bytes: &[u8]) {
        fs::write(&self.file, bytes).unwrap();
    }

    fn host(&self) -> Host {
        let builder = self.sandbox.builder().isolation(Isolation::InProcess);
        builder.require(Requirement::Signed).build().unwrap()
    }
}

/// A thousand hosts look and load while a thread swaps the file under them.
#[cfg(unix)]
#[test]
fn unverified_code_never_runs_however_the_file_is_swapped() {
    let swap = Swap::new();
    let is_over = AtomicBool::new(false);
    let swaps = AtomicUsize::new(0);
    let (mut opened, mut refused, mut late) = (0, 0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                swap.rename(&swap.unsigned);
                swap.rename(&swap.signed);
                swap.in_place(&swap.unsigned);
                swap.in_place(&swap.signed);
                swaps.fetch_add(4, Ordering::Relaxed);
                // Time to be found as it is signed, now and then.
                thread::yield_now();
            }
        });
        let mut rounds = 0;
        while rounds < 1000 || swaps.load(Ordering::Relaxed) < 1000 {
            rounds += 1;
            if rounds % 2 == 0 {
                // Nothing to fall back upon.
                let _ = fs::remove_dir_all(swap.sandbox.home().join("cache"));
            }
            let host = swap.host();
            let was_ready = state_if_any(&host) == Some("ready".to_owned());
            match page(&host) {
                Ok(page) => {
                    assert_eq!(page, page_of(200));
                    opened += 1;
                }
                Err(CallError::Load { .. }) => late += 1,
                Err(CallError::Find(_)) if !was_ready => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(opened > 0 && refused > 0, "{opened} {refused} {late}");
}

/// There may be no file at a moment that can be read as an adapter.
#[cfg(unix)]
fn state_if_any(host: &Host) -> Option<String> {
    let catalog = host.catalog();
    let file = catalog.files.iter().find(|it| it.sha256.is_some())?;
    matches!(file.state, FileState::Ready).then(|| "ready".to_owned())
}

/// The same without chance: each swap falls between the check and the load.
#[cfg(unix)]
#[test]
fn what_is_swapped_between_check_and_load_is_not_loaded() {
    let swap = Swap::new();
    for round in 0..200 {
        let host = swap.host();
        assert_eq!(state(&host, "versioned"), "ready");
        let is_cached = round % 2 == 1;
        if !is_cached {
            let _ = fs::remove_dir_all(swap.sandbox.home().join("cache"));
        }
        match round % 4 {
            0 | 1 => swap.rename(&swap.unsigned),
            _ => swap.in_place(&swap.unsigned),
        }
        match page(&host) {
            Ok(page) => assert!(is_cached && page == page_of(200), "{page}"),
            Err(CallError::Load { .. }) => assert!(!is_cached),
            Err(other) => panic!("{other:?}"),
        }
        swap.in_place(&swap.signed);
        // As a call before would have left it.
        let _ = page(&swap.host());
    }
}

#[cfg(unix)]
#[test]
fn what_people_and_programs_are_told() {
    let scene = Scene::new();
    scene.administer("require = 'signed'");
    let file = adapter(&scene.sandbox, "clio");
    let keys = [&scene.company, &scene.other, &scene.own, &scene.foreign];
    let said = |arguments: &[&str]| {
        let mut said = run(&scene.sandbox, arguments).text();
        for (key, name) in keys.iter().zip(["company", "other", "own", "foreign"]) {
            let id = key.public.id().to_string();
            said = said.replace(&id, &format!("[{name}]"));
        }
        said.replace(&library_name("clio"), "clio.so")
    };
    let mut all = String::new();
    for signed in ["nobody", "own", "company"] {
        scene.becomes(signed, Requirement::Nothing);
        all += &said(&["adapters"]);
    }
    insta::assert_snapshot!(all, @r#"
    exit 0
    --- stdout
    No adapter is ready.
      looked into [plugins]

    Refused
      [plugins]/clio.so
        only signed adapters may run, and it is not signed; get its signature (.minisig) too
    exit 0
    --- stdout
    No adapter is ready.
      looked into [plugins]

    Refused
      [plugins]/clio.so
        it is signed with the key [own], which you trust and your administrator does not, in [home]/policy.toml
    exit 0
    --- stdout
    ID    NAME  VERSION  HOSTS                    FILE     SIGNED BY
    clio  Clio  0.1.0    app.clio.com and 3 more  clio.so  [company]
    "#);
    let listed = run(&scene.sandbox, &["adapters", "--json"]).json();
    assert_eq!(listed["require"][0], "signed");
    let provenance = &listed["files"][0]["provenance"];
    assert_eq!(provenance["state"], "signed");
    assert_eq!(provenance["maySign"], true);
    assert_eq!(provenance["publicKey"], scene.company.public.as_str());
    scene.becomes("foreign", Requirement::Nothing);
    let ran = run(&scene.sandbox, &["inspect", path(&file), "--json"]);
    let inspected = ran.json();
    assert_eq!(
        (ran.code, &inspected["error"]["code"]),
        (3, &"unknown-key".into())
    );
    assert_eq!(inspected["provenance"]["reason"]["code"], "unknown-key");
    let findings: Vec<String> = run(&scene.sandbox, &["doctor"])
        .stdout
        .lines()
        .skip_while(|line| !line.contains("  trust "))
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!(findings.concat(), @r#"
    good     trust     adapters must be signed (by the administrator); 3 keys are trusted
    warning  trust     the administrator asks for signatures, for which the keys that you trust yourself (1) do not count
                         Ask your administrator to trust them, or remove them: callpop trust list
    "#);
}
