//! The archive that a package is, a zip of the plainest kind. The only file that names `zip`.
//!
//! Readers of zip files differ in what they make of odd ones. So odd ones are refused before they
//! are read: something before or behind the archive, a comment, two entries of one name, folders.
//!
//! Source: APPNOTE.TXT of PKWARE, 4.3.16 "End of central directory record".

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::PackageError;
use super::listing::{MAX_FILES, is_plain_name};

/// The list, its signature, and what is listed.
const MAX_ENTRIES: usize = MAX_FILES + 2;

pub(super) struct Archive<'bytes> {
    zip: ZipArchive<Cursor<&'bytes [u8]>>,
    names: BTreeSet<String>,
}

impl<'bytes> Archive<'bytes> {
    pub(super) fn open(bytes: &'bytes [u8]) -> Result<Self, PackageError> {
        let entries = entries(bytes)
            .ok_or_else(|| damaged("it was cut off, or was not made by `callpop package`"))?;
        if entries > MAX_ENTRIES {
            return Err(PackageError::TooMany {
                found: entries,
                most: MAX_ENTRIES,
            });
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        if zip.offset() != 0 {
            return Err(damaged("something stands before it"));
        }
        let names: BTreeSet<String> = zip.file_names().map(ToOwned::to_owned).collect();
        if let Some(name) = names.iter().find(|name| !is_plain_name(name)) {
            return Err(PackageError::UnsafeName { name: name.clone() });
        }
        if names.len() != entries {
            let what = "one name".to_owned();
            return Err(PackageError::Twice { what });
        }
        Ok(Self { zip, names })
    }

    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// The content of the file with this name, if there is one, of at most so many bytes, whatever
    /// it declares.
    pub(super) fn read(&mut self, name: &str, most: u64) -> Result<Option<Vec<u8>>, PackageError> {
        let too_large = || PackageError::TooLarge {
            name: name.to_owned(),
            most,
        };
        let file = match self.zip.by_name(name) {
            Ok(file) => file,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(damaged(&error)),
        };
        if file.size() > most {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        file.take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(format!("`{name}`: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(too_large());
        }
        Ok(Some(bytes))
    }
}

fn damaged(what: impl ToString) -> PackageError {
    PackageError::Damaged {
        what: what.to_string(),
    }
}

/// How many entries there are, by the record that ends the archive and the file with it.
fn entries(bytes: &[u8]) -> Option<usize> {
    const LENGTH: usize = 22;
    let (before, end) = bytes.split_at_checked(bytes.len().checked_sub(LENGTH)?)?;
    let short = |at: usize| u16::from_le_bytes([end[at], end[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]]);
    let (disk, directory_disk, here, all) = (short(4), short(6), short(8), short(10));
    let directory_end = u64::from(long(12)) + u64::from(long(16));
    let is_plain = end.starts_with(b"PK\x05\x06")
        && disk == 0
        && directory_disk == 0
        && here == all
        && directory_end == before.len() as u64
        && short(20) == 0;
    is_plain.then_some(usize::from(all))
}

/// Writes an archive that depends on nothing but what is in it.
#[cfg(feature = "cli")]
pub(super) fn write<'file>(
    files: impl IntoIterator<Item = (&'file str, &'file [u8])>,
) -> std::io::Result<Vec<u8>> {
    use std::io::Write;
    use zip::write::SimpleFileOptions;
    // The time, the system and the permissions are those of every package.
    let options = SimpleFileOptions::DEFAULT
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .system(zip::System::Unix)
        .unix_permissions(0o644);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
