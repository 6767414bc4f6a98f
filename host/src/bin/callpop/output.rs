//! What is printed: lines for people, or one JSON object for programs.

use std::io::Write;

use anstyle::{AnsiColor, Effects, Style};
use serde::Serialize;

pub(crate) const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(crate) const DIM: Style = Style::new().effects(Effects::DIMMED);
pub(crate) const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
pub(crate) const WARNING: Style =
    Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
pub(crate) const BAD: Style = Style::new()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)))
    .effects(Effects::BOLD);

/// Where a command's output goes. Colours are left out where nobody sees them: not on a terminal,
/// or with `NO_COLOR` set.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; not printed with `--json`.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            print(text.as_ref());
        }
    }

    /// The object for programs.
    pub(crate) fn json(&self, value: &impl Serialize) {
        // Values of our own types have only text keys, so this cannot fail.
        print(&serde_json::to_string(value).unwrap_or_default());
    }

    /// What was asked for by its form, whoever it is for.
    pub(crate) fn text(&self, text: &str) {
        print(text);
    }

    /// A line of many, for people or programs; an error where nobody reads it any more.
    pub(crate) fn next_line(&self, text: &str) -> std::io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        writeln!(stdout, "{text}")?;
        stdout.flush()
    }

    /// A line on standard error.
    pub(crate) fn error_line(&self, text: impl AsRef<str>) {
        let _ = writeln!(anstream::stderr().lock(), "{}", text.as_ref());
    }
}

/// `text` in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Rows in columns, two spaces apart, under a bold head.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(head);
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let text = table.to_string();
    let mut lines = text.lines().map(str::trim_end);
    let head = styled(BOLD, lines.next().unwrap_or_default());
    let rows = lines.map(|line| format!("\n{line}"));
    std::iter::once(head).chain(rows).collect()
}

fn print(text: &str) {
    // A closed pipe is the reader's choice: `callpop adapters | head -1`.
    let _ = writeln!(anstream::stdout().lock(), "{text}");
}
