//! A platform's settings, brought to the form of a manifest here.

use serde_json::{Map, Value, json};

use crate::manifest::is_value_name;

/// The settings and sections that can be taken over.
pub(super) fn of(settings: Option<&Value>, remarks: &mut Vec<String>) -> Vec<Value> {
    let settings = settings.and_then(Value::as_array);
    let mut all = Vec::new();
    for setting in settings.into_iter().flatten() {
        all.extend(one(setting, remarks));
    }
    all
}

/// The ids of those that have a value.
pub(super) fn ids(settings: &[Value]) -> Vec<String> {
    let items = |setting: &Value| match setting["items"].as_array() {
        Some(items) => items.clone(),
        None => vec![setting.clone()],
    };
    settings
        .iter()
        .flat_map(items)
        .filter(|setting| setting["type"] != "section")
        .filter_map(|setting| setting["id"].as_str().map(str::to_owned))
        .collect()
}

fn one(setting: &Value, remarks: &mut Vec<String>) -> Option<Value> {
    let id = setting["id"].as_str().unwrap_or_default();
    let kind = setting["type"].as_str().unwrap_or("inputField");
    let mut left_out = |why: &str| remarks.push(format!("the setting `{id}` is left out: {why}"));
    if !is_value_name(id) {
        left_out("its id is not letters, digits, `_` and `-`");
        return None;
    }
    let mut made = Map::new();
    made.insert("id".to_owned(), json!(id));
    let name = setting["name"].as_str().unwrap_or(id);
    made.insert("name".to_owned(), json!(name));
    let about = setting["description"]
        .as_str()
        .or(setting["helper"].as_str());
    if let Some(about) = about.filter(|text| !text.is_empty()) {
        made.insert("description".to_owned(), json!(about));
    }
    if setting["required"] == true {
        made.insert("required".to_owned(), json!(true));
    }
    match kind {
        "section" => {
            let items = of(setting.get("items"), remarks);
            made.insert("type".to_owned(), json!("section"));
            made.insert("items".to_owned(), items.into());
        }
        "boolean" => {
            made.insert("type".to_owned(), json!("boolean"));
            made.extend(default_of(setting).map(|value| ("default".to_owned(), value)));
        }
        "inputField" | "text" | "string" => {
            let text = default_of(setting).and_then(text_of);
            made.extend(text.map(|text| ("default".to_owned(), json!(text))));
        }
        "option" => {
            let options = options(setting);
            if options.is_empty() || setting["multiple"] == true {
                left_out("its options come from the CRM, or several can be selected");
                return None;
            }
            let default = default_of(setting).and_then(text_of);
            let fits = |text: &String| options.iter().any(|option| option["value"] == **text);
            let default = default.filter(fits);
            made.insert("type".to_owned(), json!("choice"));
            made.insert("options".to_owned(), options.into());
            made.extend(default.map(|text| ("default".to_owned(), json!(text))));
        }
        other => {
            left_out(&format!("`{other}` is no kind of setting here"));
            return None;
        }
    }
    Some(made.into())
}

fn default_of(setting: &Value) -> Option<Value> {
    let value = setting.get("defaultValue").or(setting.get("value"))?;
    (!value.is_null()).then(|| value.clone())
}

/// A default as adapters get it; an empty text is none.
fn text_of(value: Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

fn options(setting: &Value) -> Vec<Value> {
    let options = setting["options"].as_array();
    options
        .into_iter()
        .flatten()
        .filter_map(|option| {
            let value = text_of(option.get("id").or(option.get("const"))?.clone())?;
            let name = option["name"].as_str().or(option["title"].as_str());
            Some(json!({ "value": value, "name": name.unwrap_or(&value) }))
        })
        .collect()
}
