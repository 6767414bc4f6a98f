//! Accounts and stored values: connected, kept, damaged, forgotten.

use std::fs;

use callpop_host::{
    CallError, CallOptions, ConnectError, ConnectRequest, Host, LogOut, StateError,
};
use callpop_tests::{Sandbox, library_name};

fn connected(sandbox: &Sandbox, values: &[(&str, &str)]) -> Host {
    let host = sandbox.host();
    let request = ConnectRequest::new("obedient", "https://acme.obedient.example/start?x");
    let request = values
        .iter()
        .fold(request, |request, (key, value)| request.set(*key, *value));
    host.connect(&request).unwrap();
    host
}

fn log_out(host: &Host) -> Result<LogOut, CallError> {
    host.log_out("obedient", &CallOptions::default())
}

#[test]
fn an_account_outlives_the_host() {
    let sandbox = Sandbox::with(&["obedient"]);
    connected(
        &sandbox,
        &[
            ("colour", "blue"),
            ("token", "secret"),
            ("user_urls.atsUrl", "https://a"),
            ("user_urls.deep.er", "x"),
        ],
    );
    let accounts = sandbox.host().accounts().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].hostname.to_string(), "acme.obedient.example");
    assert_eq!(accounts[0].settings["colour"], "blue");
    assert_eq!(
        accounts[0].stored["user_urls"],
        r#"{"atsUrl":"https://a","deep":{"er":"x"}}"#
    );
    let text = fs::read_to_string(sandbox.home().join("accounts.json")).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "format": 1,
      "accounts": [
        {
          "adapter": "obedient",
          "hostname": "acme.obedient.example",
          "settings": {
            "colour": "blue"
          },
          "stored": {
            "token": "secret",
            "user_urls": "{\"atsUrl\":\"https://a\",\"deep\":{\"er\":\"x\"}}"
          }
        }
      ]
    }
    "#);
}

#[test]
fn connecting_again_changes_what_is_given_and_keeps_the_rest() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = connected(&sandbox, &[("colour", "blue"), ("token", "secret")]);
    let again = ConnectRequest::new("obedient", "acme.obedient.example").set("colour", "red");
    let account = host.connect(&again).unwrap();
    assert_eq!(
        (
            account.settings["colour"].as_str(),
            account.stored["token"].as_str()
        ),
        ("red", "secret")
    );
    let elsewhere = ConnectRequest::new("obedient", "other.obedient.example");
    assert!(matches!(
        host.connect(&elsewhere),
        Err(ConnectError::Connected { .. })
    ));
    assert_eq!(host.accounts().unwrap()[0], account);
}

#[test]
fn a_value_that_cannot_be_kept_connects_nothing() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = sandbox.host();
    let huge = "x".repeat(64 * 1024 + 1);
    let mut said = String::new();
    for (key, value) in [
        ("color", "blue"),
        ("colour.dark", "x"),
        ("token", &huge),
        ("nothing.atsUrl", "x"),
    ] {
        let request = ConnectRequest::new("obedient", "acme.obedient.example").set(key, value);
        said += &format!("{}\n", host.connect(&request).unwrap_err());
    }
    let not_json = ConnectRequest::new("obedient", "acme.obedient.example")
        .set("user_urls", "plain")
        .set("user_urls.atsUrl", "https://a");
    said += &format!("{}\n", host.connect(&not_json).unwrap_err());
    insta::assert_snapshot!(said, @"
    `obedient` has no setting `color`; it has: colour, token, fail, user_urls
    `obedient` has no setting `colour.dark`; it has: colour, token, fail, user_urls
    `token` cannot be set: it is over 65536 bytes
    `obedient` has no setting `nothing.atsUrl`; it has: colour, token, fail, user_urls
    `user_urls.atsUrl` cannot be set: `user_urls` is not a JSON object
    ");
    assert!(host.accounts().unwrap().is_empty());
}

#[test]
fn a_dry_run_connects_nothing() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = sandbox.host();
    let request = ConnectRequest::new("obedient", "acme.obedient.example").dry_run(true);
    assert_eq!(host.connect(&request).unwrap().adapter, "obedient");
    assert!(!sandbox.home().exists());
}

#[test]
fn logging_out_cleans_up_and_forgets() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = connected(&sandbox, &[("token", "secret")]);
    let log_out_result = log_out(&host).unwrap();
    assert!(log_out_result.problem.is_none());
    assert_eq!(log_out_result.outcome.stored[0].name, "token");
    assert_eq!(log_out_result.outcome.notices, ["cleaned up"]);
    assert!(host.accounts().unwrap().is_empty());
    let text = fs::read_to_string(sandbox.home().join("accounts.json")).unwrap();
    assert!(!text.contains("secret"));
    assert!(matches!(log_out(&host), Err(CallError::NotConnected(_))));
}

#[test]
fn an_account_is_forgotten_though_the_clean_up_fails() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = connected(
        &sandbox,
        &[("fail", "the server is away"), ("token", "secret")],
    );
    let log_out = log_out(&host).unwrap();
    assert!(
        log_out
            .problem
            .unwrap()
            .to_string()
            .contains("the server is away")
    );
    assert!(log_out.forgotten.is_some());
    assert!(host.accounts().unwrap().is_empty());
}

#[test]
fn an_account_is_forgotten_though_its_adapter_is_gone() {
    let sandbox = Sandbox::with(&["obedient"]);
    connected(&sandbox, &[("token", "secret")]);
    fs::remove_file(sandbox.plugins().join(library_name("obedient"))).unwrap();
    let host = sandbox.host();
    let log_out = log_out(&host).unwrap();
    assert!(matches!(log_out.problem, Some(CallError::Find(_))));
    assert!(host.accounts().unwrap().is_empty());
}

#[test]
fn logging_out_elsewhere_leaves_the_account() {
    let sandbox = Sandbox::with(&["obedient"]);
    let host = connected(&sandbox, &[("token", "secret")]);
    let options = CallOptions {
        hostname: Some("other.obedient.example".to_owned()),
        dry_run: false,
    };
    assert!(
        host.log_out("obedient", &options)
            .unwrap()
            .forgotten
            .is_none()
    );
    let options = CallOptions {
        hostname: None,
        dry_run: true,
    };
    assert!(
        host.log_out("obedient", &options)
            .unwrap()
            .forgotten
            .is_none()
    );
    assert_eq!(host.accounts().unwrap()[0].stored["token"], "secret");
}

#[test]
fn a_damaged_file_is_kept_aside_and_reported() {
    let sandbox = Sandbox::with(&["obedient"]);
    connected(&sandbox, &[("token", "secret")]);
    let path = sandbox.home().join("accounts.json");
    let whole = fs::read(&path).unwrap();
    for damaged in [
        &whole[..whole.len() / 2],
        b"",
        b"[]",
        b"\xff\xfe",
        b"{\"format\":1,\"accounts\":[{\"adapter\":7}]}",
    ] {
        fs::write(&path, damaged).unwrap();
        let host = sandbox.host();
        assert!(host.accounts().unwrap().is_empty());
        let kept = host.take_kept_aside();
        assert_eq!(kept.len(), 1);
        assert_eq!(fs::read(&kept[0].now).unwrap(), damaged, "nothing is lost");
        assert!(!path.exists());
        assert!(host.take_kept_aside().is_empty(), "it is reported once");
    }
    let host = connected(&sandbox, &[]);
    assert_eq!(host.accounts().unwrap().len(), 1);
}

#[test]
fn a_file_of_a_later_version_is_left_as_it_is() {
    let sandbox = Sandbox::with(&["obedient"]);
    fs::create_dir(sandbox.home()).unwrap();
    let path = sandbox.home().join("accounts.json");
    let later = r#"{"format":2,"accounts":"something else"}"#;
    fs::write(&path, later).unwrap();
    let host = sandbox.host();
    assert!(matches!(
        host.accounts(),
        Err(StateError::Newer { format: 2, .. })
    ));
    let request = ConnectRequest::new("obedient", "acme.obedient.example");
    assert!(matches!(
        host.connect(&request),
        Err(ConnectError::State(_))
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), later);
}

#[test]
fn a_home_that_cannot_be_written_is_told() {
    let sandbox = Sandbox::with(&["obedient"]);
    // A file where the folder should be: not even the superuser can write into it.
    fs::write(sandbox.home(), "in the way").unwrap();
    let host = sandbox.host();
    let request = ConnectRequest::new("obedient", "acme.obedient.example");
    let error = host.connect(&request).unwrap_err();
    assert!(matches!(error, ConnectError::State(_)), "{error:?}");
}

#[test]
fn two_processes_that_connect_at_once_lose_nothing() {
    let adapters = ["pipedrive", "freshdesk", "insightly", "netsuite"];
    let sandbox = Sandbox::with(&adapters);
    let hosts = [
        "a.pipedrive.com",
        "a.freshdesk.com",
        "a.insightly.com",
        "a.app.netsuite.com",
    ];
    let children: Vec<_> = adapters
        .iter()
        .zip(hosts)
        .map(|(adapter, host)| {
            sandbox
                .command()
                .args(["connect", adapter, host])
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(sandbox.host().accounts().unwrap().len(), 4);
}
