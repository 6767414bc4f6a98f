//! The page with an account of a CRM: connecting, and settings.

use callpop_host::{
    ConnectRequest, Host, Origin, SettingState, SettingType, SettingsChange, with_causes,
};

/// The user has pasted the address of any page of the CRM.
pub(crate) fn connect(host: &Host, adapter: &str, pasted: &str) -> Vec<String> {
    match host.connect(&ConnectRequest::new(adapter, pasted)) {
        Ok(account) => vec![format!("connected to {}", account.hostname)],
        Err(error) => vec![with_causes(&error)],
    }
}

/// The settings page: the adapter's own settings, then those of call-pop.
pub(crate) fn settings(host: &Host, adapter: &str) -> Vec<String> {
    match host.adapter_settings(adapter) {
        Ok(page) => {
            let all = page.settings.iter().chain(&page.call_pop);
            all.map(row).collect()
        }
        Err(error) => vec![with_causes(&error)],
    }
}

fn row(setting: &SettingState) -> String {
    let value = setting.value.as_deref().unwrap_or_default();
    let control = match setting.kind {
        SettingType::Section => return format!("== {} ==", setting.name),
        SettingType::Boolean if value == "true" => "[x]".to_owned(),
        SettingType::Boolean => "[ ]".to_owned(),
        SettingType::Choice => {
            let options = setting.options.iter().map(|option| {
                let name = option.name.as_deref().unwrap_or(&option.value);
                let mark = if option.value == value { "*" } else { "" };
                format!("{name}{mark}")
            });
            options.collect::<Vec<_>>().join(" | ")
        }
        _ => format!("[{value}]"), // a text, and whatever types are to come
    };
    // What an administrator has fixed is shown and cannot be changed.
    let lock = match setting.origin {
        Some(Origin::Managed) => " (managed)",
        _ => "",
    };
    format!("{} {control}{lock}", setting.id)
}

/// The user presses "Save". A change may set and unset many settings: all of them, or none.
pub(crate) fn save(host: &Host, adapter: &str, id: &str, value: &str) -> Vec<String> {
    let change = SettingsChange::new().set(id, value);
    match host.set_adapter_settings(adapter, &change) {
        Ok(_) => vec!["saved".to_owned()],
        Err(error) => vec![with_causes(&error)],
    }
}
