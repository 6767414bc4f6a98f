//! Loading real libraries, and refusing those that are not what their manifest says.

use std::fs;

use callpop_host::{CallError, CallOptions, Contact, Host, Isolation, LoadError, with_causes};
use callpop_tests::{Sandbox, library, library_name};

use super::discovery::with_replaced;
use super::faults::call;

fn options(hostname: &str) -> CallOptions {
    CallOptions {
        hostname: Some(hostname.to_owned()),
        dry_run: false,
    }
}

fn page(host: &Host, adapter: &str, hostname: &str) -> Result<String, CallError> {
    let contact = Contact::new("7", "Jo Doe", "+12025550123");
    let outcome = host.open_contact_page(adapter, &contact, &options(hostname))?;
    Ok(outcome.opened[0].url.as_str().to_owned())
}

#[test]
fn two_adapters_loaded_together_really_are_two() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk", "redtail"]);
    let host = sandbox.host();
    for _ in 0..2 {
        assert_eq!(
            page(&host, "pipedrive", "a.pipedrive.com").unwrap(),
            "https://a.pipedrive.com/person/7"
        );
        assert_eq!(
            page(&host, "freshdesk", "a.freshdesk.com").unwrap(),
            "https://a.freshdesk.com/a/contacts/7"
        );
        assert_eq!(
            page(&host, "redtail", "crm.redtailtechnology.com").unwrap(),
            "https://crm.redtailtechnology.com/contacts/7"
        );
    }
}

#[test]
fn a_library_that_is_not_what_it_says_is_refused_and_harms_no_other() {
    let sandbox = Sandbox::with(&["no_root_module", "no_layout", "other_layout", "pipedrive"]);
    let host = sandbox.host();
    let mut refusals = String::new();
    for adapter in ["no-root-module", "no-layout", "other-layout"] {
        let error = page(&host, adapter, "crm.example.com").unwrap_err();
        let CallError::Load { source, .. } = &error else {
            panic!("{error:?}");
        };
        let LoadError::Abi { what, .. } = source.as_ref() else {
            panic!("{source:?}");
        };
        refusals += &format!("{adapter}: {what}\n");
    }
    insta::assert_snapshot!(refusals, @"
    no-root-module: it has no root module
    no-layout: its layout cannot be checked, since it was built without one
    other-layout: the layout of its root module is another one; build it with `export_adapter!`
    ");
    assert!(page(&host, "pipedrive", "a.pipedrive.com").is_ok());
}

/// The manifest says by which version's types the root module is checked.
#[test]
fn a_library_whose_manifest_names_another_version_than_its_root_module_has_is_refused() {
    let sandbox = Sandbox::new();
    // The ABI's name may stand in a library more than once, in an order that is the linker's.
    let bytes = with_replaced(
        fs::read(library("pipedrive")).unwrap(),
        "abi_stable/1.0",
        "abi_stable/1.1",
    );
    sandbox.write(&library_name("pipedrive"), bytes);
    for isolation in [Isolation::Isolated, Isolation::InProcess] {
        let host = sandbox.builder().isolation(isolation).build().unwrap();
        let error = page(&host, "pipedrive", "a.pipedrive.com").unwrap_err();
        let said = with_causes(&error);
        assert!(
            said.ends_with("its root module has the version 1.0.0"),
            "{said}"
        );
    }
}

#[test]
fn what_runs_is_a_private_copy() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    assert!(page(&host, "pipedrive", "a.pipedrive.com").is_ok());
    // Truncating a mapped file would end this process with a bus error.
    sandbox.write(&library_name("pipedrive"), "");
    assert!(page(&host, "pipedrive", "a.pipedrive.com").is_ok());
    let copies: Vec<_> = fs::read_dir(sandbox.home().join("cache"))
        .unwrap()
        .collect();
    assert_eq!(copies.len(), 1);
}

#[cfg(unix)]
#[test]
fn the_home_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    host.connect(&callpop_host::ConnectRequest::new(
        "pipedrive",
        "a.pipedrive.com",
    ))
    .unwrap();
    assert!(page(&host, "pipedrive", "a.pipedrive.com").is_ok());
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&sandbox.home()), 0o700);
    assert_eq!(mode(&sandbox.home().join("cache")), 0o700);
    assert_eq!(mode(&sandbox.home().join("accounts.json")), 0o600);
}

#[test]
fn a_damaged_private_copy_is_made_anew() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    assert!(page(&sandbox.host(), "pipedrive", "a.pipedrive.com").is_ok());
    let copy = fs::read_dir(sandbox.home().join("cache"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    // A program of its own: this process has the copy mapped, so it must not shrink here.
    let whole = fs::read(&copy).unwrap();
    fs::remove_file(&copy).unwrap();
    fs::write(&copy, &whole[..100]).unwrap();
    let ran = sandbox.run([
        "pop",
        "pipedrive",
        "--hostname",
        "a.pipedrive.com",
        "--contact",
        r#"{"id":"7"}"#,
        "--dry-run",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(fs::read(&copy).unwrap(), whole);
}

#[test]
fn a_changed_file_is_used_after_the_next_look() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    assert!(page(&host, "pipedrive", "a.pipedrive.com").is_ok());
    let path = sandbox.plugins().join(library_name("pipedrive"));
    fs::remove_file(&path).unwrap();
    fs::copy(library("freshdesk"), &path).unwrap();
    host.rescan();
    assert!(matches!(
        page(&host, "pipedrive", "a.pipedrive.com"),
        Err(CallError::Find(_))
    ));
    assert_eq!(
        page(&host, "freshdesk", "a.freshdesk.com").unwrap(),
        "https://a.freshdesk.com/a/contacts/7"
    );
}

#[test]
fn the_cache_keeps_what_a_folder_holds_and_no_more() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk"]);
    let host = sandbox.host();
    let copies = || fs::read_dir(sandbox.home().join("cache")).unwrap().count();
    page(&host, "pipedrive", "a.pipedrive.com").unwrap();
    page(&host, "freshdesk", "a.freshdesk.com").unwrap();
    assert_eq!(copies(), 2);
    // An upgrade: the old copy goes when the new one is made.
    let mut bytes = fs::read(library("pipedrive")).unwrap();
    bytes.push(0);
    sandbox.write(&library_name("pipedrive"), bytes);
    host.rescan();
    page(&host, "pipedrive", "a.pipedrive.com").unwrap();
    assert_eq!(copies(), 2);
    // A removal.
    fs::remove_file(sandbox.plugins().join(library_name("pipedrive"))).unwrap();
    host.rescan();
    assert_eq!(copies(), 1);
    // The same content in two files is one copy, as long as one of them is there.
    sandbox.add(library("freshdesk"), &library_name("zzz"));
    fs::remove_file(sandbox.plugins().join(library_name("freshdesk"))).unwrap();
    let next = sandbox.host();
    page(&next, "freshdesk", "a.freshdesk.com").unwrap();
    assert_eq!(copies(), 1);
}

#[test]
fn a_file_that_was_replaced_before_it_was_loaded_is_not_loaded_under_the_old_manifest() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    sandbox.add(library("obedient"), &library_name("pipedrive"));
    let error = page(&host, "pipedrive", "a.pipedrive.com").unwrap_err();
    let CallError::Load { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(matches!(**source, LoadError::Replaced { .. }), "{source:?}");
}

#[test]
fn a_file_that_became_something_else_is_not_loaded() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    sandbox.write(&library_name("pipedrive"), "not a library any more");
    let error = page(&host, "pipedrive", "a.pipedrive.com").unwrap_err();
    let CallError::Load { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(matches!(**source, LoadError::Changed { .. }), "{source:?}");
    assert!(
        with_causes(&error).contains("not a dynamic library"),
        "{}",
        with_causes(&error)
    );
}

#[test]
fn both_places_give_the_same_results() {
    let sandbox = Sandbox::with(&[
        "obedient",
        "panics",
        "bad_replies",
        "no_layout",
        "other_layout",
    ]);
    let results = |isolation: Isolation| {
        let host = sandbox.builder().isolation(isolation).build().unwrap();
        let obedient = CallOptions {
            hostname: Some("a.obedient.example".to_owned()),
            dry_run: true,
        };
        let orders = Contact::new("7", "ü\u{202e}", "+1")
            .with_extra("1 tab", "https://a.obedient.example/%C3%BC")
            .with_extra("2 set x", "y")
            .with_extra("3 notice", "\u{1b}");
        let mut results = vec![format!(
            "{:?}",
            host.open_contact_page("obedient", &orders, &obedient)
        )];
        for (adapter, id) in [
            ("panics", "7"),
            ("panics", "spiteful"),
            ("bad-replies", "not UTF-8"),
            ("bad-replies", "unknown action"),
            ("bad-replies", "else"),
            ("no-layout", "7"),
            ("other-layout", "7"),
        ] {
            results.push(format!("{:?}", call(&host, adapter, id, "")));
        }
        results
    };
    assert_eq!(results(Isolation::Isolated), results(Isolation::InProcess));
}
