//! What the fuzz targets once found stays found: every file in `fuzz/regressions` is read again.

use std::fs;

use callpop_host::internals::read;
use callpop_tests::workspace;

/// A fuzz target's name, and what it feeds.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 5] = [
    ("frames", read::frames),
    ("library", read::library),
    ("manifest", read::manifest),
    ("package", read::package),
    ("url_policy", read::url_policy),
];

#[test]
fn what_was_found_once_is_taken() {
    let folder = workspace().join("fuzz/regressions");
    let mut folders: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, TARGETS.map(|(name, _)| name));
    for (name, read) in TARGETS {
        let files: Vec<_> = fs::read_dir(folder.join(name)).unwrap().collect();
        assert!(!files.is_empty(), "{name}");
        for file in files {
            read(&fs::read(file.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn each_target_has_its_file() {
    for (name, _) in TARGETS {
        let file = workspace().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("read::{name}(bytes)")), "{name}");
    }
}
