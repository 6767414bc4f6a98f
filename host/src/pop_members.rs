//! Call-pop settings by the names of their members, whatever members there are: for people who type
//! them, and for administrators who fix them.

use serde_json::{Map, Value};

use crate::PopSettings;

/// What stands before a member's name among an adapter's own settings: `callPop.inbound`.
pub(crate) const PREFIX: &str = "callPop.";

/// Why a member cannot have a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MemberError {
    #[error("there is no call-pop setting `{name}`; there are: {}", known.join(", "))]
    Unknown { name: String, known: Vec<String> },
    #[error("`callPop.{name}` cannot be set: {why}")]
    Unfit { name: String, why: String },
}

/// All members of these settings.
pub(crate) fn members(settings: &PopSettings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        // They are a struct.
        _ => Map::new(),
    }
}

/// These settings, with some members changed.
pub(crate) fn with(
    settings: &PopSettings,
    changed: &Map<String, Value>,
) -> Result<PopSettings, String> {
    let mut all = members(settings);
    all.extend(changed.clone());
    serde_json::from_value(Value::Object(all)).map_err(|error| error.to_string())
}

/// Whether there is such a member, and the value is one of its.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), MemberError> {
    let default = PopSettings::default();
    let known = members(&default);
    let unfit = |why| MemberError::Unfit {
        name: name.to_owned(),
        why,
    };
    let changed = Map::from_iter([(name.to_owned(), value.clone())]);
    let settings = with(&default, &changed);
    // A member that nobody knows is passed over in reading.
    let is_known = known.contains_key(name)
        || (settings.as_ref()).is_ok_and(|settings| members(settings).contains_key(name));
    if !is_known {
        return Err(MemberError::Unknown {
            name: name.to_owned(),
            known: known.into_iter().map(|(name, _)| name).collect(),
        });
    }
    settings.map(drop).map_err(|error| {
        let choices = choices(name);
        unfit(match known.get(name) {
            _ if !choices.is_empty() => {
                format!("{value} is none of: {}", choices.join(", "))
            }
            Some(Value::Number(_)) => format!("{value} is not a whole number from 0 on"),
            _ => error,
        })
    })
}

/// The value that a person means by a text.
pub(crate) fn parse(name: &str, text: &str) -> Result<Value, MemberError> {
    let as_text = || Value::String(text.to_owned());
    let value = match members(&PopSettings::default()).get(name) {
        Some(Value::String(_)) => as_text(),
        _ => serde_json::from_str(text).unwrap_or_else(|_| as_text()),
    };
    check(name, &value).map(|()| value)
}

/// A value as people write it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The values that a member can have, where there are only a few.
pub(crate) fn choices(name: &str) -> Vec<String> {
    match members(&PopSettings::default()).get(name) {
        Some(Value::Bool(_)) => vec!["true".to_owned(), "false".to_owned()],
        Some(Value::String(_)) => variants(name),
        _ => Vec::new(),
    }
}

/// The names of an enum's variants: its reader tells them to who names none of them.
fn variants(name: &str) -> Vec<String> {
    let none = Map::from_iter([(name.to_owned(), Value::String(String::new()))]);
    let Err(error) = with(&PopSettings::default(), &none) else {
        return Vec::new();
    };
    let Some((_, expected)) = error.split_once("expected ") else {
        return Vec::new();
    };
    let words = expected.split('`').skip(1).step_by(2);
    words.map(ToOwned::to_owned).collect()
}

/// What a member is for, in a line; nothing for one that is not known here.
pub(crate) fn meaning(name: &str) -> &'static str {
    match name {
        "inbound" => "When a call that you receive pops",
        "outbound" => "When a call that you make pops",
        "several" => "What opens if several contacts match",
        "fallbackPage" => "Whether the adapter's page for unknown numbers opens",
        "openCreated" => "Whether a contact opens that you have just created",
        "maxPages" => "The most pages of one call, over all accounts",
        "rules" => "Which calls pop: the first rule that fits decides",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, choices, parse};

    #[test]
    fn a_member_is_read_as_what_it_is() {
        assert_eq!(parse("inbound", "answer"), Ok(json!("answer")));
        assert_eq!(parse("maxPages", "3"), Ok(json!(3)));
        assert_eq!(choices("several"), ["disabled", "open-all", "prompt"]);
        assert!(choices("maxPages").is_empty());
    }

    #[test]
    fn what_is_no_value_is_said_in_words() {
        let said = |name: &str, text: &str| parse(name, text).unwrap_err().to_string();
        assert_eq!(
            said("inbound", "never"),
            "`callPop.inbound` cannot be set: \"never\" is none of: disabled, first-ring, answer"
        );
        for text in ["many", "-1", "1.5", "\"3\""] {
            assert!(
                said("maxPages", text).ends_with(" is not a whole number from 0 on"),
                "{text}"
            );
        }
        assert!(said("inBound", "answer").starts_with(
            "there is no call-pop setting `inBound`; there are: inbound, outbound, several"
        ));
        assert!(check("inbound", &json!(true)).is_err());
    }
}
