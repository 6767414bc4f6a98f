//! What pages are made of: cards, buttons, chips, faces.

use egui::{
    Align2, Button, Color32, CornerRadius, FontId, Frame, Margin, Response, RichText, ScrollArea,
    Sense, Stroke, Ui, Vec2, WidgetInfo,
};

use super::theme::{self, palette};

/// Something that belongs together.
pub(super) fn card<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = palette(ui);
    let frame = Frame::NONE
        .fill(palette.card)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(theme::ROUND))
        .inner_margin(Margin::same(18));
    let card = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui)
    });
    card.inner
}

/// A page's content that may be longer than the window; the bar has a place beside it.
pub(super) fn scrolled<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ScrollArea::vertical().auto_shrink(false);
    let area = area.content_margin(Margin {
        right: 12,
        bottom: 12,
        ..Margin::ZERO
    });
    area.show(ui, content).inner
}

/// A page's name, and what it is for.
pub(super) fn page_title(ui: &mut Ui, name: &str, what: &str) {
    ui.heading(name);
    ui.add_space(-4.0);
    weak(ui, what);
    ui.add_space(10.0);
}

/// The name of a part of a page.
pub(super) fn part_title(ui: &mut Ui, name: &str) {
    ui.label(RichText::new(name).size(theme::STRONG));
}

/// Text that matters less.
pub(super) fn weak(ui: &mut Ui, text: impl Into<String>) {
    let colour = palette(ui).weak;
    ui.label(RichText::new(text).color(colour));
}

/// Small text that matters less.
pub(super) fn small(ui: &mut Ui, text: impl Into<String>) {
    let colour = palette(ui).weak;
    ui.label(RichText::new(text).color(colour).size(theme::SMALL));
}

/// The button of what the user most likely wants.
pub(super) fn primary(ui: &mut Ui, text: &str) -> Response {
    let palette = palette(ui);
    filled(ui, text, palette.accent, palette.on_accent)
}

/// The button that takes a call.
pub(super) fn accept(ui: &mut Ui, text: &str) -> Response {
    let palette = palette(ui);
    filled(ui, text, palette.good, palette.card)
}

/// The button that ends something.
pub(super) fn end(ui: &mut Ui, text: &str) -> Response {
    let palette = palette(ui);
    filled(ui, text, palette.bad, palette.card)
}

fn filled(ui: &mut Ui, text: &str, fill: Color32, on_fill: Color32) -> Response {
    let text = RichText::new(text).color(on_fill);
    let size = Vec2::new(84.0, 36.0);
    ui.add(
        Button::new(text)
            .fill(fill)
            .stroke(Stroke::NONE)
            .min_size(size),
    )
}

/// Any other button.
pub(super) fn quiet(ui: &mut Ui, text: &str) -> Response {
    ui.add(Button::new(text).min_size(Vec2::new(0.0, 34.0)))
}

/// An entry of a menu.
pub(super) fn menu_entry(ui: &mut Ui, text: &str) -> Response {
    ui.spacing_mut().button_padding = Vec2::new(10.0, 6.0);
    let size = Vec2::new(ui.available_width(), 32.0);
    ui.add(Button::new((text, egui::Atom::grow())).min_size(size))
}

/// A few words on the state of something.
pub(super) fn chip(ui: &mut Ui, text: &str, colour: Color32) {
    let frame = Frame::NONE
        .fill(colour.gamma_multiply(0.14))
        .corner_radius(CornerRadius::same(20))
        .inner_margin(Margin::symmetric(10, 3));
    frame.show(ui, |ui| {
        ui.set_max_height(theme::SMALL + 4.0);
        ui.spacing_mut().interact_size.y = 0.0;
        ui.label(RichText::new(text).size(theme::SMALL).color(colour));
    });
}

/// The first letters of a name, in a circle. It says nothing that does not stand beside it.
pub(super) fn face(ui: &mut Ui, name: &str, size: f32) {
    let palette = palette(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    let painter = ui.painter();
    painter.circle_filled(rect.center(), size / 2.0, palette.accent_soft);
    let font = FontId::proportional(size * 0.38);
    let letters = initials(name);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        letters,
        font,
        palette.accent,
    );
}

fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    let last = letters.next_back();
    let letters: String = first.into_iter().chain(last).collect();
    let letters = letters.to_uppercase();
    if letters.is_empty() {
        "#".to_owned()
    } else {
        letters
    }
}

/// The direction of a call, as an arrow; the words beside it say the same.
pub(super) fn arrow(ui: &mut Ui, is_in: bool, colour: Color32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
    let (from, to) = (rect.right_top(), rect.left_bottom());
    let (from, to) = if is_in { (from, to) } else { (to, from) };
    let inner = (to - from) * 0.18;
    let (from, to) = (from + inner, to - inner);
    ui.painter()
        .arrow(from, to - from, Stroke::new(1.8, colour));
}

/// A button with three dots, for a menu of what else can be done; its name is for those who hear it.
pub(super) fn more(ui: &mut Ui, name: &str) -> Response {
    let palette = palette(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(34.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    let look = ui.style().interact(&response);
    if response.hovered() || response.has_focus() || response.is_pointer_button_down_on() {
        let round = CornerRadius::same(7);
        let side = egui::StrokeKind::Inside;
        ui.painter()
            .rect(rect, round, look.weak_bg_fill, look.bg_stroke, side);
    }
    for step in [-6.0, 0.0, 6.0] {
        let centre = rect.center() + Vec2::new(step, 0.0);
        ui.painter().circle_filled(centre, 1.9, palette.weak);
    }
    response.on_hover_text(name)
}

/// What a page shows that has nothing to show.
pub(super) fn empty(ui: &mut Ui, title: &str, what: &str) {
    ui.add_space((ui.available_height() * 0.28).min(160.0));
    ui.vertical_centered(|ui| {
        ui.label(RichText::new(title).size(theme::STRONG));
        weak(ui, what);
    });
}
