//! The rules for files of templates here and in their schema, and what only the reader sees.

use jsonschema::Registry;
use serde_json::{Value, json};

use super::PageUrls;
use crate::Manifest;

const SCHEMA: &str = include_str!("../../../../adapter-api/adapter.schema.json");
const TEMPLATE_SCHEMA: &str = include_str!("../../../../adapter-api/adapter-template.schema.json");

fn whole() -> Value {
    json!({
        "id": "acme",
        "name": "Acme CRM",
        "version": "1.0.0",
        "vendor": "Acme",
        "settings": [{ "id": "board", "name": "Board" }],
        "storedValues": [{ "name": "user_urls" }],
        "contactPageUrl": "https://{hostname}/{contactType|lower}/{contactId}?b={board}",
        "logPageUrl": "{user_urls.atsUrl}/{logId}",
        "callPopUrl": "https://{hostname}/pop?id={contactId}&from={phone}&to={calledNumber}",
        "fallbackContactPageUrl": "https://{hostname}/search?q={phone}",
        "openAs": "popup"
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut file = whole();
    file[member] = value;
    file
}

fn without(members: &[&str]) -> Value {
    let mut file = whole();
    for member in members {
        file.as_object_mut().unwrap().remove(*member);
    }
    file
}

fn corpus() -> Vec<Value> {
    let mut corpus = vec![
        json!([]),
        json!({}),
        whole(),
        without(&["contactPageUrl"]),
        without(&["contactPageUrl", "callPopUrl"]),
        without(&["contactPageUrl", "callPopUrl", "logPageUrl"]),
        without(&[
            "callPopUrl",
            "logPageUrl",
            "fallbackContactPageUrl",
            "openAs",
        ]),
        with("canOpenContactPage", json!(true)),
        with("canOpenLogPage", json!(false)),
        with("openAs", json!("window")),
        with("openAs", json!(null)),
        with("id", json!("Acme")),
        with("settings", json!([{ "id": "board" }])),
    ];
    for page in [
        "contactPageUrl",
        "callPopUrl",
        "logPageUrl",
        "fallbackContactPageUrl",
    ] {
        corpus.extend(
            [
                json!("https://app.acme.example/x"),
                json!("https://{hostname}"),
                json!("https://{hostname}?x={board}"),
                json!("{user_urls.a}#{board}"),
                json!("http://127.0.0.1:8080/"),
                json!("https://{hostname}/{{x}}"),
                json!(""),
                json!(null),
                json!(7),
                json!("/person"),
                json!("acme.example/x"),
                json!("javascript:alert(1)"),
                json!("ftp://{hostname}/x"),
                json!("https://"),
                json!("https://a@acme.example/"),
                json!("https://{hostname}:8080/"),
                json!("https://{board}/"),
                json!("{user_urls.a}x"),
                json!("https://{hostname}/a b"),
                json!("https://{hostname}/ü"),
                json!("https://{hostname}/a\\b"),
                json!("https://{hostname}/\"<>^`"),
                json!(format!("https://acme.example/{}", "x".repeat(2100))),
            ]
            .map(|value| with(page, value)),
        );
    }
    corpus
}

#[test]
fn schema_and_reader_accept_the_same_files() {
    let base = "https://schema.example/";
    let parse = |text| serde_json::from_str::<Value>(text).unwrap();
    let registry = Registry::new().add(format!("{base}adapter.schema.json"), parse(SCHEMA));
    let registry = registry.unwrap().prepare().unwrap();
    let schema = jsonschema::options()
        .with_registry(&registry)
        .with_base_uri(format!("{base}adapter-template.schema.json"))
        .build(&parse(TEMPLATE_SCHEMA))
        .unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for file in corpus() {
        let by_schema = schema.is_valid(&file);
        let read = PageUrls::parse(&file.to_string());
        assert_eq!(by_schema, read.is_ok(), "{file:#}\n{read:?}");
        *(if by_schema {
            &mut accepted
        } else {
            &mut refused
        }) += 1;
    }
    assert!(accepted > 20 && refused > 60, "{accepted} {refused}");
}

#[test]
fn what_pages_there_are_follows_from_the_urls() {
    let (manifest, pages) = PageUrls::parse(&whole().to_string()).unwrap();
    assert!(manifest.can_open_contact_page && manifest.can_open_log_page);
    let written = serde_json::to_value(&pages).unwrap();
    assert_eq!(written["logPageUrl"], "{user_urls.atsUrl}/{logId}");
    assert_eq!(serde_json::to_value(&manifest).unwrap()["openAs"], "popup");
    let (manifest, _) = PageUrls::parse(&without(&["logPageUrl"]).to_string()).unwrap();
    assert!(!manifest.can_open_log_page);
}

#[test]
fn what_a_schema_cannot_say_is_refused_with_its_place() {
    let said: Vec<String> = [
        with("contactPageUrl", json!("https://{hostname}/{contactID}")),
        with("contactPageUrl", json!("https://{hostname}/{logId}")),
        with("logPageUrl", json!("https://{hostname}/{contactName}")),
        with(
            "callPopUrl",
            json!("https://{hostname}/{user_urls.x}/{bord}"),
        ),
        with(
            "fallbackContactPageUrl",
            json!("https://{hostname}/{contactPhone}"),
        ),
        with(
            "fallbackContactPageUrl",
            json!("https://{hostname}/{board.x}"),
        ),
        with("logPageUrl", json!("https://{hostname}/{logId")),
        without(&["contactPageUrl"]),
        without(&["contactPageUrl", "callPopUrl", "logPageUrl"]),
        with("canOpenLogPage", json!(true)),
    ]
    .into_iter()
    .map(|file| {
        PageUrls::parse(&format!("{file:#}"))
            .unwrap_err()
            .to_string()
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"), @"
    line 17, column 3: `{contactID}` in `contactPageUrl` is neither a token, nor a setting or stored value of this adapter; there are: {hostname}, {contactId}, {contactType}, {contactName}, {contactPhone}, {phone}, {calledNumber}, {direction}, {logId}, {thirdPartyAppointmentId}, {board}, {user_urls}, {extra.NAME}
    line 17, column 3: `{logId}` has no value in `contactPageUrl`: there is no log when a contact's page opens
    line 18, column 3: `{contactName}` has no value in `logPageUrl`: a log names its contact's id and type alone
    line 19, column 3: `{bord}` in `callPopUrl` is neither a token, nor a setting or stored value of this adapter; there are: {hostname}, {contactId}, {contactType}, {contactName}, {contactPhone}, {phone}, {calledNumber}, {direction}, {logId}, {thirdPartyAppointmentId}, {board}, {user_urls}, {extra.NAME}
    line 20, column 3: `{contactPhone}` has no value in `fallbackContactPageUrl`: this page opens when nobody matched; the caller's number is `{phone}`
    line 20, column 3: `{board.x}` in `fallbackContactPageUrl` is neither a token, nor a setting or stored value of this adapter; there are: {hostname}, {contactId}, {contactType}, {contactName}, {contactPhone}, {phone}, {calledNumber}, {direction}, {logId}, {thirdPartyAppointmentId}, {board}, {user_urls}, {extra.NAME}
    line 18, column 43: at character 20: this brace is not closed; write `}` after the token, or `{{` for a brace itself
    line 1, column 1: `callPopUrl` stands in for `contactPageUrl` when a call comes, so name that as well
    line 1, column 1: it names no page; give it a `contactPageUrl`, a `logPageUrl` or both
    line 22, column 20: leave `canOpenContactPage` and `canOpenLogPage` out; they follow from `contactPageUrl` and `logPageUrl`
    ");
}

#[test]
fn a_librarys_manifest_may_have_a_fallback_page_and_no_other() {
    let mut library = without(&["contactPageUrl", "callPopUrl", "logPageUrl"]);
    let manifest = Manifest::parse(&library.to_string()).unwrap();
    let fallback = manifest.fallback_contact_page_url.unwrap();
    assert_eq!(fallback.as_str(), "https://{hostname}/search?q={phone}");
    library["fallbackContactPageUrl"] = json!("https://{hostname}/{contactId}");
    assert!(Manifest::parse(&library.to_string()).is_err());
}
