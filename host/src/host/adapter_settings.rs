//! Shows and changes what can be set for an adapter, its own settings and those of call-pop alike.

use std::collections::BTreeMap;

use serde_json::Map;

use super::Host;
use crate::PopSettings;
use crate::account_store::Account;
use crate::adapter_settings::{self, AdapterSettings, SettingsChange, SettingsError};
use crate::manifest::Manifest;
use crate::plan::MAX_STORED_VALUE;
use crate::pop_members::{self, MemberError};
use crate::state_file::StateError;

impl Host {
    /// All that can be set for an adapter, with the values that hold, for a settings page.
    ///
    /// # Errors
    /// [`SettingsError`] if there is no such adapter, if what is set cannot be read, or if what the
    /// administrator fixed does not fit the adapter.
    pub fn adapter_settings(&self, adapter: &str) -> Result<AdapterSettings, SettingsError> {
        let (_, description) = self.find(adapter)?;
        let account = self.accounts.of(adapter)?;
        let pop = self.set_pop(adapter)?;
        self.shown(&description.manifest, account, &pop)
    }

    /// Changes an adapter's settings, all of them or none, and tells how they stand then. Call-pop
    /// settings can be changed before the adapter is connected.
    ///
    /// # Errors
    /// [`SettingsError`]; nothing is changed then.
    pub fn set_adapter_settings(
        &self,
        adapter: &str,
        change: &SettingsChange,
    ) -> Result<AdapterSettings, SettingsError> {
        let (_, description) = self.find(adapter)?;
        let manifest = &description.manifest;
        let (pop_changes, own_changes): (Vec<_>, Vec<_>) = change
            .values
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_deref()))
            .partition(|(key, _)| key.starts_with(pop_members::PREFIX));
        // Checked before anything is written, and once more on what is written over.
        let mut account = self.accounts.of(adapter)?;
        match (&mut account, own_changes.first()) {
            (Some(account), _) => self.change_own(manifest, account, &own_changes)?,
            (None, Some((key, _))) => {
                return Err(SettingsError::NotConnected {
                    adapter: adapter.to_owned(),
                    key: (*key).to_owned(),
                });
            }
            (None, None) => {}
        }
        let mut pop = self.changed_pop(adapter, self.set_pop(adapter)?, &pop_changes)?;
        if !change.dry_run && !own_changes.is_empty() {
            self.accounts.change(adapter, |account| {
                self.change_own(manifest, account, &own_changes)
            })?;
        }
        if !change.dry_run && !pop_changes.is_empty() {
            pop = self
                .settings
                .change_pop(adapter, |pop| self.changed_pop(adapter, pop, &pop_changes))?;
        }
        self.shown(manifest, account, &pop)
    }

    /// When calls of this adapter's account pop, and what: what the administrator fixed, over what
    /// the user set.
    ///
    /// # Errors
    /// [`StateError`] if the settings cannot be read.
    pub fn pop_settings(&self, adapter: &str) -> Result<PopSettings, StateError> {
        Ok(self.policy.pop_over(adapter, &self.set_pop(adapter)?))
    }

    /// Changes when calls of this adapter's account pop, and what.
    ///
    /// # Errors
    /// [`SettingsError`] if the administrator has fixed something else, or if it cannot be kept.
    pub fn set_pop_settings(
        &self,
        adapter: &str,
        settings: PopSettings,
    ) -> Result<(), SettingsError> {
        let fixed = self.policy.fixed_pop(adapter);
        let wanted = pop_members::members(&settings);
        if let Some((member, _)) = fixed
            .iter()
            .find(|(it, value)| wanted.get(*it) != Some(*value))
        {
            return Err(self.managed(format!("{}{member}", pop_members::PREFIX)));
        }
        self.settings.change_pop(adapter, |set| {
            // What is fixed is not the user's own: once it is fixed no more, the user's holds again.
            let set = pop_members::members(&set).into_iter();
            let kept = set.filter(|(member, _)| fixed.contains_key(member));
            pop_members::with(&settings, &kept.collect()).map_err(|why| SettingsError::Value {
                key: "callPop".to_owned(),
                why,
            })
        })?;
        Ok(())
    }

    /// What the user set.
    fn set_pop(&self, adapter: &str) -> Result<PopSettings, StateError> {
        Ok(self.settings.pop()?.remove(adapter).unwrap_or_default())
    }

    fn shown(
        &self,
        manifest: &Manifest,
        account: Option<Account>,
        pop: &PopSettings,
    ) -> Result<AdapterSettings, SettingsError> {
        let (hostname, set) = account
            .map(|account| (account.hostname, account.settings))
            .unzip();
        let set = set.unwrap_or_default();
        Ok(AdapterSettings {
            adapter: manifest.id.clone(),
            hostname,
            settings: adapter_settings::states(manifest, &set, &self.policy)?,
            call_pop: adapter_settings::pop_states(&manifest.id, pop, &self.policy),
            policy: self.policy.path().map(ToOwned::to_owned),
        })
    }

    fn change_own(
        &self,
        manifest: &Manifest,
        account: &mut Account,
        changes: &[(&str, Option<&str>)],
    ) -> Result<(), SettingsError> {
        for (key, value) in changes {
            self.change_one(manifest, &mut account.settings, key, *value)?;
        }
        if changes.is_empty() {
            return Ok(());
        }
        match adapter_settings::missing(manifest, &account.settings, &self.policy)? {
            Some(setting) => Err(SettingsError::Required {
                adapter: manifest.id.clone(),
                id: setting.id.clone(),
            }),
            None => Ok(()),
        }
    }

    fn change_one(
        &self,
        manifest: &Manifest,
        set: &mut BTreeMap<String, String>,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), SettingsError> {
        let Some(setting) = manifest.setting(key) else {
            return Err(self.unknown(manifest, key));
        };
        if self.policy.fixing(&manifest.id, key).is_some() {
            return Err(self.managed(key.to_owned()));
        }
        let Some(value) = value else {
            set.remove(key);
            return Ok(());
        };
        let unfit = |why| SettingsError::Value {
            key: key.to_owned(),
            why,
        };
        setting.check(value).map_err(unfit)?;
        if value.len() > MAX_STORED_VALUE {
            return Err(unfit(format!("it is over {MAX_STORED_VALUE} bytes")));
        }
        set.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    fn changed_pop(
        &self,
        adapter: &str,
        set: PopSettings,
        changes: &[(&str, Option<&str>)],
    ) -> Result<PopSettings, SettingsError> {
        let defaults = pop_members::members(&PopSettings::default());
        let mut changed = Map::new();
        for (key, value) in changes {
            let member = key.strip_prefix(pop_members::PREFIX).unwrap_or(key);
            if self.policy.fixed_pop(adapter).contains_key(member) {
                return Err(self.managed((*key).to_owned()));
            }
            let value = match (value, defaults.get(member)) {
                (None, Some(default)) => Ok(default.clone()),
                (value, _) => pop_members::parse(member, value.unwrap_or_default()),
            };
            let value = value.map_err(|error| unfit_member(adapter, key, error))?;
            changed.insert(member.to_owned(), value);
        }
        pop_members::with(&set, &changed).map_err(|why| SettingsError::Value {
            key: "callPop".to_owned(),
            why,
        })
    }

    fn managed(&self, key: String) -> SettingsError {
        let file = self.policy.path().map(ToOwned::to_owned);
        SettingsError::Managed {
            key,
            file: file.unwrap_or_default(),
        }
    }

    fn unknown(&self, manifest: &Manifest, key: &str) -> SettingsError {
        let own = manifest.settings_with_values().map(|it| it.id.clone());
        SettingsError::Unknown {
            adapter: manifest.id.clone(),
            key: key.to_owned(),
            known: own
                .chain([format!("{}NAME", pop_members::PREFIX)])
                .collect(),
        }
    }
}

fn unfit_member(adapter: &str, key: &str, error: MemberError) -> SettingsError {
    match error {
        MemberError::Unknown { known, .. } => SettingsError::Unknown {
            adapter: adapter.to_owned(),
            key: key.to_owned(),
            known: known
                .iter()
                .map(|member| format!("{}{member}", pop_members::PREFIX))
                .collect(),
        },
        MemberError::Unfit { why, .. } => SettingsError::Value {
            key: key.to_owned(),
            why,
        },
    }
}
