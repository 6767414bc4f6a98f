//! A validation in the form of JUnit, which CI systems show: a suite for each file, a case for each
//! check.

use callpop_host::validation::{Check, Finding, Level, Report};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

/// The text of the report.
pub(super) fn text(reports: &[Report], strict: bool) -> Result<String, SerializeError> {
    let mut whole = quick_junit::Report::new("callpop validate");
    for report in reports {
        let mut suite = TestSuite::new(report.file.to_string_lossy());
        for check in &report.checks {
            suite.add_test_case(case(report, check, strict));
        }
        whole.add_test_suite(suite);
    }
    whole.to_string()
}

fn case(report: &Report, check: &Check, strict: bool) -> TestCase {
    let failing = if strict { Level::Warn } else { Level::Fail };
    let (failed, other): (Vec<_>, Vec<_>) = check
        .findings
        .iter()
        .partition(|finding| finding.code.level() >= failing);
    let mut case = TestCase::new(check.title, status(&failed, check));
    let adapter = report.adapter.as_ref();
    case.set_classname(adapter.map_or("no adapter", |adapter| adapter.id.as_str()));
    if !other.is_empty() {
        case.set_system_out(lines(&other));
    }
    case
}

fn status(failed: &[&Finding], check: &Check) -> TestCaseStatus {
    let Some(first) = failed.first() else {
        let Some(why) = &check.skipped else {
            return TestCaseStatus::success();
        };
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_message(why.as_str());
        return skipped;
    };
    let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failure
        .set_type(first.code.name())
        .set_message(first.found.as_str())
        .set_description(lines(failed));
    failure
}

fn lines(findings: &[&Finding]) -> String {
    let line = |finding: &&Finding| {
        let inputs: String = finding
            .inputs
            .iter()
            .map(|it| format!("\n  with {it}"))
            .collect();
        let code = finding.code;
        format!(
            "{} {code}: {}{inputs}\n  {} See {}\n",
            code.level(),
            finding.found,
            code.advice(),
            code.page()
        )
    };
    findings.iter().map(line).collect()
}
