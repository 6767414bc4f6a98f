//! Packages: made by the program, read in a plugins folder, and hostile ones.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callpop_host::{
    CallOptions, Contact, FileState, FolderChange, Host, MAX_FILE_SIZE, RecordingBrowser, Refusal,
};
use callpop_tests::{Sandbox, library};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::discovery::with_replaced;

/// The library `versioned` of this number; see its fixture.
pub(super) fn version(number: usize) -> Vec<u8> {
    let bytes = fs::read(library("versioned")).unwrap();
    let bytes = with_replaced(bytes, "1.0.100", &format!("1.0.{number}"));
    with_replaced(bytes, "build100", &format!("build{number}"))
}

/// The package of `versioned` with this number.
pub(super) fn package(number: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("versioned.so");
    fs::write(&file, version(number)).unwrap();
    packaged(&[&file], &[])
}

/// What `callpop package` makes of these files.
fn packaged(files: &[&Path], options: &[&str]) -> Vec<u8> {
    let sandbox = Sandbox::new();
    let package = sandbox.plugins().join("made.callpop");
    let mut command = sandbox.command();
    command.arg("package").args(files).arg("-o").arg(&package);
    let ran = sandbox.finish(command.args(options));
    assert_eq!(ran.code, 0, "{ran:?}");
    fs::read(package).unwrap()
}

/// A zip of these files, in this order.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::DEFAULT).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The files in a zip.
pub(super) fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let files = (0..zip.len()).map(|index| {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        std::io::copy(&mut file, &mut content).unwrap();
        (file.name().to_owned(), content)
    });
    files.collect()
}

/// A whole package, with another list.
fn relisted(whole: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut files = unzipped(whole);
    let mut listing = serde_json::from_slice(&files[0].1).unwrap();
    change(&mut listing);
    files[0].1 = serde_json::to_vec(&listing).unwrap();
    rezipped(&files)
}

pub(super) fn rezipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    zip_of(&files)
}

/// `code: message`, or `ready`.
fn said_of(bytes: &[u8]) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("some.callpop", bytes);
    let catalog = sandbox.host().catalog();
    match &catalog.files[0].state {
        FileState::Ready => "ready".to_owned(),
        FileState::Refused(refusal) => {
            let text = format!("{}: {}", refusal.code(), callpop_host::with_causes(refusal));
            callpop_host::plain_line(&text, 300)
        }
        FileState::Ignored(why) => format!("ignored: {why}"),
    }
}

fn page(host: &Host, browser: &RecordingBrowser) -> String {
    let options = CallOptions {
        hostname: Some("acme.versioned.example".to_owned()),
        dry_run: false,
    };
    host.open_contact_page("versioned", &Contact::new("7", "", ""), &options)
        .unwrap_or_else(|error| panic!("{}", callpop_host::with_causes(&error)));
    browser.pages().last().unwrap().url.as_str().to_owned()
}

#[test]
fn a_package_in_a_plugins_folder_is_the_adapter_in_it() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.callpop", package(101));
    let browser = Arc::new(RecordingBrowser::default());
    let host = sandbox.host_with(browser.clone());
    let catalog = host.catalog();
    let (file, description) = catalog.ready("versioned").unwrap();
    assert_eq!(description.manifest.version.to_string(), "1.0.101");
    assert_eq!(
        page(&host, &browser),
        "https://build101.versioned.example/7"
    );
    // What runs is the library, whatever it is packed in.
    let alone = Sandbox::new();
    alone.write(&callpop_tests::library_name("versioned"), version(101));
    let alone = alone.host().catalog();
    assert_eq!(file.sha256, alone.files[0].sha256);
}

#[test]
fn the_same_files_make_the_same_package_in_whatever_order_they_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let template = br#"{ "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme",
        "contactPageUrl": "https://{hostname}/{contactId}" }"#;
    let template = file("acme.adapter.json", template);
    let icon = file("picture.SVG", b"<svg/>");
    let licence = file("terms.txt", b"Do as you like.");
    let options = [
        "--icon",
        icon.to_str().unwrap(),
        "--licence",
        licence.to_str().unwrap(),
    ];
    let made = packaged(&[&template], &options);
    assert_eq!(made, packaged(&[&template], &options));
    let names: Vec<_> = unzipped(&made).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["package.json", "adapter.json", "icon.svg", "LICENCE.txt"]
    );
    assert_eq!(said_of(&made), "ready");
}

#[cfg(target_os = "linux")]
mod systems {
    use super::*;

    /// The library as one for another processor: ELF's field `e_machine`, 183 is `AArch64`.
    fn for_other_processor(mut library: Vec<u8>) -> Vec<u8> {
        library[18..20].copy_from_slice(&183_u16.to_le_bytes());
        library
    }

    fn files(folder: &Path, libraries: &[(&str, Vec<u8>)]) -> Vec<PathBuf> {
        let written = libraries.iter().map(|(name, bytes)| {
            let path = folder.join(name);
            fs::write(&path, bytes).unwrap();
            path
        });
        written.collect()
    }

    #[test]
    fn a_package_for_several_systems_runs_the_library_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let arm = for_other_processor(version(101));
        let files = files(folder.path(), &[("arm.so", arm), ("here.so", version(101))]);
        let made = packaged(&[&files[0], &files[1]], &[]);
        assert_eq!(made, packaged(&[&files[1], &files[0]], &[]));
        let sandbox = Sandbox::new();
        sandbox.write("versioned.callpop", made);
        let browser = Arc::new(RecordingBrowser::default());
        let host = sandbox.host_with(browser.clone());
        assert_eq!(
            page(&host, &browser),
            "https://build101.versioned.example/7"
        );
        let ran = sandbox.run(
            ["inspect", "--json"]
                .map(Into::into)
                .into_iter()
                .chain([sandbox.plugins().join("versioned.callpop").into_os_string()]),
        );
        let files = &ran.json()["package"]["files"];
        assert_eq!(files[1]["machines"], json!(["aarch64"]));
        assert_eq!(files[2]["name"], "linux-x86_64.so");
    }

    #[test]
    fn a_package_without_a_library_for_this_system_says_which_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let arm = for_other_processor(version(101));
        let files = files(folder.path(), &[("arm.so", arm)]);
        let sandbox = Sandbox::new();
        sandbox.write("versioned.callpop", packaged(&[&files[0]], &[]));
        let ran = sandbox.run(["pop", "versioned", "--contact", "{\"id\":\"7\"}"]);
        insta::assert_snapshot!(ran.text(), @"
        exit 3
        --- stderr
        error: the adapter `versioned` is refused: [plugins]/versioned.callpop: it is a package for Linux on aarch64, and this is Linux on x86_64; get one for Linux on x86_64
          See every file and its state with: callpop adapters
        ");
    }

    #[test]
    fn libraries_of_two_versions_or_for_one_system_are_not_packaged() {
        let sandbox = Sandbox::new();
        let folder = sandbox.plugins();
        let arm = for_other_processor(version(101));
        files(
            &folder,
            &[
                ("arm.so", arm),
                ("new.so", version(102)),
                ("same.so", version(102)),
            ],
        );
        let mut said = String::new();
        for files in [
            ["arm.so", "new.so"],
            ["new.so", "same.so"],
            ["new.so", "nothing.so"],
            ["new.so", "a.adapter.json"],
        ] {
            fs::write(folder.join("a.adapter.json"), "{}").unwrap();
            let mut command = sandbox.command();
            command
                .arg("package")
                .args(files.map(|name| folder.join(name)));
            let ran = sandbox.finish(command.current_dir(&folder));
            said += &ran.text();
        }
        insta::assert_snapshot!(said, @"
        exit 2
        --- stderr
        error: [plugins]/arm.so and [plugins]/new.so are not one adapter: versioned 1.0.101 and versioned 1.0.102; build all libraries from one source
        exit 2
        --- stderr
        error: no package can be made of it: it has two files for `linux-x86_64.so`
        exit 2
        --- stderr
        error: [plugins]/nothing.so cannot be read: No such file or directory (os error 2)
        exit 2
        --- stderr
        error: [plugins]/a.adapter.json is a file of templates, which is packaged alone
        ");
        let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
        assert_eq!(left.len(), 4, "{left:?}");
    }
}

#[test]
fn what_is_not_a_whole_package_is_refused_under_the_code_of_its_fault() {
    let whole = package(101);
    let files = unzipped(&whole);
    let library = files[2].0.clone();
    let without = |name: &str| {
        let files: Vec<_> = files.iter().filter(|it| it.0 != name).cloned().collect();
        rezipped(&files)
    };
    let and = |name: &str, bytes: &[u8]| {
        let mut files = files.clone();
        files.push((name.to_owned(), bytes.to_vec()));
        rezipped(&files)
    };
    let changed = |name: &str| {
        let mut files = files.clone();
        let file = files.iter_mut().find(|it| it.0 == name).unwrap();
        file.1[100] ^= 1;
        rezipped(&files)
    };
    // The same in front of and behind a package, and in the comment that a zip may end with.
    let before = [b"#!/bin/sh\n".as_slice(), &whole].concat();
    let behind = [&whole, b"behind".as_slice()].concat();
    let mut commented = whole.clone();
    let length = commented.len();
    commented[length - 2] = 5;
    commented.extend(b"hello");
    let twice = with_replaced(and("adapter.jsoo", b"{}"), "adapter.jsoo", "adapter.json");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("as it is made", whole.clone()),
        ("empty", Vec::new()),
        ("text", b"not a package".to_vec()),
        ("something before it", before),
        ("something behind it", behind),
        ("a comment", commented),
        ("without a list", without("package.json")),
        ("without its manifest", without("adapter.json")),
        ("without its library", without(&library)),
        ("a file more", and("more.txt", b"more")),
        ("one name twice", twice),
        ("a path upwards", and("../evil.so", b"evil")),
        ("a path of Windows", and("..\\evil.dll", b"evil")),
        ("an absolute path", and("/etc/evil.so", b"evil")),
        ("a folder", and("lib/evil.so", b"evil")),
        ("a hidden file", and(".evil", b"evil")),
        ("a library changed", changed(&library)),
        ("a manifest changed", changed("adapter.json")),
        (
            "a list of a newer format",
            relisted(&whole, |it| it["format"] = 2.into()),
        ),
        (
            "a list without a format",
            relisted(&whole, |it| it["format"] = "1".into()),
        ),
        (
            "a list that names no files",
            relisted(&whole, |it| it["files"] = json!([])),
        ),
        (
            "a list that names one twice",
            relisted(&whole, |it| {
                let file = it["files"][1].clone();
                it["files"].as_array_mut().unwrap().push(file);
            }),
        ),
        (
            "a list with a path",
            relisted(&whole, |it| it["files"][1]["name"] = "../evil.so".into()),
        ),
        (
            "a list with half a hash",
            relisted(&whole, |it| it["files"][1]["sha256"] = "ab".into()),
        ),
        (
            "a list with another size",
            relisted(&whole, |it| it["files"][0]["size"] = 5.into()),
        ),
        (
            "a list with too large a size",
            relisted(&whole, |it| {
                it["files"][1]["size"] = (MAX_FILE_SIZE + 1).into();
            }),
        ),
        (
            "a list of another adapter",
            relisted(&whole, |it| it["id"] = "other".into()),
        ),
        (
            "a list of another version",
            relisted(&whole, |it| it["version"] = "9.9.9".into()),
        ),
        (
            "a library without a system",
            relisted(&whole, |it| {
                it["files"][1].as_object_mut().unwrap().remove("system");
            }),
        ),
    ];
    let said: String = cases
        .iter()
        .map(|(what, bytes)| format!("{what}\n  {}\n", said_of(bytes)))
        .collect();
    let said = said.replace(&library, "[library]");
    insta::assert_snapshot!(said, @r#"
    as it is made
      ready
    empty
      damaged-package: it is not a whole package: it was cut off, or was not made by `callpop package`
    text
      damaged-package: it is not a whole package: it was cut off, or was not made by `callpop package`
    something before it
      damaged-package: it is not a whole package: it was cut off, or was not made by `callpop package`
    something behind it
      damaged-package: it is not a whole package: it was cut off, or was not made by `callpop package`
    a comment
      damaged-package: it is not a whole package: it was cut off, or was not made by `callpop package`
    without a list
      package-missing-file: `package.json` is missing in it
    without its manifest
      package-missing-file: `adapter.json` is missing in it
    without its library
      package-missing-file: `[library]` is missing in it
    a file more
      package-unlisted-file: `more.txt` in it is not in its package.json
    one name twice
      package-double-entry: it has two files for one name
    a path upwards
      package-unsafe-name: the name "../evil.so" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    a path of Windows
      package-unsafe-name: the name "..\\evil.dll" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    an absolute path
      package-unsafe-name: the name "/etc/evil.so" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    a folder
      package-unsafe-name: the name "lib/evil.so" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    a hidden file
      package-unsafe-name: the name ".evil" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    a library changed
      package-other-content: `[library]` in it is not what its package.json says; it was damaged or changed
    a manifest changed
      package-other-content: `adapter.json` in it is not what its package.json says; it was damaged or changed
    a list of a newer format
      package-newer: it is a package of format 2, which this host does not know; install a newer Callpop
    a list without a format
      package-listing: its package.json is not valid: its `format` is not 1
    a list that names no files
      package-listing: its package.json is not valid: it lists neither a library nor templates
    a list that names one twice
      package-double-entry: it has two files for `[library]`
    a list with a path
      package-unsafe-name: the name "../evil.so" in it is not a plain one; a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`
    a list with half a hash
      package-listing: its package.json is not valid: what it says of `[library]` is not 64 digits of a SHA-256
    a list with another size
      package-other-content: `adapter.json` in it is not what its package.json says; it was damaged or changed
    a list with too large a size
      package-too-large: `[library]` in it is larger than 268435456 bytes
    a list of another adapter
      package-contradiction: `[library]` in it is not what the package says: it is versioned 1.0.101, and the package is of other 1.0.101
    a list of another version
      package-contradiction: `[library]` in it is not what the package says: it is versioned 1.0.101, and the package is of versioned 9.9.9
    a library without a system
      package-listing: its package.json is not valid: what it says of `[library]` is not a library with a system and machines, nor anything else without
    "#);
}

/// What a few kilobytes unpack to is not taken into memory, whatever size they say that it has.
#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0; 3 * 1024 * 1024];
    let bomb = zip_of(&[("package.json", &zeros)]);
    assert!(bomb.len() < 10_000);
    let declared = said_of(&bomb);
    // The same with its true size written over, in both places where it stands.
    let size = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
    let mut lying = bomb.clone();
    let places: Vec<_> = (0..lying.len() - 4)
        .filter(|at| lying[*at..].starts_with(&size(zeros.len())))
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        lying[at..at + 4].copy_from_slice(&size(100));
    }
    let lied = said_of(&lying);
    let many: Vec<_> = (0..100).map(|number| format!("file-{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), &[][..])).collect();
    let many = said_of(&zip_of(&many));
    insta::assert_snapshot!(format!("{declared}\n{lied}\n{many}"), @"
    package-too-large: `package.json` in it is larger than 65536 bytes
    package-too-large: `package.json` in it is larger than 65536 bytes
    package-too-large: it has 100 files; at most 34 are read
    ");
}

#[test]
fn a_package_cut_off_or_damaged_anywhere_is_refused() {
    let whole = package(101);
    for length in (0..whole.len()).step_by(1 + whole.len() / 200) {
        let said = said_of(&whole[..length]);
        assert!(said.starts_with("damaged-package: "), "{length}: {said}");
    }
    // The library is the last of its files; its content is in the middle of the whole.
    for at in (whole.len() / 4..whole.len() * 3 / 4).step_by(1 + whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let said = said_of(&bytes);
        let is_told = ["damaged-package: ", "package-other-content: "]
            .iter()
            .any(|code| said.starts_with(code));
        assert!(is_told, "{at}: {said}");
    }
}

#[test]
fn a_package_is_upgraded_while_it_is_in_use() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.callpop", package(101));
    let browser = Arc::new(RecordingBrowser::default());
    let host = sandbox.host_with(browser.clone());
    page(&host, &browser);

    let put = |bytes: &[u8]| {
        let part = sandbox.plugins().join("new.part");
        fs::write(&part, bytes).unwrap();
        fs::rename(part, sandbox.plugins().join("versioned.callpop")).unwrap();
    };
    put(&package(102));
    let changes = host.rescan();
    assert!(
        matches!(&changes[..], [FolderChange::Upgraded { to, .. }] if to.patch == 102),
        "{changes:?}"
    );
    assert_eq!(
        page(&host, &browser),
        "https://build102.versioned.example/7"
    );

    // A damaged one changes nothing, and is told.
    put(&package(103)[..1000]);
    let changes = host.rescan();
    assert!(
        matches!(
            &changes[..],
            [FolderChange::KeptOld {
                code: "damaged-package",
                ..
            }]
        ),
        "{changes:?}"
    );
    assert_eq!(
        page(&host, &browser),
        "https://build102.versioned.example/7"
    );

    // The same library in another package is the same version: nothing is started anew.
    let mut files = unzipped(&package(102));
    files.push(("LICENCE".to_owned(), b"Do as you like.".to_vec()));
    let relicensed = relisted(&rezipped(&files), |it| {
        let sha256 = "0".repeat(64);
        let file = json!({ "name": "LICENCE", "role": "licence", "size": 15, "sha256": sha256 });
        it["files"].as_array_mut().unwrap().push(file);
    });
    put(&package(102));
    host.rescan();
    put(&relicensed);
    assert!(host.rescan().is_empty());
}

#[test]
fn a_hash_that_is_not_of_what_runs_here_is_found_by_inspecting() {
    let mut files = unzipped(&package(101));
    files.push(("LICENCE".to_owned(), b"Do as you like.".to_vec()));
    let wrong = relisted(&rezipped(&files), |it| {
        let sha256 = "0".repeat(64);
        let file = json!({ "name": "LICENCE", "role": "licence", "size": 15, "sha256": sha256 });
        it["files"].as_array_mut().unwrap().push(file);
    });
    assert_eq!(said_of(&wrong), "ready");
    let sandbox = Sandbox::new();
    sandbox.write("some.callpop", wrong);
    let inspection = callpop_host::inspect(&sandbox.plugins().join("some.callpop"));
    let FileState::Refused(Refusal::Package(error)) = &inspection.file.state else {
        panic!("{inspection:?}");
    };
    assert_eq!(error.code(), "package-other-content");
}

#[cfg(target_os = "linux")]
#[test]
fn inspect_shows_what_is_in_a_package() {
    let sandbox = Sandbox::new();
    sandbox.write("versioned.callpop", package(101));
    let file = sandbox.plugins().join("versioned.callpop");
    let ran = sandbox.run([Path::new("inspect"), &file]);
    let numbers = |text: &str| -> String {
        let words = text.split_inclusive([' ', '\n']);
        let words = words.map(|word| {
            let bare = word.trim_end();
            let is_hash = bare.len() == 64;
            let is_size = bare.len() > 5 && bare.bytes().all(|it| it.is_ascii_digit());
            if is_hash || is_size {
                word.replace(bare, "[..]")
            } else {
                word.to_owned()
            }
        });
        words.collect()
    };
    insta::assert_snapshot!(numbers(&ran.text()), @"
    exit 0
    --- stdout
    Versioned 1.0.101

    id            versioned
    vendor        Callpop
    hosts         acme.versioned.example, build101.versioned.example
    contact page  yes
    log page      no
    ABI           abi_stable/1.0
    built for     Linux on x86_64
    in it         adapter.json (manifest, 315 bytes)
    in it         linux-x86_64.so (Linux on x86_64, [..] bytes)
    signed        no
    package       sha256 [..]
    size          [..] bytes
    sha256        [..]
    signed by     nobody
    state         ready
    ");
}
