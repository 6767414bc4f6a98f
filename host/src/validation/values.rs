//! The account that an adapter is called for, as its manifest lets it be; and which of the values
//! that the manifest names make any difference.

use std::collections::BTreeMap;

use super::codes::Code;
use super::inputs::{MARKERS, Part};
use super::learning::{Learnt, possible_texts};
use super::report::Check;
use super::{Examination, ValidationError};
use crate::runner::{Answer, Request};
use crate::{Hostname, Manifest};

/// The most hosts that are tried.
const MAX_HOSTS: usize = 12;

/// Hosts that an account may live on: the one that was given or the likeliest first.
pub(super) fn hostnames(
    manifest: &Manifest,
    given: Option<&str>,
) -> Result<Vec<Hostname>, ValidationError> {
    let mut hostnames = Vec::new();
    if let Some(given) = given {
        hostnames.push(Hostname::parse_for(given, manifest)?);
    }
    let texts: Vec<String> = if manifest.hosts.is_empty() {
        [
            "crm.example.com",
            "crm.example.com:8443",
            "xn--bcher-kva.example",
            "127.0.0.1:8080",
            "[::1]:8080",
        ]
        .map(ToOwned::to_owned)
        .into()
    } else {
        let patterns = manifest.hosts.iter().map(ToString::to_string);
        patterns
            .flat_map(|pattern| match pattern.strip_prefix("*.") {
                Some(domain) => vec![
                    format!("acme.{domain}"),
                    format!("a.b.{domain}"),
                    format!("xn--bcher-kva.{domain}"),
                ],
                None => vec![pattern],
            })
            .collect()
    };
    // Every one of them is as a host lets it through.
    let fitting = texts
        .iter()
        .filter_map(|text| Hostname::parse_for(text, manifest).ok());
    hostnames.extend(fitting.take(MAX_HOSTS));
    if hostnames.is_empty() {
        hostnames.push(Hostname::parse_for(&manifest.hosts_line(), manifest)?);
    }
    Ok(hostnames)
}

/// The settings that every account has: defaults, and what an account cannot be connected without.
pub(super) fn defaults(manifest: &Manifest, hostname: &Hostname) -> BTreeMap<String, String> {
    let settings = manifest.settings_with_values();
    settings
        .filter_map(|setting| {
            let text = match &setting.default {
                Some(default) => Some(default.to_string()),
                None if setting.required => {
                    let texts = possible_texts(manifest, &setting.id, &hostname.to_string());
                    texts.into_iter().next()
                }
                None => None,
            };
            Some((setting.id.clone(), text?))
        })
        .collect()
}

/// Whether each value that the manifest names changes any answer.
pub(super) fn unused(
    examination: &mut Examination<'_>,
    learnt: [&Learnt; 2],
    log_out: &Request<'static>,
) -> Check {
    let mut check = Check::new("values", "every value that the manifest names is used");
    let manifest = examination.manifest;
    let settings = manifest.settings_with_values();
    let settings = settings.map(|it| (Part::Setting(it.id.clone()), it.id.clone()));
    let stored = manifest.stored_values.iter();
    let stored = stored.map(|it| (Part::Stored(it.name.clone()), it.name.clone()));
    let parts: Vec<_> = settings.chain(stored).collect();
    if parts.is_empty() {
        return check.skipped("the manifest names none");
    }
    let is_unknown = learnt
        .iter()
        .any(|it| matches!(it, Learnt::Never(_) | Learnt::Broken));
    if is_unknown {
        return check.skipped("not every page opens");
    }
    let known = learnt.into_iter().filter_map(Learnt::request);
    let requests: Vec<_> = known.chain([log_out]).collect();
    for (part, name) in parts {
        let in_fallback = manifest.fallback_contact_page_url.iter();
        let is_used = in_fallback
            .flat_map(|template| template.tokens())
            .any(|token| token.split('.').next() == Some(&*name))
            || requests
                .iter()
                .any(|it| makes_a_difference(examination, it, &part, &name));
        if !is_used {
            check.find(
                Code::UnusedValue,
                format!("{part} makes no difference to any answer"),
            );
        }
    }
    check
}

fn makes_a_difference(
    examination: &mut Examination<'_>,
    request: &Request<'static>,
    part: &Part,
    name: &str,
) -> bool {
    let answer = |examination: &mut Examination<'_>, request: &Request<'static>| {
        examination.subject.call(request).ok()
    };
    let usual = answer(examination, request);
    if let Some(Answer::Done(actions)) = &usual
        && actions.iter().any(|action| names(action, name))
    {
        return true;
    }
    let mut texts = possible_texts(examination.manifest, name, "crm.example.com");
    texts.extend([
        String::new(),
        MARKERS[0].to_owned(),
        "true".to_owned(),
        "false".to_owned(),
    ]);
    texts.iter().any(|text| {
        let changed = part.put(request, text);
        answer(examination, &changed) != usual
    })
}

fn names(action: &callpop_adapter::Action, value: &str) -> bool {
    match action {
        callpop_adapter::Action::SetStored { name, .. }
        | callpop_adapter::Action::RemoveStored { name } => name == value,
        _ => false,
    }
}
