//! When a file is judged, moment by moment, with a clock of the test's own.

use std::fs;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind};

use super::{Rules, Settling, WatchOptions, concerns};
use crate::admission::Admission;
use crate::discovery::AdapterFile;

fn settling() -> Settling {
    Settling::new(&WatchOptions {
        settle: Duration::from_millis(200),
        patience: Duration::from_millis(1000),
        ..WatchOptions::default()
    })
}

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

/// Those that there are without a host.
fn rules(admission: &Admission) -> Rules<'_> {
    Rules {
        admission,
        are_new: false,
    }
}

#[test]
fn a_file_that_grows_is_not_read_and_one_that_is_refused_gets_more_time() {
    let folder = tempfile::tempdir().unwrap();
    let admission = Admission::default();
    let path = folder.path().join("a.so");
    let (mut settling, start) = (settling(), Instant::now());
    let mut is_judged = |at: u64| {
        let read = settling.read(path.clone(), None, rules(&admission), after(start, at));
        (read.is_some(), settling.take_due())
    };
    fs::write(&path, "half").unwrap();
    assert_eq!(is_judged(0), (false, Some(after(start, 200))));
    fs::write(&path, "half and").unwrap();
    assert_eq!(is_judged(300), (false, Some(after(start, 500))));
    // It has stayed, and is no library: that may change.
    assert_eq!(is_judged(500), (false, Some(after(start, 1300))));
    assert_eq!(is_judged(1299), (false, Some(after(start, 1300))));
    assert_eq!(is_judged(1300), (true, None));
}

#[test]
fn a_file_that_stays_is_not_read_again_and_a_touched_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let admission = Admission::default();
    let path = folder.path().join("a.so");
    fs::write(&path, "no library").unwrap();
    let before = AdapterFile::read(path.clone(), &admission);
    let (mut settling, start) = (settling(), Instant::now());
    assert!(
        settling
            .read(path.clone(), Some(&before), rules(&admission), start)
            .is_some()
    );
    assert_eq!(settling.take_due(), None);
    let touched = fs::File::options().append(true).open(&path).unwrap();
    touched
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    assert!(
        settling
            .read(path, Some(&before), rules(&admission), start)
            .is_some()
    );
    assert_eq!(settling.take_due(), Some(after(start, 200)));
}

#[test]
fn a_file_that_is_away_for_a_moment_is_not_gone() {
    let folder = tempfile::tempdir().unwrap();
    let admission = Admission::default();
    let path = folder.path().join("a.so");
    let (mut settling, start) = (settling(), Instant::now());
    assert!(!settling.is_gone(&path, start));
    assert!(!settling.is_gone(&path, after(start, 999)));
    fs::write(&path, "back").unwrap();
    settling.read(path.clone(), None, rules(&admission), after(start, 1000));
    assert!(!settling.is_gone(&path, after(start, 1001)));
    assert!(settling.is_gone(&path, after(start, 2001)));
}

#[test]
fn reading_a_folder_is_no_reason_to_read_it_again() {
    let folders = ["/plugins".into()];
    let event = |kind, path: &str| Event::new(kind).add_path(path.into());
    let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
    let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
    let created = EventKind::Create(CreateKind::Any);
    assert!(!concerns(&event(opened, "/plugins/a.so"), &folders));
    assert!(concerns(&event(written, "/plugins/a.so"), &folders));
    assert!(concerns(&event(created, "/plugins"), &folders));
    assert!(!concerns(&event(created, "/other"), &folders));
}
