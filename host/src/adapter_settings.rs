//! An adapter's settings as they hold: what the user set, what the administrator fixed, and the
//! defaults for the rest.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use crate::admin_policy::{AdminPolicy, PolicyError};
use crate::error::FindError;
use crate::manifest::{Manifest, Setting, SettingOption, SettingType};
use crate::pop_members;
use crate::state_file::StateError;
use crate::{Hostname, PopSettings};

/// Where a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The manifest's default, or Callpop's.
    Default,
    /// The user set it.
    User,
    /// The administrator fixed it.
    Managed,
}

/// All that a settings page shows of an adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AdapterSettings {
    /// The adapter's id.
    pub adapter: String,
    /// The account's hostname; none, if the adapter is not connected.
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub hostname: Option<Hostname>,
    /// The adapter's own settings, in the manifest's order; a section comes before its settings.
    pub settings: Vec<SettingState>,
    /// When its account's calls pop, and what.
    pub call_pop: Vec<SettingState>,
    /// The administrator's file that is in force.
    pub policy: Option<PathBuf>,
}

/// A setting and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SettingState {
    /// The name to set it by: the one in the manifest, or `callPop.inbound`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: SettingType,
    /// Whether it must have a value.
    pub required: bool,
    /// The values of a choice.
    pub options: Vec<SettingOption>,
    /// The id of the section that it stands in.
    pub section: Option<String>,
    /// The value that holds, as the adapter gets it.
    pub value: Option<String>,
    /// Where that value is from. A page lets the user change no value that is managed.
    pub origin: Option<Origin>,
}

/// What a user changes about an adapter's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// By their ids; none to unset.
    pub(crate) values: Vec<(String, Option<String>)>,
    pub(crate) dry_run: bool,
}

impl SettingsChange {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value: a setting of the manifest, or a call-pop setting as `callPop.inbound`.
    #[must_use]
    pub fn set(mut self, id: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((id.into(), Some(value.into())));
        self
    }

    /// Forgets the user's own value, so that the default holds again.
    #[must_use]
    pub fn unset(mut self, id: impl Into<String>) -> Self {
        self.values.push((id.into(), None));
        self
    }

    /// Checks everything and keeps nothing.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

/// Settings that cannot be shown or changed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// There is no ready adapter with the id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// Its own settings belong to an account.
    #[error("`{adapter}` is not connected, and `{key}` belongs to an account; connect it first")]
    NotConnected {
        /// The adapter.
        adapter: String,
        /// What was to be set.
        key: String,
    },
    /// There is no such setting.
    #[error("`{adapter}` has no setting `{key}`; there are: {}", known.join(", "))]
    Unknown {
        /// The adapter.
        adapter: String,
        /// What was to be set.
        key: String,
        /// What can be set.
        known: Vec<String>,
    },
    /// The value does not fit.
    #[error("`{key}` cannot be set: {why}")]
    Value {
        /// What was to be set.
        key: String,
        /// Why not.
        why: String,
    },
    /// The account needs the value.
    #[error("`{adapter}` needs the setting `{id}`, which has no default")]
    Required {
        /// The adapter.
        adapter: String,
        /// The setting.
        id: String,
    },
    /// The administrator has fixed it.
    #[error("`{key}` is managed by your administrator, in {}", file.display())]
    Managed {
        /// What was to be set.
        key: String,
        /// The administrator's file.
        file: PathBuf,
    },
    /// What the administrator has fixed does not fit the adapter.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// What is set could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl SettingsError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Find(error) => error.class(),
            Self::NotConnected { .. } => "not-connected",
            Self::Unknown { .. } | Self::Value { .. } => "invalid-value",
            Self::Required { .. } => "missing-setting",
            Self::Managed { .. } => "managed",
            Self::Policy(_) => "policy",
            Self::State(_) => "state",
        }
    }
}

/// The values that hold for an account, by the settings' ids: what is fixed, else what is set, else
/// the default. What is set and does not fit (the adapter may be another version by now) counts as
/// not set.
pub(crate) fn effective(
    manifest: &Manifest,
    set: &BTreeMap<String, String>,
    policy: &AdminPolicy,
) -> Result<BTreeMap<String, (String, Origin)>, PolicyError> {
    let fixed = policy.values(manifest)?;
    let value = |setting: &Setting| {
        if let Some(fixed) = fixed.get(setting.id.as_str()) {
            return Some(((*fixed).to_owned(), Origin::Managed));
        }
        let set = set.get(&setting.id);
        if let Some(set) = set.filter(|set| setting.check(set).is_ok()) {
            return Some((set.clone(), Origin::User));
        }
        let default = setting.default.as_ref()?;
        Some((default.to_string(), Origin::Default))
    };
    let settings = manifest.settings_with_values();
    Ok(settings
        .filter_map(|setting| Some((setting.id.clone(), value(setting)?)))
        .collect())
}

/// The values alone, as callbacks get them.
pub(crate) fn effective_values(
    manifest: &Manifest,
    set: &BTreeMap<String, String>,
    policy: &AdminPolicy,
) -> Result<BTreeMap<String, String>, PolicyError> {
    let values = effective(manifest, set, policy)?.into_iter();
    Ok(values.map(|(id, (value, _))| (id, value)).collect())
}

/// A setting that must have a value and has none.
pub(crate) fn missing<'manifest>(
    manifest: &'manifest Manifest,
    set: &BTreeMap<String, String>,
    policy: &AdminPolicy,
) -> Result<Option<&'manifest Setting>, PolicyError> {
    let values = effective(manifest, set, policy)?;
    Ok(manifest
        .settings_with_values()
        .find(|setting| setting.required && !values.contains_key(&setting.id)))
}

/// The manifest's settings with the values that hold.
pub(crate) fn states(
    manifest: &Manifest,
    set: &BTreeMap<String, String>,
    policy: &AdminPolicy,
) -> Result<Vec<SettingState>, PolicyError> {
    let mut values = effective(manifest, set, policy)?;
    let mut state = |setting: &Setting, section: Option<&Setting>| {
        let (value, origin) = values.remove(&setting.id).unzip();
        SettingState {
            id: setting.id.clone(),
            name: setting.name.clone(),
            description: setting.description.clone(),
            kind: setting.kind,
            required: setting.required,
            options: setting.options.clone(),
            section: section.map(|section| section.id.clone()),
            value,
            origin,
        }
    };
    let mut states = Vec::new();
    for setting in &manifest.settings {
        states.push(state(setting, None));
        states.extend(setting.items.iter().map(|item| state(item, Some(setting))));
    }
    Ok(states)
}

/// The call-pop settings with the values that hold, where the user has set these.
pub(crate) fn pop_states(
    adapter: &str,
    set: &PopSettings,
    policy: &AdminPolicy,
) -> Vec<SettingState> {
    let defaults = pop_members::members(&PopSettings::default());
    let fixed = policy.fixed_pop(adapter);
    let holds = pop_members::members(&policy.pop_over(adapter, set));
    let state = |(member, value): (String, Value)| {
        let origin = if fixed.contains_key(&member) {
            Origin::Managed
        } else if defaults.get(&member) == Some(&value) {
            Origin::Default
        } else {
            Origin::User
        };
        let choices = pop_members::choices(&member);
        let kind = match value {
            Value::Bool(_) => SettingType::Boolean,
            _ if !choices.is_empty() => SettingType::Choice,
            _ => SettingType::Text,
        };
        let options = match kind {
            SettingType::Choice => choices.into_iter().map(SettingOption::of).collect(),
            _ => Vec::new(),
        };
        SettingState {
            id: format!("{}{member}", pop_members::PREFIX),
            name: pop_members::meaning(&member).to_owned(),
            description: String::new(),
            kind,
            required: true,
            options,
            section: None,
            value: Some(pop_members::shown(&value)),
            origin: Some(origin),
        }
    };
    holds.into_iter().map(state).collect()
}
