//! `callpop adapters`: every file in the plugins folders with its state.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Error, ErrorKind};
use std::path::Path;

use callpop_host::json_form::CatalogForm;
use callpop_host::{
    AdapterFile, Catalog, FileState, Provenance, Quarantined, plain_line, with_causes,
};
use serde_json::json;

use super::{adapter_terms, import_manifest, provenance};
use crate::args::{Adapters, AdaptersCommand, Everywhere};
use crate::failure::Failure;
use crate::output::{BAD, BOLD, DIM, Output, styled, table};

pub(crate) fn run(
    adapters: &Adapters,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    if let Some(AdaptersCommand::ImportManifest(import)) = &adapters.command {
        return import_manifest::run(import, &host, everywhere, output);
    }
    if adapters.stats {
        return adapter_terms::stats(&host, output);
    }
    if let Some(id) = &adapters.release {
        return adapter_terms::release(id, &host, everywhere, output);
    }
    if let Some((id, permission)) = &adapters.grant {
        return adapter_terms::grant(id, *permission, &host, everywhere, output);
    }
    if let Some((id, permission)) = &adapters.revoke {
        return adapter_terms::revoke(id, *permission, &host, everywhere, output);
    }
    if let Some(id) = &adapters.accept {
        return provenance::accept(id, &host, everywhere, output);
    }
    let catalog = host.catalog();
    let requirements = host.requirements()?;
    if output.is_json() {
        let mut object = json!(CatalogForm::of(&catalog, &host.quarantined()));
        object["require"] = json!(requirements);
        output.json(&object);
        return Ok(());
    }
    print_ready(&catalog, !requirements.is_empty(), output);
    print_quarantined(&host.quarantined(), output);
    print_refused(&catalog, output);
    print_ignored(&catalog, output);
    for folder in &catalog.folders {
        // That one of the default folders is not there is as it should be.
        let is_expected = |problem: &Error| {
            everywhere.plugins.is_empty() && problem.kind() == ErrorKind::NotFound
        };
        if let Some(problem) = folder.problem.as_ref().filter(|it| !is_expected(it)) {
            output.error_line(format!(
                "warning: the plugins folder {} cannot be listed: {problem}",
                folder.path.display()
            ));
        }
    }
    Ok(())
}

fn print_quarantined(quarantined: &BTreeMap<String, Quarantined>, output: &Output) {
    if quarantined.is_empty() {
        return;
    }
    output.line(format!("\n{}", styled(BAD, "Quarantine")));
    for (id, why) in quarantined {
        output.line(format!("  {}", styled(BOLD, id)));
        output.line(format!("    {why}"));
        output.line(format!(
            "    call it again with: callpop adapters --release {id}"
        ));
    }
}

fn print_ready(catalog: &Catalog, is_required: bool, output: &Output) {
    // Where nobody signs anything, nobody asks.
    let is_signed = |(file, _): (&AdapterFile, _)| file.provenance != Provenance::Unsigned;
    let shows_signers = is_required || catalog.all_ready().any(is_signed);
    let mut head = vec!["ID", "NAME", "VERSION", "HOSTS", "FILE"];
    if shows_signers {
        head.push("SIGNED BY");
    }
    let rows: Vec<Vec<String>> = catalog
        .all_ready()
        .map(|(file, description)| {
            let manifest = &description.manifest;
            let hosts = match manifest.hosts.as_slice() {
                [] => "any".to_owned(),
                [_] => manifest.hosts_line(),
                [first, rest @ ..] => format!("{first} and {} more", rest.len()),
            };
            let mut row = vec![
                manifest.id.clone(),
                manifest.name.clone(),
                manifest.version.to_string(),
                hosts,
                file_name(&file.path),
            ];
            if shows_signers {
                row.push(provenance::signed_by(&file.provenance, &manifest.id));
            }
            row
        })
        .collect();
    if rows.is_empty() {
        output.line("No adapter is ready.");
        for folder in &catalog.folders {
            output.line(format!("  looked into {}", folder.path.display()));
        }
        return;
    }
    output.line(table(&head, &rows));
}

fn print_refused(catalog: &Catalog, output: &Output) {
    let mut is_first = true;
    for file in &catalog.files {
        if let FileState::Refused(refusal) = &file.state {
            if std::mem::take(&mut is_first) {
                output.line(format!("\n{}", styled(BAD, "Refused")));
            }
            output.line(format!("  {}", styled(BOLD, shown(file.path.as_os_str()))));
            output.line(format!("    {}", plain_line(&with_causes(refusal), 1000)));
            if let Some(kept) = &file.stays_in_use {
                let manifest = &kept.manifest;
                output.line(format!(
                    "    {} {} stays in use",
                    manifest.id, manifest.version
                ));
            }
        }
    }
}

fn print_ignored(catalog: &Catalog, output: &Output) {
    let mut is_first = true;
    for file in &catalog.files {
        if let FileState::Ignored(why) = file.state {
            if std::mem::take(&mut is_first) {
                output.line(format!("\n{}", styled(DIM, "Ignored")));
            }
            output.line(styled(DIM, format!("  {}: {why}", file_name(&file.path))));
        }
    }
}

fn file_name(path: &Path) -> String {
    shown(path.file_name().unwrap_or(path.as_os_str()))
}

/// A name from a plugins folder, whatever characters are in it.
fn shown(name: &OsStr) -> String {
    plain_line(&name.to_string_lossy(), 300)
}
