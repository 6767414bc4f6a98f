//! Whether tests have failed for one fault of Wine's alone, as the output of their program tells.
//!
//! Wine 8 gives error 1359, `ERROR_INTERNAL_ERROR`, for a new process that has ended before its start
//! was complete. That is rare, and says nothing of what was to be started.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

/// How Rust shows the error: an `io::Error` by its fields, and by its words.
const FAULT: [&str; 2] = ["code: 1359,", "(os error 1359)"];

/// The names of the failed tests, if each of them tells of the fault in what it has printed.
///
/// None if nothing is said of which tests failed, as when their program crashed.
pub(super) fn all_failed_for(output: &str) -> Option<Vec<&str>> {
    let lines: Vec<&str> = output.lines().collect();
    let (list, failed) = failed_tests(&lines)?;
    let mut blocks: HashMap<&str, bool> = HashMap::new();
    let mut of = None;
    for line in &lines[..list] {
        if let Some(name) = begins_block(line).filter(|name| failed.contains(name)) {
            if blocks.insert(name, false).is_some() {
                // A test has printed what looks like a block's beginning: whose is what?
                return None;
            }
            of = Some(name);
        }
        if FAULT.iter().any(|fault| line.contains(fault))
            && let Some(tells) = of.and_then(|name| blocks.get_mut(name))
        {
            *tells = true;
        }
    }
    let all = failed.iter().all(|name| blocks.get(name) == Some(&true));
    all.then_some(failed)
}

/// Whether this many tests have run and passed, and none failed.
pub(super) fn have_passed(output: &str, count: usize) -> bool {
    let result = format!("test result: ok. {count} passed; 0 failed;");
    output.lines().any(|line| line.starts_with(&result))
}

/// The list of failed tests with which a run ends, and the line where it begins.
fn failed_tests<'a>(lines: &[&'a str]) -> Option<(usize, Vec<&'a str>)> {
    let list = lines.iter().rposition(|line| *line == "failures:")?;
    let names: Vec<&str> = lines[list + 1..]
        .iter()
        .map_while(|line| line.strip_prefix("    "))
        .collect();
    let mut rest = lines[list + 1 + names.len()..].iter();
    let result = rest.find(|line| !line.is_empty())?;
    let counts = result.strip_prefix("test result: FAILED. ")?;
    let all_are_listed = counts.contains(&format!("; {} failed;", names.len()));
    (all_are_listed && !names.is_empty()).then_some((list, names))
}

fn begins_block(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}
