//! A contact on the command line: as JSON, in a file, or on standard input.

use std::fs::File;
use std::io::Read;

use callpop_host::{Contact, contact_from_json};

use crate::failure::{Exit, Failure};

/// More than any contact needs; a wrong file is not read to its end.
const MAX_LENGTH: u64 = 1024 * 1024;

/// Reads `JSON`, `@FILE` or `-`.
pub(crate) fn read(argument: &str) -> Result<Contact, Failure> {
    let text = match argument.strip_prefix('@') {
        Some(path) => File::open(path)
            .and_then(limited)
            .map_err(|cause| unreadable(&format!("the file {path}"), &cause))?,
        None if argument == "-" => {
            limited(std::io::stdin()).map_err(|cause| unreadable("standard input", &cause))?
        }
        None => argument.to_owned(),
    };
    Ok(contact_from_json(&text)?)
}

fn limited(source: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    source.take(MAX_LENGTH + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LENGTH {
        return Err(std::io::Error::other("it is over 1 MiB"));
    }
    Ok(text)
}

fn unreadable(what: &str, cause: &std::io::Error) -> Failure {
    let message = format!("the contact cannot be read from {what}: {cause}");
    Failure::new(Exit::Usage, "invalid-contact", message)
}
