//! What a validation finds: each fault under its own code, and nothing in adapters that are as they
//! should be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use callpop_host::validation::{Code, Level, Options, Report, validate};
use callpop_host::worker::Limits;
use callpop_tests::{PATIENT, Sandbox, adapters, library, library_name, program, workspace};

use super::faults::IMPATIENT;

/// What a debug build is told of, as the fixtures are when the tests are.
const OF_DEBUG_BUILDS: [Code; 2] = [Code::Unoptimised, Code::DebugInfo];

/// Fewer calls than a vendor makes, on a machine that may be busy.
fn options() -> Options {
    Options {
        calls: 200,
        limits: Limits {
            page_deadline: PATIENT,
            unauthorize_deadline: PATIENT,
            ..Limits::default()
        },
        worker_program: Some(program("callpop-worker").to_owned()),
        ..Options::default()
    }
}

fn report(file: &Path) -> Report {
    validate(file, &options()).unwrap()
}

/// The codes that were found, but for those of debug builds.
fn codes(report: &Report) -> BTreeSet<Code> {
    let codes = report.findings().map(|(_, finding)| finding.code);
    codes
        .filter(|code| !OF_DEBUG_BUILDS.contains(code))
        .collect()
}

fn names(codes: &BTreeSet<Code>) -> String {
    let names: Vec<_> = codes.iter().map(|code| code.name()).collect();
    names.join(", ")
}

/// A copy of a library in which each of these texts is another of the same length.
fn patched(sandbox: &Sandbox, name: &str, changes: &[(&[u8], &[u8])]) -> PathBuf {
    let mut bytes = fs::read(library(name)).unwrap();
    for (before, after) in changes {
        assert_eq!(before.len(), after.len());
        let places: Vec<_> = bytes
            .windows(before.len())
            .enumerate()
            .filter(|(_, window)| window == before)
            .map(|(at, _)| at)
            .collect();
        assert!(
            !places.is_empty(),
            "{name} has {:?}",
            String::from_utf8_lossy(before)
        );
        for at in places {
            bytes[at..at + after.len()].copy_from_slice(after);
        }
    }
    let file = sandbox.plugins().join(library_name(name));
    fs::write(&file, bytes).unwrap();
    file
}

/// A fixture that always commits this fault.
fn with_fault(sandbox: &Sandbox, name: &str, fault: &str) -> PathBuf {
    let before = format!("{:48}", "fault: nothing");
    let after = format!("{:48}", format!("fault: {fault}"));
    patched(sandbox, name, &[(before.as_bytes(), after.as_bytes())])
}

/// Does the same for each, a few at once: a validation waits for its worker most of the time.
fn in_turn<T: Send>(faults: &[&str], look: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let mut found = Vec::new();
    for some in faults.chunks(4) {
        thread::scope(|scope| {
            let started: Vec<_> = some.iter().map(|it| scope.spawn(|| look(it))).collect();
            found.extend(started.into_iter().map(|it| it.join().unwrap()));
        });
    }
    found
}

#[test]
fn the_shipped_adapters_have_nothing_to_be_warned_of() {
    for adapter in adapters() {
        let report = report(library(&adapter));
        let bad: Vec<_> = report
            .findings()
            .filter(|(_, it)| it.code.level() > Level::Info)
            .filter(|(_, it)| !OF_DEBUG_BUILDS.contains(&it.code))
            .collect();
        assert!(bad.is_empty(), "{adapter}: {bad:#?}");
        let skipped = report.checks.iter().filter(|check| check.skipped.is_some());
        for check in skipped {
            let why = check.skipped.as_deref().unwrap();
            assert!(why.starts_with("the manifest "), "{adapter}: {why}");
        }
        let measured = report.measured.unwrap();
        assert_eq!(measured.calls, 200, "{adapter}");
    }
}

/// As many calls as a vendor makes who says nothing else.
#[test]
fn ten_thousand_calls_are_the_usual_number() {
    let options = Options {
        calls: Options::default().calls,
        ..options()
    };
    let report = validate(library("pipedrive"), &options).unwrap();
    assert_eq!(report.measured.as_ref().unwrap().calls, 10_000);
    assert!(codes(&report).is_empty(), "{report:?}");
}

#[test]
fn an_adapter_without_a_fault_has_no_finding_but_its_export() {
    let codes = codes(&report(library("faulty")));
    assert_eq!(names(&codes), "more-exports");
}

#[test]
fn each_fault_of_a_callback_is_found_under_its_code() {
    let found = in_turn(
        &[
            "another host",
            "raw",
            "half encoded",
            "encoded twice",
            "six pages",
            "stores too much",
            "stores what is not named",
            "opens nothing",
            "no id",
            "never opens",
            "not written",
            "asks for more",
            "refuses a type",
            "at fault",
            "without a word",
            "cuts",
            "counts",
            "shares",
            "leaves a thread",
            "prints",
            "leaks",
            "dawdles",
            "ignores its setting",
            "no log page",
        ],
        |fault| {
            let sandbox = Sandbox::new();
            let mut codes = codes(&report(&with_fault(&sandbox, "faulty", fault)));
            codes.remove(&Code::MoreExports);
            format!("{fault}: {}\n", names(&codes))
        },
    );
    insta::assert_snapshot!(found.concat(), @"
    another host: unused-value, page-not-allowed
    raw: unused-value, page-not-allowed, not-encoded
    half encoded: unused-value, page-not-allowed, not-encoded
    encoded twice: unused-value, not-encoded
    six pages: unused-value, too-many-pages
    stores too much: unused-value, stored-value-not-allowed
    stores what is not named: undeclared-value, unused-value
    opens nothing: unused-value, opens-nothing
    no id: unused-value, id-not-in-page
    never opens: page-never-opens
    not written: unused-value, page-not-supported
    asks for more: undeclared-value
    refuses a type: contact-type-refused
    at fault: internal-error
    without a word: empty-message
    cuts: unused-value, panicked, not-encoded
    counts: other-answer, not-thread-safe
    shares: unused-value, not-thread-safe
    leaves a thread: threads-left
    prints: prints
    leaks: memory-growth
    dawdles: slow
    ignores its setting: unused-value
    no log page: page-not-supported
    ");
}

/// What a worker is ended by, and answers that break the ABI's rules.
#[test]
fn each_end_of_a_worker_is_found_under_its_code() {
    let faults = [
        "aborts",
        "writes to null",
        "overflows the stack",
        "exits",
        "kills itself",
        "allocates",
        "answers by itself",
        "sleeps",
        "loops",
    ];
    let impatient = Options {
        limits: Limits {
            page_deadline: IMPATIENT,
            ..options().limits
        },
        ..options()
    };
    let found = in_turn(&faults, |fault| {
        let sandbox = Sandbox::new();
        let file = with_fault(&sandbox, "misbehaves", fault);
        let slow = ["sleeps", "loops"].contains(&fault);
        let options = if slow { &impatient } else { &options() };
        format!(
            "{fault}: {}\n",
            names(&codes(&validate(&file, options).unwrap()))
        )
    });
    insta::assert_snapshot!(found.concat(), @"
    aborts: any-host, crashed
    writes to null: any-host, crashed
    overflows the stack: any-host, crashed
    exits: any-host, ended
    kills itself: any-host, killed
    allocates: any-host, out-of-memory
    answers by itself: any-host, protocol-violation
    sleeps: any-host, deadline
    loops: any-host, deadline
    ");
    let found = in_turn(
        &["not UTF-8", "unknown action", "no reply", "two replies"],
        |fault| {
            let sandbox = Sandbox::new();
            let file = with_fault(&sandbox, "bad_replies", fault);
            format!("{fault}: {}\n", names(&codes(&report(&file))))
        },
    );
    insta::assert_snapshot!(found.concat(), @"
    not UTF-8: any-host, bad-reply
    unknown action: any-host, bad-reply
    no reply: any-host, bad-reply
    two replies: any-host, bad-reply
    ");
}

/// What is refused, or told of, before any code of it runs, or when it is loaded.
#[test]
fn each_fault_of_a_file_is_found_under_its_code() {
    let said = |name: &str, file: &Path| format!("{name}: {}\n", names(&codes(&report(file))));
    let sandbox = Sandbox::new();
    let written = |name: &str, bytes: &[u8]| {
        sandbox.write(name, bytes);
        sandbox.plugins().join(name)
    };
    let long = |name: &str, length: u64| {
        let file = written(name, &fs::read(library("faulty")).unwrap());
        fs::File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_len(length)
            .unwrap();
        file
    };
    let mut found = [
        said("not there", Path::new("/nonexistent.so")),
        said("a folder", &sandbox.plugins()),
        said("a device", Path::new("/dev/null")),
        said("nothing in it", &written("empty.so", b"")),
        said("text", &written("text.so", b"not a library")),
        said("too large", &long("huge.so", 300 * 1024 * 1024)),
        said("large", &long("large.so", 40 * 1024 * 1024)),
        said(
            "no UTF-8",
            &written("latin.adapter.json", b"{\"name\": \"Z\xfcrich\"}"),
        ),
        said("half a template", &written("half.adapter.json", b"{")),
        said("half a package", &written("half.callpop", b"PK")),
    ]
    .concat();
    for fixture in [
        "no_manifest",
        "damaged_manifest",
        "no_root_module",
        "no_layout",
        "other_layout",
        "constructor_crashes",
        "asks_for_network",
    ] {
        found += &said(fixture, library(fixture));
    }
    let changes: [(&str, &[u8], &[u8]); 6] = [
        ("another ABI", b"abi_stable/1.", b"abi_unheard/1"),
        ("a later ABI", b"abi_stable/1.", b"abi_stable/9."),
        ("a library of its own", b"libgcc_s.so.1", b"libfaulty.so1"),
        ("a later C library", b"GLIBC_2.34", b"GLIBC_2.99"),
        (
            "a page that is not named",
            b"\"canOpenLogPage\": true",
            b"\"canOpenLogPage\":false",
        ),
        (
            "types that are not named",
            b"\"contactTypes\"",
            b"\"contactSorts\"",
        ),
    ];
    for (name, before, after) in changes {
        let sandbox = Sandbox::new();
        let mut all = vec![(before, after)];
        let fault = [
            format!("{:48}", "fault: nothing"),
            format!("{:48}", "fault: asks for a type"),
        ];
        if name.starts_with("types") {
            all.push((fault[0].as_bytes(), fault[1].as_bytes()));
        }
        found += &said(name, &patched(&sandbox, "faulty", &all));
    }
    for (name, change) in [
        ("another processor", of_another_processor as fn(&mut [u8])),
        ("a search path", with_search_path),
    ] {
        let mut bytes = fs::read(library("faulty")).unwrap();
        change(&mut bytes);
        found += &said(name, &written("changed.so", &bytes));
    }
    let mut bytes = fs::read(library("faulty")).unwrap();
    damage_tables(&mut bytes);
    // What the system's loader makes of it is its own affair.
    let damaged = codes(&report(&written("damaged.so", &bytes)));
    assert!(damaged.contains(&Code::DamagedTables), "{damaged:?}");
    let no_worker = Options {
        worker_program: Some("/nonexistent".into()),
        ..options()
    };
    let report = validate(library("faulty"), &no_worker).unwrap();
    found += &format!("no worker: {}\n", names(&codes(&report)));
    insta::assert_snapshot!(found, @"
    not there: unreadable
    a folder: folder
    a device: not-a-file
    nothing in it: empty
    text: not-a-library
    too large: too-large
    large: large-file, more-exports
    no UTF-8: not-text
    half a template: damaged-template
    half a package: damaged-package
    no_manifest: no-manifest
    damaged_manifest: damaged-manifest
    no_root_module: no-root-module, any-host, wrong-abi
    no_layout: any-host, wrong-abi
    other_layout: any-host, wrong-abi
    constructor_crashes: any-host, crashed
    asks_for_network: any-host, asks-for-network
    another ABI: unknown-abi
    a later ABI: other-abi-major, more-exports
    a library of its own: more-exports, dynamic-dependency, load-failed
    a later C library: more-exports, new-glibc, load-failed
    a page that is not named: more-exports, page-not-declared
    types that are not named: more-exports, undeclared-contact-type
    another processor: other-system, more-exports
    a search path: more-exports, search-path
    no worker: more-exports, launch-failed
    ");
    let debug = validate(library("faulty"), &options()).unwrap();
    let of_debug: Vec<_> = debug.findings().map(|(_, it)| it.code.name()).collect();
    assert!(of_debug.contains(&"debug-info"), "{of_debug:?}");
    assert_eq!(of_debug.contains(&"unoptimised"), cfg!(debug_assertions));
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let bytes = bytes[at..at + length].iter().rev();
    bytes.fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Where the section of this type stands. Source: `elf(5)`.
fn section(bytes: &[u8], kind: usize) -> std::ops::Range<usize> {
    let (table, length, count) = (
        number(bytes, 40, 8),
        number(bytes, 58, 2),
        number(bytes, 60, 2),
    );
    let mut headers = (0..count).map(|at| table + at * length);
    let header = headers.find(|at| number(bytes, at + 4, 4) == kind).unwrap();
    let start = number(bytes, header + 24, 8);
    start..start + number(bytes, header + 32, 8)
}

fn of_another_processor(bytes: &mut [u8]) {
    // EM_AARCH64.
    bytes[18] = 183;
}

/// Makes a search path of the name of a library that it needs.
fn with_search_path(bytes: &mut [u8]) {
    let mut entries = section(bytes, 6).step_by(16);
    let needed = entries.rfind(|at| number(bytes, *at, 8) == 1).unwrap();
    bytes[needed] = 29;
}

/// Has the name of a library that it needs stand behind the end of all names.
fn damage_tables(bytes: &mut [u8]) {
    let mut entries = section(bytes, 6).step_by(16);
    let needed = entries.rfind(|at| number(bytes, *at, 8) == 1).unwrap();
    bytes[needed + 8..needed + 12].fill(0x7f);
}

#[test]
fn templates_are_validated_as_well() {
    let sandbox = Sandbox::new();
    let file = |page: &str| {
        let text = format!(
            r#"{{ "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme",
                "hosts": ["*.acme.example"], "contactPageUrl": "{page}",
                "fallbackContactPageUrl": "https://{{hostname}}/new?phone={{phone}}" }}"#
        );
        sandbox.write("acme.adapter.json", text);
        report(&sandbox.plugins().join("acme.adapter.json"))
    };
    let good = file("https://{hostname}/people/{contactId}");
    assert_eq!(names(&codes(&good)), "");
    assert!(good.measured.is_none());
    let elsewhere = file("https://evil.example/{contactId}");
    assert_eq!(names(&codes(&elsewhere)), "page-not-allowed");
    let same = file("https://{hostname}/people");
    assert_eq!(names(&codes(&same)), "id-not-in-page");
}

#[test]
fn values_that_cannot_be_guessed_are_given() {
    let given = |values: &[(&str, &str)], hostname: Option<&str>| {
        let values = values.iter();
        Options {
            values: values
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            hostname: hostname.map(ToOwned::to_owned),
            ..options()
        }
    };
    let bullhorn = library("bullhorn");
    let ats_url = ("user_urls.atsUrl", "https://cls42.bullhornstaffing.com");
    let report = validate(bullhorn, &given(&[ats_url], None)).unwrap();
    assert_eq!(names(&codes(&report)), "");
    let wrong = validate(bullhorn, &given(&[("no_such", "x")], None)).unwrap_err();
    assert!(
        wrong.to_string().contains("has no setting `no_such`"),
        "{wrong}"
    );
    let wrong = validate(bullhorn, &given(&[], Some("crm.example.com"))).unwrap_err();
    assert!(
        wrong.to_string().contains("is not a host of Bullhorn"),
        "{wrong}"
    );
}

#[test]
fn the_program_says_what_to_do_and_leaves_the_home_alone() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let raw = with_fault(&sandbox, "faulty", "raw");
    let (raw, good) = (raw.to_str().unwrap(), library_name("pipedrive"));
    let good = sandbox.plugins().join(good);
    let good = good.to_str().unwrap();
    let ran = sandbox.run(["validate", "--calls", "50", raw]);
    // What is measured differs from run to run.
    let stdout: Vec<_> = ran
        .stdout
        .lines()
        .filter(|line| !line.contains(" µs"))
        .collect();
    insta::assert_snapshot!(stdout.join("\n"), @r#"
    Faulty 1.0.0 [plugins]/faulty.so
      pass  the file is an adapter
      warn  it loads on a user's machine
            info  more-exports: it exports more than an adapter does: more_than_an_adapter_exports
                  Leave `#[no_mangle]` out, unless somebody else loads the library as well.
            warn  unoptimised: it is a debug build
                  Ship what `cargo build --release` builds.
            info  debug-info: debug information makes it larger
                  Strip what you ship: `strip = "symbols"` under `[profile.release]`.
      pass  the manifest is complete
      pass  it loads
      pass  the contact page opens
      pass  the log page opens
      pass  logging out cleans up
      pass  every value that the manifest names is used
            info  unused-value: the setting workspace makes no difference to any answer
                  Take it out of adapter.json, unless another version of the adapter uses it.
      fail  hostile input harms nothing
            fail  page-not-allowed: the contact page: the page "https://acme.faulty.example/person/ " is not opened: it contains the character ' ', which must be percent-encoded
                  with contact.id " "; contact.id "."; contact.id ".."; and 31 more
                  Build URLs with `context.url()`, which encodes each value, or name the CRM's hosts in `hosts`.
      fail  values stay where they are put
            fail  not-encoded: in the contact page, it makes another page of https://acme.faulty.example/person//: it has one more part, path segment 3
                  with contact.id "/"; contact.id "//evil.example/x"; contact.id "https://evil.example/"; and 7 more
                  Put values into URLs with `path`, `query` and `fragment_path`, each of which encodes for its place.
      pass  the same input gives the same answer
      pass  eight threads at once get the same answers
      pass  calls are quick
      pass  memory does not grow
      pass  no threads are left behind
      pass  nothing is printed
    "#);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(
        ran.stderr.starts_with("error: 2 failures in 1 file; "),
        "{ran:?}"
    );

    let ran = sandbox.run(["validate", "--calls", "50", "--json", good, raw]);
    let json = ran.json();
    assert_eq!(json["error"]["code"], "validation-failed");
    assert_eq!(json["counts"]["fail"], 2);
    assert_eq!(json["files"][0]["adapter"]["id"], "pipedrive");
    assert_eq!(json["files"][0]["measured"]["calls"], 50);
    let findings = json["files"][1]["checks"].as_array().unwrap().iter();
    let mut findings = findings.flat_map(|check| check["findings"].as_array().unwrap());
    let finding = findings
        .find(|it| it["code"] == "page-not-allowed")
        .unwrap();
    assert_eq!(finding["level"], "fail");
    assert_eq!(finding["page"], "docs/validation.md#page-not-allowed");
    assert!(finding["times"].as_u64().unwrap() > 3, "{finding}");
    assert_eq!(finding["inputs"].as_array().unwrap().len(), 3);

    assert_eq!(sandbox.run(["validate", "--calls", "50", good]).code, 0);
    // A debug build is warned of.
    let strict = sandbox
        .run(["validate", "--calls", "50", "--strict", good])
        .code;
    assert_eq!(strict, if cfg!(debug_assertions) { 4 } else { 0 });
    assert_eq!(sandbox.run(["validate", "/nonexistent.so"]).code, 3);
    assert_eq!(sandbox.run(["validate"]).code, 2);
    let set = ["validate", good, "--set", "no_such=x"];
    assert_eq!(sandbox.run(set).code, 2);
    assert!(!sandbox.home().exists(), "the home is left alone");
}

/// Read by another parser than the one that wrote it.
#[test]
fn the_report_for_ci_is_junit() {
    let sandbox = Sandbox::new();
    let raw = with_fault(&sandbox, "faulty", "raw");
    let junit = sandbox.plugins().join("report.xml");
    let (raw, report) = (raw.to_str().unwrap(), junit.to_str().unwrap());
    let ran = sandbox.run([
        "validate",
        "--calls",
        "50",
        "--junit",
        report,
        raw,
        "/nonexistent.so",
    ]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let text = fs::read_to_string(&junit).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    assert_eq!(root.attribute("failures"), Some("3"));
    let suites: Vec<_> = root
        .children()
        .filter(|it| it.has_tag_name("testsuite"))
        .collect();
    let name = suites.iter().map(|it| it.attribute("name").unwrap());
    assert_eq!(name.collect::<Vec<_>>(), [raw, "/nonexistent.so"]);
    let cases: Vec<_> = suites[0]
        .children()
        .filter(|it| it.has_tag_name("testcase"))
        .collect();
    let named = |name: &str| {
        cases
            .iter()
            .find(|it| it.attribute("name") == Some(name))
            .unwrap()
    };
    let failed = named("hostile input harms nothing");
    assert_eq!(failed.attribute("classname"), Some("faulty"));
    let failure = failed
        .children()
        .find(|it| it.has_tag_name("failure"))
        .unwrap();
    assert_eq!(failure.attribute("type"), Some("page-not-allowed"));
    assert!(
        failure
            .text()
            .unwrap()
            .contains("docs/validation.md#page-not-allowed")
    );
    let passed = named("eight threads at once get the same answers");
    assert!(!passed.children().any(|it| it.has_tag_name("failure")));
    let ran = sandbox.run([
        "validate",
        "--junit",
        "/nonexistent/report.xml",
        raw,
        "--calls",
        "50",
    ]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

/// Codes that no fixture brings about, and why.
const NOT_BROUGHT_ABOUT: [(Code, &str); 2] = [
    (Code::SandboxNotWhole, "another kernel"),
    (Code::NotMeasured, "another system"),
];

/// What the snapshots above say was found.
#[test]
fn every_code_is_found_in_a_fixture() {
    let lines = include_str!("validation.rs").lines();
    let found: BTreeSet<Code> = lines
        .filter_map(|line| line.split_once(": "))
        .filter_map(|(_, codes)| codes.split(", ").map(Code::named).collect::<Option<Vec<_>>>())
        .flatten()
        // Asserted by themselves.
        .chain(OF_DEBUG_BUILDS)
        .chain([Code::DamagedTables])
        .collect();
    let all = Code::ALL.iter().copied();
    let missing: Vec<_> = all.filter(|code| !found.contains(code)).collect();
    assert_eq!(missing, NOT_BROUGHT_ABOUT.map(|(code, _)| code));
}

/// The guide has a section for each code, and none for what is no code.
#[test]
fn every_code_has_its_section_in_the_guide() {
    let guide = fs::read_to_string(workspace().join("docs/validation.md")).unwrap();
    let mut sections: Vec<_> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    sections.sort_unstable();
    codes.sort_unstable();
    assert_eq!(sections, codes);
    for (code, name) in Code::ALL.iter().map(|code| (code, code.name())) {
        let level = format!("*{:?}.*", code.level());
        let (_, section) = guide.split_once(&format!("### {name}\n\n")).unwrap();
        assert!(section.starts_with(&level), "{name} is not {level}");
        assert!(code.page().ends_with(&format!("#{name}")));
    }
}
