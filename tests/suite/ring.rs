//! `callpop ring`: a whole call from the command line, and a picker on a real terminal.

use std::process::Command;

use callpop_tests::Sandbox;

const NUMBER: &str = "+12025550123";
const JO: &str = r#"pipedrive={"id":"7","name":"Jo Doe","type":"Person"}"#;
const JANE: &str = r#"pipedrive={"id":"8","name":"Jane Roe","type":"Person"}"#;

/// Two connected accounts, and a browser that is content with everything.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk"]);
    for (adapter, host) in [
        ("pipedrive", "acme.pipedrive.com"),
        ("freshdesk", "acme.freshdesk.com"),
    ] {
        assert_eq!(sandbox.run(["connect", adapter, host]).code, 0);
    }
    sandbox
}

fn ring(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = sandbox.command();
    command
        .env("BROWSER", "/bin/true")
        .arg("ring")
        .args(arguments);
    command
}

/// What the program says, with the times left out.
fn said(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let text = sandbox.finish(&mut ring(sandbox, arguments)).text();
    let lines = text.lines().map(|line| match line.split_once("took ") {
        Some((before, _)) => format!("{before}took TIME"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_call_opens_the_page_once_though_it_is_answered_too() {
    let sandbox = sandbox();
    insta::assert_snapshot!(said(&sandbox, &[NUMBER, "--match", JO, "--answer"]), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive: Opened https://acme.pipedrive.com/person/7
      freshdesk: No page: no contact matches.
    Call from +12025550123, connected
      pipedrive: No page: its pages were opened already.
      freshdesk: No page: no contact matches.
    ");
}

#[test]
fn the_whole_decision_is_explained() {
    let sandbox = sandbox();
    let arguments = [NUMBER, "--match", JO, "--match", JANE, "--explain"];
    insta::assert_snapshot!(said(&sandbox, &arguments), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive
        the call is ringing
        inbound calls pop on first ring
        2 contacts match: Jo Doe (7), Jane Roe (8)
        several matches all open
        Opened https://acme.pipedrive.com/person/7
        Opened https://acme.pipedrive.com/person/8
        the URL policy accepts acme.pipedrive.com: it is the account's host
        took TIME
      freshdesk
        the call is ringing
        inbound calls pop on first ring
        no contact matches
        No page: no contact matches.
        took TIME
    Call from +12025550123, ended
      pipedrive
        the call is over
        No page: the call is over.
        took TIME
      freshdesk
        the call is over
        No page: the call is over.
        took TIME
    ");
}

#[test]
fn a_dry_run_opens_nothing_and_remembers_nothing() {
    let sandbox = sandbox();
    let dry = [NUMBER, "--match", JO, "--call-id", "1", "--dry-run"];
    insta::assert_snapshot!(said(&sandbox, &dry), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive: Would open https://acme.pipedrive.com/person/7
      freshdesk: No page: no contact matches.
    ");
    assert!(!sandbox.home().join("calls.jsonl").exists());
}

#[test]
fn the_states_of_one_call_are_told_one_by_one() {
    let sandbox = sandbox();
    let tell = |state: &str| {
        let arguments = [
            "--call-id",
            "42",
            "--state",
            state,
            "--match",
            JO,
            "--",
            NUMBER,
        ];
        said(&sandbox, &arguments)
    };
    let all: Vec<_> = ["ringing", "connected", "ended", "connected"]
        .map(tell)
        .into();
    insta::assert_snapshot!(all.join("\n"), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive: Opened https://acme.pipedrive.com/person/7
      freshdesk: No page: no contact matches.
    exit 0
    --- stdout
    Call from +12025550123, connected
      pipedrive: No page: its pages were opened already.
      freshdesk: No page: no contact matches.
    exit 0
    exit 0
    --- stdout
    Call from +12025550123, connected
      pipedrive: No page: the call is over.
      freshdesk: No page: the call is over.
    ");
}

#[test]
fn where_nobody_can_be_asked_the_contacts_are_named_and_one_can_be_chosen() {
    let sandbox = sandbox();
    let settings = r#"{"format":1,"callPop":{"pipedrive":{"several":"prompt"}}}"#;
    std::fs::write(sandbox.home().join("settings.json"), settings).unwrap();
    let two = [NUMBER, "--match", JO, "--match", JANE];
    insta::assert_snapshot!(said(&sandbox, &two), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive: Several contacts match; open one with --choose ID:
        Jo Doe · Person · 7
        Jane Roe · Person · 8
      freshdesk: No page: no contact matches.
    ");
    let chosen = [&two[..], &["--choose", "8"]].concat();
    insta::assert_snapshot!(said(&sandbox, &chosen), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      pipedrive: Opened https://acme.pipedrive.com/person/8
      freshdesk: No page: no contact matches.
    ");
    let nobody = [&two[..], &["--choose", "9"]].concat();
    insta::assert_snapshot!(said(&sandbox, &nobody), @"
    exit 2
    --- stderr
    error: no contact with the id `9` matches; there are: 7, 8
    ");
}

#[test]
fn an_object_for_programs_names_every_reason() {
    let sandbox = sandbox();
    let ran = sandbox.finish(&mut ring(&sandbox, &[NUMBER, "--match", JO, "--json"]));
    let object = ran.json();
    let accounts = &object["events"][0]["accounts"];
    assert_eq!(accounts[0]["result"], "opened");
    assert_eq!(
        accounts[0]["outcomes"][0]["opened"][0]["url"],
        "https://acme.pipedrive.com/person/7"
    );
    assert_eq!(accounts[1]["reason"]["code"], "no-match");
    assert_eq!(
        object["events"][1]["accounts"][0]["reason"]["code"],
        "ended"
    );
}

#[test]
fn what_cannot_be_played_is_said_in_words() {
    let sandbox = sandbox();
    let all = [
        &[NUMBER, "--match", "pipedrive={}"][..],
        &[NUMBER, "--match", "pipedrive"],
        &[NUMBER, "--state", "ringing"],
        &["--", "+1", "--plugins"],
    ]
    .map(|arguments| said(&sandbox, arguments));
    insta::assert_snapshot!(all.join("\n"), @"
    exit 2
    --- stderr
    error: the contact has no `id`; without one its page cannot be told
    exit 2
    --- stderr
    error: invalid value 'pipedrive' for '--match <ADAPTER=JSON>': write it as KEY=VALUE

    For more information, try '--help'.
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      --call-id <ID>

    Usage: callpop ring --call-id <ID> --state <STATE> --home <DIR> --plugins <DIR> <NUMBER>

    For more information, try '--help'.
    exit 2
    --- stderr
    error: unexpected argument '--plugins' found

    Usage: callpop ring [OPTIONS] <NUMBER>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(said(&Sandbox::with(&["pipedrive"]), &[NUMBER]), @"
    exit 2
    --- stderr
    error: no account is connected, so no call can open a page
      Connect one with: callpop connect ADAPTER HOST-OR-URL
    ");
}

#[cfg(unix)]
#[test]
fn a_page_that_cannot_open_is_a_failure_and_what_opened_stands_beside_it() {
    let sandbox = sandbox();
    let mut command = ring(&sandbox, &[NUMBER, "--match", JO]);
    command.env("BROWSER", "/nonexistent");
    let ran = sandbox.finish(&mut command);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stdout.contains("No page:"), "{ran:?}");
    assert!(ran.stderr.contains("Open it by hand"), "{ran:?}");
}

#[test]
fn accounts_are_put_in_order() {
    let sandbox = sandbox();
    let run = |arguments: &[&str]| sandbox.run(arguments).text();
    insta::assert_snapshot!(
        run(&["accounts", "--order", "freshdesk", "--pop", "first"]),
        @"
        exit 0
        --- stdout
        ADAPTER    HOSTNAME            SETTINGS  STORED VALUES
        freshdesk  acme.freshdesk.com
        pipedrive  acme.pipedrive.com
        Only the first of them that knows a number pops.
        "
    );
    insta::assert_snapshot!(run(&["accounts", "--order", "none"]), @"
    exit 2
    --- stderr
    error: `none` is not connected, so it has no place in the order
      See the accounts with: callpop accounts
    ");
    let both = r#"freshdesk={"id":"9"}"#;
    insta::assert_snapshot!(said(&sandbox, &[NUMBER, "--match", JO, "--match", both]), @"
    exit 0
    --- stdout
    Call from +12025550123, ringing
      freshdesk: Opened https://acme.freshdesk.com/a/contacts/9
      pipedrive: No page: another account comes first.
    ");
}

/// The picker, on a terminal.
#[cfg(unix)]
mod terminal {
    use std::process::Stdio;

    use rexpect::session::{PtySession, spawn_command};

    use super::{JANE, JO, NUMBER, ring, sandbox};
    use callpop_tests::{PATIENT, Sandbox};

    /// A call that two contacts match, with the question on the terminal.
    fn asked(sandbox: &Sandbox) -> PtySession {
        let settings = r#"{"format":1,"callPop":{"pipedrive":{"several":"prompt"}}}"#;
        std::fs::write(sandbox.home().join("settings.json"), settings).unwrap();
        let mut command = ring(sandbox, &[NUMBER, "--match", JO, "--match", JANE]);
        command.env("TERM", "xterm").stdin(Stdio::inherit());
        let limit = u64::try_from(PATIENT.as_millis()).unwrap();
        let mut terminal = spawn_command(command, Some(limit)).unwrap();
        terminal
            .exp_string("Call from +12025550123: who is it? (pipedrive)")
            .unwrap();
        terminal.exp_string("Jane Roe").unwrap();
        terminal
    }

    #[test]
    fn a_contact_is_searched_by_name_and_opens() {
        let sandbox = sandbox();
        let mut terminal = asked(&sandbox);
        terminal.send("jane").unwrap();
        terminal.send("\r").unwrap();
        terminal.flush().unwrap();
        terminal
            .exp_string("https://acme.pipedrive.com/person/8")
            .unwrap();
        terminal.exp_eof().unwrap();
    }

    #[test]
    fn a_contact_is_searched_by_id_and_opens() {
        let sandbox = sandbox();
        let mut terminal = asked(&sandbox);
        terminal.send("8\r").unwrap();
        terminal.flush().unwrap();
        terminal
            .exp_string("https://acme.pipedrive.com/person/8")
            .unwrap();
    }

    #[test]
    fn no_contact_is_selected_with_escape() {
        let sandbox = sandbox();
        let mut terminal = asked(&sandbox);
        terminal.send("\u{1b}").unwrap();
        terminal.flush().unwrap();
        let rest = terminal.exp_eof().unwrap();
        assert!(rest.contains("Several contacts match"), "{rest}");
        assert!(!rest.contains("/person/"), "{rest}");
    }
}
