//! The calls that are over, each with a menu: the place of "Open call log".

use std::collections::HashMap;

use callpop_host::{Direction, LogMenu};
use egui::{Align, Layout, Popup, RichText, Ui};

use super::controls;
use super::theme::{self, palette};
use super::toasts::Toasts;
use crate::calls::history::Entry;
use crate::calls::{CallId, Ending};
use crate::crm::MenuItem;
use crate::desk::Desk;
use crate::words;

/// The menus of the calls that are or were in sight, by the calls' names.
#[derive(Default)]
pub(super) struct HistoryPage {
    menus: HashMap<CallId, Menu>,
}

/// What can be opened for a call.
#[derive(Default)]
struct Menu {
    items: Option<Vec<MenuItem>>,
    /// Whether it may be another one by now.
    is_old: bool,
}

impl HistoryPage {
    pub(super) fn hear_menu(&mut self, id: CallId, items: Vec<MenuItem>) {
        let menu = self.menus.entry(id).or_default();
        menu.items = Some(items);
    }

    /// Adapters or accounts have changed, or what is known of calls: what the menus offer, too.
    pub(super) fn ask_again(&mut self) {
        self.menus.values_mut().for_each(|menu| menu.is_old = true);
    }

    /// Asks for a call's menu, so that it is there when the user opens it.
    fn prepare(&mut self, desk: &Desk, entry: &Entry) {
        let is_new = !self.menus.contains_key(&entry.id);
        let menu = self.menus.entry(entry.id.clone()).or_default();
        if is_new || std::mem::take(&mut menu.is_old) {
            menu.is_old = false;
            desk.crm().menu(entry.clone());
        }
    }

    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &Desk,
        entries: &[Entry],
        toasts: &mut Toasts,
    ) {
        controls::page_title(
            ui,
            "History",
            "Calls that are over, and their pages in the CRM.",
        );
        if entries.is_empty() {
            controls::empty(ui, "No calls yet", "Each call stands here when it is over.");
            return;
        }
        controls::scrolled(ui, |ui| {
            controls::card(ui, |ui| {
                for (index, entry) in entries.iter().enumerate() {
                    if index > 0 {
                        ui.separator();
                    }
                    ui.push_id((&entry.id.0, entry.began), |ui| {
                        self.row(ui, desk, entry, toasts)
                    });
                }
            });
        });
    }

    fn row(&mut self, ui: &mut Ui, desk: &Desk, entry: &Entry, toasts: &mut Toasts) {
        let palette = palette(ui);
        let is_missed = entry.ending == Ending::Missed;
        let colour = if is_missed { palette.bad } else { palette.weak };
        ui.horizontal(|ui| {
            controls::arrow(ui, entry.direction == Direction::Inbound, colour);
            ui.add_space(6.0);
            controls::face(ui, &entry.title, 36.0);
            ui.add_space(4.0);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(RichText::new(&entry.title).size(theme::BODY + 0.5));
                controls::small(ui, about(entry));
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = controls::more(ui, &format!("More about {}", entry.title));
                if ui.is_rect_visible(button.rect) {
                    self.prepare(desk, entry);
                }
                Popup::menu(&button).show(|ui| self.menu(ui, desk, entry, toasts));
                let ending = match entry.ending {
                    Ending::HungUp => words::clock(entry.spoke),
                    other => other.name().to_owned(),
                };
                ui.label(RichText::new(ending).color(colour).size(theme::SMALL));
            });
        });
    }

    fn menu(&self, ui: &mut Ui, desk: &Desk, entry: &Entry, toasts: &mut Toasts) {
        let items = self.menus.get(&entry.id).and_then(|it| it.items.as_deref());
        let is_known = items.is_some();
        let items = items.unwrap_or_default();
        let count = items
            .iter()
            .filter(|it| it.opens != LogMenu::Nothing)
            .count();
        ui.set_width(if count > 1 { 300.0 } else { 190.0 });
        for item in items {
            let name = match item.opens {
                LogMenu::LogPage => "Open call log",
                LogMenu::ContactPage => "Open contact",
                LogMenu::Nothing => continue,
            };
            let name = match count {
                1 => name.to_owned(),
                _ => format!("{name}: {}, {}", item.contact.name, item.adapter_name),
            };
            if controls::menu_entry(ui, &name).clicked() {
                desk.crm().open(item.clone());
                ui.close();
            }
        }
        if let Some(number) = &entry.number
            && controls::menu_entry(ui, "Call back").clicked()
        {
            if let Err(error) = desk.dial(number) {
                let now = ui.input(|input| input.time);
                toasts.problem(words::sentence(&error.to_string()), now);
            }
            ui.close();
        }
        if is_known && count == 0 {
            ui.add_space(2.0);
            controls::small(ui, "No CRM knows this number.");
        }
    }
}

fn about(entry: &Entry) -> String {
    let mut parts = vec![words::direction(entry.direction).to_owned()];
    parts.extend(entry.number.clone().filter(|number| *number != entry.title));
    parts.push(words::ago(entry.began()));
    if entry.log_id.is_some() && !entry.matches.is_empty() {
        parts.push("logged".to_owned());
    }
    parts.join("  ·  ")
}
