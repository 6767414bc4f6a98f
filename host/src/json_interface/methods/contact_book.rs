//! The contact book, for a dialer that has no contacts of its own.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NoParams;
use crate::json_form::{ContactForm, RemarkForm, matches_form};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, JsonInterface, Lane, Notification, Warning};
use crate::{ContactBook, Country, ImportOptions, Imported, causes::with_causes};

/// Remarks that are told of one import; further ones are counted.
const MOST_REMARKS: usize = 1000;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "importContacts",
            "Imports a vCard or CSV file into the contact book; contacts that are there already \
             are replaced.",
            import,
        ),
        Method::new(
            "findContacts",
            "The contacts in the book that have a number, by their adapter's id.",
            find,
        ),
        Method::new(
            "contactCounts",
            "How many contacts of each adapter are in the book.",
            counts,
        ),
        Method::new(
            "removeContacts",
            "Forgets an adapter's contacts, or all; how many there were.",
            remove,
        ),
        Method::new(
            "setCountry",
            "Keeps the country of numbers that do not name theirs, for imports and calls from now \
             on.",
            set_country,
        ),
    ]
}

/// Carries out something with the book, and tells of a damaged one.
fn with_book<T>(
    interface: &JsonInterface,
    carry_out: impl FnOnce(&ContactBook) -> Result<T, Failure>,
) -> Result<T, Failure> {
    // Opened anew, as the country may be another one by now; that costs next to nothing.
    let book = ContactBook::open(interface.host.home(), None)?;
    let done = carry_out(&book);
    for kept in book.take_kept_aside() {
        interface.tell(Notification::Warning(Warning::kept_aside(&kept)));
    }
    done
}

/// A file to be imported.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ImportContacts {
    /// The file.
    path: PathBuf,
    /// The adapter whose CRM has the contacts that do not name one themselves.
    #[serde(default)]
    adapter: Option<String>,
    /// Check everything, and change nothing.
    #[serde(default)]
    dry_run: bool,
}

impl Params for ImportContacts {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// What an import did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ImportResult {
    #[serde(flatten)]
    counts: Imported,
    /// What there is to say of single contacts; the first thousand of it.
    remarks: Vec<RemarkForm>,
    /// How many remarks there were.
    all_remarks: usize,
}

fn import(interface: &JsonInterface, asked: ImportContacts) -> Result<ImportResult, Failure> {
    let unreadable = |cause: std::io::Error| {
        let message = format!("the file {} cannot be read: {cause}", asked.path.display());
        Failure::usage("unreadable-file", message)
    };
    // Asked of the path: Windows does not open a folder at all.
    if asked.path.is_dir() {
        return Err(unreadable(std::io::Error::other("it is a folder")));
    }
    let source = File::open(&asked.path).map_err(unreadable)?;
    let options = ImportOptions {
        adapter: asked.adapter,
        dry_run: asked.dry_run,
    };
    with_book(interface, |book| {
        let (mut remarks, mut all_remarks) = (Vec::new(), 0);
        let counts = book.import(source, &options, |remark| {
            all_remarks += 1;
            if remarks.len() < MOST_REMARKS {
                remarks.push(RemarkForm::from(&remark));
            }
        })?;
        Ok(ImportResult {
            counts,
            remarks,
            all_remarks,
        })
    })
}

/// A number to look up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfNumber {
    /// The number, in any usual form.
    number: String,
}

impl Params for OfNumber {}

/// Who has a number.
#[derive(Debug, Serialize, JsonSchema)]
struct Found {
    /// By the id of the adapter whose CRM has them; ready to be the `matches` of an event.
    matches: BTreeMap<String, Vec<ContactForm>>,
}

fn find(interface: &JsonInterface, asked: OfNumber) -> Result<Found, Failure> {
    with_book(interface, |book| {
        Ok(Found {
            matches: matches_form(book.find(&asked.number)?),
        })
    })
}

fn counts(interface: &JsonInterface, _: NoParams) -> Result<BTreeMap<String, u64>, Failure> {
    with_book(interface, |book| Ok(book.counts()?))
}

/// Whose contacts are forgotten.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RemoveContacts {
    /// The adapter.
    #[serde(default)]
    adapter: Option<String>,
    /// All adapters' contacts; true if no adapter is named.
    #[serde(default)]
    all: bool,
}

impl Params for RemoveContacts {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

fn remove(interface: &JsonInterface, asked: RemoveContacts) -> Result<u64, Failure> {
    if asked.adapter.is_some() == asked.all {
        let why = "name an `adapter`, or say `all`: one of the two";
        return Err(Failure::params(why));
    }
    with_book(interface, |book| Ok(book.remove(asked.adapter.as_deref())?))
}

/// A country to be kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetCountry {
    /// Its two letters by ISO 3166, such as `US`, `GB` or `DE`.
    country: String,
}

impl Params for SetCountry {}

fn set_country(interface: &JsonInterface, asked: SetCountry) -> Result<(), Failure> {
    let country: Country = asked
        .country
        .parse()
        .map_err(|error| Failure::usage("invalid-value", with_causes(&error)))?;
    ContactBook::keep_country(interface.host.home(), country)?;
    Ok(())
}
