//! Manifests in the reference extension's form, made into adapters of templates.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `docs/developers/manifest.md` and
//! `src/connectors/manifest.json`. `manifests/reference.json` is one of our own with all that the
//! form has for pages, hosts, contact types and settings.

use std::fs;

use callpop_tests::{Sandbox, workspace};

fn reference() -> String {
    let path = workspace().join("tests/suite/manifests/reference.json");
    path.to_str().unwrap().to_owned()
}

fn imported() -> Sandbox {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["adapters", "import-manifest", &reference()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    sandbox
}

#[test]
fn what_is_taken_over_and_what_is_not_is_said() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["adapters", "import-manifest", &reference()]);
    insta::assert_snapshot!(ran.text(), @"
    exit 0
    --- stdout
    Wrote [plugins]/sunny-crm.adapter.json
      the setting `slow` is left out: `warning` is no kind of setting here
      the setting `category` is left out: its options come from the CRM, or several can be selected
      `{contactNameGuess}` in `fallbackContactPageUrl` is no token of Callpop's and no setting: the dialer is to give it as the extra `contactNameGuess`
      left to the dialer, which logs in and shows forms itself: logoUrl, releaseNotesUrl, writeReviewUrl, embedUrls, auth, page, serverSideLogging
      `environment.instructions` are for people, and left out: Log in, Copy the whole address
      not known, and left out: notOfThisForm
    Wrote [plugins]/regional.adapter.json
      `logPageUrl` is left out: `canOpenLogPage` is false, so a log opens the contact's page
      `fallbackContactPageUrl` is left out: `enableFallbackContactPageUrl` is not true
      `override` changes what no adapter is made of, so this is left out: auth.oauth.clientId
    Wrote [plugins]/regional-eu.adapter.json
      `logPageUrl` is left out: `canOpenLogPage` is false, so a log opens the contact's page
      `fallbackContactPageUrl` is left out: `enableFallbackContactPageUrl` is not true
    Wrote [plugins]/one.adapter.json
    Left out the platform `pageless`: it names no page; give it a `contactPageUrl`, a `logPageUrl` or both
    Left out beside the platforms: serverUrl, redirectUri
    ");
    insta::assert_snapshot!(sandbox.run(["adapters"]).text(), @"
    exit 0
    --- stdout
    ID           NAME       VERSION  HOSTS                                FILE
    one          one        2.3.0    crm.one.example.com                  one.adapter.json
    regional-eu  regional   2.3.0    eu.regional.example.com              regional-eu.adapter.json
    regional     regional   2.3.0    app.regional.example.com and 1 more  regional.adapter.json
    sunny-crm    Sunny CRM  2.3.0    *.sunny.example.com                  sunny-crm.adapter.json
    ");
    let file = sandbox.plugins().join("sunny-crm.adapter.json");
    insta::assert_snapshot!(fs::read_to_string(file).unwrap(), @r#"
    {
      "id": "sunny-crm",
      "name": "Sunny CRM",
      "version": "2.3.0",
      "vendor": "Sunny Inc.",
      "website": "https://sunny.example.com/docs",
      "support": "https://sunny.example.com/help",
      "hosts": [
        "*.sunny.example.com"
      ],
      "contactTypes": [
        {
          "value": "lead",
          "display": "Lead"
        },
        {
          "value": "contact",
          "display": "Person"
        }
      ],
      "settings": [
        {
          "id": "sunnyOptions",
          "name": "Sunny options",
          "type": "section",
          "items": [
            {
              "id": "startView",
              "name": "First view",
              "description": "What opens",
              "type": "choice",
              "options": [
                {
                  "value": "notes",
                  "name": "Notes"
                },
                {
                  "value": "deals",
                  "name": "Deals"
                }
              ],
              "default": "notes"
            },
            {
              "id": "closed",
              "name": "See closed deals",
              "description": "Shows them too",
              "type": "boolean",
              "default": false
            }
          ]
        },
        {
          "id": "extraField",
          "name": "Extra field",
          "default": "30"
        }
      ],
      "contactPageUrl": "https://{hostname}/list/{contactType}/?blade=/details/{contactType}/{contactId}",
      "callPopUrl": "https://{hostname}/pop/{contactId}?view={startView}",
      "logPageUrl": "https://{hostname}/calls/{logId}#{thirdPartyAppointmentId}",
      "fallbackContactPageUrl": "https://{hostname}/new?name={extra.contactNameGuess}"
    }
    "#);
}

#[test]
fn the_pages_of_each_platform_open() {
    let sandbox = imported();
    let connect = |adapter: &str, host: &str| {
        let ran = sandbox.run(["connect", adapter, host]);
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    connect("sunny-crm", "https://acme.sunny.example.com/deals");
    connect("regional", "app.regional.example.com");
    connect("regional-eu", "eu.regional.example.com");
    connect("one", "crm.one.example.com");
    let url = |arguments: &[&str]| {
        let ran = sandbox.run([arguments, &["--dry-run", "--json"]].concat());
        let object = ran.json();
        let outcome = match object.get("events") {
            Some(events) => events[0]["accounts"][0]["outcomes"][0].clone(),
            None => object,
        };
        let url = &outcome["opened"][0]["url"];
        url.as_str().unwrap_or_else(|| panic!("{ran:?}")).to_owned()
    };
    let lead = r#"{"id":"7&8","type":"lead"}"#;
    for (arguments, expected) in [
        // `contactPageUrl`, with each token encoded for its place.
        (
            &["pop", "sunny-crm", "--contact", lead][..],
            "https://acme.sunny.example.com/list/lead/?blade=/details/lead/7%25268",
        ),
        // `callPopUrl`, for a call alone, with a setting's default.
        (
            &["ring", "+1", "--match", r#"sunny-crm={"id":"7"}"#],
            "https://acme.sunny.example.com/pop/7?view=notes",
        ),
        // `canOpenLogPage: false` opens the contact.
        (
            &[
                "open-log",
                "regional",
                "--log-id",
                "9",
                "--contact",
                r#"{"id":"7"}"#,
            ],
            "https://app.regional.example.com/nc/#/contacts/7",
        ),
        // `override` for one host.
        (
            &["pop", "regional-eu", "--contact", r#"{"id":"7"}"#],
            "https://eu.regional.example.com/eu/#/contacts/7",
        ),
        // `environment: fixed`.
        (
            &["pop", "one", "--contact", r#"{"id":"7"}"#],
            "https://crm.one.example.com/contacts/7",
        ),
    ] {
        assert_eq!(url(arguments), expected, "{arguments:?}");
    }
    // `environment`: an account lives on the platform's hosts alone.
    assert_eq!(sandbox.run(["connect", "one", "evil.example.org"]).code, 2);
}

#[test]
fn files_that_are_there_stay_unless_told_otherwise() {
    let sandbox = imported();
    let file = sandbox.plugins().join("one.adapter.json");
    fs::write(&file, "mine").unwrap();
    fs::remove_file(sandbox.plugins().join("regional.adapter.json")).unwrap();
    let manifest = reference();
    let again = ["adapters", "import-manifest", &manifest];
    insta::assert_snapshot!(sandbox.run(again).text(), @"
    exit 2
    --- stderr
    error: [plugins]/sunny-crm.adapter.json is there already
      Write over it with --force, or name another folder with --to DIR
    ");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(!sandbox.plugins().join("regional.adapter.json").exists());
    let forced = [&again[..], &["--force", "--json"]].concat();
    let ran = sandbox.run(forced);
    assert_eq!(ran.json()["adapters"].as_array().unwrap().len(), 4);
    assert_ne!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_dry_run_writes_nothing_and_another_folder_can_be_named() {
    let sandbox = Sandbox::new();
    let other = sandbox.home().join("other");
    let to = ["--to", other.to_str().unwrap()];
    let manifest = reference();
    let import = [&["adapters", "import-manifest", &manifest], &to[..]].concat();
    let dry = sandbox.run([&import[..], &["--dry-run"]].concat());
    assert!(dry.stdout.contains("Would write"), "{dry:?}");
    assert!(!other.exists());
    assert_eq!(sandbox.run(import).code, 0);
    assert!(other.join("one.adapter.json").is_file());
}

#[cfg(unix)]
#[test]
fn what_is_no_such_manifest_is_said_in_words() {
    let sandbox = Sandbox::new();
    let mut all = Vec::new();
    for (name, text) in [
        ("text.json", "not json"),
        (
            "templates.json",
            r#"{"id":"x","contactPageUrl":"https://{hostname}"}"#,
        ),
        ("pages.json", r#"{"platforms":{"x":{"name":"x"}}}"#),
        (
            "script.json",
            r#"{"platforms":{"x":{"contactPageUrl":"javascript:alert({contactId})"}}}"#,
        ),
    ] {
        sandbox.write(name, text);
        let path = sandbox.plugins().join(name);
        let ran = sandbox.run(["adapters", "import-manifest", path.to_str().unwrap()]);
        all.push(ran.text());
    }
    all.push(
        sandbox
            .run(["adapters", "import-manifest", "/nonexistent"])
            .text(),
    );
    insta::assert_snapshot!(all.join("\n"), @"
    exit 2
    --- stderr
    error: [plugins]/text.json cannot be imported: it is not JSON: expected ident at line 1 column 2

    exit 2
    --- stderr
    error: [plugins]/templates.json cannot be imported: it has no `platforms`, so it is no manifest in the reference extension's form; a file of templates (NAME.adapter.json) goes into a plugins folder as it is

    exit 2
    --- stderr
    error: [plugins]/pages.json cannot be imported: the platform `x` makes no adapter: line 1, column 1: it names no page; give it a `contactPageUrl`, a `logPageUrl` or both

    exit 2
    --- stderr
    error: [plugins]/script.json cannot be imported: the platform `x` makes no adapter: line 7, column 51: at character 1: the scheme is `javascript`; only https is opened, so begin with `https://{hostname}`

    exit 2
    --- stderr
    error: /nonexistent cannot be imported: No such file or directory (os error 2)
    ");
}
