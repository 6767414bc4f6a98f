//! What can be set for an account: the settings that a manifest declares, and which values fit.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::rules;

/// Something that can be set for an account, or a section of such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Setting {
    /// Its name for programs; no two settings of an adapter have the same.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: SettingType,
    /// Whether an account cannot be connected without a value.
    pub required: bool,
    /// The value that holds where none is set; it fits the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<SettingValue>,
    /// What a choice is between; empty for other types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<SettingOption>,
    /// The settings of a section; empty for other types. None of them is a section. A section
    /// without any is a heading for the settings that follow it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Setting>,
}

/// What the values of a setting are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SettingType {
    /// Any text.
    #[default]
    Text,
    /// `true` or `false`.
    Boolean,
    /// One of the setting's options.
    Choice,
    /// None: it groups other settings.
    Section,
}

/// A value as a manifest or an administrator writes it: adapters get it as a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(untagged)]
#[non_exhaustive]
pub enum SettingValue {
    /// Yes or no.
    Boolean(bool),
    /// Anything else.
    Text(String),
}

/// One of the values that a choice is between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SettingOption {
    /// What the adapter gets.
    #[serde(deserialize_with = "rules::line")]
    pub value: String,
    /// What people call it, if that differs.
    #[serde(
        default,
        deserialize_with = "rules::some_line",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
}

impl Setting {
    /// Whether this is a value of the setting, as adapters get it.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let is_option = || self.options.iter().any(|option| option.value == value);
        match self.kind {
            SettingType::Text => Ok(()),
            SettingType::Boolean if ["true", "false"].contains(&value) => Ok(()),
            SettingType::Boolean => Err(format!("{value:?} is neither `true` nor `false`")),
            SettingType::Choice if is_option() => Ok(()),
            SettingType::Choice => {
                let options: Vec<_> = self.options.iter().map(|it| it.value.as_str()).collect();
                Err(format!("{value:?} is none of: {}", options.join(", ")))
            }
            SettingType::Section => Err("a section has no value of its own".to_owned()),
        }
    }
}

impl SettingOption {
    /// A value that people call by itself.
    pub(crate) fn of(value: String) -> Self {
        Self { value, name: None }
    }
}

impl fmt::Display for SettingType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
            Self::Section => "section",
        })
    }
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for SettingValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BooleanOrText;

        impl Visitor<'_> for BooleanOrText {
            type Value = SettingValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, `true` or `false`")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<SettingValue, E> {
                Ok(SettingValue::Boolean(value))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<SettingValue, E> {
                rules::checked_text(text)
                    .map(SettingValue::Text)
                    .map_err(E::custom)
            }
        }

        deserializer.deserialize_any(BooleanOrText)
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl<'de> Visitor<'de> for Whole {
            type Value = Setting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a setting")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Setting, A::Error> {
                // Looked at while the reader stands in the setting, so that the error has its line.
                let form = Form::deserialize(MapAccessDeserializer::new(members))?;
                Setting::try_from(form).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_map(Whole)
    }
}

/// A setting as it is written, before its members are looked at together.
#[derive(Deserialize)]
struct Form {
    #[serde(deserialize_with = "rules::value_name")]
    id: String,
    #[serde(deserialize_with = "rules::line")]
    name: String,
    #[serde(default, deserialize_with = "rules::text")]
    description: String,
    #[serde(rename = "type", default)]
    kind: SettingType,
    #[serde(default)]
    required: bool,
    #[serde(default, deserialize_with = "rules::some")]
    default: Option<SettingValue>,
    #[serde(default, deserialize_with = "rules::some_list")]
    options: Option<Vec<SettingOption>>,
    #[serde(default, deserialize_with = "rules::some_list")]
    items: Option<Vec<Setting>>,
}

impl TryFrom<Form> for Setting {
    type Error = String;

    fn try_from(form: Form) -> Result<Self, String> {
        let (kind, id) = (form.kind, &form.id);
        let is_section = kind == SettingType::Section;
        if form.options.is_some() != (kind == SettingType::Choice) {
            return Err(if form.options.is_some() {
                format!("the setting `{id}` is a {kind}, and only a choice has `options`")
            } else {
                format!("the choice `{id}` has no `options`")
            });
        }
        if form.items.is_some() && !is_section {
            return Err(format!(
                "the setting `{id}` is a {kind}, and only a section has `items`"
            ));
        }
        if is_section && (form.required || form.default.is_some()) {
            return Err(format!(
                "the section `{id}` has no value, so nothing of it is `required` or a `default`"
            ));
        }
        let setting = Self {
            id: form.id,
            name: form.name,
            description: form.description,
            kind,
            required: form.required,
            default: form.default,
            options: form.options.unwrap_or_default(),
            items: form.items.unwrap_or_default(),
        };
        setting.check_parts()?;
        Ok(setting)
    }
}

impl Setting {
    fn check_parts(&self) -> Result<(), String> {
        let id = &self.id;
        if self.kind == SettingType::Choice && self.options.is_empty() {
            return Err(format!("the choice `{id}` has no `options`"));
        }
        let mut values = BTreeSet::new();
        if let Some(twice) = self.options.iter().find(|it| !values.insert(&it.value)) {
            let value = &twice.value;
            return Err(format!("the choice `{id}` has the option {value:?} twice"));
        }
        if let Some(inner) = self.items.iter().find(|it| it.kind == SettingType::Section) {
            let inner = &inner.id;
            return Err(format!(
                "the section `{inner}` stands in the section `{id}`, and sections hold settings only"
            ));
        }
        let Some(default) = &self.default else {
            return Ok(());
        };
        // A default is written as what it is: `true`, and not "true".
        let is_boolean = matches!(default, SettingValue::Boolean(_));
        if is_boolean != (self.kind == SettingType::Boolean) {
            let kind = self.kind;
            let written = if is_boolean {
                default.to_string()
            } else {
                format!("{:?}", default.to_string())
            };
            return Err(format!(
                "the default {written} of `{id}` does not fit its type, {kind}"
            ));
        }
        self.check(&default.to_string())
            .map_err(|why| format!("the default of `{id}` does not fit: {why}"))
    }
}

/// The list of a manifest's settings, in which each id stands once.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Setting>, D::Error> {
    let settings: Vec<Setting> = rules::list(deserializer)?;
    let mut ids = BTreeSet::new();
    let twice = settings
        .iter()
        .flat_map(|it| std::iter::once(it).chain(&it.items))
        .find(|it| !ids.insert(&it.id));
    match twice {
        Some(twice) => Err(D::Error::custom(format!(
            "two settings have the id `{}`",
            twice.id
        ))),
        None => Ok(settings),
    }
}
