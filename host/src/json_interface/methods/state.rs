//! What became of calls so far, and what is wrong around the host.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NoParamsSlow;
use crate::audit::AuditEntry;
use crate::json_form::ExaminationForm;
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, JsonInterface, Lane};

/// How many outcomes are told if nothing is said.
const USUAL_LIMIT: usize = 100;
/// How many outcomes are told at most.
const MAX_LIMIT: usize = 5000;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "history",
            "What became of calls so far: which pages opened, and why others did not.",
            history,
        ),
        Method::new(
            "examine",
            "Looks for what is wrong around Callpop, and says what to do about it.",
            examine,
        ),
    ]
}

/// Which outcomes are told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfHistory {
    /// Those of this adapter.
    #[serde(default)]
    adapter: Option<String>,
    /// Those from this time on: RFC 3339 in UTC.
    #[serde(default)]
    since: Option<String>,
    /// The last so many of them; 100, if nothing is said.
    #[serde(default)]
    #[schemars(range(max = 5000))]
    limit: Option<usize>,
}

impl Params for OfHistory {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// Outcomes, the oldest first.
#[derive(Debug, Serialize, JsonSchema)]
struct History {
    /// The outcomes.
    entries: Vec<AuditEntry>,
    /// What is left out since it cannot be read: a sentence for each line.
    damaged: Vec<String>,
}

fn history(interface: &JsonInterface, asked: OfHistory) -> Result<History, Failure> {
    let since = asked.since.as_deref().map(humantime::parse_rfc3339);
    let since = since.transpose().map_err(|error| {
        let why = format!("`since` is not written by RFC 3339 in UTC: {error}");
        Failure::params(why)
    })?;
    let limit = asked.limit.unwrap_or(USUAL_LIMIT);
    if limit > MAX_LIMIT {
        return Err(Failure::params(format!("`limit` is over {MAX_LIMIT}")));
    }
    let mut history = interface.host.history()?;
    history.entries.retain(|entry| {
        let is_adapters = (asked.adapter.as_ref()).is_none_or(|id| *id == entry.adapter);
        is_adapters && since.is_none_or(|since| entry.time >= since)
    });
    let surplus = history.entries.len().saturating_sub(limit);
    history.entries.drain(..surplus);
    let damaged = history.damaged.iter().take(limit);
    Ok(History {
        damaged: damaged.map(ToString::to_string).collect(),
        entries: history.entries,
    })
}

fn examine(interface: &JsonInterface, _: NoParamsSlow) -> Result<ExaminationForm, Failure> {
    Ok(interface.host.examine().into())
}
