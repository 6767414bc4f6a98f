//! The calls that go on, and dialling.

use callpop_host::Direction;
use egui::{Align, Key, Layout, RichText, TextEdit, Ui, Vec2};

use super::theme::{self, palette};
use super::toasts::Toasts;
use super::{Shown, controls};
use crate::calls::Phase;
use crate::desk::Desk;
use crate::words;

/// What the page remembers.
#[derive(Default)]
pub(super) struct CallsPage {
    dialled: String,
}

impl CallsPage {
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        desk: &Desk,
        shown: &[Shown],
        now: f64,
        toasts: &mut Toasts,
    ) {
        controls::page_title(
            ui,
            "Calls",
            "Whoever calls is looked up in your CRM while it rings.",
        );
        self.dial_pad(ui, desk, now, toasts);
        ui.add_space(8.0);
        if shown.is_empty() {
            controls::empty(
                ui,
                "No calls at the moment",
                "When somebody calls, it rings here.",
            );
            return;
        }
        controls::scrolled(ui, |ui| {
            for call in shown {
                controls::card(ui, |ui| show_call(ui, desk, call));
            }
        });
    }

    fn dial_pad(&mut self, ui: &mut Ui, desk: &Desk, now: f64, toasts: &mut Toasts) {
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.dialled)
                .hint_text("Number or SIP address")
                .desired_width((ui.available_width() - 110.0).min(420.0))
                .min_size(Vec2::new(0.0, 36.0))
                .align(egui::Align2::LEFT_CENTER)
                .margin(egui::Margin::symmetric(12, 8));
            let field = ui.add(field).on_hover_text("Enter calls");
            name_field(ui, &field, "Number or SIP address");
            let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let is_pressed = controls::primary(ui, "Call").clicked();
            let is_wanted = is_entered || is_pressed;
            if is_wanted && !self.dialled.trim().is_empty() {
                match desk.dial(&self.dialled) {
                    Ok(_) => self.dialled.clear(),
                    Err(error) => toasts.problem(words::sentence(&error.to_string()), now),
                }
            }
        });
    }
}

/// Gives a text field the name that it has for those who hear it.
pub(super) fn name_field(ui: &Ui, field: &egui::Response, name: &str) {
    ui.ctx()
        .accesskit_node_builder(field.id, |node| node.set_label(name));
}

fn show_call(ui: &mut Ui, desk: &Desk, shown: &Shown) {
    let call = &shown.call;
    let title = call.title();
    ui.horizontal(|ui| {
        controls::face(ui, &title, 48.0);
        ui.add_space(6.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 3.0;
            ui.add_space(2.0);
            ui.label(RichText::new(&title).size(theme::STRONG));
            controls::weak(ui, about(shown));
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui, desk, shown, &title);
        });
    });
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        let palette = palette(ui);
        let (phase, colour) = match call.phase {
            Phase::Waiting if call.direction == Direction::Inbound => ("Ringing", palette.accent),
            Phase::Waiting => ("Calling", palette.accent),
            Phase::RingsThere => ("Ringing there", palette.accent),
            Phase::Connected => ("Connected", palette.good),
            Phase::Ended(_, ending) => (ending.name(), palette.weak),
        };
        let phase = match call.answered {
            Some(since) if !call.is_over() => format!("{phase} {}", words::clock_since(since)),
            _ => phase.to_owned(),
        };
        controls::chip(ui, &phase, colour);
        for what in &shown.popped {
            controls::chip(ui, what, palette.weak);
        }
    });
}

/// What is known of the call, in a line.
fn about(shown: &Shown) -> String {
    let call = &shown.call;
    let mut parts = vec![words::direction(call.direction).to_owned()];
    parts.extend(call.number.clone().filter(|number| *number != call.title()));
    match call.matches.len() {
        0 => {}
        1 => parts.extend(call.name.clone().filter(|name| *name != call.title())),
        count => parts.push(format!("{count} contacts have this number")),
    }
    parts.join("  ·  ")
}

fn buttons(ui: &mut Ui, desk: &Desk, shown: &Shown, title: &str) {
    let call = &shown.call;
    if call.can_answer() {
        if controls::accept(ui, "Answer")
            .on_hover_text(format!("Answer {title} (Enter)"))
            .clicked()
        {
            desk.answer(&call.id);
        }
        if controls::end(ui, "Decline")
            .on_hover_text(format!("Decline {title} (Escape)"))
            .clicked()
        {
            desk.decline(&call.id);
        }
    } else if !call.is_over()
        && controls::end(ui, "Hang up")
            .on_hover_text(format!("Hang up on {title} (Ctrl+E)"))
            .clicked()
    {
        desk.hang_up(&call.id);
    }
}
