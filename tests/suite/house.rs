//! The house's own rules, as ARCHITECTURE.md states them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use callpop_tests::workspace;
use cargo_metadata::MetadataCommand;

/// The longest file, in lines; tests and their tables are not counted.
const MAX_LINES: usize = 400;

/// The only files with unsafe code.
const UNSAFE: &[&str] = &["adapter-api/src/abi/v1_0.rs", "host/src/loading.rs"];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files.extend(rust_files(&path));
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}

/// Every Rust file: its path from the root, and its text.
fn sources() -> Vec<(String, String)> {
    rust_files(workspace())
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(workspace())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The files, but for tests and fixtures, whose code (comments left out) has this word.
fn files_with(word: &str) -> BTreeSet<String> {
    sources()
        .into_iter()
        .filter(|(name, _)| !name.starts_with("tests/") && !name.contains("/tests/"))
        .filter(|(_, text)| {
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            code.into_iter().any(|line| line.contains(word))
        })
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_file_says_first_what_it_is_for() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name}");
    }
}

#[test]
fn files_stay_short() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        let is_test = name.starts_with("tests/suite") || name.ends_with("tests.rs");
        assert!(is_test || lines <= MAX_LINES, "{name} has {lines} lines");
    }
}

#[test]
fn dependencies_point_one_way() {
    let metadata = MetadataCommand::new()
        .no_deps()
        .current_dir(workspace())
        .exec()
        .unwrap();
    for package in &metadata.packages {
        let ours: BTreeSet<&str> = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .filter(|name| name.starts_with("callpop"))
            .collect();
        let allowed: &[&str] = match package.name.as_str() {
            "callpop-adapter" | "xtask" => &[],
            "callpop-tests" => &["callpop-adapter", "callpop-host"],
            // The host and every adapter.
            _ => &["callpop-adapter"],
        };
        let extra: Vec<_> = ours.iter().filter(|name| !allowed.contains(name)).collect();
        assert!(extra.is_empty(), "{} depends on {extra:?}", package.name);
    }
}

#[test]
fn an_adapter_depends_on_the_sdk_alone() {
    let metadata = MetadataCommand::new()
        .no_deps()
        .current_dir(workspace())
        .exec()
        .unwrap();
    let mut count = 0;
    for package in metadata
        .packages
        .iter()
        .filter(|it| it.name.starts_with("callpop-adapter-"))
    {
        let names: Vec<_> = package
            .dependencies
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, ["callpop-adapter"], "{}", package.name);
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn a_foreign_crate_is_named_in_one_room() {
    let one = |file: &str| BTreeSet::from([file.to_owned()]);
    assert_eq!(files_with("libloading::"), one("host/src/loading.rs"));
    assert_eq!(files_with("webbrowser::"), one("host/src/browser.rs"));
    assert_eq!(files_with("object::"), one("host/src/library_file.rs"));
    assert_eq!(files_with("same_file::"), one("host/src/audit/reader.rs"));
    assert_eq!(
        files_with("tracing_subscriber::"),
        one("host/src/bin/callpop/logging.rs")
    );
    assert_eq!(files_with("toml::"), one("host/src/admin_policy/form.rs"));
    assert_eq!(
        files_with("known_folders::"),
        one("host/src/admin_policy/place.rs")
    );
    let book = |file: &str| one(&format!("host/src/contact_book/{file}"));
    assert_eq!(files_with("rusqlite::"), book("database.rs"));
    assert_eq!(files_with("calcard::"), book("vcard.rs"));
    assert_eq!(files_with("csv::"), book("csv_rows.rs"));
    assert_eq!(files_with("encoding_rs::"), book("text.rs"));
    assert_eq!(files_with("phonenumber::"), book("phone_number.rs"));
    let watch = BTreeSet::from([
        "host/src/folder_watch.rs".to_owned(),
        "host/src/folder_watch/tests.rs".to_owned(),
    ]);
    assert_eq!(files_with("notify::"), watch);
    assert!(files_with("abi_stable::").iter().eq(UNSAFE));
    assert_eq!(files_with("wildmatch::"), one("host/src/pop_settings.rs"));
    assert_eq!(
        files_with("inquire::"),
        one("host/src/bin/callpop/commands/ring/picker.rs")
    );
    for word in ["clap::", "comfy_table::", "anstream::"] {
        let outside: Vec<_> = files_with(word)
            .into_iter()
            .filter(|name| !name.starts_with("host/src/bin/") && !name.starts_with("xtask/"))
            .collect();
        assert!(outside.is_empty(), "{word} in {outside:?}");
    }
}

#[test]
fn unsafe_code_is_in_two_files_and_each_block_says_why() {
    // The word in the macro is an attribute of the exported names.
    let files: Vec<_> = files_with("unsafe ").into_iter().collect();
    assert_eq!(files, UNSAFE);
    for (name, text) in sources()
        .into_iter()
        .filter(|(name, _)| UNSAFE.contains(&name.as_str()))
    {
        let blocks = text.matches("unsafe {").count();
        let reasons = text.matches("// SAFETY:").count();
        assert_eq!(blocks, reasons, "{name}");
    }
}

#[test]
fn the_host_names_no_adapter() {
    let adapters: Vec<_> = fs::read_dir(workspace().join("adapters"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for (name, text) in sources() {
        // The program's help and demo may.
        if !name.starts_with("host/src/") || name.starts_with("host/src/bin/") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let named: Vec<_> = adapters
                .iter()
                .filter(|adapter| line.contains(*adapter))
                .collect();
            assert!(named.is_empty(), "{name}: {line}");
        }
    }
}

#[test]
fn every_fixture_is_used() {
    let suite: String = sources()
        .into_iter()
        .filter(|(name, _)| name.starts_with("tests/suite") || name.starts_with("tests/benches"))
        .map(|(_, text)| text)
        .collect();
    let metadata = MetadataCommand::new()
        .no_deps()
        .current_dir(workspace())
        .exec()
        .unwrap();
    let tests = metadata
        .packages
        .iter()
        .find(|it| it.name == "callpop-tests")
        .unwrap();
    let fixtures: Vec<_> = tests.targets.iter().filter(|it| it.is_example()).collect();
    assert!(!fixtures.is_empty());
    for fixture in fixtures {
        assert!(
            suite.contains(&format!("\"{}\"", fixture.name)),
            "{}",
            fixture.name
        );
    }
}
