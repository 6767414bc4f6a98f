//! Finds the place that each token of a template stands in, and with it the encoding.

use percent_encoding::AsciiSet;

use super::error::{MAX_DEPTH, TemplateError, TemplateFault};
use super::read::{Kind, Mark, Value, decoded, hexadecimal};
use super::{BUILT_IN_TOKENS, EXTRA_PREFIX};
use crate::page_url::{SEGMENT, TEXT};

/// A piece of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// The template's own text, as it is.
    Text(String),
    /// The scheme and the account's hostname.
    Host,
    /// A value that is an address itself.
    Base(Value),
    /// A value, encoded by this set.
    Value(Value, &'static AsciiSet),
    /// A whole segment of a path, which must not come out as dots.
    Segment(Vec<Piece>),
    /// A URL in a query or fragment, encoded once more as a whole.
    Nested(Vec<Piece>),
}

/// The names of the tokens, in order.
pub(super) fn tokens_of<'pieces>(pieces: &'pieces [Piece], names: &mut Vec<&'pieces str>) {
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Host => names.push("hostname"),
            Piece::Base(value) | Piece::Value(value, _) => names.push(&value.name),
            Piece::Segment(pieces) | Piece::Nested(pieces) => tokens_of(pieces, names),
        }
    }
}

/// The pieces of a whole address, from its scheme or base on.
pub(super) fn pieces_of_address(marks: &[Mark]) -> Result<Vec<Piece>, TemplateError> {
    let (start, rest) = match marks.first() {
        Some(Mark {
            position,
            kind: Kind::Token(value),
        }) => (
            base(value, *position, marks.get(1))?,
            marks.get(1..).unwrap_or_default(),
        ),
        _ => host(marks)?.ok_or_else(|| wrong_start(marks))?,
    };
    let mut pieces = vec![start];
    pieces.extend(pieces_behind_host(rest, 1)?);
    Ok(pieces)
}

/// A value as the start: only the account may say which host that is, not a call.
fn base(value: &Value, position: usize, next: Option<&Mark>) -> Result<Piece, TemplateError> {
    let name = || value.name.clone();
    if BUILT_IN_TOKENS.contains(&value.name.as_str()) || value.name.starts_with(EXTRA_PREFIX) {
        return Err(TemplateFault::CallAsBase(name()).at(position));
    }
    match next {
        Some(mark) if !"/?#".chars().any(|it| mark.is(it)) => {
            Err(TemplateFault::BehindBase(name()).at(mark.position))
        }
        _ => Ok(Piece::Base(value.clone())),
    }
}

/// Scheme and host, if the marks begin with them, and the rest.
fn host(marks: &[Mark]) -> Result<Option<(Piece, &[Mark])>, TemplateError> {
    let Some(scheme) = ["https://", "http://"]
        .into_iter()
        .find(|scheme| starts_with(marks, scheme))
    else {
        return Ok(None);
    };
    let marks = &marks[scheme.len()..];
    let end = position_of(marks, "/?#").unwrap_or(marks.len());
    let (host, rest) = marks.split_at(end);
    let piece = match host {
        [
            Mark {
                kind: Kind::Token(value),
                ..
            },
        ] if value.name == "hostname" => Piece::Host,
        _ => {
            if let Some(token) = host.iter().find(|mark| mark.is_token()) {
                return Err(TemplateFault::Host.at(token.position));
            }
            let text = text_of(host);
            if !is_host(&text) {
                let position = host.first().map_or(scheme.len(), |mark| mark.position);
                return Err(TemplateFault::NotAHost(text).at(position));
            }
            Piece::Text(format!("{scheme}{text}"))
        }
    };
    Ok(Some((piece, rest)))
}

/// A host as it may be written; the URL policy decides whether it may be opened.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
}

fn wrong_start(marks: &[Mark]) -> TemplateError {
    let end = position_of(marks, ":/?#").unwrap_or(0);
    let is_scheme =
        marks.get(end).is_some_and(|mark| mark.is(':')) && !marks[..end].iter().any(Mark::is_token);
    if is_scheme && !["https", "http"].contains(&text_of(&marks[..end]).as_str()) {
        return TemplateFault::Scheme(text_of(&marks[..end])).at(0);
    }
    TemplateFault::Start.at(0)
}

/// Path, query and fragment.
fn pieces_behind_host(marks: &[Mark], depth: usize) -> Result<Vec<Piece>, TemplateError> {
    if depth > MAX_DEPTH {
        let position = marks.first().map_or(0, |mark| mark.position);
        return Err(TemplateFault::TooDeep.at(position));
    }
    let (marks, fragment) = split_at(marks, '#');
    let (path, query) = split_at(marks, '?');
    let mut pieces = pieces_of_path(path)?;
    if let Some(query) = query {
        pieces.push(Piece::Text("?".to_owned()));
        pieces.extend(pieces_of_query(query, depth)?);
    }
    if let Some(fragment) = fragment {
        pieces.push(Piece::Text("#".to_owned()));
        pieces.extend(pieces_of_fragment(fragment, depth)?);
    }
    Ok(pieces)
}

fn pieces_of_path(marks: &[Mark]) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    for (index, segment) in marks.split(|mark| mark.is('/')).enumerate() {
        if index > 0 {
            pieces.push(Piece::Text("/".to_owned()));
        }
        let text = text_of(&decoded(segment));
        let position = segment.first().map_or(0, |mark| mark.position);
        if segment.iter().any(Mark::is_token) {
            pieces.push(Piece::Segment(pieces_of_text(segment, SEGMENT)?));
        } else if text == "." || text == ".." {
            return Err(TemplateFault::DotSegment(text).at(position));
        } else {
            pieces.extend(pieces_of_text(segment, SEGMENT)?);
        }
    }
    Ok(pieces)
}

fn pieces_of_query(marks: &[Mark], depth: usize) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    for (index, pair) in marks.split(|mark| mark.is('&')).enumerate() {
        if index > 0 {
            pieces.push(Piece::Text("&".to_owned()));
        }
        // `?/contacts/7` has no name.
        let (name, value) = match split_at(pair, '=') {
            (name, Some(value)) => (Some(name), value),
            (value, None) => (None, value),
        };
        if let Some(name) = name {
            pieces.extend(pieces_of_text(name, SEGMENT)?);
            pieces.push(Piece::Text("=".to_owned()));
        }
        pieces.extend(pieces_of_value(value, depth)?);
    }
    Ok(pieces)
}

/// A query's value: a text, or a URL of its own if there is a `/` or a `?` in it.
fn pieces_of_value(marks: &[Mark], depth: usize) -> Result<Vec<Piece>, TemplateError> {
    let plain = decoded(marks);
    let is_url = plain.iter().any(|mark| mark.is('/') || mark.is('?'));
    if !is_url || !plain.iter().any(Mark::is_token) {
        return pieces_of_text(marks, TEXT);
    }
    let (start, rest) = match host(&plain)? {
        Some((start, rest)) => (Some(start), rest),
        None => {
            refuse_other_host(&plain)?;
            (None, plain.as_slice())
        }
    };
    let mut pieces: Vec<Piece> = start.into_iter().collect();
    pieces.extend(pieces_behind_host(rest, depth + 1)?);
    Ok(vec![Piece::Nested(pieces)])
}

/// A nested URL must not let a value be its host, nor run.
fn refuse_other_host(marks: &[Mark]) -> Result<(), TemplateError> {
    let position = marks.first().map_or(0, |mark| mark.position);
    if starts_with(marks, "//") {
        return Err(TemplateFault::Host.at(position));
    }
    let (scheme, rest) = split_at(marks, ':');
    let scheme = text_of(scheme);
    let runs = ["javascript", "data", "vbscript"].contains(&scheme.to_ascii_lowercase().as_str());
    match rest {
        Some(rest) if runs || starts_with(rest, "//") => {
            Err(TemplateFault::Scheme(scheme).at(position))
        }
        _ => Ok(()),
    }
}

/// A fragment: a text, or a path if there is a `/` in it, and perhaps a query.
fn pieces_of_fragment(marks: &[Mark], depth: usize) -> Result<Vec<Piece>, TemplateError> {
    let (path, query) = split_at(marks, '?');
    let mut pieces = if path.iter().any(|mark| mark.is('/')) {
        pieces_of_path(path)?
    } else {
        pieces_of_text(path, TEXT)?
    };
    if let Some(query) = query {
        pieces.push(Piece::Text("?".to_owned()));
        pieces.extend(pieces_of_query(query, depth)?);
    }
    Ok(pieces)
}

/// Text as it is, and values by `set`.
fn pieces_of_text(marks: &[Mark], set: &'static AsciiSet) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    for (index, mark) in marks.iter().enumerate() {
        match &mark.kind {
            Kind::Character('%') if hexadecimal(&marks[index..]).is_none() => {
                return Err(TemplateFault::Percent.at(mark.position));
            }
            // Braces are no characters of a URL, so they are written as they must be sent.
            Kind::Character('{') => text.push_str("%7B"),
            Kind::Character('}') => text.push_str("%7D"),
            Kind::Character(character) => text.push(*character),
            Kind::Token(value) => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Value(value.clone(), set));
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
    Ok(pieces)
}

/// What is before the first `character`, and what is behind it.
fn split_at(marks: &[Mark], character: char) -> (&[Mark], Option<&[Mark]>) {
    match marks.iter().position(|mark| mark.is(character)) {
        Some(at) => (&marks[..at], Some(&marks[at + 1..])),
        None => (marks, None),
    }
}

fn position_of(marks: &[Mark], characters: &str) -> Option<usize> {
    let is_one = |mark: &Mark| characters.chars().any(|it| mark.is(it));
    marks.iter().position(is_one)
}

fn starts_with(marks: &[Mark], text: &str) -> bool {
    marks.len() >= text.len() && text.chars().zip(marks).all(|(it, mark)| mark.is(it))
}

/// The marks' own text, without the tokens.
fn text_of(marks: &[Mark]) -> String {
    let characters = marks.iter().filter_map(|mark| match mark.kind {
        Kind::Character(character) => Some(character),
        Kind::Token(_) => None,
    });
    characters.collect()
}
