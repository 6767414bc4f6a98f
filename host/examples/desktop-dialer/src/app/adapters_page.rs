//! Every file in the plugins folders: what it is, whether it can be called, and why not.

use egui::{Align, Layout, RichText, Ui};

use super::controls;
use super::theme::{self, palette};
use crate::crm::{AdapterState, AdapterView, Overview};
use crate::desk::Desk;

pub(super) fn show(ui: &mut Ui, desk: &Desk, overview: Option<&Overview>) {
    let what =
        "One file for each CRM. A file that is put into the plugins folder is noticed at once.";
    controls::page_title(ui, "Adapters", what);
    let Some(overview) = overview else {
        controls::empty(ui, "Looking for adapters", "This takes a moment.");
        return;
    };
    if let Some(problem) = &overview.problem {
        ui.label(RichText::new(problem).color(palette(ui).bad));
    }
    if overview.adapters.is_empty() {
        controls::empty(ui, "No adapters", "The plugins folder is empty.");
        return;
    }
    controls::scrolled(ui, |ui| {
        for adapter in &overview.adapters {
            ui.push_id(&adapter.file, |ui| {
                controls::card(ui, |ui| card(ui, desk, adapter));
            });
        }
    });
}

fn card(ui: &mut Ui, desk: &Desk, adapter: &AdapterView) {
    let palette = palette(ui);
    ui.horizontal(|ui| {
        controls::face(ui, &adapter.name, 36.0);
        ui.add_space(4.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(&adapter.name).size(theme::BODY + 1.0));
            let mut parts = vec![adapter.made_by.clone(), adapter.hosts.clone()];
            parts.retain(|part| !part.is_empty());
            if adapter.is_refused() && adapter.name != adapter.file {
                parts.push(adapter.file.clone());
            }
            if !parts.is_empty() {
                controls::small(ui, parts.join("  ·  "));
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (state, colour) = match (&adapter.state, &adapter.account) {
                (AdapterState::Quarantined(_), _) => ("In quarantine", palette.bad),
                (AdapterState::Refused(_), _) => ("Refused", palette.warning),
                (AdapterState::Ready, Some(_)) => ("Connected", palette.good),
                (AdapterState::Ready, None) => ("Ready", palette.weak),
            };
            if let (AdapterState::Quarantined(_), Some(id)) = (&adapter.state, &adapter.id)
                && controls::primary(ui, "Release")
                    .on_hover_text("Forgets its failures, so that it is called again")
                    .clicked()
            {
                desk.crm().release(id.clone());
            }
            controls::chip(ui, state, colour);
        });
    });
    if let AdapterState::Quarantined(why) | AdapterState::Refused(why) = &adapter.state {
        ui.add(egui::Label::new(RichText::new(why).color(palette.weak)).wrap());
    }
}
