//! The guide to embedding: what it shows is the small dialer among the examples, which runs; and the
//! errors that it explains are those that there are.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use callpop_host::{
    CallError, CallOptions, Contact, Host, RecordingBrowser, RunError, WorkerFailure, with_causes,
};
use callpop_tests::{PATIENT, Sandbox, library, program, workspace};

const EXAMPLE: &str = "host/examples/small-dialer";

fn text(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap()
}

/// A file of the example without the comment at its head.
fn code(file: &str) -> String {
    let text = text(&format!("{EXAMPLE}/{file}"));
    let (head, code) = text.split_once("\n\n").unwrap();
    assert!(head.starts_with("//! "), "{file}");
    code.to_owned()
}

#[test]
fn the_guide_shows_the_dialer_that_is_built() {
    let guide = text("docs/embedding.md");
    let files: BTreeSet<String> = fs::read_dir(workspace().join(EXAMPLE))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.len(), 10);
    for file in &files {
        assert!(guide.contains(&format!("`src/{file}`")), "{file} is named");
    }
    // In parts, of which one is from a line on to the end.
    let in_parts = ["main.rs", "dialer.rs"];
    for file in files
        .iter()
        .filter(|file| !in_parts.contains(&file.as_str()))
    {
        let shown = format!("`src/{file}`");
        let from = guide.find(&shown).unwrap();
        let block = format!("```rust\n{}```\n", code(file));
        assert!(
            guide[from..].contains(&block),
            "{file} is not what docs/embedding.md shows; copy it there"
        );
    }
    let parts: Vec<&str> = guide
        .split("```rust,ignore\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().trim_end())
        .collect();
    assert_eq!(parts.len(), 3);
    assert!(code("main.rs").trim_end().ends_with(parts[0]));
    assert!(parts[0].starts_with("fn main()"));
    for part in &parts[1..] {
        assert!(code("dialer.rs").contains(part), "{part}");
    }
}

/// The small dialer with an end for each of its streams.
struct Dialer {
    child: Child,
    typed: ChildStdin,
    shown: Receiver<String>,
}

impl Dialer {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(program("small-dialer"))
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let typed = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (show, shown) = mpsc::channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| show.send(line))
        });
        Self {
            child,
            typed,
            shown,
        }
    }

    fn type_in(&mut self, line: &str) {
        writeln!(self.typed, "{line}").unwrap();
    }

    /// What is shown, up to a line with this in it.
    fn shows(&self, last: &str) -> String {
        let mut shown = String::new();
        loop {
            let line = self.shown.recv_timeout(PATIENT);
            let line = line.unwrap_or_else(|_| panic!("{last:?} is not in:\n{shown}"));
            shown += &format!("{line}\n");
            if line.contains(last) {
                return shown;
            }
        }
    }
}

/// What the dialer needs in a folder: its contacts, and these adapters.
fn folder(sandbox: &Sandbox, contacts: &str) -> std::path::PathBuf {
    let folder = sandbox.plugins().parent().unwrap().to_owned();
    fs::write(folder.join("contacts.txt"), contacts).unwrap();
    folder
}

#[test]
fn the_small_dialer_has_all_three_callbacks() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let folder = folder(
        &sandbox,
        "+12025550123 pipedrive 7 Jo Doe\n\
         +12025550199 pipedrive 8 Al Poe\n\
         +12025550199 pipedrive 9 Bo Poe\n",
    );
    let mut dialer = Dialer::start(&folder);
    let mut session = String::new();
    for (typed, last) in [
        ("adapters", "is ready"),
        ("connect pipedrive crm.example.com", "is not a host"),
        (
            "connect pipedrive https://acme.pipedrive.com/person/1",
            "connected",
        ),
        ("set pipedrive callPop.several sometimes", "cannot be set"),
        ("set pipedrive callPop.several prompt", "saved"),
        ("settings pipedrive", "callPop.rules"),
        ("ring 1 +12025550123", "pipedrive:"),
        ("answer 1 +12025550123", "pipedrive:"),
        ("end 1 +12025550123", "pipedrive:"),
        ("history", "pipedrive: opened"),
        ("ring 2 +12025550199", "pipedrive:"),
        ("choose 7", "nobody is asked"),
        ("choose 9", "1 opened"),
        ("choose 9", "nobody is asked"),
        ("ring 3 +12025550155", "pipedrive:"),
        ("menu pipedrive 21 7", "Open"),
        ("open-log pipedrive 21 7", "tab:"),
        ("release pipedrive", "quarantine"),
        ("log-out pipedrive", "logged out"),
        ("open-log pipedrive 21 7", "not connected"),
        ("dance", "what is"),
    ] {
        dialer.type_in(typed);
        session += &format!("> {typed}\n{}", dialer.shows(last));
    }
    insta::assert_snapshot!(session, @r#"
    > adapters
    Pipedrive 0.1.0 is ready, called 0 times
    > connect pipedrive crm.example.com
    `crm.example.com` is not a host of Pipedrive; its accounts live on *.pipedrive.com
    > connect pipedrive https://acme.pipedrive.com/person/1
    connected to acme.pipedrive.com
    > set pipedrive callPop.several sometimes
    `callPop.several` cannot be set: "sometimes" is none of: disabled, open-all, prompt
    > set pipedrive callPop.several prompt
    saved
    > settings pipedrive
    callPop.inbound disabled | first-ring* | answer
    callPop.outbound disabled* | first-ring | answer
    callPop.several disabled | open-all | prompt*
    callPop.fallbackPage [x]
    callPop.openCreated [ ]
    callPop.maxPages [5]
    callPop.rules [[]]
    > ring 1 +12025550123
    tab: https://acme.pipedrive.com/person/7
    pipedrive: 1 opened
    > answer 1 +12025550123
    pipedrive: no page: its pages were opened already
    > end 1 +12025550123
    pipedrive: no page: the call is over
    > history
    pipedrive: suppressed, already-popped
    pipedrive: opened, fine
    > ring 2 +12025550199
    pipedrive: who is it? Al Poe or Bo Poe
    > choose 7
    nobody is asked about 7
    > choose 9
    tab: https://acme.pipedrive.com/person/9
    1 opened
    > choose 9
    nobody is asked about 9
    > ring 3 +12025550155
    pipedrive: no page: no contact matches
    > menu pipedrive 21 7
    Open call log
    > open-log pipedrive 21 7
    tab: https://acme.pipedrive.com/activities/21
    > release pipedrive
    pipedrive was not in quarantine
    > log-out pipedrive
    logged out of pipedrive
    > open-log pipedrive 21 7
    `pipedrive` is not connected; connect it, or name a hostname for this call
    > dance
    what is `dance`?
    "#);
    // The guide shows some of it.
    let guide = text("docs/embedding.md");
    let shown = guide.split("```text\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    for asked in shown.split("> ").skip(1) {
        assert!(session.contains(&format!("> {asked}")), "{asked}");
    }
    dialer.type_in("quit");
    assert!(dialer.child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn the_small_dialer_goes_on_beside_an_adapter_that_hangs_and_takes_up_new_ones() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let folder = folder(
        &sandbox,
        "+12025550123 pipedrive 7 Jo Doe\n+12025550166 misbehaves sleeps Hang\n",
    );
    let mut dialer = Dialer::start(&folder);
    dialer.type_in("adapters");
    dialer.shows("is ready");
    sandbox.add(library("pipedrive"), "pipedrive.so");
    dialer.shows("adapters: pipedrive");
    for (typed, last) in [
        ("connect misbehaves crm.example.com", "connected"),
        ("connect pipedrive acme.pipedrive.com", "connected"),
        // Its worker runs from here on.
        (
            "ring 1 +12025550123",
            "misbehaves: no page: no contact matches",
        ),
    ] {
        dialer.type_in(typed);
        dialer.shows(last);
    }
    dialer.type_in("ring 2 +12025550166");
    dialer.type_in("end 1 +12025550123");
    dialer.type_in("ring 3 +12025550123");
    dialer.type_in("menu pipedrive 21 7");
    let meanwhile = dialer.shows("tab: https://acme.pipedrive.com/person/7");
    assert!(meanwhile.contains("Open call log"), "{meanwhile}");
    assert!(!meanwhile.contains("did not answer"), "{meanwhile}");
    dialer.shows("misbehaves: no page: the adapter `misbehaves` failed: it did not answer");
    // The end of what is typed ends it as well.
    drop(dialer.typed);
    assert!(dialer.child.wait().unwrap().success());
}

#[test]
fn the_guide_says_what_happens_without_a_worker() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    // This program is none, and names none.
    let host = Host::builder()
        .home(sandbox.home())
        .plugins_folder(sandbox.plugins())
        .browser(std::sync::Arc::new(RecordingBrowser::default()))
        .build()
        .unwrap();
    let options = CallOptions {
        hostname: Some("acme.pipedrive.com".to_owned()),
        ..CallOptions::default()
    };
    let error = host
        .open_contact_page("pipedrive", &Contact::new("7", "", ""), &options)
        .unwrap_err();
    assert!(matches!(
        error,
        CallError::Run {
            source: RunError::Worker(WorkerFailure::LaunchFailed { .. }),
            ..
        }
    ));
    let said = with_causes(&error);
    let (said, _) = said.split_once(" at ").unwrap();
    assert!(text("docs/embedding.md").contains(said), "{said}");
}

/// The names in the functions `class` of the host's errors.
fn classes() -> BTreeSet<String> {
    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, texts);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut texts = Vec::new();
    sources(&workspace().join("host/src"), &mut texts);
    let functions = texts.iter().flat_map(|text| {
        let bodies = text
            .split("pub fn class(&self) -> &'static str {\n")
            .skip(1);
        bodies.map(|rest| rest.split("\n    }\n").next().unwrap())
    });
    let functions: Vec<&str> = functions.collect();
    assert_eq!(functions.len(), 9, "which errors have a class");
    let names = functions
        .iter()
        .flat_map(|body| body.split('"').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

/// The names in the first column of a table.
fn first_cells(table: &str) -> Vec<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned())
        .collect()
}

/// Those that the description of the JSON interface has, which is made of the type.
fn names_of_suppressions() -> Vec<String> {
    let description: serde_json::Value = serde_json::from_str(&text("docs/openrpc.json")).unwrap();
    let names = &description["components"]["schemas"]["Suppression"]["oneOf"];
    let names = names.as_array().unwrap().iter();
    names
        .map(|name| name["const"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_page_of_errors_names_each_class_and_each_suppression_once() {
    let page = text("docs/errors.md");
    let (page, suppressions) = page.split_once("## No page, and no error").unwrap();
    assert_eq!(first_cells(suppressions), names_of_suppressions());
    let named = first_cells(page);
    let classes = classes();
    assert!(classes.len() > 30, "{classes:?}");
    let once: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(once, classes);
    assert_eq!(named.len(), classes.len(), "{named:?}");
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 6, "{row}");
        assert!(cells[1..5].iter().all(|cell| !cell.is_empty()), "{row}");
    }
}
