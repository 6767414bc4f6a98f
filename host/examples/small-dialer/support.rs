//! The support page: what is wrong around the host, and what became of calls.

use callpop_host::{Health, Host, with_causes};

pub(crate) fn examined(host: &Host) -> Vec<String> {
    let findings = host.examine().into_iter();
    let bad = findings.filter(|finding| finding.health != Health::Good);
    bad.map(|finding| match finding.advice {
        Some(advice) => format!("{}: {}. {advice}", finding.about, finding.found),
        None => format!("{}: {}", finding.about, finding.found),
    })
    .collect()
}

/// State files that were damaged: what they held is begun anew, and the old file is kept.
pub(crate) fn damaged(host: &Host) -> Vec<String> {
    let kept = host.take_kept_aside();
    kept.iter().map(ToString::to_string).collect()
}

/// The last outcomes, without names or numbers.
pub(crate) fn past(host: &Host) -> Vec<String> {
    match host.history() {
        Ok(history) => {
            let last = history.entries.iter().rev().take(20);
            last.map(|entry| {
                let reason = entry.reason.as_deref().unwrap_or("fine");
                format!("{}: {}, {reason}", entry.adapter, entry.result.name())
            })
            .collect()
        }
        Err(error) => vec![with_causes(&error)],
    }
}
