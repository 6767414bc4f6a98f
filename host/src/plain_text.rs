//! Text from an adapter, made fit to be shown: it must not steer a terminal or pose as other text.

/// `text` in one line of at most `max` characters. Control characters and those that turn the
/// direction of the text around them become `�`.
#[must_use]
pub fn plain_line(text: &str, max: usize) -> String {
    let mut line: String = text
        .chars()
        .take(max)
        .map(|c| if is_steering(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(max).is_some() {
        line.push('…');
    }
    line
}

/// Control characters, line and paragraph separators, and Unicode's bidirectional controls
/// (Unicode Standard Annex 9, table 4).
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::plain_line;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(plain_line("a\x1b[31mb\nc\u{202e}d", 99), "a�[31mb�c�d");
        assert_eq!(plain_line("Zürich עברית 🎉", 99), "Zürich עברית 🎉");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(plain_line("äöü", 2), "äö…");
        assert_eq!(plain_line("äöü", 3), "äöü");
    }
}
