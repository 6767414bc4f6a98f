//! What the user or an administrator has decided about adapters, in `settings.json` under the home.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::admission::Requirement;
use crate::audit::AuditSettings;
use crate::pop_settings::{PopOrder, PopSettings};
use crate::state_file::{KeptAside, StateError, StateFile};

/// Something that an adapter's manifest may ask for, and that nobody has without being granted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Permission {
    /// Connections to other machines, such as to revoke a token when logging out.
    Network,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Network => f.write_str("network"),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    /// Adapters that run in the dialer's own process.
    in_process: BTreeSet<String>,
    /// What adapters are granted, by their id.
    granted: BTreeMap<String, BTreeSet<Permission>>,
    /// Whether a worker that cannot be put into the whole sandbox is refused.
    require_sandbox: bool,
    /// What must be known of adapters' files.
    require: Requirement,
    /// When calls pop, by the adapter's id.
    call_pop: BTreeMap<String, PopSettings>,
    /// In which order accounts are asked about a call, and how many pop.
    pop_order: PopOrder,
    /// How the history is kept.
    audit: AuditSettings,
    /// The country of numbers that do not name theirs, by its two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

/// The file.
#[derive(Debug)]
pub(crate) struct SettingsStore {
    file: StateFile<Settings>,
}

impl SettingsStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "settings.json"),
        }
    }

    /// The country of numbers that do not name theirs; one that is none is as if it were not there.
    #[cfg(feature = "contact-book")]
    pub(crate) fn country(&self) -> Result<Option<crate::Country>, StateError> {
        let Some(text) = self.file.read()?.country else {
            return Ok(None);
        };
        let country = text.parse();
        if let Err(error) = &country {
            tracing::warn!("the setting `country` is left out: {error}");
        }
        Ok(country.ok())
    }

    #[cfg(feature = "contact-book")]
    pub(crate) fn set_country(&self, country: crate::Country) -> Result<(), StateError> {
        self.file.update(|settings| {
            settings.country = Some(country.to_string());
            Ok(())
        })
    }

    pub(crate) fn is_in_process(&self, adapter: &str) -> Result<bool, StateError> {
        Ok(self.file.read()?.in_process.contains(adapter))
    }

    pub(crate) fn requires_sandbox(&self) -> Result<bool, StateError> {
        Ok(self.file.read()?.require_sandbox)
    }

    pub(crate) fn requirement(&self) -> Result<Requirement, StateError> {
        Ok(self.file.read()?.require)
    }

    pub(crate) fn granted(&self, adapter: &str) -> Result<BTreeSet<Permission>, StateError> {
        Ok(self
            .file
            .read()?
            .granted
            .remove(adapter)
            .unwrap_or_default())
    }

    pub(crate) fn grant(&self, adapter: &str, permission: Permission) -> Result<(), StateError> {
        self.file.update(|settings| {
            let granted = settings.granted.entry(adapter.to_owned()).or_default();
            granted.insert(permission);
            Ok(())
        })
    }

    pub(crate) fn revoke(&self, adapter: &str, permission: Permission) -> Result<(), StateError> {
        self.file.update(|settings| {
            if let Some(granted) = settings.granted.get_mut(adapter) {
                granted.remove(&permission);
            }
            settings.granted.retain(|_, granted| !granted.is_empty());
            Ok(())
        })
    }

    /// When calls pop, by the adapter's id, where that was set.
    pub(crate) fn pop(&self) -> Result<BTreeMap<String, PopSettings>, StateError> {
        Ok(self.file.read()?.call_pop)
    }

    /// Changes when an account's calls pop: `change` gets it as it is at that moment.
    pub(crate) fn change_pop<E: From<StateError>>(
        &self,
        adapter: &str,
        change: impl FnOnce(PopSettings) -> Result<PopSettings, E>,
    ) -> Result<PopSettings, E> {
        self.file.update(|settings| {
            let before = settings.call_pop.remove(adapter).unwrap_or_default();
            let after = change(before)?;
            settings.call_pop.insert(adapter.to_owned(), after.clone());
            Ok(after)
        })
    }

    /// Both of what is asked of the settings when the telephone rings, in one reading.
    pub(crate) fn pop_in_order(
        &self,
    ) -> Result<(PopOrder, BTreeMap<String, PopSettings>), StateError> {
        let settings = self.file.read()?;
        Ok((settings.pop_order, settings.call_pop))
    }

    pub(crate) fn pop_order(&self) -> Result<PopOrder, StateError> {
        Ok(self.file.read()?.pop_order)
    }

    pub(crate) fn set_pop_order(&self, order: PopOrder) -> Result<(), StateError> {
        self.file.update(|settings| {
            settings.pop_order = order;
            Ok(())
        })
    }

    /// How the history is kept.
    pub(crate) fn audit(&self) -> Result<AuditSettings, StateError> {
        Ok(self.file.read()?.audit)
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}
