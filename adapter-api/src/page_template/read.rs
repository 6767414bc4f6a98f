//! Reads a template's text: what is a token, and what stands for itself.

use super::error::{TemplateError, TemplateFault};

/// A token: the name of a value, and whether it is wanted in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) name: String,
    pub(super) is_lower: bool,
}

/// One character of the template's own text, or a token, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) position: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Character(char),
    Token(Value),
}

impl Mark {
    pub(super) fn is(&self, character: char) -> bool {
        self.kind == Kind::Character(character)
    }

    pub(super) fn is_token(&self) -> bool {
        matches!(self.kind, Kind::Token(_))
    }
}

/// The template as marks. A doubled brace is a brace itself.
pub(super) fn marks(text: &str) -> Result<Vec<Mark>, TemplateError> {
    let characters: Vec<char> = text.chars().collect();
    let mut marks = Vec::new();
    let mut position = 0;
    while let Some(&character) = characters.get(position) {
        let is_doubled = characters.get(position + 1) == Some(&character);
        let (kind, length) = match character {
            '{' | '}' if is_doubled => (Kind::Character(character), 2),
            '{' => token(&characters[position + 1..]).map_err(|fault| fault.at(position))?,
            '}' => return Err(TemplateFault::Unopened.at(position)),
            _ if !is_url_character(character) => {
                return Err(TemplateFault::Character(character).at(position));
            }
            _ => (Kind::Character(character), 1),
        };
        marks.push(Mark { position, kind });
        position += length;
    }
    Ok(marks)
}

/// The token that begins behind a brace, and its length with both braces.
fn token(rest: &[char]) -> Result<(Kind, usize), TemplateFault> {
    let end = rest.iter().position(|it| *it == '}');
    let end = end.ok_or(TemplateFault::Unclosed)?;
    let text: String = rest[..end].iter().collect();
    let (name, is_lower) = match text.strip_suffix("|lower") {
        Some(name) => (name, true),
        None => (text.as_str(), false),
    };
    if !name.split('.').all(is_name) {
        return Err(TemplateFault::Token(text));
    }
    let name = name.to_owned();
    Ok((Kind::Token(Value { name, is_lower }), end + 2))
}

fn is_name(part: &str) -> bool {
    !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Whether a URL may have this character as it is (RFC 3986, section 2); braces come doubled.
fn is_url_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(character)
}

/// The marks of a text that is percent-encoded once, without that encoding, so that a URL that was
/// nested by hand is taken apart like one that was not. What a URL may not have stays encoded.
pub(super) fn decoded(marks: &[Mark]) -> Vec<Mark> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while let Some(mark) = marks.get(at) {
        let character = hexadecimal(&marks[at..]).map(char::from);
        // A percent sign itself stays encoded, unless it begins a second encoding.
        let is_kept = |it: &char| match it {
            '%' => hexadecimal(&doubly(&marks[at..])).is_some(),
            _ => is_url_character(*it) || "{}".contains(*it),
        };
        let kept = character.filter(is_kept);
        at += if kept.is_some() { 3 } else { 1 };
        decoded.push(Mark {
            position: mark.position,
            kind: kept.map_or_else(|| mark.kind.clone(), Kind::Character),
        });
    }
    decoded
}

/// The marks from `%25` on, with the percent sign that it stands for.
fn doubly(marks: &[Mark]) -> Vec<Mark> {
    let behind = marks.iter().skip(3).take(2);
    marks.iter().take(1).chain(behind).cloned().collect()
}

/// The byte that the marks begin with, if they begin with `%` and two digits.
pub(super) fn hexadecimal(marks: &[Mark]) -> Option<u8> {
    let digit = |index: usize| match marks.get(index)?.kind {
        Kind::Character(character) => character.to_digit(16),
        Kind::Token(_) => None,
    };
    if !marks.first()?.is('%') {
        return None;
    }
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}
