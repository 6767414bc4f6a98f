//! Adapters that were frozen with a release of the SDK work in this host as they did then. The table
//! of compilers is `cargo xtask compat`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use callpop_compat::{EXPECTED, answers};
use callpop_host::{Isolation, Manifest, inspect};
use callpop_tests::{Sandbox, library_name, workspace};
use serde_json::Value;

fn folder() -> PathBuf {
    workspace().join("tests/compat")
}

/// What `frozen.json` says of each.
fn frozen() -> Vec<Value> {
    let text = fs::read_to_string(folder().join("frozen.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Those that are for this system.
fn frozen_for_here() -> Vec<PathBuf> {
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let all = frozen().into_iter();
    let here = all.filter(|it| it["system"] == system && it["machine"] == machine);
    here.map(|it| folder().join(it["file"].as_str().unwrap()))
        .collect()
}

#[test]
fn every_frozen_adapter_answers_as_it_did_when_it_was_frozen() {
    let libraries = frozen_for_here();
    let has_some =
        ["linux", "windows"].contains(&std::env::consts::OS) && std::env::consts::ARCH == "x86_64";
    assert_eq!(libraries.is_empty(), !has_some, "{libraries:?}");
    // All stay loaded in this one process.
    let mut hosts = Vec::new();
    for library in &libraries {
        for isolation in [Isolation::InProcess, Isolation::Isolated] {
            let sandbox = Sandbox::new();
            sandbox.add(library, &library_name("frozen"));
            let host = sandbox.builder().isolation(isolation).build().unwrap();
            let catalog = host.catalog();
            let (_, description) = catalog.all_ready().next().unwrap();
            let adapter = &description.manifest.id;
            let place = format!("{}, {isolation:?}", library.display());
            assert_eq!(answers(&host, adapter), EXPECTED, "{place}");
            hosts.push((sandbox, host));
        }
    }
}

#[test]
fn every_frozen_file_is_the_one_that_was_frozen() {
    let mut listed = BTreeSet::new();
    for frozen in frozen() {
        let file = folder().join(frozen["file"].as_str().unwrap());
        let inspection = inspect(&file);
        assert_eq!(
            inspection.sha256,
            frozen["sha256"].as_str().map(str::to_owned)
        );
        // `cargo xtask compat` compares the items with those of this version.
        listed.insert(file.with_file_name("public-items.txt"));
        listed.insert(file);
    }
    let folders = fs::read_dir(folder()).unwrap().map(|it| it.unwrap());
    let releases = folders.filter(|it| {
        let name = it.file_name();
        name.to_string_lossy()
            .starts_with(|first: char| first.is_ascii_digit())
    });
    let there: BTreeSet<PathBuf> = releases
        .flat_map(|release| fs::read_dir(release.path()).unwrap())
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(there, listed);
}

/// So can the manifest grow.
#[test]
fn a_manifest_may_have_members_that_are_not_known_but_no_such_values() {
    let manifest = r#"{
  "id": "later", "name": "Later", "version": "1.0.0", "vendor": "Callpop",
  "settings": [{ "id": "colour", "name": "Colour", "tooltip": "New" }],
  "somethingNew": { "a": [1] }
}"#;
    assert!(Manifest::parse(manifest).is_ok());
    for value in [r#""permissions": ["clipboard"]"#, r#""openAs": "sidebar""#] {
        let text = manifest.replace(r#""somethingNew""#, &format!("{value}, \"new\""));
        assert_eq!(Manifest::parse(&text).unwrap_err().line, 4, "{value}");
    }
    let text = manifest.replace(r#""tooltip": "New""#, r#""type": "date""#);
    assert_eq!(Manifest::parse(&text).unwrap_err().line, 3);
}
