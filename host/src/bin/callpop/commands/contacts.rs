//! `callpop contacts`: the contact book, for a dialer that has no contacts of its own.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use callpop_host::json_form::{RemarkForm, matches_form};
use callpop_host::{ContactBook, Country, Host, ImportOptions, Imported, Remark, plain_line};
use serde_json::json;

use crate::args::{Contacts, ContactsAction, Everywhere};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, WARNING, styled, table};

/// Further remarks are counted; with `--json` all are told.
const MOST_REMARKS: usize = 50;

pub(crate) fn run(
    contacts: &Contacts,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let book = ContactBook::open(&everywhere.home_folder()?, contacts.country)?;
    let done = match &contacts.action {
        ContactsAction::Import { file, adapter } => {
            import(&book, file, adapter.as_deref(), everywhere, output)
        }
        ContactsAction::Find { number } => find(&book, number, output),
        ContactsAction::List => list(&book, output),
        ContactsAction::Country { kept } => keep_country(*kept, everywhere, output),
        ContactsAction::Remove { adapter, .. } => {
            remove(&book, adapter.as_deref(), everywhere, output)
        }
    };
    warn_of_damaged_book(&book, output);
    done
}

/// Warns of a book that was found damaged.
pub(crate) fn warn_of_damaged_book(book: &ContactBook, output: &Output) {
    for kept in book.take_kept_aside() {
        output.error_line(format!("warning: {kept}"));
    }
}

fn keep_country(country: Country, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    if !everywhere.dry_run {
        ContactBook::keep_country(&everywhere.home_folder()?, country)?;
    }
    if output.is_json() {
        let country = country.to_string();
        output.json(&json!({ "country": country, "dryRun": everywhere.dry_run }));
        return Ok(());
    }
    let would = if everywhere.dry_run {
        "would be"
    } else {
        "are"
    };
    output.line(format!(
        "Numbers that do not name their country {would} numbers of {country}."
    ));
    Ok(())
}

fn import(
    book: &ContactBook,
    file: &Path,
    adapter: Option<&str>,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let source = open(file).map_err(|cause| {
        let message = format!("the file {} cannot be read: {cause}", file.display());
        Failure::new(Exit::Usage, "unreadable-file", message)
    })?;
    if let Some(adapter) = adapter {
        warn_of_unknown(adapter, &everywhere.host()?, output);
    }
    let options = ImportOptions {
        adapter: adapter.map(str::to_owned),
        dry_run: everywhere.dry_run,
    };
    let mut remarks = Vec::new();
    let imported = book.import(source, &options, |remark| remarks.push(remark))?;
    if output.is_json() {
        let remarks: Vec<_> = remarks.iter().map(RemarkForm::from).collect();
        let mut object = json!(imported);
        object["remarks"] = json!(remarks);
        object["dryRun"] = everywhere.dry_run.into();
        output.json(&object);
        return Ok(());
    }
    tell(&remarks, imported, everywhere, output);
    Ok(())
}

fn open(file: &Path) -> io::Result<Box<dyn Read>> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    // Asked of the path: Windows does not open a folder at all.
    if file.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    Ok(Box::new(File::open(file)?))
}

fn tell(remarks: &[Remark], imported: Imported, everywhere: &Everywhere, output: &Output) {
    for remark in remarks.iter().take(MOST_REMARKS) {
        let sign = match remark.is_skipped() {
            true => styled(WARNING, "skipped"),
            false => "note".to_owned(),
        };
        let name = match remark.contact.as_str() {
            "" => String::new(),
            name => format!(" ({})", plain_line(name, 60)),
        };
        let kind = plain_line(&remark.kind.to_string(), 200);
        output.line(format!("{sign} line {}{name}: {kind}", remark.line));
    }
    if let Some(more) = remarks.len().checked_sub(MOST_REMARKS).filter(|it| *it > 0) {
        output.line(format!("... and {more} more; --json tells all"));
    }
    let done = match everywhere.dry_run {
        true => "Would import".to_owned(),
        false => styled(GOOD, "Imported"),
    };
    let Imported {
        imported,
        updated,
        skipped,
        ..
    } = imported;
    output.line(format!(
        "{done}: {imported} new, {updated} updated, {skipped} skipped."
    ));
}

/// An adapter that is not there is no fault: its file may come later.
fn warn_of_unknown(adapter: &str, host: &Host, output: &Output) {
    let catalog = host.catalog();
    if catalog.ready(adapter).is_none() {
        output.error_line(format!(
            "warning: there is no adapter `{}` yet; its contacts match once there is",
            plain_line(adapter, 100)
        ));
    }
}

fn find(book: &ContactBook, number: &str, output: &Output) -> Result<(), Failure> {
    let found = book.find(number)?;
    if output.is_json() {
        output.json(&json!({ "number": number, "matches": matches_form(found) }));
        return Ok(());
    }
    let shown = |text: &str| plain_line(text, 60);
    let rows: Vec<Vec<String>> = found
        .iter()
        .flat_map(|(adapter, contacts)| contacts.iter().map(move |contact| (adapter, contact)))
        .map(|(adapter, contact)| {
            vec![
                shown(adapter),
                shown(&contact.id),
                shown(&contact.name),
                shown(contact.contact_type.as_deref().unwrap_or_default()),
                shown(&contact.phone),
            ]
        })
        .collect();
    if rows.is_empty() {
        output.line(format!(
            "Nobody in the contact book has the number {}.",
            shown(number)
        ));
        return Ok(());
    }
    output.line(table(&["ADAPTER", "ID", "NAME", "TYPE", "NUMBER"], &rows));
    Ok(())
}

fn list(book: &ContactBook, output: &Output) -> Result<(), Failure> {
    let counts = book.counts()?;
    if output.is_json() {
        output.json(&json!({ "contacts": counts }));
        return Ok(());
    }
    if counts.is_empty() {
        output.line("The contact book is empty.");
        output.line("Fill it with: callpop contacts import FILE --adapter ID");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = counts
        .iter()
        .map(|(adapter, count)| vec![plain_line(adapter, 60), count.to_string()])
        .collect();
    output.line(table(&["ADAPTER", "CONTACTS"], &rows));
    Ok(())
}

fn remove(
    book: &ContactBook,
    adapter: Option<&str>,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let removed = match everywhere.dry_run {
        true => {
            let counts = book.counts()?;
            let of_it = counts
                .iter()
                .filter(|(its, _)| adapter.is_none_or(|it| it == **its));
            of_it.map(|(_, count)| count).sum()
        }
        false => book.remove(adapter)?,
    };
    if output.is_json() {
        output.json(&json!({ "removed": removed, "dryRun": everywhere.dry_run }));
        return Ok(());
    }
    let done = match everywhere.dry_run {
        true => "Would remove".to_owned(),
        false => styled(GOOD, "Removed"),
    };
    output.line(format!("{done}: {removed}."));
    Ok(())
}
