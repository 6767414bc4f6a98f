//! A library, or a folder that leads to it, that others can change is refused, with the command that
//! mends it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use callpop_host::FileState;
use callpop_tests::{Sandbox, library, library_name, needed_program};
use nix::unistd::geteuid;

use super::trust::{adapter, path};

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Why the one adapter is refused, if it is.
fn refusal(sandbox: &Sandbox) -> Option<String> {
    let catalog = sandbox.host().catalog();
    match &catalog.files[0].state {
        FileState::Refused(refusal) => {
            assert_eq!(refusal.code(), "open-to-others", "{refusal}");
            Some(refusal.to_string())
        }
        _ => None,
    }
}

/// Each mode of the file, the plugins folder and the folder above, and whether that is refused. The
/// command that is named mends it.
#[test]
fn modes_that_let_others_write_are_refused_until_they_are_mended() {
    let Some(shell) = needed_program(&["sh"]) else {
        return;
    };
    let sandbox = Sandbox::with(&["clio"]);
    let file = adapter(&sandbox, "clio");
    let (folder, above) = (sandbox.plugins(), sandbox.plugins());
    let above = above.parent().unwrap().to_owned();
    for (path, mode, is_refused) in [
        (&file, 0o755, false),
        (&file, 0o644, false),
        (&file, 0o757, true),
        (&file, 0o646, true),
        (&folder, 0o755, false),
        (&folder, 0o757, true),
        (&folder, 0o777, true),
        // Nobody renames another's file there, and anybody adds one.
        (&folder, 0o1777, true),
        (&above, 0o757, true),
        (&above, 0o1777, false),
        (&above, 0o700, false),
    ] {
        let before = path.metadata().unwrap().mode();
        chmod(path, mode);
        let why = refusal(&sandbox);
        assert_eq!(why.is_some(), is_refused, "{mode:o} {why:?}");
        if let Some(why) = why {
            let (_, cure) = why.split_once("mend that with: ").unwrap();
            let cured = Command::new(&shell).args(["-c", cure]).status().unwrap();
            assert!(cured.success(), "{cure}");
            assert_eq!(refusal(&sandbox), None, "{cure}");
        }
        chmod(path, before);
    }
}

/// With the mask 002, files and folders are for their owner's group to write, which is the owner's
/// alone.
#[test]
fn a_group_that_is_the_owners_alone_may_write() {
    let user = nix::unistd::User::from_uid(geteuid()).unwrap().unwrap();
    let group = nix::unistd::Group::from_gid(user.gid).unwrap().unwrap();
    let is_alone = group.name == user.name && group.mem.iter().all(|it| *it == user.name);
    let sandbox = Sandbox::with(&["clio"]);
    let file = adapter(&sandbox, "clio");
    for path in [&file, &sandbox.plugins()] {
        chown(path, None, Some(user.gid.as_raw())).unwrap();
        chmod(path, 0o775);
    }
    assert_eq!(refusal(&sandbox).is_none(), is_alone);
}

#[test]
fn a_group_of_others_may_not_and_neither_may_another_owner() {
    if !geteuid().is_root() {
        // Only root gives files away.
        return;
    }
    let sandbox = Sandbox::with(&["clio"]);
    let file = adapter(&sandbox, "clio");
    chmod(&file, 0o775);
    assert_eq!(refusal(&sandbox), None);
    chown(&file, None, Some(54_321)).unwrap();
    let why = refusal(&sandbox).unwrap();
    assert!(why.contains("the group 54321"), "{why}");
    chmod(&file, 0o755);
    assert_eq!(refusal(&sandbox), None);
    chown(&file, Some(54_321), None).unwrap();
    let why = refusal(&sandbox).unwrap();
    let cure = format!("chown root '{}'", path(&file));
    assert!(why.ends_with(&cure), "{why}");
}

/// A link is as safe as what it leads to.
#[test]
fn links_are_followed() {
    let sandbox = Sandbox::new();
    let other = sandbox.home().with_file_name("other");
    fs::create_dir(&other).unwrap();
    let target = other.join("clio.bin");
    fs::copy(library("clio"), &target).unwrap();
    symlink(&target, adapter(&sandbox, "clio")).unwrap();
    assert_eq!(refusal(&sandbox), None);
    chmod(&other, 0o777);
    assert!(refusal(&sandbox).unwrap().contains("other"));
    chmod(&other, 0o755);
    chmod(&target, 0o666);
    assert!(refusal(&sandbox).unwrap().contains("clio.bin"));
}

#[test]
fn a_path_with_any_letters_is_one_word_of_the_command() {
    let sandbox = Sandbox::new();
    let folder = sandbox.plugins().join("it's; $(here)");
    fs::create_dir(&folder).unwrap();
    fs::copy(library("clio"), folder.join(library_name("clio"))).unwrap();
    chmod(&folder, 0o777);
    let host = callpop_host::Host::builder()
        .home(sandbox.home())
        .plugins_folder(&folder)
        .build()
        .unwrap();
    let FileState::Refused(refusal) = &host.catalog().files[0].state.clone() else {
        panic!("{:?}", host.catalog());
    };
    let why = refusal.to_string();
    let (_, cure) = why.split_once("mend that with: ").unwrap();
    assert!(
        Command::new("sh")
            .args(["-c", cure])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o755);
}

/// A folder that is mended while a host watches it needs no file to change.
#[test]
fn what_is_mended_is_seen_at_the_next_look() {
    let sandbox = Sandbox::with(&["clio"]);
    chmod(&sandbox.plugins(), 0o777);
    let host = sandbox.host();
    assert!(host.catalog().ready("clio").is_none());
    chmod(&sandbox.plugins(), 0o755);
    let changes = host.rescan();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(host.catalog().ready("clio").is_some());
}

#[test]
fn the_doctor_names_the_folder_and_the_command() {
    let sandbox = Sandbox::with(&["clio"]);
    chmod(&sandbox.plugins(), 0o777);
    let found = sandbox.run(["doctor", "--json"]).json();
    let findings = found["findings"].as_array().unwrap();
    let plugins = findings.iter().find(|it| it["about"] == "plugins").unwrap();
    assert_eq!(plugins["health"], "problem");
    assert_eq!(plugins["advice"], "chmod go-w '[plugins]'");
    let said = sandbox.run(["adapters"]).stdout;
    insta::assert_snapshot!(said.replace(&library_name("clio"), "clio.so"), @r#"
    No adapter is ready.
      looked into [plugins]

    Refused
      [plugins]/clio.so
        [plugins] can be changed by every user; mend that with: chmod go-w '[plugins]'
    "#);
}
