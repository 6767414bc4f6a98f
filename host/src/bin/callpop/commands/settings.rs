//! `callpop settings`: what can be set for an adapter, and the values that hold.

use callpop_host::{AdapterSettings, Origin, SettingState, SettingType, SettingsChange};
use serde_json::{Value, json};

use super::warn_of_damage;
use crate::args::{Everywhere, Settings};
use crate::failure::Failure;
use crate::output::{DIM, GOOD, Output, styled, table};

pub(crate) fn run(
    arguments: &Settings,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let adapter = &arguments.adapter;
    let changes_nothing = arguments.values.is_empty() && arguments.unset.is_empty();
    let settings = if changes_nothing {
        host.adapter_settings(adapter)
    } else {
        host.set_adapter_settings(adapter, &change(arguments, everywhere))
    };
    warn_of_damage(&host, output);
    let settings = settings?;
    if output.is_json() {
        output.json(&object(&settings, everywhere));
    } else if changes_nothing {
        show(&settings, output);
    } else {
        tell_changes(arguments, &settings, everywhere, output);
    }
    Ok(())
}

fn change(arguments: &Settings, everywhere: &Everywhere) -> SettingsChange {
    let change = arguments.values.iter().fold(
        SettingsChange::new().dry_run(everywhere.dry_run),
        |change, (key, value)| change.set(key, value),
    );
    let unset = arguments.unset.iter();
    unset.fold(change, SettingsChange::unset)
}

fn object(settings: &AdapterSettings, everywhere: &Everywhere) -> Value {
    let mut object = json!(settings);
    object["dryRun"] = everywhere.dry_run.into();
    object
}

fn show(settings: &AdapterSettings, output: &Output) {
    let adapter = &settings.adapter;
    match &settings.hostname {
        Some(hostname) => output.line(format!("`{adapter}` on {hostname}\n")),
        None => output.line(format!("`{adapter}`, which is not connected\n")),
    }
    let rows: Vec<_> = all(settings).map(row).collect();
    let head = ["SETTING", "VALUE", "FROM", "OPTIONS", "WHAT IT IS"];
    output.line(table(&head, &rows));
    let is_managed = |it: &SettingState| it.origin == Some(Origin::Managed);
    if let Some(file) = settings
        .policy
        .as_ref()
        .filter(|_| all(settings).any(is_managed))
    {
        output.line(styled(
            DIM,
            format!("\nManaged by your administrator, in {}.", file.display()),
        ));
    }
}

fn all(settings: &AdapterSettings) -> impl Iterator<Item = &SettingState> {
    settings.settings.iter().chain(&settings.call_pop)
}

fn row(setting: &SettingState) -> Vec<String> {
    let indent = if setting.section.is_some() { "  " } else { "" };
    let (value, from) = match (setting.kind, &setting.value, setting.origin) {
        (SettingType::Section, ..) => (String::new(), ""),
        (_, Some(value), Some(origin)) => (value.clone(), origin_word(origin)),
        _ if setting.required => ("-".to_owned(), "required"),
        _ => ("-".to_owned(), "not set"),
    };
    vec![
        format!("{indent}{}", setting.id),
        value,
        from.to_owned(),
        options(setting),
        meaning(setting),
    ]
}

/// `Open in: Where pages open.`
fn meaning(setting: &SettingState) -> String {
    let texts = [&setting.name, &setting.description];
    let texts: Vec<_> = texts.into_iter().filter(|it| !it.is_empty()).collect();
    texts
        .iter()
        .map(|it| it.as_str())
        .collect::<Vec<_>>()
        .join(": ")
}

fn options(setting: &SettingState) -> String {
    match setting.kind {
        SettingType::Boolean => "true, false".to_owned(),
        _ => {
            let options = setting.options.iter().map(|it| it.value.as_str());
            options.collect::<Vec<_>>().join(", ")
        }
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Default => "default",
        Origin::User => "set",
        Origin::Managed => "managed",
    }
}

fn tell_changes(
    arguments: &Settings,
    settings: &AdapterSettings,
    everywhere: &Everywhere,
    output: &Output,
) {
    let set = arguments.values.iter().map(|(key, _)| ("set", "Set", key));
    let unset = arguments.unset.iter().map(|key| ("unset", "Unset", key));
    for (verb, done, key) in set.chain(unset) {
        let state = all(settings).find(|it| it.id == *key);
        let value = state.and_then(|it| it.value.as_deref());
        let value = value.map_or_else(|| "has no value".to_owned(), |it| format!("is {it}"));
        output.line(if everywhere.dry_run {
            format!("Would {verb} `{key}`; it {value} then.")
        } else {
            format!("{} `{key}`; it {value} now.", styled(GOOD, done))
        });
    }
}
