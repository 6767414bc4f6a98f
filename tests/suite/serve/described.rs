//! The description and the guide show what the program does.

use std::fmt::Write;

use callpop_host::json_interface::openrpc;
use callpop_tests::workspace;
use serde_json::{Value, json};

use super::{Dialer, with_templates};

/// How much of a message the guide shows, in characters.
const SHOWN: usize = 240;
const BEGIN: &str = "<!-- methods -->\n";
const END: &str = "<!-- end of methods -->\n";

#[test]
fn the_guide_shows_every_method_as_it_is_described() {
    let file = workspace().join("docs/json-interface.md");
    let guide = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = guide.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let described = methods(&openrpc());
    if std::env::var_os("CALLPOP_TEST_WRITE").is_some() {
        std::fs::write(&file, [before, BEGIN, &described, END, after].concat()).unwrap();
    }
    assert_eq!(shown, described, "CALLPOP_TEST_WRITE=1 writes it anew");
}

/// The part of the guide about methods.
fn methods(document: &Value) -> String {
    let mut text = String::new();
    for method in document["methods"].as_array().unwrap() {
        let name = method["name"].as_str().unwrap();
        writeln!(text, "\n### `{name}`\n\n{}\n", line(&method["summary"])).unwrap();
        for param in method["params"].as_array().unwrap() {
            let optional = if param["required"] == true {
                ""
            } else {
                " (optional)"
            };
            let what = &param["schema"]["description"];
            let about = match what.as_str() {
                Some(_) => line(what),
                None => referred(document, &param["schema"]),
            };
            writeln!(
                text,
                "- `{}`{optional}: {about}",
                param["name"].as_str().unwrap()
            )
            .unwrap();
        }
        if !method["params"].as_array().unwrap().is_empty() {
            text.push('\n');
        }
        text.push_str("```text\n");
        for example in method["examples"].as_array().unwrap() {
            let params: Value = example["params"]
                .as_array()
                .unwrap()
                .iter()
                .map(|param| {
                    let name = param["name"].as_str().unwrap().to_owned();
                    (name, param["value"].clone())
                })
                .collect();
            let asked = cut(&params.to_string());
            let answered = cut(&example["result"]["value"].to_string());
            writeln!(text, "→ {name} {asked}\n← {answered}").unwrap();
        }
        text.push_str("```\n");
    }
    text.push('\n');
    text
}

/// What a schema says by the one that it refers to.
fn referred(document: &Value, schema: &Value) -> String {
    let pointer = schema["$ref"].as_str().unwrap_or_default();
    let schema = document.pointer(pointer.trim_start_matches('#'));
    line(&schema.unwrap()["description"])
}

/// A description in one line, without the links of Rust's documentation.
fn line(text: &Value) -> String {
    let text = text.as_str().unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Each example is asked again, in the order in which they stand, and both it and the answer are as
/// their schemas say.
#[test]
fn the_examples_are_what_is_asked_and_answered() {
    let sandbox = with_templates();
    let contacts = sandbox.plugins().with_file_name("contacts.csv");
    std::fs::write(&contacts, "id,name,phone\n7,Jo Doe,+12025550123\n").unwrap();
    let package = contacts.with_file_name("versioned.callpop");
    std::fs::write(&package, super::super::packages::package(101)).unwrap();
    let folder = sandbox.plugins().parent().unwrap().to_owned();
    let folder = folder.to_string_lossy().into_owned();
    let kept_file = workspace().join("host/src/json_interface/examples.json");
    let kept = std::fs::read_to_string(&kept_file).unwrap();
    let mut examples: Vec<Value> = serde_json::from_str(&kept).unwrap();
    let document = openrpc();
    let mut dialer = Dialer::unintroduced(&mut sandbox.command());
    let mut differing = Vec::new();
    for example in &mut examples {
        let method = example["method"].as_str().unwrap().to_owned();
        let described = document["methods"].as_array().unwrap();
        let described = described.iter().find(|it| it["name"] == method).unwrap();
        let params = example["params"].to_string().replace("/home/jo", &folder);
        let params: Value = serde_json::from_str(&params).unwrap();
        check_params(&document, described, &params);
        let result = dialer.result(&method, params);
        check(&document, &described["result"]["schema"], &result, &method);
        let result = settled(&result, &folder);
        // What is around the host is another machine's on each.
        if method != "examine" && example["result"] != result {
            differing.push(format!("{method}: {result}"));
            example["result"] = result;
        }
    }
    if std::env::var_os("CALLPOP_TEST_WRITE").is_some() {
        let text = serde_json::to_string_pretty(&examples).unwrap();
        std::fs::write(&kept_file, text + "\n").unwrap();
    }
    assert!(
        differing.is_empty(),
        "CALLPOP_TEST_WRITE=1 writes them anew: {differing:#?}"
    );
    // Every method has one.
    for method in document["methods"].as_array().unwrap() {
        assert!(
            !method["examples"].as_array().unwrap().is_empty(),
            "{}",
            method["name"]
        );
    }
}

fn check_params(document: &Value, method: &Value, params: &Value) {
    let list = method["params"].as_array().unwrap();
    for param in list {
        let name = param["name"].as_str().unwrap();
        match params.get(name) {
            Some(value) => check(document, &param["schema"], value, name),
            None => assert_eq!(param["required"], false, "{}: {name}", method["name"]),
        }
    }
    for name in params.as_object().unwrap().keys() {
        assert!(list.iter().any(|param| param["name"] == **name), "{name}");
    }
}

/// Whether this is as the schema says, which refers to others in the document.
fn check(document: &Value, schema: &Value, value: &Value, about: &str) {
    let whole = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "components": document["components"],
        "allOf": [schema],
    });
    let validator = jsonschema::validator_for(&whole).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{about}: {errors:#?} in {value}");
}

/// The same, without what is another time's, another machine's or another version's.
fn settled(value: &Value, folder: &str) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let value = match name.as_str() {
                    "time" | "since" => "2026-01-31T09:30:00Z".into(),
                    "micros" | "medianMicros" | "p99Micros" => json!(900),
                    "size" => json!(400),
                    "sha256" if value.is_string() => "0".repeat(64).into(),
                    _ => settled(value, folder),
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| settled(item, folder)).collect(),
        Value::String(text) => text.replace('\\', "/").replace(folder, "/home/jo").into(),
        other => other.clone(),
    }
}
