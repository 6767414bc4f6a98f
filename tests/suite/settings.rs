//! Settings of adapters and of call-pop: set by the user, fixed by the administrator, or default.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use callpop_host::{
    BuildError, CallError, CallEvent, CallOptions, CallState, ConnectError, ConnectRequest,
    Contact, Direction, Host, Origin, PolicyError, PopResult, PopSettings, PopWhen,
    RecordingBrowser, SettingsChange, SettingsError,
};
use callpop_tests::{Sandbox, library_name};

const ADAPTER: &str = "configurable";
const HOSTNAME: &str = "acme.configurable.example";

fn sandbox() -> Sandbox {
    Sandbox::with(&[ADAPTER])
}

/// Connected, with what must be given.
fn connect(host: &Host) {
    let request = ConnectRequest::new(ADAPTER, HOSTNAME).set("workspace", "sales");
    host.connect(&request).unwrap();
}

/// Writes the administrator's file, which stands in the home here.
fn administer(sandbox: &Sandbox, text: &str) -> PathBuf {
    fs::create_dir_all(sandbox.home()).unwrap();
    let path = sandbox.home().join("policy.toml");
    fs::write(&path, text).unwrap();
    path
}

/// The page of contact 7, which names the settings that reached the callback.
fn page(host: &Host) -> String {
    let contact = Contact::new("7", "Jo Doe", "");
    let outcome = host.open_contact_page(ADAPTER, &contact, &CallOptions::default());
    outcome.unwrap().opened[0].url.as_str().to_owned()
}

fn set(host: &Host, key: &str, value: &str) -> Result<(), SettingsError> {
    host.set_adapter_settings(ADAPTER, &SettingsChange::new().set(key, value))
        .map(drop)
}

fn origin(host: &Host, id: &str) -> (Option<String>, Option<Origin>) {
    let settings = host.adapter_settings(ADAPTER).unwrap();
    let mut all = settings.settings.into_iter().chain(settings.call_pop);
    let state = all.find(|it| it.id == id).unwrap();
    (state.value, state.origin)
}

#[test]
fn callbacks_get_what_is_set_and_the_defaults_for_the_rest() {
    let sandbox = sandbox();
    let host = sandbox.host();
    connect(&host);
    assert_eq!(
        page(&host),
        "https://acme.configurable.example/7?notes=false&openIn=tab&workspace=sales"
    );
    for (key, value) in [
        ("notes", "true"),
        ("openIn", "popup"),
        ("greeting", "Grüß Gott & more"),
    ] {
        set(&host, key, value).unwrap();
    }
    assert_eq!(
        page(&sandbox.host()),
        "https://acme.configurable.example/7?greeting=Gr%C3%BC%C3%9F%20Gott%20%26%20more\
         &notes=true&openIn=popup&workspace=sales"
    );
    let unset = SettingsChange::new().unset("notes").unset("greeting");
    host.set_adapter_settings(ADAPTER, &unset).unwrap();
    assert_eq!(
        page(&host),
        "https://acme.configurable.example/7?notes=false&openIn=popup&workspace=sales"
    );
}

#[test]
fn a_call_without_an_account_gets_the_defaults_too() {
    let sandbox = sandbox();
    administer(&sandbox, "adapters.configurable.settings.greeting = 'hi'");
    let ran = sandbox.run([
        "pop",
        ADAPTER,
        "--hostname",
        HOSTNAME,
        "--contact",
        r#"{"id":"7"}"#,
        "--dry-run",
    ]);
    assert_eq!(
        ran.stdout,
        "Would open https://acme.configurable.example/7?greeting=hi&notes=false&openIn=tab\n",
        "{ran:?}"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_refused_and_changes_nothing() {
    let sandbox = sandbox();
    let host = sandbox.host();
    connect(&host);
    let mut said = String::new();
    for (key, value) in [
        ("notes", "yes"),
        ("openIn", "window"),
        ("openin", "tab"),
        ("pages", "x"),
        ("token", "x"),
        ("callPop.inbound", "never"),
        ("callPop.maxPages", "many"),
    ] {
        let both = SettingsChange::new()
            .set("greeting", "hello")
            .set("callPop.outbound", "answer")
            .set(key, value);
        let error = host.set_adapter_settings(ADAPTER, &both).unwrap_err();
        said += &format!("{error}\n");
    }
    let required = SettingsChange::new().unset("workspace");
    let error = host.set_adapter_settings(ADAPTER, &required).unwrap_err();
    said += &format!("{error}\n");
    insta::assert_snapshot!(said, @r#"
    `notes` cannot be set: "yes" is neither `true` nor `false`
    `openIn` cannot be set: "window" is none of: tab, popup
    `configurable` has no setting `openin`; there are: workspace, greeting, openIn, notes, callPop.NAME
    `configurable` has no setting `pages`; there are: workspace, greeting, openIn, notes, callPop.NAME
    `configurable` has no setting `token`; there are: workspace, greeting, openIn, notes, callPop.NAME
    `callPop.inbound` cannot be set: "never" is none of: disabled, first-ring, answer
    `callPop.maxPages` cannot be set: "many" is not a whole number from 0 on
    `configurable` needs the setting `workspace`, which has no default
    "#);
    assert_eq!(host.accounts().unwrap()[0].settings.len(), 1);
    assert_eq!(host.pop_settings(ADAPTER).unwrap(), PopSettings::default());
    let unknown = set(&host, "callPop.inBound", "answer").unwrap_err();
    assert!(
        matches!(unknown, SettingsError::Unknown { .. }),
        "{unknown}"
    );
}

#[test]
fn connecting_checks_types_and_what_is_required() {
    let sandbox = sandbox();
    let host = sandbox.host();
    let mut said = String::new();
    for (key, value) in [
        ("notes", "1"),
        ("openIn", ""),
        ("pages", "x"),
        ("openIn", "tab"),
    ] {
        let request = ConnectRequest::new(ADAPTER, HOSTNAME).set(key, value);
        said += &format!("{}\n", host.connect(&request).unwrap_err());
    }
    insta::assert_snapshot!(said, @r#"
    `notes` cannot be set: "1" is neither `true` nor `false`
    `openIn` cannot be set: "" is none of: tab, popup
    `configurable` has no setting `pages`; it has: workspace, greeting, openIn, notes, token
    `configurable` needs the setting `workspace` (Workspace)
    "#);
}

#[test]
fn what_was_set_for_another_version_and_does_not_fit_counts_as_not_set() {
    let sandbox = sandbox();
    connect(&sandbox.host());
    let path = sandbox.home().join("accounts.json");
    let text = fs::read_to_string(&path).unwrap();
    let old = r#""workspace": "sales", "openIn": "sidebar", "gone": "x""#;
    fs::write(&path, text.replace(r#""workspace": "sales""#, old)).unwrap();
    let host = sandbox.host();
    assert_eq!(
        page(&host),
        "https://acme.configurable.example/7?notes=false&openIn=tab&workspace=sales"
    );
    assert_eq!(origin(&host, "openIn").1, Some(Origin::Default));
}

#[test]
fn settings_of_an_adapter_that_is_not_connected() {
    let sandbox = sandbox();
    let host = sandbox.host();
    let error = set(&host, "notes", "true").unwrap_err();
    assert!(
        matches!(error, SettingsError::NotConnected { .. }),
        "{error}"
    );
    set(&host, "callPop.inbound", "answer").unwrap();
    assert_eq!(host.pop_settings(ADAPTER).unwrap().inbound, PopWhen::Answer);
    assert!(host.adapter_settings(ADAPTER).unwrap().hostname.is_none());
    assert!(matches!(
        host.adapter_settings("none"),
        Err(SettingsError::Find(_))
    ));
}

#[test]
fn the_program_shows_and_sets() {
    let sandbox = sandbox();
    administer(
        &sandbox,
        "[adapters.configurable]\nsettings.notes = true\ncallPop.outbound = 'disabled'",
    );
    connect(&sandbox.host());
    let run = |arguments: &[&str]| {
        let all = ["settings", ADAPTER].iter().chain(arguments);
        sandbox.run(all).text()
    };
    insta::assert_snapshot!(run(&["openIn=popup", "callPop.inbound=answer"]), @"
    exit 0
    --- stdout
    Set `openIn`; it is popup now.
    Set `callPop.inbound`; it is answer now.
    ");
    insta::assert_snapshot!(run(&[]), @"
    exit 0
    --- stdout
    `configurable` on acme.configurable.example

    SETTING               VALUE     FROM     OPTIONS                       WHAT IT IS
    workspace             sales     set                                    Workspace: Its short name.
    greeting              -         not set                                Greeting
    pages                                                                  Pages
      openIn              popup     set      tab, popup                    Open in
      notes               true      managed  true, false                   Show the notes
    callPop.inbound       answer    set      disabled, first-ring, answer  When a call that you receive pops
    callPop.outbound      disabled  managed  disabled, first-ring, answer  When a call that you make pops
    callPop.several       open-all  default  disabled, open-all, prompt    What opens if several contacts match
    callPop.fallbackPage  true      default  true, false                   Whether the adapter's page for unknown numbers opens
    callPop.openCreated   false     default  true, false                   Whether a contact opens that you have just created
    callPop.maxPages      5         default                                The most pages of one call, over all accounts
    callPop.rules         []        default                                Which calls pop: the first rule that fits decides

    Managed by your administrator, in [home]/policy.toml.
    ");
    insta::assert_snapshot!(run(&["--unset", "openIn", "--dry-run"]), @"
    exit 0
    --- stdout
    Would unset `openIn`; it is tab then.
    ");
    insta::assert_snapshot!(run(&["notes=false"]), @"
    exit 2
    --- stderr
    error: `notes` is managed by your administrator, in [home]/policy.toml
    ");
    insta::assert_snapshot!(run(&["openIn=window"]), @r#"
    exit 2
    --- stderr
    error: `openIn` cannot be set: "window" is none of: tab, popup
    "#);
    let object = sandbox.run(["settings", ADAPTER, "--json"]).json();
    assert_eq!(object["hostname"], HOSTNAME);
    let settings = object["settings"].as_array().unwrap();
    let open_in = settings.iter().find(|it| it["id"] == "openIn").unwrap();
    insta::assert_json_snapshot!(open_in, @r#"
    {
      "id": "openIn",
      "name": "Open in",
      "description": "",
      "type": "choice",
      "required": false,
      "options": [
        {
          "value": "tab",
          "name": "A tab"
        },
        {
          "value": "popup"
        }
      ],
      "section": "pages",
      "value": "popup",
      "origin": "user"
    }
    "#);
    let refused = sandbox.run(["settings", ADAPTER, "notes=false", "--json"]);
    assert_eq!(refused.code, 2);
    assert_eq!(refused.json()["error"]["code"], "managed");
}

#[test]
fn what_is_managed_holds_and_cannot_be_set() {
    let sandbox = sandbox();
    let host = sandbox.host();
    connect(&host);
    set(&host, "openIn", "popup").unwrap();
    administer(
        &sandbox,
        "[adapters.configurable.settings]\nopenIn = 'tab'\nnotes = true\n",
    );
    let host = sandbox.host();
    assert_eq!(
        page(&host),
        "https://acme.configurable.example/7?notes=true&openIn=tab&workspace=sales"
    );
    assert_eq!(
        origin(&host, "openIn"),
        (Some("tab".to_owned()), Some(Origin::Managed))
    );
    let change = SettingsChange::new().unset("openIn");
    for error in [
        set(&host, "openIn", "popup").unwrap_err(),
        host.set_adapter_settings(ADAPTER, &change).unwrap_err(),
    ] {
        let file = sandbox.home().join("policy.toml");
        assert_eq!(
            error.to_string(),
            format!(
                "`openIn` is managed by your administrator, in {}",
                file.display()
            )
        );
    }
    let request = ConnectRequest::new(ADAPTER, HOSTNAME).set("notes", "false");
    assert!(matches!(
        host.connect(&request),
        Err(ConnectError::Managed { .. })
    ));
    // Once the rule is gone, the user's own value is there again.
    administer(&sandbox, "");
    assert_eq!(
        origin(&sandbox.host(), "openIn").0.as_deref(),
        Some("popup")
    );
}

#[test]
fn a_value_that_is_required_can_be_the_administrators() {
    let sandbox = sandbox();
    administer(&sandbox, "adapters.configurable.settings.workspace = 'hq'");
    let host = sandbox.host();
    host.connect(&ConnectRequest::new(ADAPTER, HOSTNAME))
        .unwrap();
    assert!(page(&host).ends_with("&workspace=hq"));
}

#[test]
fn an_adapter_that_does_not_have_what_is_fixed_is_not_called() {
    let sandbox = sandbox();
    connect(&sandbox.host());
    for (rule, what) in [
        ("openin = 'tab'", "`configurable` has no setting `openin`"),
        (
            "openIn = 'window'",
            "`openIn` of `configurable` cannot be fixed: \"window\" is none of: tab, popup",
        ),
    ] {
        let file = administer(
            &sandbox,
            &format!("[adapters.configurable.settings]\n{rule}"),
        );
        let host = sandbox.host();
        let contact = Contact::new("7", "", "");
        let error = host
            .open_contact_page(ADAPTER, &contact, &CallOptions::default())
            .unwrap_err();
        assert!(matches!(error, CallError::Policy(_)), "{error:?}");
        let start = format!(
            "the administrator's file {}, line 2, column 10: ",
            file.display()
        );
        assert_eq!(error.to_string(), format!("{start}{what}"));
        let doctor = sandbox.run(["doctor"]).stdout;
        assert!(
            doctor.contains(what) && doctor.contains("is not called until"),
            "{doctor}"
        );
    }
}

#[test]
fn a_host_does_not_run_without_rules_that_cannot_be_read() {
    let sandbox = sandbox();
    for damaged in ["[callPop", "[trusted]", "[callPop]\ninbound = 1", "x = 1"] {
        administer(&sandbox, damaged);
        let error = sandbox.builder().build().map(drop).unwrap_err();
        assert!(
            matches!(error, BuildError::Policy(PolicyError::Wrong { .. })),
            "{error:?}"
        );
    }
    insta::assert_snapshot!(sandbox.run(["accounts"]).text(), @"
    exit 1
    --- stderr
    error: the administrator's file [home]/policy.toml, line 1, column 1: unknown field `x`, expected one of `require`, `requireSandbox`, `requireIsolation`, `pluginsFolders`, `trustedKeys`, `allow`, `deny`, `callPop`, `adapters`
      Callpop does not run without the administrator's rules; have the file mended.
    ");
    let path = administer(&sandbox, "");
    fs::write(&path, b"\xff\xfe").unwrap();
    assert!(sandbox.builder().build().is_err());
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(sandbox.builder().build().is_err());
}

#[test]
fn the_named_file_comes_before_the_users_own() {
    let sandbox = sandbox();
    let named = sandbox.plugins().join("named.toml");
    fs::write(&named, "callPop.inbound = 'answer'").unwrap();
    // Not read, so not even damage in it matters.
    administer(&sandbox, "damaged");
    let host = sandbox.builder().policy_file(&named).build().unwrap();
    assert_eq!(host.pop_settings(ADAPTER).unwrap().inbound, PopWhen::Answer);
    let doctor = |command: &mut std::process::Command| sandbox.finish(command).stdout;
    let said = doctor(sandbox.command().arg("doctor").arg("--policy").arg(&named));
    assert!(
        said.contains("good     policy    [plugins]/named.toml is in force"),
        "{said}"
    );
    let said = doctor(
        sandbox
            .command()
            .arg("doctor")
            .env("CALLPOP_POLICY", &named),
    );
    assert!(said.contains("[plugins]/named.toml is in force"), "{said}");
    let missing = sandbox.plugins().join("missing.toml");
    let error = sandbox.builder().policy_file(missing).build().map(drop);
    assert!(matches!(
        error,
        Err(BuildError::Policy(PolicyError::Unreadable { .. }))
    ));
}

#[test]
fn a_call_pops_by_the_settings_that_hold() {
    let sandbox = sandbox();
    administer(
        &sandbox,
        "[callPop]\ninbound = 'answer'\n[adapters.configurable.callPop]\noutbound = 'first-ring'",
    );
    let browser = Arc::new(RecordingBrowser::default());
    let host = sandbox.host_with(browser.clone());
    connect(&host);
    let event = |call: &str, direction| {
        CallEvent::new(call, direction, CallState::Ringing)
            .with_match(ADAPTER, Contact::new("7", "", ""))
    };
    let inbound = event("in", Direction::Inbound);
    let rang = host.on_call(&inbound).unwrap();
    assert!(
        matches!(rang[0].result, PopResult::Suppressed(_)),
        "{rang:?}"
    );
    host.on_call(&inbound.at(CallState::Connected)).unwrap();
    assert_eq!(browser.pages().len(), 1);
    host.on_call(&event("out", Direction::Outbound)).unwrap();
    assert_eq!(browser.pages().len(), 2);

    // The user's own for what is not fixed, and nothing else.
    let mut wanted = host.pop_settings(ADAPTER).unwrap();
    wanted.max_pages = 2;
    host.set_pop_settings(ADAPTER, wanted).unwrap();
    let mut wanted = host.pop_settings(ADAPTER).unwrap();
    wanted.inbound = PopWhen::FirstRing;
    let error = host.set_pop_settings(ADAPTER, wanted).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`callPop.inbound` is managed"),
        "{error}"
    );
    assert!(matches!(
        set(&host, "callPop.outbound", "answer"),
        Err(SettingsError::Managed { .. })
    ));
    administer(&sandbox, "");
    let own = sandbox.host().pop_settings(ADAPTER).unwrap();
    assert_eq!((own.inbound, own.max_pages), (PopWhen::FirstRing, 2));
}

#[test]
fn an_administrator_who_requires_the_sandbox_lets_nothing_run_outside_of_it() {
    let sandbox = sandbox();
    administer(&sandbox, "requireSandbox = true");
    let contact = Contact::new("7", "", "");
    let options = CallOptions {
        hostname: Some(HOSTNAME.to_owned()),
        ..CallOptions::default()
    };
    let call = || {
        let builder = sandbox.builder().worker_program("/nonexistent");
        let host = builder.in_process(ADAPTER).build().unwrap();
        host.open_contact_page(ADAPTER, &contact, &options)
    };
    let error = call().unwrap_err();
    assert!(matches!(error, CallError::Run { .. }), "{error:?}");
    // Without the rule it runs in-process, as the dialer wants it.
    administer(&sandbox, "");
    call().unwrap();
}

#[test]
fn rules_on_numbers_can_be_fixed_too() {
    let sandbox = sandbox();
    administer(
        &sandbox,
        "[[callPop.rules]]\nnumber = '+49*'\n[[callPop.rules]]\npop = false",
    );
    let host = sandbox.host();
    let rules = host.pop_settings(ADAPTER).unwrap().rules;
    let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["number +49*: pops", "every call: does not pop"]);
    for (rule, what) in [
        ("nummer = '+49*'", "unknown field `nummer`"),
        ("number = 'everybody'", "is no pattern of numbers"),
    ] {
        administer(&sandbox, &format!("[[callPop.rules]]\n{rule}"));
        let error = sandbox.builder().build().map(drop).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("line "), "{error}");
    }
}

#[test]
fn inspecting_an_adapter_tells_what_can_be_set() {
    let sandbox = sandbox();
    let file = sandbox.plugins().join(library_name("configurable"));
    let said = sandbox.run(["inspect".as_ref(), file.as_os_str()]).stdout;
    let settings: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("setting "))
        .collect();
    insta::assert_snapshot!(settings.join("\n"), @"
    setting       workspace: Workspace (required)
    setting       greeting: Greeting
    setting       openIn: Open in (choice: tab, popup; default: tab)
    setting       notes: Show the notes (boolean; default: false)
    ");
}
