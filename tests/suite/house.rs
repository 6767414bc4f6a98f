//! The house's own rules, as ARCHITECTURE.md states them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use callpop_tests::workspace;
use cargo_metadata::MetadataCommand;

/// The longest file, in lines; tests and their tables are not counted.
const MAX_LINES: usize = 400;

/// The only files with unsafe code.
const UNSAFE: &[&str] = &[
    "adapter-api/src/abi/v1_0.rs",
    "adapter-api/src/abi/v1_0/from_adapter.rs",
    "adapter-api/src/abi/v1_1.rs",
    "host/capi/src/created.rs",
    "host/capi/src/given.rs",
    "host/src/loading.rs",
    "host/src/win32.rs",
    "host/src/win32/handles.rs",
    "host/src/win32/job.rs",
    "host/src/win32/security.rs",
];

/// Whether a folder of this name holds what was built or laid out, the SDK's sources among it, or
/// what is hidden: none of it is the house's own.
pub(super) fn is_made(name: &str) -> bool {
    ["target", "dist", "dist-windows"].contains(&name) || name.starts_with('.')
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !is_made(&name) {
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
            "callpop-capi" => &["callpop-host"],
            "callpop-benches" => &["callpop-adapter", "callpop-host", "callpop-tests"],
            "callpop-compat" => &["callpop-adapter", "callpop-host"],
            "callpop-tests" => &["callpop-adapter", "callpop-compat", "callpop-host"],
            "callpop-desktop-dialer" => &["callpop-host", "callpop-tests"],
            // The host and every adapter.
            _ => &["callpop-adapter"],
        };
        let extra: Vec<_> = ours.iter().filter(|name| !allowed.contains(name)).collect();
        assert!(extra.is_empty(), "{} depends on {extra:?}", package.name);
    }
}

/// A feature that one package turns on is on for all that are built with it.
#[test]
fn the_abi_that_is_rehearsed_is_in_no_ordinary_build() {
    const REHEARSED: &str = "abi-1-1-preview";
    assert_eq!(callpop_adapter::abi::NAME, "abi_stable/1.0");
    let metadata = MetadataCommand::new()
        .no_deps()
        .current_dir(workspace())
        .exec()
        .unwrap();
    for package in &metadata.packages {
        let by_default = package.features.get("default").into_iter().flatten();
        let of_others = package.dependencies.iter().flat_map(|it| &it.features);
        let turned_on = by_default.chain(of_others).any(|it| it.contains(REHEARSED));
        assert!(!turned_on, "{}", package.name);
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
    assert_eq!(count, 15);
}

#[test]
fn a_foreign_crate_is_named_in_one_room() {
    let one = |file: &str| BTreeSet::from([file.to_owned()]);
    assert_eq!(files_with("libloading::"), one("host/src/loading.rs"));
    // The dialer's measurement calls it for the floor.
    let browsers = [
        "host/examples/desktop-dialer/benches/invite_to_page.rs",
        "host/src/browser.rs",
    ];
    assert!(files_with("webbrowser::").iter().eq(&browsers));
    let library = ["library_file.rs", "library_file/linking.rs"].map(|it| format!("host/src/{it}"));
    assert!(files_with("object::").iter().eq(&library));
    assert_eq!(
        files_with("quick_junit::"),
        one("host/src/bin/callpop/commands/validate/junit.rs")
    );
    assert_eq!(files_with("same_file::"), one("host/src/audit/reader.rs"));
    assert_eq!(
        files_with("tracing_subscriber::"),
        one("host/src/bin/callpop/logging.rs")
    );
    let toml = [
        "host/src/admin_policy/form.rs",
        "host/src/bin/callpop/commands/new/place.rs",
    ];
    assert!(files_with("toml::").iter().eq(&toml));
    assert_eq!(
        files_with("known_folders::"),
        one("host/src/admin_policy/place.rs")
    );
    assert_eq!(
        files_with("minisign_verify::"),
        one("host/src/signature.rs")
    );
    let signing = "host/src/bin/callpop/signing_key.rs";
    assert_eq!(files_with("minisign::"), one(signing));
    assert!(
        files_with("ct_codecs::")
            .iter()
            .eq([signing, "host/src/signature.rs"])
    );
    assert_eq!(
        files_with("rpassword::"),
        one("host/src/bin/callpop/commands/key_text.rs")
    );
    let book = |file: &str| one(&format!("host/src/contact_book/{file}"));
    let file = BTreeSet::from(["database.rs", "database/schema.rs"].map(|name| {
        let folder = "host/src/contact_book";
        format!("{folder}/{name}")
    }));
    assert_eq!(files_with("rusqlite::"), file);
    assert_eq!(files_with("calcard::"), book("vcard.rs"));
    assert_eq!(files_with("csv::"), book("csv_rows.rs"));
    assert_eq!(files_with("encoding_rs::"), book("text.rs"));
    assert_eq!(files_with("phonenumber::"), book("phone_number.rs"));
    let watch = BTreeSet::from([
        "host/src/folder_watch.rs".to_owned(),
        "host/src/folder_watch/tests.rs".to_owned(),
    ]);
    assert_eq!(files_with("notify::"), watch);
    let of_the_abi = [UNSAFE[0], UNSAFE[2], "host/src/loading.rs"];
    assert!(files_with("abi_stable::").iter().eq(of_the_abi));
    assert!(files_with("windows_sys::").iter().eq(&UNSAFE[6..]));
    let waits = [
        "host/src/contact_book/database/schema.rs",
        "host/src/owner_only/windows.rs",
    ];
    assert!(files_with("backon::").iter().eq(&waits));
    for word in ["ureq::", "rustls::", "rustls_native_certs::"] {
        assert_eq!(files_with(word), one("host/src/bin/callpop/fetching.rs"));
    }
    assert_eq!(
        files_with("indicatif::"),
        one("host/src/bin/callpop/progress.rs")
    );
    assert_eq!(files_with("zip::"), one("host/src/package/archive.rs"));
    assert_eq!(
        files_with("httparse::"),
        one("host/src/json_rpc/frame_reader.rs")
    );
    // Elsewhere it is derived, as serde is.
    let schemas: Vec<_> = files_with("use schemars::").into_iter().collect();
    let in_json = |name: &String| name.starts_with("host/src/json_");
    assert!(schemas.iter().all(in_json), "{schemas:?}");
    assert_eq!(files_with("wildmatch::"), one("host/src/pop_settings.rs"));
    assert_eq!(
        files_with("inquire::"),
        one("host/src/bin/callpop/asking.rs")
    );
    let templates = [
        "host/src/bin/callpop/commands/new/crate_files.rs",
        "host/src/bin/callpop/demo/test_crm/pages.rs",
    ];
    assert!(files_with("minijinja::").iter().eq(&templates));
    for word in ["clap::", "comfy_table::", "anstream::"] {
        let outside: Vec<_> = files_with(word)
            .into_iter()
            .filter(|name| !name.starts_with("host/src/bin/") && !name.starts_with("xtask/"))
            .filter(|name| name != "host/examples/desktop-dialer/src/main.rs")
            .collect();
        assert!(outside.is_empty(), "{word} in {outside:?}");
    }
}

/// The dialer is what a dialer's maker reads: what is SIP, what is a window.
#[test]
fn the_dialer_keeps_sip_and_its_window_in_a_room_each() {
    let dialer = "host/examples/desktop-dialer/src";
    for (word, rooms) in [
        ("rsipstack::", &["sip"][..]),
        ("egui::", &["app", "main"]),
        ("eframe::", &["main"]),
    ] {
        let in_room = |name: &String| {
            let mut rooms = rooms.iter();
            rooms.any(|room| name.starts_with(&format!("{dialer}/{room}")))
        };
        let files = files_with(word).into_iter();
        let own = files.filter(|name| name.starts_with(dialer));
        let outside: Vec<_> = own.filter(|name| !in_room(name)).collect();
        assert!(outside.is_empty(), "{word} in {outside:?}");
    }
}

#[test]
fn unsafe_code_is_in_few_files_and_each_block_says_why() {
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
