//! The pages, the keys that lead to them, and where calls come in.

use egui::{
    Align, Button, CornerRadius, Frame, Key, Layout, Margin, Modifiers, Panel, RichText, Stroke,
    Theme, Ui, Vec2,
};

use super::theme::{self, palette};
use super::{App, controls};

/// What the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Calls,
    History,
    Crm,
    Adapters,
}

const PAGES: [(Page, &str, Key); 4] = [
    (Page::Calls, "Calls", Key::Num1),
    (Page::History, "History", Key::Num2),
    (Page::Crm, "CRM", Key::Num3),
    (Page::Adapters, "Adapters", Key::Num4),
];

pub(super) fn show(ui: &mut Ui, page: &mut Page, missed: usize, listening: &str) {
    let palette = palette(ui);
    let frame = Frame::NONE
        .fill(palette.side)
        .inner_margin(Margin::symmetric(14, 20));
    let panel = Panel::left("navigation").frame(frame).resizable(false);
    panel.exact_size(196.0).show(ui, |ui| {
        ui.add_space(2.0);
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            ui.label(
                RichText::new("Callpop")
                    .size(theme::STRONG)
                    .color(palette.accent),
            );
            ui.label(RichText::new("Dialer").size(theme::STRONG));
        });
        ui.add_space(16.0);
        for (index, (own, name, _)) in PAGES.into_iter().enumerate() {
            let is_shown = *page == own;
            let text = match (own, missed) {
                (Page::History, 1..) => format!("{name}  ({missed} missed)"),
                _ => name.to_owned(),
            };
            let colour = if is_shown {
                palette.accent
            } else {
                palette.text
            };
            let (fill, size) = (palette.accent_soft, Vec2::new(ui.available_width(), 38.0));
            let button = Button::new((RichText::new(text).color(colour), egui::Atom::grow()))
                .fill(if is_shown { fill } else { palette.side })
                .stroke(Stroke::NONE)
                .selected(is_shown)
                .corner_radius(CornerRadius::same(8))
                .min_size(size);
            let tip = format!("Ctrl+{}", index + 1);
            if ui.add(button).on_hover_text(tip).clicked() {
                *page = own;
            }
        }
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
            theme_button(ui);
            ui.add_space(6.0);
            controls::small(ui, "Signalling only: no audio.");
            controls::small(ui, listening);
        });
    });
}

fn theme_button(ui: &mut Ui) {
    let (name, other) = if ui.visuals().dark_mode {
        ("Light theme", Theme::Light)
    } else {
        ("Dark theme", Theme::Dark)
    };
    let button = Button::new(name).min_size(Vec2::new(ui.available_width(), 34.0));
    if ui.add(button).clicked() {
        ui.ctx().set_theme(other);
    }
}

impl App {
    /// What keys do wherever the user is: Ctrl and a digit lead to a page; Enter answers and Escape
    /// declines the call that rings first, unless something else has the keys.
    pub(super) fn keys(&mut self, ui: &Ui) {
        for (page, _, key) in PAGES {
            if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key)) {
                self.page = page;
            }
        }
        if self.picker.is_open() || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        let ringing = self.shown.iter().find(|it| it.call.can_answer());
        let is_free = ui.memory(|memory| memory.focused().is_none());
        if let (Some(shown), true) = (ringing, is_free) {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
                self.desk.answer(&shown.call.id);
            }
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                self.desk.decline(&shown.call.id);
            }
        }
        let connected = self.shown.iter().find(|it| it.call.can_hang_up());
        if let Some(shown) = connected
            && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::E))
        {
            self.desk.hang_up(&shown.call.id);
        }
    }
}
