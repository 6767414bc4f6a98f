//! Importing a file of contacts: what kind it is, which contacts go in, and which do not.

use std::io::{self, BufRead, BufReader, Read};

use super::candidate::{Candidate, ImportError, Remark, RemarkKind};
use super::database::{Database, Written};
use super::phone_number::{Country, PhoneNumber};
use super::{csv_rows, vcard};

/// How a file is imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The adapter whose CRM has the contacts that do not name one themselves.
    pub adapter: Option<String>,
    /// Check everything, and change nothing.
    pub dry_run: bool,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Imported {
    /// Contacts that were not in the book.
    pub imported: u64,
    /// Contacts that were there and are replaced.
    pub updated: u64,
    /// Contacts that were left out, each with a remark.
    pub skipped: u64,
}

pub(super) fn import(
    database: &Database,
    country: Option<Country>,
    source: impl Read,
    options: &ImportOptions,
    remark: &mut dyn FnMut(Remark),
) -> Result<Imported, ImportError> {
    let mut source = BufReader::with_capacity(64 * 1024, source);
    let is_vcard = sniff(&mut source)?;
    let mut imported = Imported::default();
    let mut is_decoded = false;
    database.import(options.dry_run, |write| {
        let mut take = |candidate: Candidate| {
            let mut say = |kind| {
                let contact = &candidate.contact;
                let name = Some(&contact.name).filter(|name| !name.is_empty());
                let said = Remark {
                    line: candidate.line,
                    contact: name.unwrap_or(&contact.id).to_string(),
                    kind,
                };
                imported.skipped += u64::from(said.is_skipped());
                remark(said);
            };
            if candidate.decoded && !std::mem::replace(&mut is_decoded, true) {
                say(RemarkKind::Decoded);
            }
            let Some((adapter, numbers)) = usable(&candidate, options, country, &mut say) else {
                return Ok(());
            };
            match write(&adapter, &candidate.contact, &numbers)? {
                Written::New => imported.imported += 1,
                Written::Replaced => imported.updated += 1,
                Written::Added => {}
            }
            Ok(())
        };
        if is_vcard {
            vcard::read(source, &mut take)
        } else {
            csv_rows::read(source, options.adapter.is_some(), &mut take)
        }
    })?;
    Ok(imported)
}

/// The adapter and the numbers of a contact, if it can be used.
fn usable(
    candidate: &Candidate,
    options: &ImportOptions,
    country: Option<Country>,
    say: &mut dyn FnMut(RemarkKind),
) -> Option<(String, Vec<PhoneNumber>)> {
    if let Some(fault) = &candidate.fault {
        say(fault.clone());
        return None;
    }
    if candidate.contact.id.is_empty() {
        say(RemarkKind::NoId);
        return None;
    }
    let Some(adapter) = candidate.adapter.as_ref().or(options.adapter.as_ref()) else {
        say(RemarkKind::NoAdapter);
        return None;
    };
    let (mut numbers, mut unusable) = (Vec::new(), Vec::new());
    for phone in &candidate.phones {
        match PhoneNumber::parse(phone, country) {
            Some(number) => numbers.push(number),
            None => unusable.push(phone.chars().take(100).collect::<String>()),
        }
    }
    if numbers.is_empty() {
        say(match unusable.into_iter().next() {
            Some(phone) => RemarkKind::NoUsableNumber(phone),
            None => RemarkKind::NoNumber,
        });
        return None;
    }
    unusable
        .into_iter()
        .for_each(|phone| say(RemarkKind::NumberLeftOut(phone)));
    Some((adapter.clone(), numbers))
}

/// Whether it is vCard, else CSV. Other kinds of file are told by how they begin.
fn sniff(source: &mut impl BufRead) -> Result<bool, ImportError> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    const KINDS: &[(&[u8], &str)] = &[
        (b"\xff\xfe", "in UTF-16"),
        (b"\xfe\xff", "in UTF-16"),
        (b"PK\x03\x04", "an Excel file or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file"),
        (b"%PDF", "a PDF"),
        (b"SQLite format 3", "a database"),
        (b"BEGIN:VCALENDAR", "a calendar"),
        (b"{", "JSON"),
        (b"[", "JSON"),
        (b"<", "XML or HTML"),
    ];
    let start = loop {
        match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    let (bom, start) = match start.strip_prefix(BOM) {
        Some(rest) => (BOM.len(), rest),
        None => (0, start),
    };
    let text = start.trim_ascii_start();
    if text.is_empty() && start.len() < 4096 {
        return Err(ImportError::Empty);
    }
    let begins = |with: &[u8]| {
        text.get(..with.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(with))
    };
    if let Some((_, kind)) = KINDS.iter().find(|(with, _)| begins(with)) {
        return Err(ImportError::WrongKind(kind));
    }
    if text.contains(&0) {
        return Err(ImportError::WrongKind("not a text"));
    }
    let is_vcard = begins(b"BEGIN:VCARD");
    source.consume(bom);
    Ok(is_vcard)
}
