//! `callpop inspect`: what an adapter's file tells of itself, without running it.

use std::collections::BTreeSet;
use std::path::Path;

use callpop_host::json_form::FileForm;
use callpop_host::{
    AdapterKind, FileState, Host, Inspection, Manifest, PackageContents, PageUrls, Permission,
    Setting, SettingType, with_causes,
};
use serde_json::json;

use super::package::what_it_is;
use super::provenance;
use crate::args::Everywhere;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, BOLD, GOOD, Output, styled};

pub(crate) fn run(path: &Path, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let inspection = host.inspect(path);
    let granted = granted(&inspection, &host)?;
    let mut object = json!(FileForm::from(&inspection.file));
    object["granted"] = json!(granted);
    object["sha256"] = inspection.sha256.clone().into();
    if let FileState::Refused(refusal) = &inspection.file.state {
        print_facts(&inspection, &granted, output);
        output.line(fact("state", styled(BAD, "refused")));
        let message = format!("{}: {}", path.display(), with_causes(refusal));
        return Err(Failure::new(Exit::NoAdapter, refusal.code(), message).beside(object));
    }
    if output.is_json() {
        output.json(&object);
    } else {
        print_facts(&inspection, &granted, output);
        output.line(fact("state", styled(GOOD, "ready")));
    }
    Ok(())
}

fn print_facts(inspection: &Inspection, granted: &BTreeSet<Permission>, output: &Output) {
    if let Some(description) = &inspection.file.description {
        print_manifest(&description.manifest, granted, output);
        match &description.kind {
            AdapterKind::Library { abi, target } => {
                output.line(fact("ABI", abi));
                output.line(fact("built for", target));
            }
            AdapterKind::Template(pages) => print_pages(pages, output),
            _ => {}
        }
    }
    if let Some(package) = &inspection.file.package {
        print_package(package, output);
    }
    if let Some(size) = inspection.file.size {
        output.line(fact("size", format!("{size} bytes")));
    }
    if let Some(sha256) = &inspection.sha256 {
        output.line(fact("sha256", sha256));
        output.line(fact("signed by", provenance::told(&inspection.file)));
    }
}

fn print_package(package: &PackageContents, output: &Output) {
    for file in &package.files {
        let what = format!("{} ({}, {} bytes)", file.name, what_it_is(file), file.size);
        output.line(fact("in it", what));
    }
    let signed = if package.is_signed { "yes" } else { "no" };
    output.line(fact("signed", signed));
    output.line(fact("package", format!("sha256 {}", package.sha256)));
}

fn print_pages(pages: &PageUrls, output: &Output) {
    output.line(fact("made of", "templates, no code"));
    for (name, page) in [
        ("contact URL", &pages.contact_page_url),
        ("call URL", &pages.call_pop_url),
        ("log URL", &pages.log_page_url),
    ] {
        if let Some(template) = page {
            output.line(fact(name, template));
        }
    }
}

fn print_manifest(manifest: &Manifest, granted: &BTreeSet<Permission>, output: &Output) {
    output.line(styled(
        BOLD,
        format!("{} {}", manifest.name, manifest.version),
    ));
    if !manifest.description.is_empty() {
        output.line(&manifest.description);
    }
    output.line("");
    let mut facts = vec![
        ("id", manifest.id.clone()),
        ("vendor", manifest.vendor.clone()),
    ];
    facts.extend(manifest.website.iter().map(|it| ("website", it.clone())));
    facts.extend(manifest.support.iter().map(|it| ("support", it.clone())));
    let hosts = manifest.hosts_line();
    let hosts = if hosts.is_empty() {
        "any".to_owned()
    } else {
        hosts
    };
    facts.push(("hosts", hosts));
    facts.push(("contact page", yes_or_no(manifest.can_open_contact_page)));
    facts.push(("log page", yes_or_no(manifest.can_open_log_page)));
    let fallback = manifest.fallback_contact_page_url.iter();
    facts.extend(fallback.map(|it| ("no-match URL", it.to_string())));
    let types = manifest.contact_types.iter().map(|it| it.value.as_str());
    let types: Vec<_> = types.collect();
    if !types.is_empty() {
        facts.push(("contact types", types.join(", ")));
    }
    let settings = manifest.settings_with_values();
    facts.extend(settings.map(|it| ("setting", setting_line(it))));
    let stored = manifest.stored_values.iter();
    facts.extend(stored.map(|it| ("stored value", format!("{}: {}", it.name, it.description))));
    facts.extend(manifest.permissions.iter().map(|it| {
        let state = if granted.contains(it) {
            "granted"
        } else {
            "not granted"
        };
        ("asks for", format!("{it} ({state})"))
    }));
    for (name, value) in facts {
        output.line(fact(name, value));
    }
}

/// `openIn: Open in (choice: tab, popup; default: tab)`
fn setting_line(setting: &Setting) -> String {
    let mut notes = Vec::new();
    let options: Vec<_> = setting.options.iter().map(|it| it.value.as_str()).collect();
    match setting.kind {
        SettingType::Text => {}
        SettingType::Choice => notes.push(format!("choice: {}", options.join(", "))),
        kind => notes.push(kind.to_string()),
    }
    if setting.required {
        notes.push("required".to_owned());
    }
    notes.extend(setting.default.iter().map(|it| format!("default: {it}")));
    let line = format!("{}: {}", setting.id, setting.name);
    match notes.as_slice() {
        [] => line,
        notes => format!("{line} ({})", notes.join("; ")),
    }
}

/// What the adapter asks for and has.
fn granted(inspection: &Inspection, host: &Host) -> Result<BTreeSet<Permission>, Failure> {
    let Some(description) = &inspection.file.description else {
        return Ok(BTreeSet::new());
    };
    let manifest = &description.manifest;
    let mut granted = host.granted(&manifest.id)?;
    granted.retain(|permission| manifest.permissions.contains(permission));
    Ok(granted)
}

fn fact(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:14}{value}")
}

fn yes_or_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}
