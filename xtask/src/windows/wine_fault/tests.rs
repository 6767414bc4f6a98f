//! Which outputs of a test program have its failed tests run again.

use super::{all_failed_for, have_passed};

/// As it was seen.
const BY_FIELDS: &str =
    "the program starts: Os { code: 1359, kind: Uncategorized, message: \"Internal error.\" }";
const BY_WORDS: &str = "cannot start the worker: Internal error. (os error 1359)";
const OTHER: &str = "assertion `left == right` failed";

/// The output of a run in which these tests have failed, each with what it printed.
fn output(failed: &[(&str, &str)]) -> String {
    let mut text = "\nrunning 247 tests\ntest accounts::are_kept ... ok\n".to_owned();
    for (name, _) in failed {
        text += &format!("test {name} ... FAILED\n");
    }
    text += "\nfailures:\n\n";
    for (name, printed) in failed {
        text += &format!("---- {name} stdout ----\n\nthread '{name}' (44) panicked at a.rs:1:2:\n");
        text += &format!("{printed}\nnote: run with `RUST_BACKTRACE=1`\n\n");
    }
    text + "\nfailures:\n" + &end(failed)
}

fn end(failed: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, _) in failed {
        text += &format!("    {name}\n");
    }
    let (passed, failed) = (247 - failed.len(), failed.len());
    text + &format!(
        "\ntest result: FAILED. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered \
         out; finished in 61.20s\n\n"
    )
}

#[test]
fn tests_that_all_tell_of_the_fault_run_again() {
    let one = output(&[("ring::rings", BY_FIELDS)]);
    assert_eq!(all_failed_for(&one), Some(vec!["ring::rings"]));
    let both = output(&[("ring::rings", BY_FIELDS), ("serve::says", BY_WORDS)]);
    let names = vec!["ring::rings", "serve::says"];
    assert_eq!(all_failed_for(&both), Some(names.clone()));
    assert_eq!(all_failed_for(&both.replace('\n', "\r\n")), Some(names));
}

#[test]
fn a_failure_of_another_kind_is_not_run_again_nor_what_failed_beside_it() {
    assert_eq!(all_failed_for(&output(&[("ring::rings", OTHER)])), None);
    for mixed in [
        [("ring::rings", BY_FIELDS), ("serve::says", OTHER)],
        [("ring::rings", OTHER), ("serve::says", BY_FIELDS)],
    ] {
        assert_eq!(all_failed_for(&output(&mixed)), None, "{mixed:?}");
    }
}

#[test]
fn another_error_with_such_a_number_is_no_fault_of_wine() {
    for printed in [
        "Os { code: 13590, kind: Uncategorized, message: \"?\" }",
        "it broke. (os error 13)",
        "1359",
    ] {
        let output = output(&[("ring::rings", printed)]);
        assert_eq!(all_failed_for(&output), None, "{printed}");
    }
}

#[test]
fn a_program_that_lists_no_failure_has_crashed_and_is_not_run_again() {
    for output in [
        String::new(),
        "\nrunning 247 tests\ntest ring::rings ... ok\n".to_owned(),
        format!("running 247 tests\ntest ring::rings ... {BY_FIELDS}\n"),
        // It has begun to tell, and ended.
        output(&[("ring::rings", BY_FIELDS)])
            .split("\ntest result")
            .next()
            .unwrap_or_default()
            .to_owned(),
        format!("failures:\n{}", end(&[])),
    ] {
        assert_eq!(all_failed_for(&output), None, "{output}");
    }
}

#[test]
fn a_failing_test_without_a_block_is_not_run_again() {
    // With `--nocapture` none has one.
    let bare = format!(
        "thread 'ring::rings' panicked at a.rs:1:2:\n{BY_FIELDS}\n\nfailures:\n\nfailures:\n{}",
        end(&[("ring::rings", BY_FIELDS)])
    );
    assert_eq!(all_failed_for(&bare), None);
    let block_of_one = output(&[("ring::rings", BY_FIELDS), ("serve::says", BY_FIELDS)])
        .replace("---- serve::says stdout ----\n", "");
    assert_eq!(all_failed_for(&block_of_one), None);
}

#[test]
fn a_list_that_is_not_of_all_failures_has_nothing_run_again() {
    let output = output(&[("ring::rings", BY_FIELDS)]);
    let more = output.replace("; 1 failed;", "; 2 failed;");
    assert_ne!(more, output);
    assert_eq!(all_failed_for(&more), None);
}

#[test]
fn what_a_test_prints_like_a_report_stays_its_own() {
    let inner = output(&[("inner::fails", OTHER)]);
    let printed = format!("{inner}{BY_FIELDS}");
    let outer = output(&[("ring::rings", &printed)]);
    assert_eq!(all_failed_for(&outer), Some(vec!["ring::rings"]));
    // The name of another failed test: whose the words below are cannot be known.
    let copied = format!("---- serve::says stdout ----\n{BY_FIELDS}");
    let outer = output(&[("ring::rings", &copied), ("serve::says", OTHER)]);
    assert_eq!(all_failed_for(&outer), None);
}

#[test]
fn the_second_run_counts_only_with_every_test_in_it() {
    let passed = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 245 filtered out\n";
    assert!(have_passed(passed, 2));
    assert!(!have_passed(passed, 3));
    assert!(!have_passed(passed, 1));
    assert!(!have_passed(&end(&[("ring::rings", OTHER)]), 246));
}
