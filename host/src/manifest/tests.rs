//! The rules here and those of the schema are the same.

use super::Manifest;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../adapter-api/adapter.schema.json");

fn whole() -> Value {
    json!({
        "$schema": "adapter.schema.json",
        "id": "acme-crm",
        "name": "Acme CRM",
        "version": "1.2.3-rc.1+build",
        "vendor": "Acme",
        "website": "https://acme.example.com/a?b#c",
        "support": "https://acme.example.com",
        "description": "Opens Zürich.",
        "hosts": ["*.acme.example", "app.acme.example"],
        "canOpenContactPage": true,
        "canOpenLogPage": true,
        "contactTypes": [{ "value": "custjob", "display": "Customer" }, { "value": "lead" }],
        "settings": [
            { "id": "locationId", "name": "Location", "description": "", "required": true },
            { "id": "plain", "name": "Plain", "type": "text", "default": "any thing" },
            { "id": "notes", "name": "Notes", "type": "boolean", "default": true },
            {
                "id": "openIn",
                "name": "Open in",
                "type": "choice",
                "options": [{ "value": "tab", "name": "A tab" }, { "value": "popup" }],
                "default": "tab"
            },
            {
                "id": "more",
                "name": "More",
                "type": "section",
                "items": [{ "id": "inner", "name": "Inner", "type": "boolean", "required": true }]
            },
            { "id": "heading", "name": "Heading", "type": "section" }
        ],
        "storedValues": [{ "name": "user_urls", "description": "x" }],
        "fallbackContactPageUrl": "https://{hostname}/search?q={phone}",
        "openAs": "popup",
        "permissions": ["network"],
        "somethingNew": { "of": "a later version" }
    })
}

/// `whole` with the member at `pointer` replaced, or removed for `None`.
fn with(pointer: &str, value: Option<Value>) -> Value {
    let mut manifest = whole();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = manifest.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(members), Some(value)) => drop(members.insert(key.to_owned(), value)),
        (Value::Object(members), None) => drop(members.remove(key)),
        (Value::Array(items), Some(value)) => items[key.parse::<usize>().unwrap()] = value,
        _ => unreachable!("{pointer}"),
    }
    manifest
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn corpus() -> Vec<Value> {
    let long = |length| Value::from("x".repeat(length));
    let replaced = [
        (
            "/id",
            vec![
                json!(""),
                json!("A"),
                json!("a--b"),
                json!("-a"),
                json!("a-"),
                json!("a_b"),
                json!(7),
                json!(null),
                long(64),
                long(65),
                json!("ä"),
            ],
        ),
        (
            "/name",
            vec![
                json!(""),
                json!("a\nb"),
                json!("a\u{85}b"),
                long(100),
                long(101),
                json!("ü".repeat(100)),
                json!(null),
            ],
        ),
        (
            "/version",
            vec![
                json!("1"),
                json!("1.2"),
                json!("v1.2.3"),
                json!("01.2.3"),
                json!("1.2.3-"),
                json!("1.2.3-01"),
                json!("1.2.3-a.b"),
                json!("0.0.0"),
            ],
        ),
        (
            "/website",
            vec![
                json!("http://acme.example"),
                json!("https://"),
                json!("https:///x"),
                json!("https://a b"),
                json!(""),
                json!(null),
                long(501),
            ],
        ),
        (
            "/description",
            vec![json!(""), json!("a\tb"), long(500), long(501), json!([])],
        ),
        (
            "/hosts",
            vec![
                json!([]),
                json!("acme.example"),
                json!(null),
                json!(vec!["a.bc"; 65]),
            ],
        ),
        (
            "/hosts/0",
            vec![
                json!("*"),
                json!("*.com"),
                json!("a.*.com"),
                json!("1.2.3.4"),
                json!("A.example"),
                json!("a..example"),
                json!("-a.example"),
                json!("a-.example"),
                json!("a.example:8"),
                json!("a.example/"),
                json!("xn--bcher-kva.example"),
                json!("a.e"),
                json!("a.ex-"),
                json!(7),
            ],
        ),
        ("/canOpenLogPage", vec![json!("yes"), json!(null), json!(1)]),
        (
            "/contactTypes",
            vec![
                json!([]),
                json!(["Contact"]),
                json!([{ "display": "x" }]),
                json!(null),
            ],
        ),
        (
            "/contactTypes/0/value",
            vec![json!(""), json!("a b"), json!("a\u{0}b")],
        ),
        ("/contactTypes/0/display", vec![json!(""), json!(null)]),
        (
            "/settings/0/id",
            vec![
                json!(""),
                json!("1a"),
                json!("a.b"),
                json!("a b"),
                json!("a_b-C9"),
                long(65),
            ],
        ),
        ("/settings/0/required", vec![json!(0)]),
        (
            "/settings/0/type",
            vec![
                json!("text"),
                json!("boolean"),
                json!("choice"),
                json!("section"),
                json!("number"),
                json!(null),
            ],
        ),
        (
            "/settings/0/default",
            vec![json!(""), json!(true), json!(7), json!(null), long(501)],
        ),
        (
            "/settings/0/options",
            vec![json!([{ "value": "a" }]), json!([]), json!(null)],
        ),
        ("/settings/0/items", vec![json!([]), json!(null)]),
        (
            "/settings/2/default",
            vec![json!(false), json!("true"), json!(0)],
        ),
        ("/settings/2/options", vec![json!([{ "value": "true" }])]),
        (
            "/settings/3/options",
            vec![
                json!([]),
                json!(["tab"]),
                json!([{ "name": "A tab" }]),
                json!(null),
                json!([{ "value": "tab", "name": "" }]),
                json!([{ "value": "" }]),
            ],
        ),
        ("/settings/3/default", vec![json!(true), json!("popup")]),
        ("/settings/3/items", vec![json!([])]),
        (
            "/settings/4/items",
            vec![
                json!([]),
                json!(null),
                json!([{ "id": "deep", "name": "Deep", "type": "section" }]),
                json!([{ "id": "deep", "name": "Deep" }]),
                json!([{ "id": "deep", "name": "Deep", "options": [] }]),
            ],
        ),
        ("/settings/4/default", vec![json!("a"), json!(true)]),
        ("/settings/4/options", vec![json!([{ "value": "a" }])]),
        ("/settings/4/required", vec![json!(true), json!(false)]),
        (
            "/fallbackContactPageUrl",
            vec![
                json!("https://acme.example/?q={phone}"),
                json!("ftp://{hostname}/"),
                json!(""),
                json!(null),
                long(2049),
            ],
        ),
        ("/openAs", vec![json!("tab"), json!("window"), json!(null)]),
        (
            "/permissions",
            vec![json!([]), json!(["files"]), json!("network"), json!(null)],
        ),
        (
            "/storedValues/0/name",
            vec![json!("_a"), json!("user.urls")],
        ),
    ];
    let mut corpus = vec![whole(), json!([]), json!(null), json!({})];
    for (pointer, values) in replaced {
        corpus.push(with(pointer, Some(json!({}))));
        corpus.extend(values.into_iter().map(|value| with(pointer, Some(value))));
    }
    for pointer in [
        "/id",
        "/name",
        "/version",
        "/vendor",
        "/website",
        "/hosts",
        "/canOpenContactPage",
        "/settings/0/name",
        "/settings/3/options",
        "/settings/3/default",
        "/settings/4/items",
        "/storedValues/0/description",
    ] {
        corpus.push(with(pointer, None));
    }
    corpus
}

#[test]
fn schema_and_reader_accept_the_same_manifests() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for manifest in corpus() {
        let by_schema = schema.is_valid(&manifest);
        let read = Manifest::parse(&manifest.to_string());
        assert_eq!(by_schema, read.is_ok(), "{manifest:#}\n{read:?}");
        if by_schema {
            accepted += 1
        } else {
            refused += 1
        }
    }
    assert!(accepted > 10 && refused > 50, "{accepted} {refused}");
}

#[test]
fn the_shipped_manifests_are_accepted() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let adapters = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters");
    let mut count = 0;
    for adapter in std::fs::read_dir(adapters).unwrap() {
        let text = std::fs::read_to_string(adapter.unwrap().path().join("adapter.json")).unwrap();
        assert!(
            schema.is_valid(&serde_json::from_str(&text).unwrap()),
            "{text}"
        );
        Manifest::parse(&text).unwrap();
        count += 1;
    }
    assert_eq!(count, 15);
}

#[test]
fn an_error_names_line_and_column() {
    let error = Manifest::parse("{\n  \"id\": \"acme\",\n  \"name\": }\n").unwrap_err();
    assert_eq!(error.to_string(), "line 3, column 11: expected value");
    let error = Manifest::parse("{\n  \"id\": \"Acme\"\n}").unwrap_err();
    assert_eq!((error.line, error.column), (2, 14));
    assert!(
        error.what.starts_with("\"Acme\" does not fit: an id is"),
        "{}",
        error.what
    );
}

#[test]
fn what_a_schema_cannot_say_of_settings_is_refused_with_its_line() {
    let with_settings = |settings: &str| {
        let text = format!(
            "{{\"id\": \"a\", \"name\": \"A\", \"version\": \"1.0.0\", \"vendor\": \"A\",\n\"settings\": [\n{settings}\n]}}"
        );
        let error = Manifest::parse(&text).unwrap_err();
        assert!(error.column > 0);
        format!("line {}: {}", error.line, error.what)
    };
    for (settings, error) in [
        (
            r#"{ "id": "x", "name": "X" },
               { "id": "s", "name": "S", "type": "section", "items": [{ "id": "x", "name": "X" }] }"#,
            "line 5: two settings have the id `x`",
        ),
        (
            r#"{ "id": "x", "name": "X", "type": "choice", "options": [{ "value": "a" }, { "value": "a" }] }"#,
            "line 3: the choice `x` has the option \"a\" twice",
        ),
        (
            r#"{ "id": "x", "name": "X", "type": "choice", "options": [{ "value": "a" }], "default": "b" }"#,
            "line 3: the default of `x` does not fit: \"b\" is none of: a",
        ),
        (
            r#"{ "id": "x", "name": "X", "type": "choice" }"#,
            "line 3: the choice `x` has no `options`",
        ),
        (
            r#"{ "id": "x", "name": "X", "type": "boolean", "default": "true" }"#,
            "line 3: the default \"true\" of `x` does not fit its type, boolean",
        ),
        (
            r#"{ "id": "x", "name": "X", "type": "number" }"#,
            "line 3: unknown variant `number`, expected one of `text`, `boolean`, `choice`, `section`",
        ),
    ] {
        assert_eq!(with_settings(settings), error, "{settings}");
    }
}

#[test]
fn what_is_read_is_the_same_when_it_is_written() {
    let manifest = Manifest::parse(&whole().to_string()).unwrap();
    let text = serde_json::to_string(&manifest).unwrap();
    assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    let ids: Vec<_> = manifest
        .settings_with_values()
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(ids, ["locationId", "plain", "notes", "openIn", "inner"]);
}
