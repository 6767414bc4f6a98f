//! Which file is in force, and what is wrong with one.

use std::fs;
use std::path::Path;

use super::{AdminPolicy, PolicyError};
use crate::{PopSettings, PopWhen};

fn written(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_systems_file_comes_before_all_others() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let own = written(home, "policy.toml", "callPop.inbound = 'answer'");
    let system = home.join("system.toml");
    let named = written(home, "named.toml", "callPop.inbound = 'first-ring'");
    let used = |named: Option<&Path>| {
        let policy = AdminPolicy::of_first(Some(&system), named, home).unwrap();
        policy.path().map(Path::to_owned)
    };
    assert_eq!(used(None), Some(own.clone()));
    assert_eq!(used(Some(&named)), Some(named.clone()));
    written(home, "system.toml", "");
    assert_eq!(used(None), Some(system.clone()));
    assert_eq!(used(Some(&named)), Some(system.clone()));
    // A damaged one is not passed over, and the others are not even looked at.
    written(home, "system.toml", "callPop");
    assert!(AdminPolicy::of_first(Some(&system), Some(&named), home).is_err());
    written(home, "system.toml", "");
    written(home, "policy.toml", "damaged");
    assert_eq!(used(None), Some(system.clone()));
    fs::remove_file(&system).unwrap();
    assert!(AdminPolicy::of_first(Some(&system), None, home).is_err());
    fs::remove_file(&own).unwrap();
    assert_eq!(used(None), None);
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let error = AdminPolicy::of_first(None, Some(&missing), folder.path()).unwrap_err();
    assert!(matches!(error, PolicyError::Unreadable { .. }), "{error}");
}

/// What is said of a file with this text, after its name.
fn said(folder: &Path, text: &str) -> String {
    let path = written(folder, "policy.toml", text);
    let error = AdminPolicy::of_first(None, None, folder).unwrap_err();
    let start = format!("the administrator's file {}, ", path.display());
    error.to_string().strip_prefix(&start).unwrap().to_owned()
}

#[test]
fn what_is_wrong_with_what_may_run_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, error) in [
        (
            "require = 'singed'",
            "line 1, column 11: unknown variant `singed`, expected one of `nothing`, `pinned`, `signed`",
        ),
        (
            "[trustedKeys]\nacme = ['RWQ']",
            "line 2, column 9: it is not a public key of minisign, which is a line of 56 letters that begins with `RW`",
        ),
        (
            "[trustedKeys]\n'Acme Corp' = []",
            "line 2, column 1: a vendor's id is the beginning of its adapters' ids: small letters and digits, in parts joined by `-`",
        ),
        (
            "deny.sha256 = ['abc']",
            "line 1, column 16: it is no SHA-256, which has 64 hexadecimal digits",
        ),
        (
            "allow.adapters = ['acme', 'Acme']",
            "line 1, column 27: it is no adapter's id",
        ),
        (
            "[allow]\nids = []",
            "line 2, column 1: unknown field `ids`, expected `adapters` or `sha256`",
        ),
        (
            "[adapters.acme]\nminimumVersion = '1'",
            "line 2, column 18: it is not a version such as 1.0.0: unexpected end of input while parsing major version number",
        ),
        (
            "pluginsFolders = ['plugins']",
            "line 1, column 19: a plugins folder is named by its whole path",
        ),
    ] {
        assert_eq!(said(folder.path(), text), error);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let said = |text: &str| said(folder.path(), text);
    for (text, error) in [
        (
            "[callpop]\ninbound = 'answer'",
            "line 1, column 2: unknown field `callpop`, expected one of `require`, `requireSandbox`, `requireIsolation`, `pluginsFolders`, `trustedKeys`, `allow`, `deny`, `callPop`, `adapters`",
        ),
        (
            "[adapters.acme]\nsetting.x = 'a'",
            "line 2, column 1: unknown field `setting`, expected one of `minimumVersion`, `requireIsolation`, `settings`, `callPop`",
        ),
        (
            "[adapters.acme.settings]\n# a number\nx = 7",
            "line 3, column 5: invalid type: integer `7`, expected a text, `true` or `false`",
        ),
        (
            "requireSandbox = 'yes'",
            "line 1, column 18: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "[callPop]\nmaxPages = 3\noutbound = 'never'",
            "line 3, column 12: `callPop.outbound` cannot be set: \"never\" is none of: disabled, first-ring, answer",
        ),
        (
            "[adapters.acme.callPop]\nmaxPages = '3'",
            "line 2, column 12: `callPop.maxPages` cannot be set: \"3\" is not a whole number from 0 on",
        ),
    ] {
        assert_eq!(said(text), error);
    }
    assert!(said("\n[callPop]\nouter = 1").starts_with("line 3, column 9: there is no call-pop"));
    assert!(said("[callPop]\ninbound = 'answer").starts_with("line 2, column "));
    assert!(said("[callPop]\ninbound = 'answer'\ninbound = 'answer'").starts_with("line 3, "));
    assert!(said("[callPop]\ninbound = 1979-05-27").starts_with("line 2, column 11: "));
}

#[test]
fn what_is_fixed_for_one_adapter_comes_before_what_is_fixed_for_all() {
    let folder = tempfile::tempdir().unwrap();
    written(
        folder.path(),
        "policy.toml",
        "callPop.inbound = 'answer'\ncallPop.maxPages = 2\nadapters.acme.callPop.maxPages = 1",
    );
    let policy = AdminPolicy::of_first(None, None, folder.path()).unwrap();
    let set = PopSettings {
        outbound: PopWhen::Answer,
        ..PopSettings::default()
    };
    let acme = policy.pop_over("acme", &set);
    assert_eq!((acme.inbound, acme.max_pages), (PopWhen::Answer, 1));
    assert_eq!(acme.outbound, PopWhen::Answer, "the user's own stays");
    assert_eq!(policy.pop_over("other", &set).max_pages, 2);
}

#[cfg(unix)]
#[test]
fn the_doctor_finds_a_file_that_users_can_write() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use crate::discovery::Catalog;
    use crate::doctor::Health;

    let folder = tempfile::tempdir().unwrap();
    let system = written(folder.path(), "system.toml", "[adapters.acme]");
    let examined = |mode| {
        fs::set_permissions(&system, fs::Permissions::from_mode(mode)).unwrap();
        let policy = AdminPolicy::of_first(Some(&system), None, folder.path()).unwrap();
        policy.examine(&Catalog::default())
    };
    let findings = examined(0o646);
    assert_eq!(findings[0].health, Health::Problem);
    assert!(findings[0].found.ends_with("users can write it"));
    assert_eq!(findings[1].health, Health::Warning);
    assert!(findings[1].found.contains("`acme`, which is not there"));
    let is_roots = fs::metadata(&system).unwrap().uid() == 0;
    let health = examined(0o644)[0].health;
    assert_eq!(health == Health::Good, is_roots);
}
