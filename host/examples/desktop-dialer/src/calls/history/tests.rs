//! What is kept of calls, and what becomes of a damaged file.

#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use super::*;

fn ended(id: &str) -> Entry {
    let mut call = Call::new(CallId(id.to_owned()), Direction::Inbound);
    call.number = Some("+12025550123".to_owned());
    call.began = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    call.answered = Some(call.began);
    call.phase = Phase::Ended(call.began + Duration::from_secs(75), Ending::HungUp);
    Entry::of(&call).unwrap()
}

#[test]
fn calls_are_kept_the_newest_first_and_so_many() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::read(folder.path()).unwrap();
    for number in 0..=MAX_ENTRIES {
        history.add(ended(&number.to_string())).unwrap();
    }
    let again = History::read(folder.path()).unwrap();
    assert_eq!(again.entries().len(), MAX_ENTRIES);
    assert_eq!(again.entries()[0], ended("200"));
    assert_eq!(again.entries()[0].spoke, 75);
    assert_eq!(again.entries().last().unwrap().id.0, "1");
}

#[test]
fn a_call_that_goes_on_is_no_history() {
    let call = Call::new(CallId("1".to_owned()), Direction::Outbound);
    assert_eq!(Entry::of(&call), None);
}

#[test]
fn a_damaged_file_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.json");
    fs::write(&file, "{\"calls\": [").unwrap();
    let mut history = History::read(folder.path()).unwrap();
    assert!(history.entries().is_empty());
    history.add(ended("1")).unwrap();
    let aside = fs::read_to_string(folder.path().join("history.damaged.json")).unwrap();
    assert_eq!(aside, "{\"calls\": [");
    assert_eq!(History::read(folder.path()).unwrap().entries().len(), 1);
}
