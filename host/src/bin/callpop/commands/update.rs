//! `callpop update`: newer versions, from the indexes that adapters were installed from.

use std::collections::BTreeMap;

use callpop_host::{Host, InstallOptions, Installed};
use semver::Version;
use serde_json::{Value, json};

use super::install::{from_index, installed_object, lines};
use super::warn_of_damage;
use crate::adapter_index::{ReadIndex, Terms};
use crate::args::{Everywhere, Update};
use crate::failure::{Exit, Failure};
use crate::fetching::Place;
use crate::output::{Output, table};

/// An adapter that was installed from an index, and what that has.
struct Found {
    id: String,
    there: Option<Version>,
    newest: Version,
    index: String,
}

impl Found {
    fn is_newer(&self) -> bool {
        self.there
            .as_ref()
            .is_some_and(|there| self.newest > *there)
    }
}

pub(crate) fn run(
    update: &Update,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let terms = update.fetch.terms();
    let origins = origins(update, &host)?;
    let mut indexes = BTreeMap::new();
    let mut found = Vec::new();
    let mut failure = None;
    for (id, index) in origins {
        match look(&host, &id, &index, terms, &mut indexes) {
            Ok(one) => found.push(one),
            // One index that is not there does not keep the others from being looked into.
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let accepting = (terms, update.fetch.accept);
    let mut updated = Vec::new();
    if !update.check {
        for it in found.iter().filter(|it| it.is_newer()) {
            match install(&host, it, &indexes, accepting, everywhere, output) {
                Ok(installed) => updated.push(installed),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
    }
    warn_of_damage(&host, output);
    let object = report(&found, &updated, update.check, everywhere, output);
    match failure {
        Some(failure) => Err(failure.beside(object)),
        None => {
            if output.is_json() {
                output.json(&object);
            }
            Ok(())
        }
    }
}

/// Which adapters are from which index.
fn origins(update: &Update, host: &Host) -> Result<BTreeMap<String, String>, Failure> {
    let mut origins = host.origins()?;
    if let Some(id) = &update.adapter {
        origins.retain(|it, _| it == id);
        if origins.is_empty() {
            let message = format!("`{id}` was not installed from an index");
            return Err(Failure::new(Exit::NoAdapter, "no-index", message)
                .advice(format!("Install it from one: callpop install INDEX {id}")));
        }
    }
    // Of an adapter that is not there any more, there is nothing to update.
    let catalog = host.catalog();
    origins.retain(|id, _| catalog.ready(id).is_some());
    Ok(origins)
}

fn look(
    host: &Host,
    id: &str,
    index: &str,
    terms: Terms,
    indexes: &mut BTreeMap<String, ReadIndex>,
) -> Result<Found, Failure> {
    if !indexes.contains_key(index) {
        let read = ReadIndex::get(Place::parse(index)?, host, terms)?;
        indexes.insert(index.to_owned(), read);
    }
    let catalog = host.catalog();
    let there = catalog.ready(id);
    Ok(Found {
        id: id.to_owned(),
        there: there.map(|(_, description)| description.manifest.version.clone()),
        newest: indexes[index].version(id, None)?.version.clone(),
        index: index.to_owned(),
    })
}

fn install(
    host: &Host,
    found: &Found,
    indexes: &BTreeMap<String, ReadIndex>,
    (terms, accept): (Terms, bool),
    everywhere: &Everywhere,
    output: &Output,
) -> Result<Installed, Failure> {
    let index = &indexes[&found.index];
    index.check_signed(&found.id, host)?;
    let version = index.version(&found.id, Some(&found.newest))?;
    let options = InstallOptions {
        allow_downgrade: false,
        accept,
        dry_run: everywhere.dry_run,
        index: Some(found.index.clone()),
    };
    from_index(host, index, &found.id, version, &options, terms, output)
}

fn report(
    found: &[Found],
    updated: &[Installed],
    is_check: bool,
    everywhere: &Everywhere,
    output: &Output,
) -> Value {
    if is_check {
        let rows = found.iter().map(|it| {
            let there = it.there.as_ref().map(ToString::to_string);
            let newest = if it.is_newer() {
                it.newest.to_string()
            } else {
                "up to date".to_owned()
            };
            vec![
                it.id.clone(),
                there.unwrap_or_default(),
                newest,
                it.index.clone(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            output.line("No adapter was installed from an index.");
        } else {
            output.line(table(&["ID", "INSTALLED", "NEWER", "INDEX"], &rows));
        }
    } else if updated.is_empty() {
        output.line("Nothing to update.");
    }
    for installed in updated {
        for line in lines(installed, everywhere.dry_run) {
            output.line(line);
        }
    }
    let objects = found.iter().map(|it| {
        json!({
            "id": it.id,
            "installed": it.there,
            "newest": it.newest,
            "isNewer": it.is_newer(),
            "index": it.index,
        })
    });
    let updated = updated.iter();
    let updated: Vec<_> = updated
        .map(|it| installed_object(it, everywhere.dry_run))
        .collect();
    json!({ "adapters": objects.collect::<Vec<_>>(), "updated": updated })
}
