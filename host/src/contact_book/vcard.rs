//! Reads vCard files (versions 2.1, 3.0 and 4.0), one card after the other.

use std::io::BufRead;

use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};

use super::candidate::{Candidate, ImportError, LONGEST, RemarkKind, Take};
use super::text::decode;
use crate::Contact;

/// Properties that hold files, which may be long and are of no use here.
const LEFT_OUT: &[&str] = &["PHOTO", "LOGO", "SOUND", "KEY", "NOTE"];

pub(super) fn read(mut source: impl BufRead, take: &mut Take<'_>) -> Result<(), ImportError> {
    let mut line = Vec::new();
    let mut number = 0;
    let mut card: Option<Card> = None;
    while read_line(&mut source, &mut line)? {
        number += 1;
        let word = line.trim_ascii();
        if card.is_none() && word.eq_ignore_ascii_case(b"BEGIN:VCARD") {
            card = Some(Card::at(number));
        } else if let Some(open) = &mut card {
            if word.eq_ignore_ascii_case(b"BEGIN:VCARD") {
                // The card before it was not ended.
                let begun = card.replace(Card::at(number));
                begun.map_or(Ok(()), |card| take(card.unended()))?;
            } else if word.eq_ignore_ascii_case(b"END:VCARD") {
                open.add(&line);
                let ended = card.take();
                ended.map_or(Ok(()), |card| take(card.candidate()))?;
            } else {
                open.add(&line);
            }
        }
    }
    card.map_or(Ok(()), |card| take(card.unended()))
}

/// Reads a line with its end. What is over the longest is read and left out.
fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let mut has_read = false;
    loop {
        let there = source.fill_buf()?;
        if there.is_empty() {
            return Ok(has_read);
        }
        has_read = true;
        let end = there.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(there.len(), |end| end + 1);
        let room = (LONGEST + 1).saturating_sub(line.len());
        line.extend_from_slice(&there[..length.min(room)]);
        source.consume(length);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The lines of a card as they were read.
#[derive(Default)]
struct Card {
    line: u64,
    bytes: Vec<u8>,
    /// Whether the property that is under way is one to leave out.
    leaves_out: bool,
    is_too_long: bool,
}

impl Card {
    fn at(line: u64) -> Self {
        Self {
            line,
            bytes: b"BEGIN:VCARD\r\n".to_vec(),
            ..Self::default()
        }
    }

    fn add(&mut self, line: &[u8]) {
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            let name = line.split(|byte| matches!(byte, b':' | b';')).next();
            // A group may stand before it: `item1.PHOTO`.
            let name = name.and_then(|name| name.rsplit(|byte| *byte == b'.').next());
            let name = name.unwrap_or_default();
            self.leaves_out = LEFT_OUT
                .iter()
                .any(|it| it.as_bytes().eq_ignore_ascii_case(name));
        }
        if self.leaves_out {
            return;
        }
        if self.bytes.len() + line.len() > LONGEST {
            self.is_too_long = true;
            return;
        }
        self.bytes.extend_from_slice(line);
    }

    fn unended(self) -> Candidate {
        let text = "the card has no END:VCARD".to_owned();
        let mut candidate = self.candidate();
        candidate.fault = Some(RemarkKind::Malformed(text));
        candidate
    }

    fn candidate(self) -> Candidate {
        let (text, decoded) = decode(&self.bytes);
        let mut candidate = Candidate {
            line: self.line,
            decoded,
            ..Candidate::default()
        };
        if self.is_too_long {
            candidate.fault = Some(RemarkKind::TooLong);
            return candidate;
        }
        match VCard::parse(text) {
            Ok(card) => fill(&mut candidate, &card),
            Err(_) => {
                let text = "the card cannot be read".to_owned();
                candidate.fault = Some(RemarkKind::Malformed(text));
            }
        }
        candidate
    }
}

fn fill(candidate: &mut Candidate, card: &VCard) {
    let first = |name: &VCardProperty| {
        let entry = card.entries.iter().find(|entry| entry.name == *name);
        entry.map(text_of).filter(|text| !text.is_empty())
    };
    let own = |name: &str| {
        let is_it = |entry: &&VCardEntry| matches!(&entry.name, VCardProperty::Other(other) if other.eq_ignore_ascii_case(name));
        let entry = card.entries.iter().find(is_it);
        entry.map(text_of).filter(|text| !text.is_empty())
    };
    let organization = first(&VCardProperty::Org);
    let name = first(&VCardProperty::Fn)
        .or_else(|| structured_name(card))
        .or_else(|| organization.clone());
    let id = own("X-CALLPOP-ID").or_else(|| first(&VCardProperty::Uid));
    let mut contact = Contact::new(id.unwrap_or_default(), name.unwrap_or_default(), "");
    if let Some(organization) = organization {
        contact = contact.with_extra("organization", organization);
    }
    candidate.contact = contact.with_type(own("X-CALLPOP-TYPE").unwrap_or_default());
    candidate.adapter = own("X-CALLPOP-ADAPTER");
    let phones = card.entries.iter();
    candidate.phones = phones
        .filter(|entry| entry.name == VCardProperty::Tel)
        .map(text_of)
        .filter(|text| !text.is_empty())
        .collect();
}

/// `N:Doe;Jo;;Dr.;` as it is said: `Dr. Jo Doe`.
fn structured_name(card: &VCard) -> Option<String> {
    let entry = card
        .entries
        .iter()
        .find(|entry| entry.name == VCardProperty::N)?;
    let parts: Vec<String> = entry.values.iter().map(value_text).collect();
    let said = [3, 1, 2, 0, 4]
        .into_iter()
        .filter_map(|index| parts.get(index));
    let said: Vec<&str> = said
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn text_of(entry: &VCardEntry) -> String {
    let values: Vec<String> = entry.values.iter().map(value_text).collect();
    let values: Vec<&str> = values
        .iter()
        .map(|it| it.trim())
        .filter(|it| !it.is_empty())
        .collect();
    values.join(", ")
}

fn value_text(value: &VCardValue) -> String {
    match value {
        VCardValue::Text(text) => text.clone(),
        VCardValue::Component(parts) => parts.join(" "),
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Binary(data) => decode(&data.data).0,
        _ => String::new(),
    }
}
