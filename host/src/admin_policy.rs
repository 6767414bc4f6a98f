//! What an administrator has fixed, in `policy.toml`, at a place where a user cannot write.
//!
//! It is read when a host is built. A host does not run without rules that cannot be read.

mod examined;
mod form;
mod form_of_rules;
mod place;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::PopSettings;
use crate::admission::AdminRules;
use crate::manifest::Manifest;
use crate::pop_members;

/// The file's name, at whichever place it stands.
const FILE: &str = "policy.toml";

/// An administrator's rules that cannot be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("the administrator's file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something in it is wrong.
    #[error(
        "the administrator's file {}, line {line}, column {column}: {what}",
        path.display()
    )]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in that line, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
}

/// The rules; none, if there is no file.
#[derive(Debug, Default)]
pub(crate) struct AdminPolicy {
    path: PathBuf,
    standing: Standing,
    requires_sandbox: bool,
    requires_isolation: bool,
    plugins_folders: Option<Vec<PathBuf>>,
    /// What may run.
    rules: AdminRules,
    /// For accounts of every adapter.
    pop: FixedPop,
    adapters: BTreeMap<String, AdapterRules>,
}

/// Whose file is in force.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    None,
    /// The system's, where a user cannot write.
    System,
    /// The one that the program or the dialer names, or the one in the home.
    Other,
}

/// What is fixed for one adapter.
#[derive(Debug, Default)]
struct AdapterRules {
    requires_isolation: bool,
    settings: BTreeMap<String, FixedValue>,
    /// With what is fixed for every adapter.
    pop: FixedPop,
}

/// A setting's value, and where it stands in the file.
#[derive(Debug)]
struct FixedValue {
    value: String,
    line: usize,
    column: usize,
}

/// Call-pop settings that are fixed.
#[derive(Debug, Clone, Default)]
struct FixedPop {
    members: Map<String, Value>,
    /// These, and the defaults for all others.
    alone: PopSettings,
}

impl AdminPolicy {
    /// The rules of the first of these files that there is: the system's, and then the one that is
    /// named, or, if none is, the one in the home.
    pub(crate) fn load(named: Option<&Path>, home: &Path) -> Result<Self, PolicyError> {
        Self::of_first(place::system().as_deref(), named, home)
    }

    fn of_first(
        system: Option<&Path>,
        named: Option<&Path>,
        home: &Path,
    ) -> Result<Self, PolicyError> {
        if let Some(policy) = system.map(Self::if_there).transpose()?.flatten() {
            if let Some(named) = named {
                let (used, named) = (policy.path.display(), named.display());
                tracing::warn!("{used} is in force, so {named} is not read");
            }
            return Ok(Self {
                standing: Standing::System,
                ..policy
            });
        }
        match named {
            Some(path) => Self::read(path),
            None => Ok(Self::if_there(&home.join(FILE))?.unwrap_or_default()),
        }
    }

    fn if_there(path: &Path) -> Result<Option<Self>, PolicyError> {
        match Self::read(path) {
            Err(PolicyError::Unreadable { source, .. })
                if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&source.kind()) =>
            {
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    fn read(path: &Path) -> Result<Self, PolicyError> {
        let text = fs::read_to_string(path).map_err(|source| PolicyError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        form::parse(path, &text)
    }

    /// The file that is in force.
    pub(crate) fn path(&self) -> Option<&Path> {
        (self.standing != Standing::None).then_some(&self.path)
    }

    /// Whether no adapter runs outside of the whole sandbox.
    pub(crate) fn requires_sandbox(&self) -> bool {
        self.requires_sandbox
    }

    /// Whether this adapter runs in no dialer's own process.
    pub(crate) fn requires_isolation(&self, adapter: &str) -> bool {
        let rules = self.adapters.get(adapter);
        self.requires_isolation || rules.is_some_and(|rules| rules.requires_isolation)
    }

    /// The plugins folders, where no others may be used.
    pub(crate) fn plugins_folders(&self) -> Option<&[PathBuf]> {
        self.plugins_folders.as_deref()
    }

    /// What may run.
    pub(crate) fn rules(&self) -> &AdminRules {
        &self.rules
    }

    /// The file that fixes this setting of an adapter.
    pub(crate) fn fixing(&self, adapter: &str, id: &str) -> Option<&Path> {
        let rules = self.adapters.get(adapter)?;
        rules.settings.contains_key(id).then_some(&self.path)
    }

    /// The fixed values of an adapter's settings.
    ///
    /// The adapter may have come after the file was read, so this is where they are checked.
    pub(crate) fn values(&self, manifest: &Manifest) -> Result<BTreeMap<&str, &str>, PolicyError> {
        let Some(rules) = self.adapters.get(&manifest.id) else {
            return Ok(BTreeMap::new());
        };
        let checked = |(id, fixed): (&'_ String, &'_ FixedValue)| {
            let fits = match manifest.setting(id) {
                Some(setting) => setting
                    .check(&fixed.value)
                    .map_err(|why| format!("`{id}` of `{}` cannot be fixed: {why}", manifest.id)),
                None => Err(format!("`{}` has no setting `{id}`", manifest.id)),
            };
            fits.map_err(|what| PolicyError::Wrong {
                path: self.path.clone(),
                line: fixed.line,
                column: fixed.column,
                what,
            })
        };
        rules.settings.iter().try_for_each(checked)?;
        let values = rules.settings.iter();
        Ok(values
            .map(|(id, fixed)| (id.as_str(), fixed.value.as_str()))
            .collect())
    }

    /// The call-pop settings that are fixed for an adapter's account, by their members' names.
    pub(crate) fn fixed_pop(&self, adapter: &str) -> &Map<String, Value> {
        &self.pop(adapter).members
    }

    /// The settings by which an account's calls pop, where the user has set these.
    pub(crate) fn pop_over(&self, adapter: &str, set: &PopSettings) -> PopSettings {
        let fixed = self.pop(adapter);
        if fixed.members.is_empty() {
            return set.clone();
        }
        // They were checked when they were read; what is fixed holds in any case.
        pop_members::with(set, &fixed.members).unwrap_or_else(|_| fixed.alone.clone())
    }

    fn pop(&self, adapter: &str) -> &FixedPop {
        self.adapters
            .get(adapter)
            .map_or(&self.pop, |rules| &rules.pop)
    }
}

#[cfg(test)]
mod tests;
