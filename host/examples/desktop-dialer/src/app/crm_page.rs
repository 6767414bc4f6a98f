//! The settings page of the CRM: connecting, when calls pop, the adapter's own settings, logging out.

use std::collections::BTreeMap;

use callpop_host::{AdapterSettings, SettingType, SettingsChange};
use egui::{Align, ComboBox, Key, Layout, Modifiers, RichText, TextEdit, Ui, Vec2};

use super::calls_page::name_field;
use super::controls;
use super::setting_field::{self, Draft};
use super::theme::palette;
use crate::crm::{AdapterView, Overview, Told};
use crate::desk::Desk;

/// What the page remembers.
#[derive(Default)]
pub(super) struct CrmPage {
    /// The settings of the connected adapters, by their ids.
    settings: BTreeMap<String, AdapterSettings>,
    /// What the user has changed of them and not saved.
    drafts: BTreeMap<String, Draft>,
    connecting: Connecting,
    /// What went wrong last, by the adapter's id.
    problems: BTreeMap<String, String>,
}

/// An account that is to be connected.
#[derive(Default)]
struct Connecting {
    adapter: Option<String>,
    address: String,
    values: BTreeMap<String, String>,
}

impl CrmPage {
    /// Asks for the settings of accounts that are new, and forgets those of accounts that are gone.
    pub(super) fn hear_overview(&mut self, desk: &Desk, overview: &Overview) {
        let connected: Vec<&str> = overview
            .connected()
            .filter_map(|it| it.id.as_deref())
            .collect();
        for id in &connected {
            if !self.settings.contains_key(*id) {
                desk.crm().settings((*id).to_owned());
            }
        }
        self.settings
            .retain(|id, _| connected.contains(&id.as_str()));
        self.drafts.retain(|id, _| connected.contains(&id.as_str()));
    }

    /// Hears what comes of what was asked; what there is to say of it.
    pub(super) fn hear(&mut self, desk: &Desk, told: Told) -> Option<String> {
        match told {
            Told::Settings(settings) => {
                self.problems.remove(&settings.adapter);
                self.drafts.remove(&settings.adapter);
                self.settings.insert(settings.adapter.clone(), settings);
                None
            }
            Told::NotSaved { adapter, why } | Told::NotConnected { adapter, why } => {
                self.problems.insert(adapter, why);
                None
            }
            Told::Connected { adapter, hostname } => {
                self.problems.remove(&adapter);
                self.connecting = Connecting::default();
                desk.crm().settings(adapter);
                Some(format!("Connected to {hostname}."))
            }
            Told::LoggedOut { adapter } => {
                self.settings.remove(&adapter);
                self.drafts.remove(&adapter);
                None
            }
            _ => None,
        }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, desk: &Desk, overview: Option<&Overview>) {
        controls::page_title(
            ui,
            "CRM",
            "The accounts whose pages open when somebody calls.",
        );
        let Some(overview) = overview else {
            controls::empty(ui, "Looking for adapters", "This takes a moment.");
            return;
        };
        controls::scrolled(ui, |ui| {
            for adapter in overview.connected() {
                ui.push_id(&adapter.id, |ui| {
                    controls::card(ui, |ui| self.account(ui, desk, adapter));
                });
                ui.add_space(4.0);
            }
            if overview.connectable().next().is_some() {
                controls::card(ui, |ui| self.connect(ui, desk, overview));
            } else if overview.connected().next().is_none() {
                let what = "Put an adapter into the plugins folder; it is noticed at once.";
                controls::empty(ui, "No adapter to connect", what);
            }
        });
    }

    fn account(&mut self, ui: &mut Ui, desk: &Desk, adapter: &AdapterView) {
        let Some(id) = &adapter.id else { return };
        head(ui, desk, adapter, id);
        let Some(settings) = self.settings.get(id) else {
            controls::weak(ui, "Reading its settings");
            return;
        };
        let draft = self.drafts.entry(id.clone()).or_default();
        ui.add_space(6.0);
        fields(ui, settings, draft, &adapter.name);
        if let Some(problem) = self.problems.get(id) {
            ui.label(RichText::new(problem).color(palette(ui).bad));
        }
        ui.add_space(6.0);
        save_or_undo(ui, desk, id, draft);
    }

    fn connect(&mut self, ui: &mut Ui, desk: &Desk, overview: &Overview) {
        controls::part_title(ui, "Connect a CRM");
        controls::weak(
            ui,
            "Paste any address of your CRM, as your browser shows it.",
        );
        let connecting = &mut self.connecting;
        let known = |id: &str| {
            overview
                .connectable()
                .find(|it| it.id.as_deref() == Some(id))
        };
        let selected = connecting.adapter.as_deref().and_then(known);
        ui.horizontal_wrapped(|ui| {
            let name = selected.map_or("Select your CRM", |it| it.name.as_str());
            let choice = ComboBox::from_id_salt("adapter to connect")
                .selected_text(name)
                .width(180.0)
                .show_ui(ui, |ui| {
                    for adapter in overview.connectable() {
                        let is_selected = adapter.id == connecting.adapter;
                        if ui.selectable_label(is_selected, &adapter.name).clicked() {
                            connecting.adapter.clone_from(&adapter.id);
                        }
                    }
                });
            name_field(ui, &choice.response, "CRM to connect");
            let address = TextEdit::singleline(&mut connecting.address)
                .hint_text("https://")
                .desired_width(ui.available_width().clamp(180.0, 320.0))
                .margin(egui::Margin::symmetric(10, 7));
            let address = ui.add(address);
            name_field(ui, &address, "Address of your CRM");
        });
        let Some(adapter) = selected else { return };
        for setting in &adapter.required {
            ui.horizontal(|ui| {
                ui.label(&setting.name);
                let value = connecting.values.entry(setting.id.clone()).or_default();
                let field = ui.add(TextEdit::singleline(value).desired_width(220.0));
                name_field(ui, &field, &setting.name);
            });
        }
        let id = adapter.id.clone().unwrap_or_default();
        if let Some(problem) = self.problems.get(&id) {
            ui.label(RichText::new(problem).color(palette(ui).bad));
        }
        let is_complete = !connecting.address.trim().is_empty();
        ui.add_enabled_ui(is_complete, |ui| {
            ui.spacing_mut().interact_size = Vec2::new(0.0, 34.0);
            if controls::primary(ui, "Connect").clicked() {
                let values = connecting.values.clone().into_iter();
                let wanted: Vec<&str> = adapter.required.iter().map(|it| it.id.as_str()).collect();
                let values =
                    values.filter(|(id, value)| wanted.contains(&id.as_str()) && !value.is_empty());
                let address = connecting.address.trim().to_owned();
                desk.crm().connect(id, address, values.collect());
            }
        });
    }
}

/// Whose account it is, and "Logout".
fn head(ui: &mut Ui, desk: &Desk, adapter: &AdapterView, id: &str) {
    ui.horizontal(|ui| {
        controls::face(ui, &adapter.name, 40.0);
        ui.add_space(4.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            controls::part_title(ui, &adapter.name);
            controls::small(ui, adapter.account.clone().unwrap_or_default());
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let tip = "Forgets the account and everything that is stored of it";
            let button = controls::quiet(ui, "Logout").on_hover_text(tip);
            if button.clicked() {
                desk.crm().log_out(id.to_owned());
            }
        });
    });
}

/// Call-pop's settings, and the adapter's own.
fn fields(ui: &mut Ui, settings: &AdapterSettings, draft: &mut Draft, name: &str) {
    heading(ui, "Call-pop");
    let (usual, rare): (Vec<_>, Vec<_>) = settings
        .call_pop
        .iter()
        .partition(|it| it.kind != SettingType::Text);
    for setting in usual {
        setting_field::show(ui, setting, draft);
    }
    ui.collapsing("More", |ui| {
        for setting in rare {
            setting_field::show(ui, setting, draft);
        }
    });
    if settings.settings.is_empty() {
        return;
    }
    ui.add_space(6.0);
    heading(ui, &format!("Settings of {name}"));
    for setting in &settings.settings {
        setting_field::show(ui, setting, draft);
    }
}

fn save_or_undo(ui: &mut Ui, desk: &Desk, id: &str, draft: &mut Draft) {
    ui.horizontal(|ui| {
        ui.add_enabled_ui(!draft.is_empty(), |ui| {
            let is_typed = ui.is_enabled()
                && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::S));
            let save = controls::primary(ui, "Save").on_hover_text("Ctrl+S");
            if save.clicked() || is_typed {
                let change = SettingsChange::new();
                let change = draft
                    .iter()
                    .fold(change, |change, (id, value)| change.set(id, value));
                desk.crm().set(id.to_owned(), change);
            }
            if controls::quiet(ui, "Undo changes").clicked() {
                draft.clear();
            }
        });
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(palette(ui).weak).strong());
    ui.separator();
}
