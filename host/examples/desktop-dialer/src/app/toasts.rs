//! Notices that come and go. They are text for those who hear the window, too, which is why no crate
//! of painted ones is used.

use egui::{Align, Align2, Area, CornerRadius, Frame, Id, Layout, Margin, Order, Stroke, Ui, Vec2};

use super::controls;
use super::theme::{self, palette};

/// How long a notice stays, and how long a problem, in seconds.
const NOTICE: f64 = 6.0;
const PROBLEM: f64 = 15.0;
/// So many are shown at once; the oldest go first.
const MAX_SHOWN: usize = 4;

struct Toast {
    text: String,
    is_problem: bool,
    until: f64,
}

#[derive(Default)]
pub(super) struct Toasts {
    shown: Vec<Toast>,
}

impl Toasts {
    pub(super) fn notice(&mut self, text: String, now: f64) {
        self.add(text, false, now + NOTICE);
    }

    pub(super) fn problem(&mut self, text: String, now: f64) {
        self.add(text, true, now + PROBLEM);
    }

    fn add(&mut self, text: String, is_problem: bool, until: f64) {
        // What is said again is not said twice.
        self.shown.retain(|it| it.text != text);
        self.shown.push(Toast {
            text,
            is_problem,
            until,
        });
        let extra = self.shown.len().saturating_sub(MAX_SHOWN);
        self.shown.drain(..extra);
    }

    pub(super) fn show(&mut self, ui: &Ui, now: f64) {
        self.shown.retain(|it| it.until > now);
        if self.shown.is_empty() {
            return;
        }
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(250));
        let area = Area::new(Id::unique("notices"))
            .order(Order::Foreground)
            .role(egui::accesskit::Role::Status)
            .accessible_name("Notices")
            .anchor(Align2::RIGHT_BOTTOM, Vec2::new(-20.0, -20.0));
        area.show(ui.ctx(), |ui| {
            ui.set_width(360.0);
            self.shown.retain(|toast| !show_toast(ui, toast));
        });
    }
}

/// Shows it; whether the user has closed it.
fn show_toast(ui: &mut Ui, toast: &Toast) -> bool {
    let palette = palette(ui);
    let colour = if toast.is_problem {
        palette.bad
    } else {
        palette.accent
    };
    let frame = Frame::NONE
        .fill(palette.card)
        .stroke(Stroke::new(1.0, colour))
        .corner_radius(CornerRadius::same(theme::ROUND))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin::symmetric(14, 10));
    let shown = frame.show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = controls::quiet(ui, "Close").clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(&toast.text).wrap());
            });
            close
        })
    });
    shown.inner.inner
}
