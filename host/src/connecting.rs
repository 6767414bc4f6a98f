//! Connecting an account: the hostname, and the values that come with it, sorted by the manifest.

use serde_json::Value;

use crate::account_store::Account;
use crate::adapter_settings;
use crate::admin_policy::AdminPolicy;
use crate::error::ConnectError;
use crate::manifest::Manifest;
use crate::plan::{MAX_STORED_VALUE, MAX_STORED_VALUES};

/// An account to be connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectRequest {
    pub(crate) adapter: String,
    pub(crate) host: String,
    pub(crate) values: Vec<(String, String)>,
    pub(crate) dry_run: bool,
}

impl ConnectRequest {
    /// Connects `adapter` to the host in `host`: a host name, or a whole address as a person
    /// pastes it from the browser.
    #[must_use]
    pub fn new(adapter: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            adapter: adapter.into(),
            host: host.into(),
            values: Vec::new(),
            dry_run: false,
        }
    }

    /// Sets a value that the manifest names: a setting, a stored value, or, with a dot, a member of
    /// a stored value that is a JSON object (`user_urls.atsUrl`).
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((key.into(), value.into()));
        self
    }

    /// Checks everything and keeps nothing.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }
}

/// Puts the values where the manifest says that they belong.
pub(crate) fn apply(
    values: &[(String, String)],
    manifest: &Manifest,
    account: &mut Account,
    policy: &AdminPolicy,
) -> Result<(), ConnectError> {
    for (key, value) in values {
        if let Some(file) = policy.fixing(&manifest.id, key) {
            return Err(ConnectError::Managed {
                key: key.clone(),
                file: file.to_owned(),
            });
        }
        apply_one(key, value, manifest, account)?;
    }
    if let Some(setting) = adapter_settings::missing(manifest, &account.settings, policy)? {
        return Err(ConnectError::MissingSetting {
            adapter: manifest.id.clone(),
            id: setting.id.clone(),
            name: setting.name.clone(),
        });
    }
    Ok(())
}

fn apply_one(
    key: &str,
    value: &str,
    manifest: &Manifest,
    account: &mut Account,
) -> Result<(), ConnectError> {
    let (name, member) = match key.split_once('.') {
        Some((name, member)) => (name, Some(member)),
        None => (key, None),
    };
    let setting = manifest.setting(name).filter(|_| member.is_none());
    let is_stored = manifest.stored_values.iter().any(|it| it.name == name);
    let unfit = |why: String| ConnectError::Value {
        key: key.to_owned(),
        why,
    };
    let (values, text) = if let Some(setting) = setting {
        setting.check(value).map_err(unfit)?;
        (&mut account.settings, value.to_owned())
    } else if is_stored {
        let before = account.stored.get(name).map_or("{}", String::as_str);
        let text = match member {
            Some(member) => with_member(before, member, value)
                .ok_or_else(|| unfit(format!("`{name}` is not a JSON object")))?,
            None => value.to_owned(),
        };
        (&mut account.stored, text)
    } else {
        return Err(ConnectError::UnknownValue {
            adapter: manifest.id.clone(),
            key: key.to_owned(),
            known: known(manifest),
        });
    };
    if text.len() > MAX_STORED_VALUE || values.len() >= MAX_STORED_VALUES {
        return Err(unfit(format!("it is over {MAX_STORED_VALUE} bytes")));
    }
    values.insert(name.to_owned(), text);
    Ok(())
}

/// The JSON object in `text` with one member set; dots in `member` lead deeper.
pub(crate) fn with_member(text: &str, member: &str, value: &str) -> Option<String> {
    let mut whole: Value = serde_json::from_str(text).ok()?;
    let mut at = &mut whole;
    for key in member.split('.') {
        let members = at.as_object_mut()?;
        at = members
            .entry(key)
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    *at = Value::String(value.to_owned());
    Some(whole.to_string())
}

fn known(manifest: &Manifest) -> Vec<String> {
    let settings = manifest.settings_with_values().map(|it| it.id.clone());
    let stored = manifest.stored_values.iter().map(|it| it.name.clone());
    settings.chain(stored).collect()
}
