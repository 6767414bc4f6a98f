//! How it looks: two themes, one accent colour, a few sizes.

use egui::style::WidgetVisuals;
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle,
    Theme, Ui, Vec2, Visuals,
};

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// Behind everything.
    pub(super) background: Color32,
    /// Behind what belongs together.
    pub(super) card: Color32,
    /// The navigation.
    pub(super) side: Color32,
    /// Around cards and fields.
    pub(super) line: Color32,
    pub(super) text: Color32,
    /// What matters less.
    pub(super) weak: Color32,
    /// What the user can do next, and what is selected.
    pub(super) accent: Color32,
    pub(super) on_accent: Color32,
    /// Behind what is selected.
    pub(super) accent_soft: Color32,
    pub(super) good: Color32,
    pub(super) bad: Color32,
    pub(super) warning: Color32,
}

const LIGHT: Palette = Palette {
    background: Color32::from_rgb(0xf5, 0xf6, 0xf8),
    card: Color32::WHITE,
    side: Color32::from_rgb(0xeb, 0xed, 0xf1),
    line: Color32::from_rgb(0xdd, 0xe1, 0xe7),
    text: Color32::from_rgb(0x1a, 0x1d, 0x23),
    weak: Color32::from_rgb(0x5f, 0x67, 0x73),
    accent: Color32::from_rgb(0x2b, 0x5f, 0xd9),
    on_accent: Color32::WHITE,
    accent_soft: Color32::from_rgb(0xe0, 0xe9, 0xfd),
    good: Color32::from_rgb(0x1a, 0x7f, 0x4b),
    bad: Color32::from_rgb(0xc6, 0x2f, 0x35),
    warning: Color32::from_rgb(0x9a, 0x62, 0x00),
};

const DARK: Palette = Palette {
    background: Color32::from_rgb(0x14, 0x16, 0x1b),
    card: Color32::from_rgb(0x1d, 0x20, 0x27),
    side: Color32::from_rgb(0x18, 0x1b, 0x21),
    line: Color32::from_rgb(0x30, 0x35, 0x40),
    text: Color32::from_rgb(0xe9, 0xeb, 0xef),
    weak: Color32::from_rgb(0x9b, 0xa3, 0xb1),
    accent: Color32::from_rgb(0x7a, 0xa2, 0xff),
    on_accent: Color32::from_rgb(0x0c, 0x14, 0x2b),
    accent_soft: Color32::from_rgb(0x26, 0x32, 0x52),
    good: Color32::from_rgb(0x4f, 0xc9, 0x8a),
    bad: Color32::from_rgb(0xff, 0x7b, 0x7f),
    warning: Color32::from_rgb(0xe9, 0xb4, 0x4c),
};

/// The colours of the theme that is shown.
pub(super) fn palette(ui: &Ui) -> Palette {
    if ui.visuals().dark_mode { DARK } else { LIGHT }
}

/// The size of a page's name.
pub(super) const TITLE: f32 = 24.0;
/// The size of what stands out in a card.
pub(super) const STRONG: f32 = 18.0;
/// The size of ordinary text.
pub(super) const BODY: f32 = 14.5;
/// The size of what matters less.
pub(super) const SMALL: f32 = 12.5;

/// How round cards are.
pub(super) const ROUND: u8 = 10;

/// Sets both themes up; the system's one is shown until the user selects another.
pub(super) fn apply(context: &Context) {
    for (theme, palette) in [(Theme::Light, LIGHT), (Theme::Dark, DARK)] {
        context.style_mut_of(theme, |style| set(style, theme, &palette));
    }
}

fn set(style: &mut Style, theme: Theme, palette: &Palette) {
    let sizes = [
        (TextStyle::Heading, TITLE),
        (TextStyle::Body, BODY),
        (TextStyle::Button, BODY),
        (TextStyle::Small, SMALL),
    ];
    for (text, size) in sizes {
        let font = FontId::new(size, FontFamily::Proportional);
        style.text_styles.insert(text, font);
    }
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(8.0, 8.0);
    spacing.button_padding = Vec2::new(14.0, 8.0);
    spacing.interact_size = Vec2::new(40.0, 34.0);
    spacing.window_margin = Margin::same(20);
    spacing.menu_margin = Margin::same(6);
    spacing.combo_width = 180.0;
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 11.0;
    spacing.icon_spacing = 8.0;
    spacing.tooltip_width = 320.0;
    spacing.scroll.foreground_color = false;
    style.interaction.selectable_labels = false;
    // Tests and people who dislike motion see the end of it at once.
    style.animation_time = 0.0;
    style.visuals = visuals(theme, palette);
}

fn visuals(theme: Theme, palette: &Palette) -> Visuals {
    let mut visuals = theme.default_visuals();
    visuals.override_text_color = None;
    visuals.panel_fill = palette.background;
    visuals.window_fill = palette.card;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(ROUND + 2);
    visuals.menu_corner_radius = CornerRadius::same(ROUND);
    visuals.extreme_bg_color = palette.card;
    visuals.text_edit_bg_color = Some(palette.card);
    visuals.faint_bg_color = palette.side;
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.weak);
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.bad;
    visuals.selection.bg_fill = palette.accent_soft;
    visuals.selection.stroke = Stroke::new(1.5, palette.accent);
    let shadow = Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: Color32::from_black_alpha(if visuals.dark_mode { 110 } else { 34 }),
    };
    visuals.popup_shadow = shadow;
    visuals.window_shadow = shadow;
    let look = |fill: Color32, line: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(7),
        fg_stroke: Stroke::new(1.2, text),
        expansion: 0.0,
    };
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = look(palette.card, palette.line, palette.text);
    widgets.inactive = look(palette.card, palette.line, palette.text);
    widgets.hovered = look(palette.side, palette.weak, palette.text);
    widgets.active = look(palette.accent_soft, palette.accent, palette.text);
    widgets.open = look(palette.side, palette.line, palette.text);
    visuals
}
