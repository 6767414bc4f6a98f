//! A whole test of an adapter: everything that a host will ever do to it, and what comes of it. For
//! vendors before they ship, and for whoever takes their adapters in.
//!
//! Its code runs where a host runs it, in a worker with the same sandbox and limits; nothing opens,
//! nothing is stored, and nothing of the user's home is read or written. Each [`Code`] that can be
//! found has a section in `docs/validation.md`.
//!
//! ```no_run
//! use callpop_host::validation::{Level, Options, validate};
//!
//! let report = validate("acme-crm.so".as_ref(), &Options::default())?;
//! for (check, finding) in report.findings() {
//!     println!("{}: {} {}", check.title, finding.code, finding.found);
//! }
//! assert_eq!(report.count(Level::Fail), 0);
//! # Ok::<(), callpop_host::validation::ValidationError>(())
//! ```

mod calls;
mod codes;
mod endurance;
mod file_checks;
mod hostile;
mod inputs;
mod judging;
mod learning;
mod options;
mod places;
mod repeats;
mod report;
mod subject;
mod values;

pub use codes::{Code, Level};
pub use options::{Options, ValidationError};
pub use report::{Check, Finding, Measured, Report, Validated};

use std::path::Path;

use callpop_adapter::Context;

use crate::account_store::Account;
use crate::admin_policy::AdminPolicy;
use crate::connecting;
use crate::discovery::{AdapterFile, Description, FileState, bytes_that_run};
use crate::library_file;
use crate::loading::LoadRefusal;
use crate::plan::ActionRejection;
use crate::private_copy::{PrivateCopies, sha256_hex};
use crate::runner::{Answer, Callback, Request};
use crate::trust::TrustedKeys;
use crate::worker::{Limits, NotLoaded, WorkerFailure, WorkerProgram};
use crate::{Hostname, Manifest};
use learning::Learnt;
use subject::{Said, Subject};

/// After so many calls without an answer, a check is content with what it knows.
const MAX_FAILURES: u32 = 3;
/// The longest request that is kept to be made again, in bytes.
const MAX_KEPT: usize = 4096;

/// Why a call was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Failure {
    Worker(WorkerFailure),
    Load(LoadRefusal),
    NoWorker,
}

/// Which pages a host may refuse without a fault of the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mercy {
    None,
    /// Those that are too long, where the input was.
    TooLong,
    /// All, where the input says where pages are.
    AnyPage,
}

/// A call that was answered.
#[derive(Debug, Clone)]
struct Exchange {
    request: Request<'static>,
    answer: Answer,
    input: String,
    /// How long the request is, in bytes.
    length: usize,
}

/// What the checks of callbacks share.
struct Examination<'validation> {
    options: &'validation Options,
    manifest: &'validation Manifest,
    subject: Subject<'validation>,
    /// An account's hosts: the usual one first.
    hostnames: Vec<Hostname>,
    account: Account,
    /// What was answered, to be asked again.
    exchanges: Vec<Exchange>,
    failures: u32,
}

/// Validates the adapter in this file.
///
/// # Errors
/// [`ValidationError`] if that cannot be done. What is wrong with the adapter is in the report.
pub fn validate(path: &Path, options: &Options) -> Result<Report, ValidationError> {
    let file = AdapterFile::inspect_all(path.to_owned(), &TrustedKeys::none());
    let mut report = Report {
        file: path.to_owned(),
        sha256: file.sha256.clone(),
        adapter: file.description.as_ref().map(|it| Validated {
            id: it.manifest.id.clone(),
            name: it.manifest.name.clone(),
            version: it.manifest.version.clone(),
        }),
        checks: vec![file_checks::file(&file)],
        measured: None,
    };
    let (Some(description), Ok(bytes)) = (&file.description, bytes_that_run(path)) else {
        return Ok(report);
    };
    if file.sha256.as_ref() != Some(&sha256_hex(&bytes)) {
        let what = "it was replaced while it was looked at";
        report.checks[0].find(Code::Unreadable, what);
        return Ok(report);
    }
    if file_checks::is_library(&file) {
        let linking = library_file::linking(&bytes);
        report.checks.push(file_checks::linking(&linking));
    }
    report
        .checks
        .push(file_checks::manifest(&description.manifest));
    if !matches!(file.state, FileState::Ready) {
        let why = "its code cannot run here";
        report
            .checks
            .push(Check::new("loading", "it loads").skipped(why));
        return Ok(report);
    }
    run(&mut report, description, &bytes, options)?;
    Ok(report)
}

/// The checks for which it is run.
fn run(
    report: &mut Report,
    description: &Description,
    bytes: &[u8],
    options: &Options,
) -> Result<(), ValidationError> {
    let home = tempfile::tempdir().map_err(ValidationError::Home)?;
    let copies = PrivateCopies::in_home(home.path());
    let copy = copies
        .keep(&report.file, bytes)
        .map_err(ValidationError::Home)?;
    let program = match &options.worker_program {
        Some(program) => WorkerProgram::Named(program.clone()),
        None => WorkerProgram::Found,
    };
    let manifest = &description.manifest;
    let asks = manifest.permissions.contains(&crate::Permission::Network);
    let limits = Limits {
        network: options.limits.network && asks,
        ..options.limits.clone()
    };
    let sha256 = report.sha256.clone().unwrap_or_default();
    let subject = Subject::new(description, &sha256, &copy.path, &program, &limits);
    let hostnames = values::hostnames(manifest, options.hostname.as_deref())?;
    let mut examination = Examination {
        options,
        manifest,
        account: account(manifest, &hostnames[0], &options.values)?,
        subject,
        hostnames,
        exchanges: Vec::new(),
        failures: 0,
    };
    examination.examine(report);
    Ok(())
}

/// An account with the values that were given, of which a required one may be missing.
fn account(
    manifest: &Manifest,
    hostname: &Hostname,
    given: &[(String, String)],
) -> Result<Account, ValidationError> {
    let mut account = Account::new(&manifest.id, hostname.clone());
    for (id, value) in values::defaults(manifest, hostname) {
        account.settings.insert(id, value);
    }
    let policy = AdminPolicy::default();
    connecting::apply(given, manifest, &mut account, &policy).map_err(Box::new)?;
    Ok(account)
}

impl Examination<'_> {
    fn examine(&mut self, report: &mut Report) {
        let loading = self.loading();
        let is_loaded = loading.worst() != Some(Level::Fail);
        if self.subject.is_library() {
            report.checks.push(loading);
        }
        if !is_loaded {
            return;
        }
        let (contact_check, contact) = calls::page(self, Callback::OpenContactPage);
        let (log_check, log) = calls::page(self, Callback::OpenLogPage);
        let (log_out_check, log_out) = calls::log_out(self, [&contact, &log]);
        report
            .checks
            .extend([contact_check, log_check, log_out_check]);
        report.checks.extend(calls::fallback(self));
        report
            .checks
            .push(values::unused(self, [&contact, &log], &log_out));
        let requests = self.answered([&contact, &log], log_out);
        let (hostile, encoding) = hostile::checks(self, &requests);
        report.checks.extend([hostile, encoding]);
        report.checks.push(repeats::same_answers(self));
        if !self.subject.is_library() {
            return;
        }
        report.checks.push(repeats::threads(self));
        let (checks, measured) = endurance::checks(self, &requests);
        report.checks.extend(checks);
        report.measured = measured;
        report.checks.push(repeats::output(self));
    }

    /// The calls that can be made with other input, and again and again.
    fn answered(
        &mut self,
        pages: [&Learnt; 2],
        log_out: Request<'static>,
    ) -> Vec<Request<'static>> {
        let mut requests: Vec<_> = pages
            .into_iter()
            .filter_map(|learnt| learnt.request().cloned())
            .collect();
        // A file of templates may have another page for a contact when no call is there.
        if !self.subject.is_library() {
            let first = requests.first();
            let contact = first.filter(|it| it.callback() == Callback::OpenContactPage);
            if let Some(mut request) = contact.cloned() {
                inputs::context_mut(&mut request).extras.remove("trigger");
                requests.push(request);
            }
        }
        if self.failures < MAX_FAILURES
            && let Ok(Answer::Done(_)) = self.subject.call(&log_out)
        {
            requests.push(log_out);
        }
        requests
    }

    fn loading(&mut self) -> Check {
        let mut check = Check::new("loading", "it loads");
        match self.subject.load() {
            Ok(Some(sandbox)) if !sandbox.is_whole() => {
                let found = format!("the sandbox is not whole on this machine: {sandbox}");
                check.find(Code::SandboxNotWhole, found);
            }
            Ok(_) => {}
            Err(NotLoaded::Failed(failure)) => {
                let code = judging::of_worker(&failure);
                check.find(code, format!("when it is loaded, {failure}"));
            }
            Err(NotLoaded::Refused(refusal)) => {
                let (code, found) = judging::of_refusal(&refusal);
                check.find(code, found);
            }
        }
        check
    }

    /// An ordinary call for the account, with what is told of an incoming call.
    fn first_request(&self, callback: Callback) -> Request<'static> {
        let mut context = Context::new(self.account.hostname.to_string());
        for (id, value) in &self.account.settings {
            context = context.with_setting(id, value);
        }
        for (name, value) in &self.account.stored {
            context = context.with_stored(name, value);
        }
        for (name, value) in [
            ("trigger", "call-pop"),
            ("direction", "inbound"),
            ("phone", "+12025550123"),
            ("calledNumber", "+12025550199"),
        ] {
            context.extras.insert(name.into(), value.into());
        }
        learning::ordinary(self.manifest, context, callback)
    }

    /// Makes a call, unless too many were not answered; what is wrong with the answer goes to the
    /// check, and what is not is kept.
    fn said(
        &mut self,
        check: &mut Check,
        request: &Request<'static>,
        input: &str,
        mercy: Mercy,
    ) -> Option<Said> {
        self.made(check, request, input, mercy)
            .map(|(said, _)| said)
    }

    /// The same, for the pages that a host would open.
    fn judged(
        &mut self,
        check: &mut Check,
        request: &Request<'static>,
        input: &str,
        mercy: Mercy,
    ) -> Option<Vec<String>> {
        self.made(check, request, input, mercy)?.1
    }

    fn made(
        &mut self,
        check: &mut Check,
        request: &Request<'static>,
        input: &str,
        mercy: Mercy,
    ) -> Option<(Said, Option<Vec<String>>)> {
        if self.failures >= MAX_FAILURES {
            check.skipped.get_or_insert_with(|| {
                format!("{MAX_FAILURES} calls were not answered, so the rest was not made")
            });
            return None;
        }
        let said = self.subject.call(request);
        let pages = judging::pages(check, self.manifest, request, &said, input, mercy);
        match &said {
            Ok(answer) => {
                let length = serde_json::to_string(request).map_or(usize::MAX, |it| it.len());
                if length <= MAX_KEPT {
                    self.exchanges.push(Exchange {
                        request: request.clone(),
                        answer: answer.clone(),
                        input: input.to_owned(),
                        length,
                    });
                }
            }
            Err(_) => self.failures += 1,
        }
        Some((said, pages))
    }

    /// The pages that a host would open for a call, if it performs the answer; nothing is found.
    fn pages(&mut self, request: &Request<'static>) -> Option<Vec<String>> {
        if self.failures >= MAX_FAILURES {
            return None;
        }
        let Ok(Answer::Done(actions)) = self.subject.call(request) else {
            return None;
        };
        let plan: Result<_, ActionRejection> = judging::planned(self.manifest, request, &actions);
        let pages = plan.ok()?.pages.into_iter();
        Some(pages.map(|page| page.url.as_str().to_owned()).collect())
    }
}
