//! A setting by its type: a text, a tick, a choice. What an administrator has fixed is shown and
//! cannot be changed.

use std::collections::BTreeMap;

use callpop_host::{Origin, SettingState, SettingType};
use egui::{Align, ComboBox, Layout, RichText, TextEdit, Ui};

use super::calls_page::name_field;
use super::{controls, theme};
use crate::words;

/// What the user has changed and not saved, by the settings' ids.
pub(super) type Draft = BTreeMap<String, String>;

/// Shows a setting with the value in the draft, else the one that holds.
pub(super) fn show(ui: &mut Ui, setting: &SettingState, draft: &mut Draft) {
    if setting.kind == SettingType::Section {
        ui.add_space(6.0);
        ui.label(RichText::new(&setting.name).strong());
        return;
    }
    let is_managed = setting.origin == Some(Origin::Managed);
    let holds = setting.value.clone().unwrap_or_default();
    let mut value = draft.get(&setting.id).cloned().unwrap_or(holds.clone());
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width((ui.available_width() * 0.5).max(220.0));
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add_space(6.0);
            ui.add(egui::Label::new(&setting.name).wrap());
            let note = match (
                is_managed,
                setting.required && setting.kind == SettingType::Text,
            ) {
                (true, _) => "Managed by your administrator".to_owned(),
                _ => setting.description.clone(),
            };
            if !note.is_empty() {
                controls::small(ui, note);
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_enabled_ui(!is_managed, |ui| field(ui, setting, &mut value));
        });
    });
    if value == holds {
        draft.remove(&setting.id);
    } else {
        draft.insert(setting.id.clone(), value);
    }
}

fn field(ui: &mut Ui, setting: &SettingState, value: &mut String) {
    match setting.kind {
        SettingType::Boolean => {
            let mut is_on = value == "true";
            let tick = ui.checkbox(&mut is_on, words::value(value));
            name_field(ui, &tick, &setting.name);
            *value = is_on.to_string();
        }
        SettingType::Choice => {
            let shown = |it: &str| {
                let option = setting.options.iter().find(|option| option.value == it);
                let name = option.and_then(|option| option.name.clone());
                name.unwrap_or_else(|| words::value(it))
            };
            let choice = ComboBox::from_id_salt(&setting.id)
                .selected_text(shown(value))
                .width(190.0)
                .show_ui(ui, |ui| {
                    for option in &setting.options {
                        let name = shown(&option.value);
                        ui.selectable_value(value, option.value.clone(), name);
                    }
                });
            name_field(ui, &choice.response, &setting.name);
        }
        _ => {
            let text = TextEdit::singleline(value)
                .desired_width(190.0)
                .font(egui::FontId::proportional(theme::BODY))
                .margin(egui::Margin::symmetric(10, 7));
            let text = ui.add(text);
            name_field(ui, &text, &setting.name);
        }
    }
}
