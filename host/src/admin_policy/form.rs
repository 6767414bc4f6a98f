//! The form of `policy.toml`. What is not known to it is an error: a rule that nobody follows would
//! be worse than none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};
pub(super) use toml::Spanned;

use super::form_of_rules::{self, List};
use super::{AdapterRules, AdminPolicy, FixedPop, FixedValue, PolicyError, Standing};
use crate::PopSettings;
use crate::admission::{AdminRules, Requirement};
use crate::manifest::SettingValue;
use crate::pop_members;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct File {
    require: Requirement,
    require_sandbox: bool,
    require_isolation: bool,
    plugins_folders: Option<Vec<Spanned<PathBuf>>>,
    trusted_keys: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    allow: Option<List>,
    deny: List,
    call_pop: Members,
    adapters: BTreeMap<String, Adapter>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Adapter {
    minimum_version: Option<Spanned<String>>,
    require_isolation: bool,
    settings: BTreeMap<String, Spanned<SettingValue>>,
    call_pop: Members,
}

type Members = BTreeMap<String, Spanned<Value>>;

/// Something wrong, and at which byte.
pub(super) type Wrong = (usize, String);

/// Reads the text of the file at `path`.
pub(super) fn parse(path: &Path, text: &str) -> Result<AdminPolicy, PolicyError> {
    let read = || -> Result<AdminPolicy, Wrong> {
        let file: File = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            (start, error.message().replace('\n', ", "))
        })?;
        let pop = fixed_pop(Map::new(), file.call_pop)?;
        let mut rules = AdminRules {
            file: path.to_owned(),
            require: file.require,
            keys: form_of_rules::keys(file.trusted_keys)?,
            allowed: file.allow.map(form_of_rules::listed).transpose()?,
            denied: form_of_rules::listed(file.deny)?,
            minimum_versions: BTreeMap::new(),
        };
        let mut adapters = BTreeMap::new();
        for (id, adapter) in file.adapters {
            if let Some(version) = adapter.minimum_version {
                let version = form_of_rules::version(&version)?;
                rules.minimum_versions.insert(id.clone(), version);
            }
            let of_adapter = AdapterRules {
                requires_isolation: adapter.require_isolation,
                pop: fixed_pop(pop.members.clone(), adapter.call_pop)?,
                settings: adapter
                    .settings
                    .into_iter()
                    .map(|(id, value)| (id, fixed_value(text, &value)))
                    .collect(),
            };
            adapters.insert(id, of_adapter);
        }
        Ok(AdminPolicy {
            path: path.to_owned(),
            standing: Standing::Other,
            requires_sandbox: file.require_sandbox,
            requires_isolation: file.require_isolation,
            plugins_folders: file
                .plugins_folders
                .map(form_of_rules::folders)
                .transpose()?,
            rules,
            pop,
            adapters,
        })
    };
    read().map_err(|(at, what)| {
        let (line, column) = place(text, at);
        PolicyError::Wrong {
            path: path.to_owned(),
            line,
            column,
            what,
        }
    })
}

/// What is fixed for all adapters, and then for one.
fn fixed_pop(mut members: Map<String, Value>, own: Members) -> Result<FixedPop, Wrong> {
    for (name, value) in own {
        let at = value.span().start;
        let value = value.into_inner();
        pop_members::check(&name, &value).map_err(|why| (at, why.to_string()))?;
        members.insert(name, value);
    }
    let alone = pop_members::with(&PopSettings::default(), &members).map_err(|error| (0, error))?;
    Ok(FixedPop { members, alone })
}

fn fixed_value(text: &str, value: &Spanned<SettingValue>) -> FixedValue {
    let (line, column) = place(text, value.span().start);
    FixedValue {
        value: value.get_ref().to_string(),
        line,
        column,
    }
}

/// The line and the column of a byte, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line_start..].chars().count();
    (before.matches('\n').count() + 1, column + 1)
}
