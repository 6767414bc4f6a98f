//! `callpop inspect`: what an adapter's file tells of itself, without running it.

use std::path::Path;

use callpop_host::{FileState, Inspection, inspect, with_causes};

use super::adapters::file_object;
use crate::failure::{Exit, Failure};
use crate::output::{BAD, BOLD, GOOD, Output, styled};

pub(crate) fn run(path: &Path, output: &Output) -> Result<(), Failure> {
    let inspection = inspect(path);
    let mut object = file_object(&inspection.file);
    object["sha256"] = inspection.sha256.clone().into();
    if let FileState::Refused(refusal) = &inspection.file.state {
        print_facts(&inspection, output);
        output.line(fact("state", styled(BAD, "refused")));
        let message = format!("{}: {}", path.display(), with_causes(refusal));
        return Err(Failure::new(Exit::NoAdapter, refusal.code(), message).beside(object));
    }
    if output.is_json() {
        output.json(&object);
    } else {
        print_facts(&inspection, output);
        output.line(fact("state", styled(GOOD, "ready")));
    }
    Ok(())
}

fn print_facts(inspection: &Inspection, output: &Output) {
    if let Some(description) = &inspection.file.description {
        let manifest = &description.manifest;
        output.line(styled(
            BOLD,
            format!("{} {}", manifest.name, manifest.version),
        ));
        if !manifest.description.is_empty() {
            output.line(&manifest.description);
        }
        output.line("");
        output.line(fact("id", &manifest.id));
        output.line(fact("vendor", &manifest.vendor));
        for (name, site) in [
            ("website", &manifest.website),
            ("support", &manifest.support),
        ] {
            if let Some(site) = site {
                output.line(fact(name, site));
            }
        }
        let hosts = match manifest.hosts_line() {
            hosts if hosts.is_empty() => "any".to_owned(),
            hosts => hosts,
        };
        output.line(fact("hosts", hosts));
        output.line(fact(
            "contact page",
            yes_or_no(manifest.can_open_contact_page),
        ));
        output.line(fact("log page", yes_or_no(manifest.can_open_log_page)));
        let types: Vec<_> = manifest
            .contact_types
            .iter()
            .map(|it| it.value.as_str())
            .collect();
        if !types.is_empty() {
            output.line(fact("contact types", types.join(", ")));
        }
        for setting in &manifest.settings {
            let required = if setting.required { " (required)" } else { "" };
            output.line(fact(
                "setting",
                format!("{}: {}{required}", setting.id, setting.name),
            ));
        }
        for value in &manifest.stored_values {
            output.line(fact(
                "stored value",
                format!("{}: {}", value.name, value.description),
            ));
        }
        output.line(fact("ABI", &description.abi));
        output.line(fact("built for", &description.target));
    }
    if let Some(size) = inspection.file.size {
        output.line(fact("size", format!("{size} bytes")));
    }
    if let Some(sha256) = &inspection.sha256 {
        output.line(fact("sha256", sha256));
    }
}

fn fact(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:14}{value}")
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
