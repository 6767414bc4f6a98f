//! Settings: an adapter's own, and those of call-pop.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::OfAdapter;
use crate::adapter_settings::{AdapterSettings, SettingsChange};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, JsonInterface};
use crate::pop_settings::PopSettings;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "adapterSettings",
            "All that can be set for an adapter, with the values that hold: what a settings page \
             shows.",
            adapter_settings,
        ),
        Method::new(
            "setAdapterSettings",
            "Changes an adapter's settings, all that are given or none, and tells how they stand \
             then.",
            set_adapter_settings,
        ),
        Method::new(
            "popSettings",
            "When calls of an adapter's account pop, and what, with the rules on numbers.",
            pop_settings,
        ),
        Method::new(
            "setPopSettings",
            "Sets when calls of an adapter's account pop, and what; what is left out gets its \
             default.",
            set_pop_settings,
        ),
    ]
}

fn adapter_settings(
    interface: &JsonInterface,
    asked: OfAdapter,
) -> Result<AdapterSettings, Failure> {
    Ok(interface.host.adapter_settings(&asked.adapter)?)
}

/// Settings to be changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetAdapterSettings {
    /// The adapter's id.
    adapter: String,
    /// The values by the settings' ids: those of the manifest, and `callPop.inbound` and so on;
    /// null has the default hold again.
    values: BTreeMap<String, Option<String>>,
    /// Check everything and keep nothing.
    #[serde(default)]
    dry_run: bool,
}

impl Params for SetAdapterSettings {}

fn set_adapter_settings(
    interface: &JsonInterface,
    asked: SetAdapterSettings,
) -> Result<AdapterSettings, Failure> {
    let change = SettingsChange::new().dry_run(asked.dry_run);
    let values = asked.values.into_iter();
    let change = values.fold(change, |change, (id, value)| match value {
        Some(value) => change.set(id, value),
        None => change.unset(id),
    });
    Ok(interface
        .host
        .set_adapter_settings(&asked.adapter, &change)?)
}

fn pop_settings(interface: &JsonInterface, asked: OfAdapter) -> Result<PopSettings, Failure> {
    Ok(interface.host.pop_settings(&asked.adapter)?)
}

/// Call-pop settings to be set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetPopSettings {
    /// The adapter's id.
    adapter: String,
    /// When its account's calls pop, and what.
    settings: PopSettings,
}

impl Params for SetPopSettings {}

fn set_pop_settings(
    interface: &JsonInterface,
    asked: SetPopSettings,
) -> Result<PopSettings, Failure> {
    let host = &interface.host;
    host.set_pop_settings(&asked.adapter, asked.settings)?;
    Ok(host.pop_settings(&asked.adapter)?)
}
