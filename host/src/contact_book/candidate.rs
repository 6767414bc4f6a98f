//! A contact as a file has it, and what can be wrong with it or with the file.

use std::io;

use super::ContactBookError;
use crate::Contact;

/// Something in a file that was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// The line where the contact begins, from 1.
    pub line: u64,
    /// The contact's name, else its id; empty if it has neither.
    pub contact: String,
    /// What is wrong.
    pub kind: RemarkKind,
}

impl Remark {
    /// Whether the whole contact is left out.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        !matches!(
            self.kind,
            RemarkKind::NumberLeftOut(_) | RemarkKind::Decoded
        )
    }
}

/// What is wrong with a contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemarkKind {
    /// It has no id in the CRM, so no page could be told.
    #[error("it has no id")]
    NoId,
    /// It names no adapter, and none was given.
    #[error("it names no adapter, and none was given for the file")]
    NoAdapter,
    /// It has no number.
    #[error("it has no telephone number")]
    NoNumber,
    /// It has numbers, and none that can be read.
    #[error("its number `{0}` cannot be read")]
    NoUsableNumber(String),
    /// It has another number that can be read; this one is left out.
    #[error("its number `{0}` cannot be read and is left out")]
    NumberLeftOut(String),
    /// It takes up more room than a contact can need.
    #[error("it is over 1 MiB")]
    TooLong,
    /// It is not written as such files are.
    #[error("{0}")]
    Malformed(String),
    /// The file is not in UTF-8 from here on; it was read as Windows-1252.
    #[error("the file is not in UTF-8; it is read as Windows-1252 (Latin-1)")]
    Decoded,
}

/// A file could not be imported. The book is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file could not be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("the file is {0}; save it as vCard (.vcf) or CSV in UTF-8")]
    WrongKind(&'static str),
    /// A CSV file whose first line does not name the columns that are needed.
    #[error(
        "the first line names no column for {missing}; its columns are: {found}; a CSV file begins with a line such as: id,name,phone"
    )]
    Columns {
        /// `the id`, `a telephone number`.
        missing: &'static str,
        /// The columns' names.
        found: String,
    },
    /// A row does not end.
    #[error(
        "the row in line {line} is over 1 MiB; perhaps a quotation mark before it is not closed"
    )]
    RowTooLong {
        /// The line.
        line: u64,
    },
    /// Neither the file nor the options name an adapter.
    #[error("the file does not say which adapter its contacts belong to, and none was given")]
    NoAdapter,
    /// The book could not be written.
    #[error(transparent)]
    Book(#[from] ContactBookError),
}

/// A contact as a file has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) line: u64,
    pub(super) adapter: Option<String>,
    pub(super) contact: Contact,
    pub(super) phones: Vec<String>,
    pub(super) fault: Option<RemarkKind>,
    /// Whether it had to be decoded from something else than UTF-8.
    pub(super) decoded: bool,
}

/// What takes the contacts of a file, one after the other.
pub(super) type Take<'a> = dyn FnMut(Candidate) -> Result<(), ImportError> + 'a;

/// Far less than a machine has, and more than a contact can need.
pub(super) const LONGEST: usize = 1024 * 1024;
