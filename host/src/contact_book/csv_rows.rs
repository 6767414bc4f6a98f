//! Reads CSV files, one row after the other; the first one says what the columns mean.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::candidate::{Candidate, ImportError, LONGEST, Take};
use super::columns::{Column, columns};
use super::text::decode;
use crate::Contact;

/// Between several numbers in one field, as Google Contacts writes them.
const SEVERAL: &str = ":::";

pub(super) fn read(
    mut source: impl BufRead,
    has_adapter: bool,
    take: &mut Take<'_>,
) -> Result<(), ImportError> {
    let delimiter = delimiter(source.fill_buf()?);
    let progress = Rc::new(Progress::default());
    let limited = Limited {
        source,
        progress: Rc::clone(&progress),
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(limited);
    let mut row = ByteRecord::new();
    let mut meaning: Option<Vec<Column>> = None;
    loop {
        // What was read ahead is little beside it.
        progress.budget.set(LONGEST);
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(failed(error, progress.next_line())),
        }
        let line = progress.line_of(&row, reader.position().byte());
        match &meaning {
            None => {
                let names: Vec<String> = row.iter().map(|name| decode(name).0).collect();
                meaning = Some(columns(&names, has_adapter)?);
            }
            Some(_) if row.iter().all(<[u8]>::is_empty) => {}
            Some(columns) => take(candidate(&row, columns, line))?,
        }
    }
    Ok(())
}

/// What separates the fields: of the usual ones, the one that the first line has most of.
fn delimiter(start: &[u8]) -> u8 {
    let line = start.trim_ascii_start().split(|byte| *byte == b'\n').next();
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in line.unwrap_or_default() {
        is_quoted ^= *byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += u32::from(!is_quoted && byte == delimiter);
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(delimiter, _)| delimiter)
}

fn candidate(row: &ByteRecord, columns: &[Column], line: u64) -> Candidate {
    let mut candidate = Candidate {
        line,
        ..Candidate::default()
    };
    let (mut id, mut name, mut company) = (String::new(), String::new(), String::new());
    let mut parts: [String; 5] = Default::default();
    let mut contact = Contact::default();
    for (field, column) in row.iter().zip(columns) {
        if field.is_empty() {
            continue;
        }
        let (value, decoded) = decode(field);
        candidate.decoded |= decoded;
        match column {
            Column::Id => id = value,
            Column::Name => name = value,
            Column::NamePart(place) => parts[usize::from(*place)] = value,
            Column::Type => contact = contact.with_type(value),
            Column::Adapter => candidate.adapter = Some(value),
            Column::Company => company = value,
            Column::Extra(extra) => contact = contact.with_extra(extra, value),
            Column::LeftOut => {}
            Column::Phone => {
                let phones = value.split(SEVERAL).map(str::trim);
                let phones = phones.filter(|phone| !phone.is_empty());
                candidate.phones.extend(phones.map(str::to_owned));
            }
        }
    }
    if name.is_empty() {
        let said: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        name = said.join(" ");
    }
    if !company.is_empty() {
        contact = contact.with_extra("organization", company.clone());
    }
    contact.id = id.into();
    contact.name = if name.is_empty() { company } else { name }.into();
    candidate.contact = contact;
    candidate
}

fn failed(error: csv::Error, line: u64) -> ImportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            ImportError::RowTooLong { line }
        }
        csv::ErrorKind::Io(error) => ImportError::Read(error),
        other => ImportError::Read(io::Error::other(format!("{other:?}"))),
    }
}

/// How far the file is read: the crate counts empty lines to the row after them, and does not limit
/// how long a row may be.
#[derive(Default)]
struct Progress {
    /// How many bytes may be read for the row that is under way.
    budget: Cell<usize>,
    read: Cell<u64>,
    /// Where the ends of lines are that no row has passed yet.
    line_ends: RefCell<VecDeque<u64>>,
    passed: Cell<u64>,
}

impl Progress {
    /// The line in which the row begins that ends before `end`.
    fn line_of(&self, row: &ByteRecord, end: u64) -> u64 {
        let mut line_ends = self.line_ends.borrow_mut();
        // The last byte is the row's own end.
        while line_ends.front().is_some_and(|at| at + 1 < end) {
            line_ends.pop_front();
            self.passed.set(self.passed.get() + 1);
        }
        let fields = row.as_slice().iter();
        let inside = fields.filter(|byte| **byte == b'\n').count() as u64;
        (self.passed.get() + 1).saturating_sub(inside).max(1)
    }

    /// The line after the last row's.
    fn next_line(&self) -> u64 {
        self.passed.get() + 2
    }
}

/// Ends a row that does not end itself, such as after a quotation mark that is not closed.
struct Limited<R> {
    source: R,
    progress: Rc<Progress>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let progress = &self.progress;
        let budget = progress.budget.get();
        if budget == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.source.read(buffer)?;
        progress.budget.set(budget.saturating_sub(length));
        let before = progress.read.replace(progress.read.get() + length as u64);
        let ends = (before..).zip(&buffer[..length]);
        let ends = ends.filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
        progress.line_ends.borrow_mut().extend(ends);
        Ok(length)
    }
}
