//! `callpop new`: what it says, what it makes, and that it builds, tests and opens a page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use callpop_tests::{Ran, Sandbox, workspace};
use tempfile::TempDir;

/// Where crates are made.
fn folder() -> TempDir {
    TempDir::with_prefix("callpop new ").unwrap()
}

/// Runs `callpop new` in `folder`, with the SDK of a registry unless another is named.
fn new(folder: &Path, arguments: &[&str]) -> Ran {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    command.current_dir(folder).arg("new").args(arguments);
    if !arguments.contains(&"--sdk") {
        command.args(["--sdk", "1.0"]);
    }
    let mut ran = sandbox.finish(&mut command);
    for text in [&mut ran.stdout, &mut ran.stderr] {
        *text = text
            .replace(folder.to_str().unwrap(), "[here]")
            .replace("callpop.exe", "callpop");
    }
    ran
}

fn read(file: impl AsRef<Path>) -> String {
    let file = file.as_ref();
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every file under `folder`, by its path there.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                files.push(name.replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

#[cfg(unix)]
#[test]
fn it_says_what_it_made_what_it_assumed_and_what_comes_next() {
    let here = folder();
    insta::assert_snapshot!(new(here.path(), &["acme-crm"]).text(), @r#"
    exit 0
    --- stdout
    Made the adapter `acme-crm` in acme-crm:
      Cargo.toml
      adapter.json
      src/lib.rs
      src/tests.rs
      README.md
      LICENSE
      .gitignore
      .github/workflows/ci.yml
    Built on callpop-adapter 1.0 from the registry.
    Assumed the name "Acme Crm"   --name
    Assumed the vendor "Acme Crm"   --vendor
    Assumed the contact page https://{hostname}/contacts/{contactId}   --contact-page
    Assumed that there is no log page   --log-page
    Assumed that accounts live on any host   --host

    Next:
      cd acme-crm
      cargo test && cargo build --release
      callpop validate target/release/libcallpop_adapter_acme_crm.so
      callpop sign target/release/libcallpop_adapter_acme_crm.so --key KEYFILE
      callpop package --key KEYFILE target/release/libcallpop_adapter_acme_crm.so
    "#);
    assert_eq!(
        files(here.path()),
        [
            "acme-crm/.github/workflows/ci.yml",
            "acme-crm/.gitignore",
            "acme-crm/Cargo.toml",
            "acme-crm/LICENSE",
            "acme-crm/README.md",
            "acme-crm/adapter.json",
            "acme-crm/src/lib.rs",
            "acme-crm/src/tests.rs",
        ]
    );
}

#[test]
fn a_dry_run_makes_nothing_and_json_is_one_object() {
    let here = folder();
    let ran = new(here.path(), &["acme-crm", "--dry-run", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let object = ran.json();
    assert_eq!(object["id"], "acme-crm");
    assert_eq!(object["dryRun"], true);
    assert_eq!(object["files"].as_array().unwrap().len(), 8);
    assert_eq!(
        object["assumed"],
        serde_json::json!([
            "--name",
            "--vendor",
            "--contact-page",
            "--log-page",
            "--host"
        ])
    );
    assert!(files(here.path()).is_empty());
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_made() {
    let here = folder();
    fs::create_dir(here.path().join("full")).unwrap();
    fs::write(here.path().join("full/kept"), "").unwrap();
    fs::write(here.path().join("file"), "").unwrap();
    let cases: &[&[&str]] = &[
        &["Acme CRM"],
        &["full"],
        &["file"],
        &["nowhere/acme"],
        &["acme", "--id", "-acme"],
        &["acme", "--name", ""],
        &["acme", "--host", "https://acme.example"],
        &["acme", "--contact-page", "acme.example/person/7"],
        &[
            "acme",
            "--contact-page",
            "https://{hostname}/person/{contactId",
        ],
        &["acme", "--contact-page", "https://{hostname}/calls/{logId}"],
        &["acme", "--contact-page", "https://jo.acme.example/contacts"],
        &[
            "acme",
            "--contact-page",
            "https://jo.acme.example/w/77/person/8",
        ],
        &[
            "acme",
            "--log-page",
            "https://{hostname}/calls/{contactName}",
        ],
        &[
            "acme",
            "--host",
            "*.acme.example",
            "--contact-page",
            "https://acme.test/7",
        ],
        &["acme", "--contact-type", ""],
        &["acme", "--no-contact-page"],
        &["acme", "--sdk", "newest"],
        &["acme", "--sdk", "full"],
    ];
    let mut said = String::new();
    for case in cases {
        let ran = new(here.path(), case);
        assert_eq!(ran.code, 2, "{case:?}: {ran:?}");
        assert_eq!(ran.stdout, "");
        let usage = ran.stderr.split("\n\nUsage").next().unwrap();
        said += &format!("{}\n{}\n", case.join(" "), usage.trim_end());
    }
    assert_eq!(files(here.path()), ["file", "full/kept"]);
    // The same on a system whose folders are written with `\`.
    let said = said.replace("[here]\\", "[here]/");
    insta::assert_snapshot!(said, @r#"
    Acme CRM
    error: NAME: "Acme CRM" does not fit: an id is small letters and digits, in parts joined by `-`, at most 64
      Name the folder so, or give the id with --id
    full
    error: full is there already, and not an empty folder
      Nothing is written over: name another folder
    file
    error: file is there already, and not an empty folder
      Nothing is written over: name another folder
    nowhere/acme
    error: the folder [here]/nowhere is not there
      Make it first, or name another place
    acme --id -acme
    error: unexpected argument '-a' found

      tip: to pass '-a' as a value, use '-- -a'
    acme --name 
    error: --name: "" does not fit: this is one line of 1 to 100 characters, none of them a control character
    acme --host https://acme.example
    error: --host: "https://acme.example" is not a host pattern: write a host name (`app.example.com`) or `*.` and a domain (`*.example.com`), in lower case
    acme --contact-page acme.example/person/7
    error: --contact-page: acme.example/person/{contactId} is no template of a page: at character 1: it does not begin as a page's address; begin with `https://{hostname}`, with `https://` and a host, or with a setting or stored value that holds a base address
    acme --contact-page https://{hostname}/person/{contactId
    error: --contact-page: https://{hostname}/person/{contactId is no template of a page: at character 27: this brace is not closed; write `}` after the token, or `{{` for a brace itself
    acme --contact-page https://{hostname}/calls/{logId}
    error: --contact-page: `{logId}` has no value here: there is no log when a contact's page opens
    acme --contact-page https://jo.acme.example/contacts
    error: --contact-page: nothing in https://{hostname}/contacts looks like an id; write {contactId} where it stands
    acme --contact-page https://jo.acme.example/w/77/person/8
    error: --contact-page: more than one part looks like an id; write the template that is meant: https://{hostname}/w/{contactId}/person/8 or https://{hostname}/w/77/person/{contactId}
    acme --log-page https://{hostname}/calls/{contactName}
    error: --log-page: `{contactName}` has no value here: a log names its contact's id and type alone
    acme --host *.acme.example --contact-page https://acme.test/7
    error: --contact-page: acme.test is none of the hosts that accounts live on
    acme --contact-type 
    error: --contact-type: "" does not fit: this is one line of 1 to 100 characters, none of them a control character
    acme --no-contact-page
    error: the following required arguments were not provided:
      --log-page <TEMPLATE|URL>
    acme --sdk newest
    error: --sdk: newest is neither a folder nor a version such as 1.0
    acme --sdk full
    error: --sdk: full has no Cargo.toml of the package `callpop-adapter`
    "#);
}

#[test]
fn an_empty_folder_may_be_there() {
    let here = folder();
    fs::create_dir(here.path().join("acme")).unwrap();
    assert_eq!(new(here.path(), &["acme"]).code, 0);
    assert_eq!(files(here.path()).len(), 8);
}

#[test]
fn an_example_from_the_browser_becomes_a_template_and_its_host_the_only_one() {
    let here = folder();
    let ran = new(
        here.path(),
        &[
            "acme",
            "--contact-page",
            "https://jo.acme.example/r/Contact/003Dn00000AbCdE/view",
            "--log-page",
            "https://jo.acme.example/#/calls/12",
        ],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let code = read(here.path().join("acme/src/lib.rs"));
    assert!(
        code.contains("`https://{hostname}/r/Contact/{contactId}/view`"),
        "{code}"
    );
    assert!(
        code.contains("`https://{hostname}/#/calls/{logId}`"),
        "{code}"
    );
    let manifest = read(here.path().join("acme/adapter.json"));
    assert!(
        manifest.contains("\"hosts\": [\n    \"jo.acme.example\"\n  ]"),
        "{manifest}"
    );
    assert!(
        ran.stdout
            .contains("accounts live on jo.acme.example alone")
    );
}

#[test]
fn each_licence_has_its_text() {
    let here = folder();
    for (licence, cargo, text) in [
        (
            "mit",
            "license = \"MIT\"",
            "MIT License\n\nCopyright (c) A \"B\" & C\n",
        ),
        ("apache-2.0", "license = \"Apache-2.0\"", "Apache License"),
        (
            "proprietary",
            "license-file = \"LICENSE\"",
            "All rights reserved.",
        ),
    ] {
        let arguments = ["acme", "--licence", licence, "--vendor", "A \"B\" & C"];
        assert_eq!(new(here.path(), &arguments).code, 0);
        let acme = here.path().join("acme");
        assert!(read(acme.join("Cargo.toml")).contains(cargo));
        let whole = read(acme.join("LICENSE"));
        assert!(whole.contains(text), "{whole}");
        assert!(!whole.contains("{{"), "{whole}");
        fs::remove_dir_all(acme).unwrap();
    }
}

#[test]
fn a_crate_in_another_workspace_says_that_it_is_not_of_it() {
    for (workspace, has_table, has_profile) in [
        ("[workspace]\nmembers = [\"host\"]\n", true, true),
        ("[workspace]\nmembers = [\"in/*\"]\n", false, false),
        ("[workspace]\nexclude = [\"in/acme\"]\n", false, true),
        ("[package]\nname = \"x\"\n", false, true),
    ] {
        let here = folder();
        fs::write(here.path().join("Cargo.toml"), workspace).unwrap();
        fs::create_dir(here.path().join("in")).unwrap();
        let ran = new(here.path(), &["in/acme"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let manifest = read(here.path().join("in/acme/Cargo.toml"));
        assert_eq!(
            manifest.contains("\n[workspace]\n"),
            has_table,
            "{workspace}"
        );
        assert_eq!(
            manifest.contains("[profile.release]"),
            has_profile,
            "{workspace}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_nothing_behind() {
    let here = folder();
    let sandbox = Sandbox::new();
    let program = callpop_tests::program("callpop");
    // No file may become longer than nothing: as on a disk that is full.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" new acme --sdk 1.0";
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script])
        .arg(program)
        .env("CALLPOP_HOME", sandbox.home())
        .current_dir(here.path());
    let ran = sandbox.finish(&mut command);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("acme cannot be written"), "{ran:?}");
    assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
}

/// Crates that are made, built and tested by Cargo.
#[cfg(unix)]
mod built {
    use super::*;
    use crate::vendor::{one_at_a_time, target_folder};
    use callpop_host::{CallOptions, Contact};

    /// What `callpop new` is told besides the name: all that the language of templates has.
    const MATRIX: &[(&str, &[&str])] = &[
        ("plain", &[]),
        (
            "3-words-9",
            &[
                "--name",
                "Zoë \"the\\ CRM\" {{ x }} */",
                "--vendor",
                "{% if %}",
            ],
        ),
        (
            "log-only",
            &[
                "--no-contact-page",
                "--log-page",
                "https://{hostname}/sheets/d/{logId}",
            ],
        ),
        (
            "settings",
            &[
                "--host",
                "app.acme.example",
                "--contact-page",
                "https://{hostname}/v2/location/{locationId}/contacts/detail/{contactId}",
                "--log-page",
                "https://{hostname}/{type}/{contactId}/{contactType}?call={logId}",
            ],
        ),
        (
            "places",
            &[
                "--host",
                "*.acme.example",
                "--contact-page",
                "https://{hostname}/list/{contactType}/?blade=/details/{contactType}/{contactId}",
                "--contact-type",
                "Lead",
                "--contact-type",
                "Sales \"contact\"",
                "--log-page",
                "https://{hostname}/nc/#/contacts/{contactId}/communications/{logId}",
            ],
        ),
        (
            "templates",
            &[
                "--contact-page",
                "https://{hostname}/app/{contactType}.nl?id={contactId}&to=https://{hostname}/{extra.board}",
                "--log-page",
                "{user_urls.atsUrl}/calls/{contactType|lower}/{logId}?of={thirdPartyAppointmentId}",
            ],
        ),
        (
            "contact",
            &["--contact-page", "https://{hostname}/{contactId}/view"],
        ),
        (
            "by-number",
            &[
                "--contact-page",
                "https://{hostname}/search?q={contactPhone}&n={contactName}",
            ],
        ),
    ];

    /// A checkout with no adapters yet, at a place that stays, so that the SDK is built once.
    fn checkout() -> PathBuf {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkout");
        let _ = fs::remove_dir_all(root.join("adapters"));
        fs::create_dir_all(root.join("adapters")).unwrap();
        let manifest = read(workspace().join("Cargo.toml"));
        let members = manifest
            .lines()
            .find(|it| it.starts_with("members"))
            .unwrap();
        let by_default = (manifest.lines())
            .find(|it| it.starts_with("default-members"))
            .unwrap();
        let manifest = manifest
            .replace(by_default, "")
            .replace(members, "members = [\"adapter-api\", \"adapters/*\"]");
        // The rest is for the building of packages that are not here.
        let (manifest, _) = manifest.split_once("[profile.").unwrap();
        fs::write(root.join("Cargo.toml"), manifest).unwrap();
        fs::copy(workspace().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
        let sdk = root.join("adapter-api");
        if !sdk.exists() {
            std::os::unix::fs::symlink(workspace().join("adapter-api"), sdk).unwrap();
        }
        root
    }

    /// Runs Cargo in `folder`, with one target folder for all that is built outside.
    fn cargo(folder: &Path, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .env("CARGO_TARGET_DIR", target_folder())
            .env_remove("RUSTFLAGS")
            .current_dir(folder)
            .output()
            .unwrap();
        let said = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
        let said = said.concat();
        assert!(output.status.success(), "cargo {arguments:?}: {said}");
        said
    }

    #[test]
    fn in_a_checkout_it_joins_the_workspace_and_all_forms_of_pages_pass_their_tests() {
        let _turn = one_at_a_time();
        let root = checkout();
        for (name, arguments) in MATRIX {
            let sandbox = Sandbox::new();
            let mut command = sandbox.command();
            command
                .current_dir(root.join("adapters"))
                .args(["new", name]);
            let ran = sandbox.finish(command.args(*arguments));
            assert_eq!(ran.code, 0, "{name}: {ran:?}");
            let made = files(&root.join("adapters").join(name));
            assert_eq!(
                made,
                ["Cargo.toml", "adapter.json", "src/lib.rs", "src/tests.rs"]
            );
        }
        cargo(&root, &["fmt", "--all", "--check"]);
        let said = cargo(
            &root,
            &["test", "--workspace", "--exclude", "callpop-adapter"],
        );
        assert!(!said.contains("warning"), "{said}");
        let passed = said.matches("test result: ok.").count();
        assert_eq!(passed, MATRIX.len(), "{said}");
    }

    /// The library of a crate that was made in `folder`, in a plugins folder; the page that opens.
    fn popped(folder: &Path, id: &str, hostname: &str) -> String {
        let package = format!("callpop_adapter_{}", id.replace('-', "_"));
        cargo(folder, &["build"]);
        let library = target_folder().join(format!("debug/lib{package}.so"));
        let sandbox = Sandbox::new();
        sandbox.add(&library, &callpop_tests::library_name(id));
        let options = CallOptions {
            hostname: Some(hostname.to_owned()),
            dry_run: false,
        };
        let contact = Contact::new("a/b", "Jo Doe", "");
        let outcome = sandbox
            .host()
            .open_contact_page(id, &contact, &options)
            .unwrap();
        outcome.opened[0].url.as_str().to_owned()
    }

    #[test]
    fn outside_it_builds_on_the_sdk_that_is_named_and_a_page_pops() {
        let _turn = one_at_a_time();
        let here = folder();
        let sdk = workspace().join("adapter-api");
        let page = "https://{hostname}/person/{contactId}";
        let arguments = [
            "acme-outside",
            "--sdk",
            sdk.to_str().unwrap(),
            "--host",
            "*.acme.example",
            "--contact-page",
            page,
        ];
        let ran = new(here.path(), &arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        let acme = here.path().join("acme-outside");
        fs::copy(workspace().join("Cargo.lock"), acme.join("Cargo.lock")).unwrap();
        let said = cargo(&acme, &["test"]);
        assert!(said.contains("3 passed"), "{said}");
        assert_eq!(
            popped(&acme, "acme-outside", "jo.acme.example"),
            "https://jo.acme.example/person/a%2Fb"
        );
    }

    #[test]
    fn without_a_checkout_it_builds_on_the_sdk_that_is_shipped_beside_the_program() {
        let _turn = one_at_a_time();
        // As `cargo xtask dist` lays it out, beside a crate in another place.
        let dist = folder();
        let sdk = dist.path().join("sdk");
        let status = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--package", "xtask", "--", "sdk", "--to"])
            .arg(&sdk)
            .current_dir(workspace())
            .status()
            .unwrap();
        assert!(status.success());
        let program = dist.path().join("callpop");
        fs::copy(callpop_tests::program("callpop"), &program).unwrap();
        let status = Command::new(&program)
            .args(["new", "acme", "--yes"])
            .current_dir(dist.path())
            .env("CALLPOP_HOME", dist.path().join("home"))
            .output()
            .unwrap();
        assert!(status.status.success(), "{status:?}");
        let acme = dist.path().join("acme");
        let manifest = read(acme.join("Cargo.toml"));
        let sdk = fs::canonicalize(sdk).unwrap();
        assert!(manifest.contains(sdk.to_str().unwrap()), "{manifest}");
        fs::copy(workspace().join("Cargo.lock"), acme.join("Cargo.lock")).unwrap();
        let said = cargo(&acme, &["test"]);
        assert!(said.contains("3 passed"), "{said}");
        assert_eq!(
            popped(&acme, "acme", "crm.example.com"),
            "https://crm.example.com/contacts/a%2Fb"
        );
    }
}

/// The questions, on a terminal.
#[cfg(unix)]
mod terminal {
    use std::process::Stdio;

    use callpop_tests::PATIENT;
    use rexpect::session::{PtySession, spawn_command};

    use super::*;

    fn asked(folder: &Path, sandbox: &Sandbox) -> PtySession {
        let mut command = sandbox.command();
        command
            .args(["new", "acme-crm", "--sdk", "1.0"])
            .current_dir(folder)
            .env("TERM", "xterm")
            .stdin(Stdio::inherit());
        let limit = u64::try_from(PATIENT.as_millis()).unwrap();
        spawn_command(command, Some(limit)).unwrap()
    }

    fn answer(terminal: &mut PtySession, question: &str, text: &str) {
        terminal.exp_string(question).unwrap();
        terminal.send(text).unwrap();
        terminal.send("\r").unwrap();
        terminal.flush().unwrap();
    }

    #[test]
    fn each_question_has_a_proposal_and_an_answer_that_does_not_fit_is_asked_for_again() {
        let here = folder();
        let sandbox = Sandbox::new();
        let mut terminal = asked(here.path(), &sandbox);
        answer(&mut terminal, "The CRM's name:", "");
        answer(&mut terminal, "Who makes the adapter:", "Acme Inc.");
        let page = "https://jo.acme.example/w/77/person/8";
        answer(&mut terminal, "A contact's page:", page);
        answer(&mut terminal, "Which part is the id?", "w/77/person");
        answer(&mut terminal, "A logged call's page:", "nonsense");
        terminal
            .exp_string("nothing in nonsense looks like an id")
            .unwrap();
        terminal.send(&"\u{7f}".repeat("nonsense".len())).unwrap();
        terminal.send("https://{hostname}/calls/{logId}\r").unwrap();
        terminal.flush().unwrap();
        answer(&mut terminal, "Accounts live on:", "");
        terminal.exp_string("the adapter `acme-crm`").unwrap();
        terminal.exp_eof().unwrap();
        let manifest = read(here.path().join("acme-crm/adapter.json"));
        insta::assert_snapshot!(manifest, @r#"
        {
          "id": "acme-crm",
          "name": "Acme Crm",
          "version": "0.1.0",
          "vendor": "Acme Inc.",
          "description": "Opens the contact and the logged call.",
          "hosts": [
            "jo.acme.example"
          ],
          "canOpenLogPage": true
        }
        "#);
    }

    #[test]
    fn escape_makes_nothing() {
        let here = folder();
        let sandbox = Sandbox::new();
        let mut terminal = asked(here.path(), &sandbox);
        terminal.exp_string("The CRM's name:").unwrap();
        terminal.send("\u{1b}").unwrap();
        terminal.flush().unwrap();
        terminal.exp_string("nothing was made").unwrap();
        terminal.exp_eof().unwrap();
        assert!(files(here.path()).is_empty());
    }
}
