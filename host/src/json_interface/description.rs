//! The interface described for programs: an OpenRPC document, made from the types.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::method::Described;
use super::notification::{Asked, CallOutcome, Warning};
use super::{Failure, PROTOCOL_VERSION, handshake, methods};
use crate::browser::PageForm;
use crate::folder_change::FolderChange;

/// The version of OpenRPC, <https://spec.open-rpc.org/>. Its schemas are of JSON Schema's draft 7.
const OPENRPC: &str = "1.3.2";
/// Where schemas stand in the document.
const SCHEMAS: &str = "/components/schemas";
/// What was asked and answered in a session; a test asks it again.
const EXAMPLES: &str = include_str!("examples.json");

/// The interface as an OpenRPC document.
///
/// `x-notifications` describes what comes from the host unasked, which OpenRPC has no place for.
#[must_use]
pub fn openrpc() -> Value {
    let mut given = generator(SchemaSettings::for_deserialize);
    let mut told = generator(SchemaSettings::for_serialize);
    let examples: Vec<Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let all = handshake::described().into_iter();
    let all = all.chain(methods::all().iter().map(|method| method.described));
    let mut methods: Vec<Value> = all
        .map(|method| method_object(&method, &examples, &mut given, &mut told))
        .collect();
    let notifications = notifications(&mut told);
    let error = told.subschema_for::<Failure>();

    let mut schemas = told.take_definitions(true);
    let given = given.take_definitions(true);
    let apart = different(&given, &schemas);
    for (name, schema) in given {
        if apart.contains(&name) {
            schemas.insert(renamed(&name), schema);
        } else {
            schemas.insert(name, schema);
        }
    }
    let given_schemas = apart.iter().map(|name| renamed(name)).collect::<Vec<_>>();
    for name in given_schemas {
        if let Some(schema) = schemas.get_mut(&name) {
            rename_references(schema, &apart);
        }
    }
    for method in &mut methods {
        rename_references(&mut method["params"], &apart);
    }
    schemas.sort_keys();
    json!({
        "openrpc": OPENRPC,
        "info": {
            "title": "Callpop",
            "description": "The host's functions for dialers that start `callpop serve`. JSON-RPC 2.0 in frames with `Content-Length`, as the Language Server Protocol has them, on standard input and output.",
            "version": format!("{PROTOCOL_VERSION}.0.0"),
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "methods": methods,
        "x-notifications": notifications,
        "components": { "schemas": schemas, "x-error": error },
    })
}

fn generator(settings_for: fn(SchemaSettings) -> SchemaSettings) -> SchemaGenerator {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    });
    settings_for(settings).into_generator()
}

fn method_object(
    method: &Described,
    examples: &[Value],
    given: &mut SchemaGenerator,
    told: &mut SchemaGenerator,
) -> Value {
    let params = (method.params)(given);
    let result = (method.result)(told);
    let examples: Vec<Value> = examples
        .iter()
        .filter(|example| example["method"] == method.name)
        .map(example_object)
        .collect();
    json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "params": params_list(&params),
        "result": { "name": "result", "schema": result },
        "examples": examples,
    })
}

/// A parameter for each member of the object.
fn params_list(params: &Schema) -> Vec<Value> {
    let empty = Map::new();
    let members = params.get("properties").and_then(Value::as_object);
    let required = params.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|it| it == name));
    let members = members.unwrap_or(&empty).iter();
    let mut list: Vec<Value> = members
        .map(|(name, schema)| {
            json!({ "name": name, "required": is_required(name), "schema": schema })
        })
        .collect();
    // OpenRPC wants those first that must be given.
    list.sort_by_key(|param| param["required"] == false);
    list
}

fn example_object(example: &Value) -> Value {
    let empty = Map::new();
    let params = example["params"].as_object().unwrap_or(&empty).iter();
    let params: Vec<Value> = params
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    json!({
        "name": example["name"],
        "params": params,
        "result": { "name": "result", "value": example["result"] },
    })
}

fn notifications(told: &mut SchemaGenerator) -> Vec<Value> {
    let of = |name: &str, summary: &str, params: Schema| json!({ "name": name, "summary": summary, "params": params });
    vec![
        of(
            "callpop/outcome",
            "What a call led to in one account.",
            told.subschema_for::<CallOutcome>(),
        ),
        of(
            "callpop/ask",
            "Several contacts match: ask the user, and go on with `choose`.",
            told.subschema_for::<Asked>(),
        ),
        of(
            "callpop/adaptersChanged",
            "Something changed in the plugins folders, while they are watched.",
            told.subschema_for::<FolderChange>(),
        ),
        of(
            "callpop/openPage",
            "Open this page; only to a client that said so at `initialize`.",
            told.subschema_for::<PageForm>(),
        ),
        of(
            "callpop/warning",
            "Something is not as it should be, and things go on.",
            told.subschema_for::<Warning>(),
        ),
    ]
}

/// The names of what is given in another form than it is told, itself or in a part of it.
fn different(given: &Map<String, Value>, told: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = given
        .iter()
        .filter(|(name, schema)| told.get(*name).is_some_and(|told| told != *schema))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<String> = given
            .iter()
            .filter(|(name, schema)| {
                told.contains_key(*name) && !names.contains(name) && refers_to(schema, &names)
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return names;
        }
        names.extend(more);
    }
}

fn refers_to(schema: &Value, names: &[String]) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, value)| {
            let is_reference = key == "$ref";
            is_reference && names.iter().any(|name| *value == reference(name))
                || refers_to(value, names)
        }),
        Value::Array(items) => items.iter().any(|item| refers_to(item, names)),
        _ => false,
    }
}

/// Has references lead to the forms that are given.
fn rename_references(schema: &mut Value, names: &[String]) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                let found = names.iter().find(|name| *value == reference(name));
                match found {
                    Some(name) if key == "$ref" => *value = reference(&renamed(name)),
                    _ => rename_references(value, names),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| rename_references(item, names)),
        _ => {}
    }
}

fn renamed(name: &str) -> String {
    format!("{name}Given")
}

fn reference(name: &str) -> Value {
    format!("#{SCHEMAS}/{name}").into()
}
