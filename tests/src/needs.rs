//! Programs that a test needs and a machine may lack.

use std::io::Write;
use std::path::PathBuf;

/// Where the first of these programs is.
///
/// If none is there, says so and gives `None`, and the test ends there: skipped in words. With
/// `CALLPOP_TEST_REQUIRE=all`, as CI sets it, that is a failure instead.
///
/// # Panics
/// If none is there and `CALLPOP_TEST_REQUIRE` is `all`.
#[must_use]
pub fn needed_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|candidate| candidate.is_file());
    if found.is_none() {
        let names = names.join(" or ");
        let required = std::env::var("CALLPOP_TEST_REQUIRE").is_ok_and(|value| value == "all");
        assert!(!required, "this test needs {names}, which is not installed");
        // Past the capture of the tests' output, so that it is seen.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: this test needs {names}, which is not installed"
        );
    }
    found
}
