//! What the host tells of each outcome: a line of the history, and an event in the log.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::time::Instant;

use tracing::Span;

use super::seen::Seen;
use super::{CallOptions, Host};
use crate::Contact;
use crate::audit::{AuditDetails, AuditEntry, AuditResult, History, HistoryReader};
use crate::call_event::{CallEvent, CallState};
use crate::causes::with_causes;
use crate::error::CallError;
use crate::outcome::{LogOut, Outcome};
use crate::pop_rules::{Decision, Suppression};
use crate::runner::{Callback, RunError};
use crate::state_file::StateError;

/// What the dialer asks for, as far as the history tells of it.
pub(super) struct Asked {
    adapter: String,
    callback: Callback,
    /// Kept only where the settings say so.
    details: AuditDetails,
    dry_run: bool,
}

impl Asked {
    pub(super) fn of(adapter: &str, callback: Callback, options: &CallOptions) -> Self {
        Self {
            adapter: adapter.to_owned(),
            callback,
            details: AuditDetails::default(),
            dry_run: options.dry_run,
        }
    }

    pub(super) fn contact(mut self, contact: Option<&Contact>) -> Self {
        if let Some(contact) = contact {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            self.details.contact_id = given(&contact.id);
            self.details.contact_name = given(&contact.name);
            self.details.contact_phone = given(&contact.phone);
        }
        self
    }

    pub(super) fn call(mut self, event: &CallEvent) -> Self {
        self.details.call_id = Some(event.call_id.clone());
        self
    }

    pub(super) fn log(mut self, log_id: &str) -> Self {
        self.details.log_id = Some(log_id.to_owned());
        self
    }
}

/// What can come of a call.
pub(super) trait CameOf {
    fn callback(&self) -> Callback;
    fn is_logged_out(&self) -> bool {
        false
    }
    /// What went wrong all the same.
    fn problem(&self) -> Option<&CallError> {
        None
    }
}

impl CameOf for Outcome {
    fn callback(&self) -> Callback {
        self.callback
    }
}

impl CameOf for LogOut {
    fn callback(&self) -> Callback {
        self.outcome.callback
    }

    fn is_logged_out(&self) -> bool {
        self.forgotten.is_some()
    }

    fn problem(&self) -> Option<&CallError> {
        self.problem.as_ref()
    }
}

impl Host {
    /// What became of calls so far, as `audit.jsonl` under the home and the files before it tell.
    ///
    /// # Errors
    /// [`StateError`] if a file cannot be read.
    pub fn history(&self) -> Result<History, StateError> {
        self.audit.reader().read()
    }

    /// The same from its beginning, to be read on as outcomes come: from this host, and from every
    /// other one with this home.
    #[must_use]
    pub fn follow_history(&self) -> HistoryReader {
        self.audit.reader()
    }

    /// Does what is asked for, and tells of it.
    pub(super) fn recorded<T: CameOf>(
        &self,
        asked: Asked,
        carry_out: impl FnOnce(&Seen) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let start = Instant::now();
        let (adapter, callback) = (asked.adapter.as_str(), asked.callback.name());
        let _span = tracing::info_span!("callback", adapter, callback).entered();
        let seen = Seen::default();
        let came = carry_out(&seen);
        self.tell(asked, &seen, came.as_ref(), start);
        came
    }

    /// Tells of what was decided on about a call's event, if that opens no page.
    pub(super) fn tell_unopened(
        &self,
        event: &CallEvent,
        adapter: &str,
        decision: &Decision,
        options: &CallOptions,
    ) {
        let (result, reason) = match decision {
            Decision::Ask(_) => (AuditResult::Asked, None),
            // That a call ends is nothing that was to open a page.
            Decision::Nothing(_) if event.state == CallState::Ended => return,
            Decision::Nothing(why) => (AuditResult::Suppressed, name_of(*why)),
            _ => return,
        };
        let asked = Asked::of(adapter, Callback::OpenContactPage, options).call(event);
        let mut entry = self.of_now(adapter, asked.callback, result);
        entry.reason = reason;
        self.keep(entry, asked.details, options.dry_run);
    }

    fn of_now(&self, adapter: &str, callback: Callback, result: AuditResult) -> AuditEntry {
        let mut entry = AuditEntry::now(adapter, callback, result);
        entry.version = self
            .catalog()
            .ready(adapter)
            .map(|(_, description)| description.manifest.version.to_string());
        entry
    }

    fn tell(
        &self,
        asked: Asked,
        seen: &Seen,
        came: Result<&impl CameOf, &CallError>,
        start: Instant,
    ) {
        let opened = seen.opened.take();
        let result = match came {
            Ok(came) if came.is_logged_out() => AuditResult::LoggedOut,
            Ok(_) if opened.is_empty() => AuditResult::Done,
            Ok(_) => AuditResult::Opened,
            Err(CallError::Rejected { .. }) => AuditResult::Refused,
            Err(CallError::Run {
                source: RunError::Quarantined(_),
                ..
            }) => AuditResult::Suppressed,
            Err(_) => AuditResult::Failed,
        };
        let callback = match came {
            Ok(came) => came.callback(),
            Err(CallError::Run { callback, .. }) => *callback,
            Err(_) => asked.callback,
        };
        let problem = came.map_or_else(Some, CameOf::problem);
        let mut entry = self.of_now(&asked.adapter, callback, result);
        entry.version = seen.version.get().cloned().or(entry.version);
        entry.sha256 = seen.sha256.get().cloned();
        entry.reason = problem.map(|problem| problem.class().to_owned());
        entry.hosts = opened.iter().map(|url| url.host().to_owned()).collect();
        entry.micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut details = asked.details;
        details.urls = opened.iter().map(|url| url.as_str().to_owned()).collect();
        details.message = problem.map(|problem| with_causes(problem));
        self.keep(entry, details, asked.dry_run);
    }

    fn keep(&self, mut entry: AuditEntry, details: AuditDetails, dry_run: bool) {
        log(&entry, dry_run);
        if dry_run {
            return;
        }
        // Settings that cannot be read say nothing, and details need to be asked for.
        let settings = self
            .audit_terms
            .over(self.settings.audit().unwrap_or_default());
        entry.details = settings.details.then_some(details);
        self.audit.add(&entry, settings);
    }
}

/// The part of the log that is about one event of a call. The call's id may hold a number, so it is
/// told apart from others by a number that means nothing outside of this process.
pub(super) fn span_of_event(event: &CallEvent) -> Span {
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    let call = KEYS.get_or_init(RandomState::new).hash_one(&event.call_id);
    let (direction, state) = (event.direction, event.state);
    tracing::info_span!("on_call", call = format!("{call:016x}"), ?direction, ?state)
}

/// A suppression's name for programs.
fn name_of(why: Suppression) -> Option<String> {
    let name = serde_json::to_value(why).ok()?;
    name.as_str().map(str::to_owned)
}

/// An event in the log, in the parts that name adapter and callback; it names nobody.
fn log(entry: &AuditEntry, dry_run: bool) {
    let (result, micros) = (entry.result.name(), entry.micros);
    let reason = entry.reason.as_deref();
    let hosts = (!entry.hosts.is_empty()).then(|| entry.hosts.join(" "));
    let dry_run = dry_run.then_some(true);
    match entry.result {
        AuditResult::Failed | AuditResult::Refused => {
            tracing::warn!(target: "callpop::outcome", reason, micros, dry_run, "{result}");
        }
        _ => tracing::info!(target: "callpop::outcome", reason, hosts, micros, dry_run, "{result}"),
    }
}
