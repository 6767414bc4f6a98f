//! Library files that are damaged, and files that change while their code is in use.

use std::fs::{self, OpenOptions};
use std::process::Command;

use callpop_host::FolderChange;
use callpop_tests::{PATIENT, Sandbox, library};

use super::faults::{call, eventually, host};
use super::isolation::{is_alive, kill, workers_of};

#[test]
fn a_file_that_changes_while_it_is_loaded_harms_nobody() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk"]);
    let (host, browser) = host(&sandbox, PATIENT);
    call(&host, "pipedrive", "1", "").unwrap();
    let file = sandbox.plugins().join("pipedrive.so");

    let truncated = OpenOptions::new().write(true).open(&file).unwrap();
    truncated.set_len(4096).unwrap();
    call(&host, "pipedrive", "2", "").unwrap();

    let other = sandbox.plugins().join("other.part");
    fs::write(&other, "something else").unwrap();
    fs::rename(&other, &file).unwrap();
    call(&host, "pipedrive", "3", "").unwrap();

    // A new worker loads the private copy, whatever the file is by now.
    let workers = workers_of(&sandbox);
    kill(workers[0], "KILL");
    eventually("the worker is gone", || !is_alive(workers[0]));
    call(&host, "pipedrive", "4", "").unwrap();
    assert_eq!(browser.pages().len(), 4);

    // The file is refused by now, and what was in use stays in use.
    let changes = host.rescan();
    assert!(
        matches!(
            &changes[..],
            [FolderChange::KeptOld {
                code: "not-a-library",
                ..
            }]
        ),
        "{changes:?}"
    );
    call(&host, "pipedrive", "5", "").unwrap();
    call(&host, "test-crm", "6", "").unwrap_err();
    assert_eq!(browser.pages().len(), 5);
}

/// The library without the names for debuggers, as it ships: a tenth of the size.
pub(super) fn stripped(name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripped");
    let strip = Command::new("strip")
        .arg("-o")
        .arg(&file)
        .arg(library(name))
        .status();
    assert!(strip.unwrap().success());
    fs::read(file).unwrap()
}

/// A sandbox with a healthy adapter.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pipedrive.so", stripped("pipedrive"));
    sandbox
}

/// Places these bytes as the adapter, calls it, and then a healthy one.
fn survives(sandbox: &Sandbox, bytes: &[u8], what: &str) -> bool {
    sandbox.write("misbehaves.so", bytes);
    let (host, browser) = host(sandbox, PATIENT);
    let opened = call(&host, "misbehaves", "nothing", "").is_ok();
    assert_eq!(browser.pages().len(), usize::from(opened), "{what}");
    call(&host, "pipedrive", "7", "").unwrap_or_else(|error| panic!("{what}: {error}"));
    opened
}

#[test]
fn a_library_that_is_cut_off_anywhere_is_refused() {
    let (sandbox, whole) = (sandbox(), stripped("misbehaves"));
    let mut opened = 0;
    for length in (0..whole.len()).step_by(4096) {
        opened += usize::from(survives(&sandbox, &whole[..length], &length.to_string()));
    }
    assert_eq!(opened, 0);
    assert!(survives(&sandbox, &whole, "whole"));
}

#[test]
fn a_library_with_any_byte_of_its_header_flipped_is_survived() {
    let (sandbox, whole) = (sandbox(), stripped("misbehaves"));
    // The ELF header is 64 bytes long.
    for index in 0..64 {
        let mut bytes = whole.clone();
        bytes[index] ^= 0xff;
        survives(&sandbox, &bytes, &format!("byte {index}"));
    }
}
