//! The program `callpop`, as a person and as another program use it.

use std::fs;

use callpop_tests::Sandbox;
#[cfg(unix)]
use callpop_tests::library;
#[cfg(unix)]
use serde_json::Value;
use serde_json::json;

const CONTACT: &str = r#"{"id":"7","name":"Jo Doe","phone":"+12025550123"}"#;

fn snapshot(sandbox: &Sandbox, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for arguments in commands {
        text += &format!(
            "$ callpop {}\n{}\n",
            arguments.join(" "),
            sandbox.run(*arguments).text()
        );
    }
    text
}

#[test]
fn the_commands_tell_what_they_do() {
    let sandbox = Sandbox::with(&["pipedrive", "bullhorn", "freshdesk"]);
    let commands: &[&[&str]] = &[
        &["accounts"],
        &[
            "connect",
            "pipedrive",
            "https://acme.pipedrive.com/person/1",
            "--dry-run",
        ],
        &[
            "connect",
            "pipedrive",
            "https://acme.pipedrive.com/person/1",
        ],
        &[
            "connect",
            "bullhorn",
            "app.bullhornstaffing.com",
            "--set",
            "user_name=jo",
            "--set",
            "user_urls.atsUrl=https://cls42.bullhornstaffing.com",
        ],
        &["accounts"],
        &["pop", "pipedrive", "--contact", CONTACT, "--dry-run"],
        &[
            "pop",
            "bullhorn",
            "--contact",
            r#"{"id":"7","type":"Lead"}"#,
            "--dry-run",
        ],
        &["open-log", "pipedrive", "--log-id", "42", "--dry-run"],
        &[
            "open-log",
            "freshdesk",
            "--hostname",
            "acme.freshdesk.com",
            "--log-id",
            "42",
            "--contact",
            CONTACT,
            "--dry-run",
        ],
        &["logout", "bullhorn", "--dry-run"],
        &["logout", "bullhorn"],
        &["accounts"],
    ];
    insta::assert_snapshot!(snapshot(&sandbox, commands), @r#"
    $ callpop accounts
    exit 0
    --- stdout
    No account is connected.
    Connect one with: callpop connect ADAPTER HOST-OR-URL

    $ callpop connect pipedrive https://acme.pipedrive.com/person/1 --dry-run
    exit 0
    --- stdout
    Would connect `pipedrive` to acme.pipedrive.com.

    $ callpop connect pipedrive https://acme.pipedrive.com/person/1
    exit 0
    --- stdout
    Connected `pipedrive` to acme.pipedrive.com.
    Try a call: callpop pop pipedrive --dry-run --contact '{"id":"7"}'

    $ callpop connect bullhorn app.bullhornstaffing.com --set user_name=jo --set user_urls.atsUrl=https://cls42.bullhornstaffing.com
    exit 0
    --- stdout
    Connected `bullhorn` to app.bullhornstaffing.com.
    Try a call: callpop pop bullhorn --dry-run --contact '{"id":"7"}'

    $ callpop accounts
    exit 0
    --- stdout
    ADAPTER    HOSTNAME                  SETTINGS  STORED VALUES
    pipedrive  acme.pipedrive.com
    bullhorn   app.bullhornstaffing.com            user_name user_urls

    $ callpop pop pipedrive --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"} --dry-run
    exit 0
    --- stdout
    Would open https://acme.pipedrive.com/person/7

    $ callpop pop bullhorn --contact {"id":"7","type":"Lead"} --dry-run
    exit 0
    --- stdout
    Would open https://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Lead&id=7&view=Overview (in a window of its own)

    $ callpop open-log pipedrive --log-id 42 --dry-run
    exit 0
    --- stdout
    Would open https://acme.pipedrive.com/activities/42

    $ callpop open-log freshdesk --hostname acme.freshdesk.com --log-id 42 --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"} --dry-run
    exit 0
    --- stdout
    `freshdesk` has no page for a log, so the contact's page it is.
    Would open https://acme.freshdesk.com/a/contacts/7

    $ callpop logout bullhorn --dry-run
    exit 0
    --- stdout
    Would remove the stored value `user_name`
    Would remove the stored value `user_urls`
    Would forget the account.

    $ callpop logout bullhorn
    exit 0
    --- stdout
    Removed the stored value `user_name`
    Removed the stored value `user_urls`
    Logged out of app.bullhornstaffing.com.

    $ callpop accounts
    exit 0
    --- stdout
    ADAPTER    HOSTNAME            SETTINGS  STORED VALUES
    pipedrive  acme.pipedrive.com
    "#);
}

#[test]
fn the_same_for_programs_is_one_json_object_each() {
    let sandbox = Sandbox::with(&["pipedrive", "bullhorn"]);
    let commands: &[&[&str]] = &[
        &[
            "connect",
            "bullhorn",
            "app.bullhornstaffing.com",
            "--set",
            "user_name=jo",
            "--json",
        ],
        &["accounts", "--json"],
        &[
            "pop",
            "pipedrive",
            "--hostname",
            "acme.pipedrive.com",
            "--contact",
            CONTACT,
            "--dry-run",
            "--json",
        ],
        &[
            "open-log",
            "pipedrive",
            "--hostname",
            "acme.pipedrive.com",
            "--log-id",
            "42",
            "--dry-run",
            "--json",
        ],
        &["logout", "bullhorn", "--json"],
        &["logout", "bullhorn", "--json"],
    ];
    for arguments in commands {
        // One line, and nothing else on standard output.
        let ran = sandbox.run(*arguments);
        assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
        assert!(ran.json().is_object());
    }
    let sandbox = Sandbox::with(&["pipedrive", "bullhorn"]);
    insta::assert_snapshot!(snapshot(&sandbox, commands), @r#"
    $ callpop connect bullhorn app.bullhornstaffing.com --set user_name=jo --json
    exit 0
    --- stdout
    {"adapter":"bullhorn","hostname":"app.bullhornstaffing.com","settings":{},"stored":["user_name"],"dryRun":false}

    $ callpop accounts --json
    exit 0
    --- stdout
    {"accounts":[{"adapter":"bullhorn","hostname":"app.bullhornstaffing.com","settings":{},"stored":["user_name"]}],"order":[],"pop":"all"}

    $ callpop pop pipedrive --hostname acme.pipedrive.com --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"} --dry-run --json
    exit 0
    --- stdout
    {"adapter":"pipedrive","callback":"openContactPage","opened":[{"url":"https://acme.pipedrive.com/person/7","as":"tab"}],"stored":[],"notices":[],"dryRun":true}

    $ callpop open-log pipedrive --hostname acme.pipedrive.com --log-id 42 --dry-run --json
    exit 0
    --- stdout
    {"adapter":"pipedrive","callback":"openLogPage","opened":[{"url":"https://acme.pipedrive.com/activities/42","as":"tab"}],"stored":[],"notices":[],"dryRun":true}

    $ callpop logout bullhorn --json
    exit 0
    --- stdout
    {"adapter":"bullhorn","callback":"onUnauthorize","opened":[],"stored":[{"name":"user_name","change":"removed"},{"name":"user_urls","change":"removed"}],"notices":[],"dryRun":false}

    $ callpop logout bullhorn --json
    exit 2
    --- stdout
    {"error":{"code":"not-connected","message":"`bullhorn` is not connected; connect it, or name a hostname for this call"}}
    --- stderr
    error: `bullhorn` is not connected; connect it, or name a hostname for this call
      Connect it with: callpop connect bullhorn HOST-OR-URL   (or give --hostname)
    "#);
}

#[cfg(unix)]
#[test]
fn every_failure_has_its_exit_code_and_says_what_to_do() {
    let sandbox = Sandbox::with(&[
        "pipedrive",
        "bullhorn",
        "clio",
        "freshdesk",
        "google-sheets",
        "obedient",
        "panics",
    ]);
    sandbox.write("broken.so", "not a library");
    sandbox.run(["connect", "pipedrive", "acme.pipedrive.com"]);
    let commands: &[&[&str]] = &[
        // 2: wrong usage or input
        &["pop", "pipedrive", "--contact", "{"],
        &["pop", "pipedrive", "--contact", "[]"],
        &["pop", "pipedrive", "--contact", r#"{"name":"Jo"}"#],
        &["pop", "pipedrive", "--contact", "@/nonexistent.json"],
        &["pop", "clio", "--contact", CONTACT],
        &[
            "pop",
            "clio",
            "--hostname",
            "clio.com",
            "--contact",
            CONTACT,
        ],
        &["connect", "pipedrive", "acme corp"],
        &["connect", "pipedrive", "other.pipedrive.com"],
        &[
            "connect",
            "pipedrive",
            "acme.pipedrive.com",
            "--set",
            "colour=blue",
        ],
        &[
            "connect",
            "bullhorn",
            "app.bullhornstaffing.com",
            "--set",
            "colour=blue",
        ],
        &[
            "open-log",
            "freshdesk",
            "--hostname",
            "acme.freshdesk.com",
            "--log-id",
            "42",
        ],
        &["open-log", "pipedrive", "--log-id", ""],
        &["logout", "clio"],
        // 3: no such adapter, or refused
        &["pop", "salesforce", "--contact", CONTACT],
        &["logout", "salesforce"],
        &["inspect", "/nonexistent.so"],
        // 4: the adapter failed
        &[
            "pop",
            "bullhorn",
            "--hostname",
            "app.bullhornstaffing.com",
            "--contact",
            r#"{"id":"7","type":"Lead"}"#,
        ],
        &[
            "open-log",
            "clio",
            "--hostname",
            "app.clio.com",
            "--log-id",
            "42",
        ],
        &[
            "pop",
            "google-sheets",
            "--hostname",
            "docs.google.com",
            "--contact",
            CONTACT,
        ],
        &[
            "pop",
            "panics",
            "--hostname",
            "crm.example.com",
            "--contact",
            CONTACT,
        ],
        // 5: the URL policy refused
        &[
            "pop",
            "obedient",
            "--hostname",
            "a.obedient.example",
            "--contact",
            r#"{"id":"7","1 tab":"https://evil.example/"}"#,
        ],
        // 6: no browser
        &["pop", "pipedrive", "--contact", CONTACT],
    ];
    insta::assert_snapshot!(snapshot(&sandbox, commands), @r#"
    $ callpop pop pipedrive --contact {
    exit 2
    --- stderr
    error: the contact is not JSON: EOF while parsing an object at line 1 column 1

    $ callpop pop pipedrive --contact []
    exit 2
    --- stderr
    error: the contact is not a JSON object such as {"id":"7","name":"Jo","phone":"+12025550123"}

    $ callpop pop pipedrive --contact {"name":"Jo"}
    exit 2
    --- stderr
    error: the contact has no `id`; without one its page cannot be told

    $ callpop pop pipedrive --contact @/nonexistent.json
    exit 2
    --- stderr
    error: the contact cannot be read from the file /nonexistent.json: No such file or directory (os error 2)

    $ callpop pop clio --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 2
    --- stderr
    error: `clio` is not connected; connect it, or name a hostname for this call
      Connect it with: callpop connect clio HOST-OR-URL   (or give --hostname)

    $ callpop pop clio --hostname clio.com --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 2
    --- stderr
    error: `clio.com` is not a host of Clio; its accounts live on app.clio.com, eu.app.clio.com, au.app.clio.com, ca.app.clio.com

    $ callpop connect pipedrive acme corp
    exit 2
    --- stderr
    error: "acme corp" is not a host name; paste the address of any page of the CRM, or its host

    $ callpop connect pipedrive other.pipedrive.com
    exit 2
    --- stderr
    error: `pipedrive` is connected to acme.pipedrive.com already; log out first
      Log out with: callpop logout pipedrive

    $ callpop connect pipedrive acme.pipedrive.com --set colour=blue
    exit 2
    --- stderr
    error: `pipedrive` has no setting `colour`; it takes no settings

    $ callpop connect bullhorn app.bullhornstaffing.com --set colour=blue
    exit 2
    --- stderr
    error: `bullhorn` has no setting `colour`; it has: user_name, user_urls

    $ callpop open-log freshdesk --hostname acme.freshdesk.com --log-id 42
    exit 2
    --- stderr
    error: Freshdesk has no page for a log, and the log does not name a contact to open instead
      Name the contact with: --contact '{"id":"..."}'

    $ callpop open-log pipedrive --log-id 
    exit 2
    --- stderr
    error: the log's id is empty

    $ callpop logout clio
    exit 2
    --- stderr
    error: `clio` is not connected; connect it, or name a hostname for this call
      Connect it with: callpop connect clio HOST-OR-URL   (or give --hostname)

    $ callpop pop salesforce --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 3
    --- stderr
    error: there is no adapter `salesforce` in [plugins]; there are: bullhorn, clio, freshdesk, google-sheets, obedient, panics, pipedrive
      See every file and its state with: callpop adapters

    $ callpop logout salesforce
    exit 3
    --- stderr
    error: there is no adapter `salesforce` in [plugins]; there are: bullhorn, clio, freshdesk, google-sheets, obedient, panics, pipedrive
      See every file and its state with: callpop adapters

    $ callpop inspect /nonexistent.so
    exit 3
    --- stdout
    state         refused
    --- stderr
    error: /nonexistent.so: it cannot be read: No such file or directory (os error 2)

    $ callpop pop bullhorn --hostname app.bullhornstaffing.com --contact {"id":"7","type":"Lead"}
    exit 4
    --- stderr
    error: the adapter `bullhorn` failed: the value `user_urls.atsUrl` is missing
      Set it with: callpop connect bullhorn HOST-OR-URL --set NAME=VALUE

    $ callpop open-log clio --hostname app.clio.com --log-id 42
    exit 4
    --- stderr
    error: the adapter `clio` failed: the value `contact.id` is missing
      Name it in --contact '{"id":"...", ...}'

    $ callpop pop google-sheets --hostname docs.google.com --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 4
    --- stderr
    error: Google Sheets has no page for a contact

    $ callpop pop panics --hostname crm.example.com --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 4
    --- stderr
    error: the adapter `panics` failed: no page for "7"�[31m (tests/fixtures/panics.rs:21)

    $ callpop pop obedient --hostname a.obedient.example --contact {"id":"7","1 tab":"https://evil.example/"}
    exit 5
    --- stderr
    error: what the adapter `obedient` wants is refused: the page "https://evil.example/" is not opened: its host `evil.example` is neither the account's, a.obedient.example, nor one of the adapter's

    $ callpop pop pipedrive --contact {"id":"7","name":"Jo Doe","phone":"+12025550123"}
    exit 6
    --- stderr
    error: no browser could be started for https://acme.pipedrive.com/person/7: No valid browsers detected. You can specify one in BROWSER environment variable
      Open it by hand: https://acme.pipedrive.com/person/7
    "#);
}

#[cfg(unix)]
#[test]
fn every_failure_is_an_object_for_programs() {
    let sandbox = Sandbox::with(&["pipedrive", "obedient"]);
    for (arguments, exit, code) in [
        (vec!["pop", "pipedrive"], 2, "usage"),
        (vec!["nonsense"], 2, "usage"),
        (
            vec!["pop", "pipedrive", "--contact", "{"],
            2,
            "invalid-contact",
        ),
        (
            vec!["pop", "pipedrive", "--contact", CONTACT],
            2,
            "not-connected",
        ),
        (vec!["connect", "pipedrive", "x y"], 2, "invalid-hostname"),
        (
            vec!["connect", "pipedrive", "a.pipedrive.com", "--set", "a=b"],
            2,
            "invalid-value",
        ),
        (
            vec!["pop", "nobody", "--contact", CONTACT],
            3,
            "no-such-adapter",
        ),
        (vec!["inspect", "/nonexistent.so"], 3, "unreadable"),
        (
            vec![
                "pop",
                "obedient",
                "--hostname",
                "a.obedient.example",
                "--contact",
                r#"{"id":"7","fail internal":"x"}"#,
            ],
            4,
            "adapter-error",
        ),
        (
            vec![
                "pop",
                "obedient",
                "--hostname",
                "a.obedient.example",
                "--contact",
                r#"{"id":"7","1 tab":"file:///x"}"#,
            ],
            5,
            "url-refused",
        ),
        (
            vec![
                "pop",
                "pipedrive",
                "--hostname",
                "a.pipedrive.com",
                "--contact",
                CONTACT,
            ],
            6,
            "no-browser",
        ),
    ] {
        let ran = sandbox.run(arguments.iter().copied().chain(["--json"]));
        assert_eq!(ran.code, exit, "{ran:?}");
        let error = &ran.json()["error"];
        assert_eq!(error["code"], code, "{ran:?}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        let lines = ran.stderr.lines().count();
        assert!((1..=6).contains(&lines), "{ran:?}");
    }
}

#[test]
fn a_failed_clean_up_still_forgets_and_says_so() {
    let sandbox = Sandbox::with(&["obedient"]);
    let connect = [
        "connect",
        "obedient",
        "a.obedient.example",
        "--set",
        "fail=the server is away",
    ];
    sandbox.run(connect);
    let ran = sandbox.run(["logout", "obedient", "--json"]);
    assert_eq!(ran.code, 4);
    assert_eq!(ran.json()["forgotten"], true);
    sandbox.run(connect);
    insta::assert_snapshot!(snapshot(&sandbox, &[&["logout", "obedient"], &["accounts"]]), @"
    $ callpop logout obedient
    exit 4
    --- stderr
    error: the adapter `obedient` failed: the server is away
      The account is forgotten all the same; only the adapter's clean-up failed.

    $ callpop accounts
    exit 0
    --- stdout
    No account is connected.
    Connect one with: callpop connect ADAPTER HOST-OR-URL
    ");
}

#[test]
fn a_contact_may_come_from_a_file_or_from_standard_input() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let file = sandbox.plugins().join("contact.json");
    fs::write(&file, CONTACT).unwrap();
    let pop = |contact: &str, input: &str| {
        let arguments = [
            "pop",
            "pipedrive",
            "--hostname",
            "a.pipedrive.com",
            "--dry-run",
            "--json",
            "--contact",
            contact,
        ];
        sandbox.run_with_input(arguments, input)
    };
    for ran in [pop(&format!("@{}", file.display()), ""), pop("-", CONTACT)] {
        assert_eq!(
            ran.json()["opened"][0]["url"],
            "https://a.pipedrive.com/person/7",
            "{ran:?}"
        );
    }
    let endless = pop("-", &"x".repeat(2 * 1024 * 1024));
    assert_eq!(
        (endless.code, &endless.json()["error"]["code"]),
        (2, &json!("invalid-contact"))
    );
    assert_eq!(pop("-", "").code, 2);
}

#[cfg(unix)]
#[test]
fn the_list_of_adapters_names_every_file() {
    let sandbox = Sandbox::with(&["clio", "pipedrive", "damaged_manifest"]);
    sandbox.write("empty.so", "");
    sandbox.write("README.txt", "hello");
    insta::assert_snapshot!(sandbox.run(["adapters"]).text(), @"
    exit 0
    --- stdout
    ID         NAME       VERSION  HOSTS                    FILE
    clio       Clio       0.1.0    app.clio.com and 3 more  clio.so
    pipedrive  Pipedrive  0.1.0    *.pipedrive.com          pipedrive.so

    Refused
      [plugins]/damaged_manifest.so
        its manifest (adapter.json) is not valid: line 3, column 10: expected `:`
      [plugins]/empty.so
        it is empty; was it copied to the end?

    Ignored
      README.txt: not named like an adapter (.so, .dll, .dylib, .adapter.json, .callpop)
    ");

    let list = sandbox.run(["adapters", "--json"]).json();
    let states: Vec<_> = list["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            (
                file["state"].as_str().unwrap(),
                file["reason"]["code"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(
        states,
        [
            ("ignored", "ignored"),
            ("ready", "-"),
            ("refused", "damaged-manifest"),
            ("refused", "empty"),
            ("ready", "-")
        ]
    );
    assert_eq!(list["files"][1]["manifest"]["canOpenLogPage"], true);
}

#[cfg(unix)]
#[test]
fn a_name_in_the_plugins_folder_cannot_steer_the_terminal() {
    let sandbox = Sandbox::new();
    sandbox.write("a\x1b[31mred\n.so", "not a library");
    sandbox.write("b\x1b]0;title\x07.txt", "");
    let ran = sandbox.run(["adapters"]);
    assert!(!ran.stdout.contains(['\x1b', '\x07']), "{ran:?}");
    assert!(
        ran.stdout.contains("a\u{fffd}[31mred\u{fffd}.so"),
        "{ran:?}"
    );
}

#[cfg(unix)]
#[test]
fn without_adapters_it_says_where_it_looked() {
    let sandbox = Sandbox::new();
    let nowhere = sandbox.home().join("nowhere");
    let ran = sandbox.run([
        "adapters".as_ref(),
        "--plugins".as_ref(),
        nowhere.as_os_str(),
    ]);
    insta::assert_snapshot!(ran.text(), @"
    exit 0
    --- stdout
    No adapter is ready.
      looked into [home]/nowhere
    --- stderr
    warning: the plugins folder [home]/nowhere cannot be listed: No such file or directory (os error 2)
    ");
}

#[cfg(unix)]
#[test]
fn inspecting_a_file_tells_all_of_it_without_running_it() {
    let sandbox = Sandbox::new();
    let file = library("bullhorn");
    let ran = sandbox.run(["inspect".as_ref(), file.as_os_str()]);
    let stable: Vec<_> = ran
        .stdout
        .lines()
        .filter(|line| !line.starts_with("size") && !line.starts_with("sha256"))
        .collect();
    insta::assert_snapshot!(stable.join("\n"), @"
    Bullhorn 0.1.0
    Opens the candidate, contact or lead in a window of its own, on the account's own server.

    id            bullhorn
    vendor        Callpop
    website       https://www.bullhorn.com
    hosts         *.bullhornstaffing.com
    contact page  yes
    log page      no
    contact types Candidate, Contact, Lead
    stored value  user_name: The user's name, as Bullhorn gave it at login.
    stored value  user_urls: A JSON object with the addresses that Bullhorn gave at login; the pages stand under its `atsUrl`.
    ABI           abi_stable/1.0
    built for     Linux on x86_64
    signed by     nobody
    state         ready
    ");

    let object = sandbox
        .run(["inspect".as_ref(), file.as_os_str(), "--json".as_ref()])
        .json();
    assert_eq!(object["manifest"]["id"], "bullhorn");
    assert_eq!(object["abi"], "abi_stable/1.0");
    assert_eq!(object["state"], "ready");
    assert_eq!(object["size"], fs::metadata(file).unwrap().len());
    assert!(object["target"]["machine"].is_string());
    assert_eq!(object["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(object["error"], Value::Null);

    let damaged = sandbox.run([
        "inspect".as_ref(),
        library("damaged_manifest").as_os_str(),
        "--json".as_ref(),
    ]);
    assert_eq!(damaged.code, 3);
    assert_eq!(damaged.json()["error"]["code"], "damaged-manifest");
}

#[test]
fn a_damaged_state_file_is_kept_aside_with_a_warning() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    sandbox.run(["connect", "pipedrive", "acme.pipedrive.com"]);
    fs::write(sandbox.home().join("accounts.json"), "{ half").unwrap();
    let ran = sandbox.run(["accounts"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr
            .starts_with("warning: [home]/accounts.json is damaged"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.starts_with("No account is connected."),
        "{ran:?}"
    );
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let plain = sandbox.run(["adapters"]);
    assert!(!plain.stdout.contains('\x1b'));
    // The variable's meaning: force-color.org; and no-color.org for the other.
    let mut command = sandbox.command();
    let forced = sandbox.finish(command.arg("adapters").env("CLICOLOR_FORCE", "1"));
    assert!(forced.stdout.contains('\x1b'));
    let mut command = sandbox.command();
    let refused = sandbox.finish(command.arg("adapters").env("NO_COLOR", "1"));
    assert!(!refused.stdout.contains('\x1b'));
}

#[test]
fn folders_and_home_come_from_options_variables_and_places_in_that_order() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let other = Sandbox::with(&["clio"]);
    let ids = |ran: callpop_tests::Ran| -> Vec<String> {
        let list = ran.json();
        let files = list["files"].as_array().unwrap().iter();
        files
            .filter_map(|file| Some(file["manifest"]["id"].as_str()?.to_owned()))
            .collect()
    };
    assert_eq!(ids(sandbox.run(["adapters", "--json"])), ["pipedrive"]);
    let option = other.plugins();
    let ran = sandbox.run([
        "adapters".as_ref(),
        "--json".as_ref(),
        "--plugins".as_ref(),
        option.as_os_str(),
    ]);
    assert_eq!(ids(ran), ["clio"]);
    let both = std::env::join_paths([sandbox.plugins(), other.plugins()]).unwrap();
    let mut command = sandbox.command();
    let ran = sandbox.finish(
        command
            .args(["adapters", "--json"])
            .env("CALLPOP_PLUGINS", both),
    );
    assert_eq!(ids(ran), ["pipedrive", "clio"]);

    // Neither option nor variable: beside the program, and under the home.
    let home = other.home();
    fs::create_dir(&home).unwrap();
    fs::rename(other.plugins(), home.join("plugins")).unwrap();
    let mut command = sandbox.command();
    command
        .args(["adapters", "--json", "--home"])
        .arg(&home)
        .env_remove("CALLPOP_PLUGINS");
    assert_eq!(ids(sandbox.finish(&mut command)), ["clio"]);
}

#[test]
fn help_teaches_and_completions_complete() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(["--help"]);
    assert_eq!(help.code, 0);
    insta::assert_snapshot!("help", help.stdout);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = sandbox.run(["completions", shell]);
        assert!(
            ran.code == 0 && ran.stdout.contains("open-log"),
            "{shell}: {ran:?}"
        );
    }
}
