//! `callpop validate`: everything that a host will do to an adapter, and what comes of it.

mod junit;

use std::fs;
use std::path::Path;

use callpop_host::validation::{Check, Finding, Level, Measured, Options, Report, ValidationError};
use callpop_host::{Limits, Permission, with_causes};
use serde_json::json;

use crate::args::{Everywhere, Validate};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARNING, styled};

pub(crate) fn run(
    validate: &Validate,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let options = Options {
        calls: validate.calls,
        hostname: validate.hostname.clone(),
        values: validate.set.clone(),
        limits: Limits {
            require_sandbox: everywhere.require_sandbox,
            network: validate.grant.contains(&Permission::Network),
            ..Limits::default()
        },
        worker_program: None,
    };
    let mut reports = Vec::new();
    for file in &validate.files {
        let report = callpop_host::validation::validate(file, &options)?;
        print_report(&report, output);
        reports.push(report);
    }
    if let Some(file) = &validate.junit {
        write_junit(file, &reports, validate.strict)?;
    }
    conclude(&reports, validate.strict, output)
}

/// The line that counts, and the exit code.
fn conclude(reports: &[Report], strict: bool, output: &Output) -> Result<(), Failure> {
    let count = |level| {
        reports
            .iter()
            .map(|report| report.count(level))
            .sum::<usize>()
    };
    let (fail, warn, info) = (count(Level::Fail), count(Level::Warn), count(Level::Info));
    let object = json!({
        "files": reports,
        "counts": { "fail": fail, "warn": warn, "info": info },
    });
    let line = format!(
        "{} in {}; {}, {}",
        counted(fail, "failure"),
        counted(reports.len(), "file"),
        counted(warn, "warning"),
        counted(info, "note")
    );
    let is_failed = fail > 0 || (strict && warn > 0);
    if !is_failed {
        output.line(styled(GOOD, line));
        if output.is_json() {
            output.json(&object);
        }
        return Ok(());
    }
    let (exit, code) = if reports.iter().any(Report::is_refused) {
        (Exit::NoAdapter, "adapter-refused")
    } else {
        (Exit::AdapterFailed, "validation-failed")
    };
    let failure = Failure::new(exit, code, line);
    let failure = match fail {
        0 => failure.advice("Warnings are failures with --strict."),
        _ => failure,
    };
    Err(failure.beside(object))
}

fn write_junit(file: &Path, reports: &[Report], strict: bool) -> Result<(), Failure> {
    let written = junit::text(reports, strict)
        .map_err(|error| with_causes(&error))
        .and_then(|text| fs::write(file, text).map_err(|error| error.to_string()));
    written.map_err(|error| {
        let message = format!("{} cannot be written: {error}", file.display());
        Failure::new(Exit::State, "cannot-write", message)
    })
}

fn print_report(report: &Report, output: &Output) {
    let name = match &report.adapter {
        Some(adapter) => format!("{} {}", adapter.name, adapter.version),
        None => "No adapter".to_owned(),
    };
    output.line(format!(
        "{} {}",
        styled(BOLD, name),
        styled(DIM, report.file.display())
    ));
    for check in &report.checks {
        print_check(check, output);
    }
    if let Some(measured) = &report.measured {
        output.line(styled(DIM, format!("  {}", measured_line(measured))));
    }
    output.line("");
}

fn print_check(check: &Check, output: &Output) {
    let sign = match check.state() {
        "failed" => styled(BAD, "fail"),
        "warned" => styled(WARNING, "warn"),
        "skipped" => styled(DIM, "skip"),
        _ => styled(GOOD, "pass"),
    };
    let why = check.skipped.iter();
    let why: String = why.map(|why| styled(DIM, format!(" ({why})"))).collect();
    output.line(format!("  {sign}  {}{why}", check.title));
    for finding in &check.findings {
        print_finding(finding, output);
    }
}

fn print_finding(finding: &Finding, output: &Output) {
    let level = finding.code.level();
    let sign = match level {
        Level::Fail => styled(BAD, level),
        Level::Warn => styled(WARNING, level),
        Level::Info => styled(DIM, level),
    };
    output.line(format!(
        "        {sign}  {}: {}",
        finding.code, finding.found
    ));
    if let Some(inputs) = inputs_line(finding) {
        output.line(format!("              with {inputs}"));
    }
    let advice = finding.code.advice();
    output.line(format!("              {}", styled(DIM, advice)));
}

/// The inputs that brought it about, the first of them in full.
fn inputs_line(finding: &Finding) -> Option<String> {
    if finding.inputs.is_empty() {
        return None;
    }
    let shown = finding.inputs.join("; ");
    let left = usize::try_from(finding.times).unwrap_or(usize::MAX) - finding.inputs.len();
    Some(match left {
        0 => shown,
        left => format!("{shown}; and {left} more"),
    })
}

fn measured_line(measured: &Measured) -> String {
    let growth = match measured.memory_growth {
        Some(bytes) => format!("; {} KiB more memory", bytes.div_ceil(1024)),
        None => String::new(),
    };
    format!(
        "{}: half within {} µs, the slowest {} µs{growth}",
        counted(
            usize::try_from(measured.calls).unwrap_or(usize::MAX),
            "call"
        ),
        measured.median_microseconds,
        measured.max_microseconds
    )
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

impl From<ValidationError> for Failure {
    fn from(error: ValidationError) -> Self {
        let message = with_causes(&error);
        match error {
            ValidationError::Hostname(_) => Self::new(Exit::Usage, "invalid-hostname", message),
            ValidationError::Value(error) => Self::from(*error),
            _ => Self::new(Exit::State, "state", message),
        }
    }
}
