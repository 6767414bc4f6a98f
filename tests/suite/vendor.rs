//! A vendor's side: an adapter in a folder of its own, built outside this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use callpop_tests::{Sandbox, build, workspace};
use tempfile::TempDir;

const GUIDE: &str = include_str!("../../adapter-api/README.md");

/// The code block of the guide that stands under a line which names this file.
fn block(file: &str) -> String {
    let heading = format!("`{file}`:");
    let (_, rest) = GUIDE
        .split_once(&heading)
        .expect("the guide names the file");
    let (_, rest) = rest.split_once("```").expect("a code block follows");
    let (_, rest) = rest.split_once('\n').expect("with a language");
    let (code, _) = rest.split_once("```").expect("and an end");
    code.to_owned()
}

/// The guide's adapter in a folder of its own, depending on the SDK at `sdk`.
fn guides_adapter(sdk: &Path) -> TempDir {
    let folder = TempDir::with_prefix("callpop vendor ").unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    for file in ["Cargo.toml", "adapter.json", "src/lib.rs"] {
        let sdk = sdk.to_str().expect("a path in UTF-8");
        let text = block(file).replace("../callpop/adapter-api", sdk);
        fs::write(folder.path().join(file), text).unwrap();
    }
    // The same versions as here, which are at hand.
    fs::copy(
        workspace().join("Cargo.lock"),
        folder.path().join("Cargo.lock"),
    )
    .unwrap();
    folder
}

/// One folder for all builds outside the workspace, so that dependencies are built once.
fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("vendor")
}

/// Builds the adapter in `folder`, and gives a copy of its library there.
fn built(folder: &Path) -> PathBuf {
    // All builds leave their library at the same place, so one waits for the other.
    let target = target_folder();
    fs::create_dir_all(&target).unwrap();
    let lock = fs::File::create(target.join("one-at-a-time")).unwrap();
    lock.lock().unwrap();
    let arguments = ["--target-dir".as_ref(), target.as_os_str()];
    let library = &build(folder, arguments)["acme_crm (cdylib)"];
    let copy = folder.join("acme-crm.so");
    fs::copy(library, &copy).unwrap();
    copy
}

#[test]
fn the_guides_adapter_loads_when_it_is_dropped_into_the_plugins_folder() {
    let folder = guides_adapter(&workspace().join("adapter-api"));
    let library = built(folder.path());
    let sandbox = Sandbox::new();
    sandbox.add(&library, "acme-crm.so");
    let ran = sandbox.run([
        "pop",
        "acme-crm",
        "--hostname",
        "jo.acme.example",
        "--contact",
        r#"{"id":"a/b"}"#,
        "--dry-run",
    ]);
    assert_eq!(
        ran.stdout, "Would open https://jo.acme.example/person/a%2Fb\n",
        "{ran:?}"
    );
    let ran = sandbox.run([
        "open-log",
        "acme-crm",
        "--hostname",
        "jo.acme.example",
        "--log-id",
        "42",
        "--dry-run",
    ]);
    assert_eq!(
        ran.stdout, "Would open https://jo.acme.example/activities/42\n",
        "{ran:?}"
    );
}

/// A copy of the SDK as a later minor version will be: one more callback behind the others.
fn later_sdk() -> TempDir {
    let sdk = TempDir::with_prefix("callpop later ").unwrap();
    let from = workspace().join("adapter-api");
    let replace = |file: &str, changes: &[(&str, &str)]| {
        let mut text = fs::read_to_string(from.join(file)).unwrap();
        for (before, after) in changes {
            assert!(text.contains(before), "{file} has no {before:?}");
            text = text.replace(before, after);
        }
        let to = sdk.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    };
    for file in walk(&from.join("src")) {
        let file = file
            .strip_prefix(&from)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let changes: &[(&str, &str)] = match file.as_str() {
            "src/abi.rs" => &[
                ("MINOR: u32 = 0", "MINOR: u32 = 1"),
                ("\"abi_stable/1.0\"", "\"abi_stable/1.1\""),
            ],
            "src/abi/v1_0.rs" => &[
                (
                    "pub on_unauthorize: extern \"C\" fn(&Context) -> Reply,\n",
                    "pub on_unauthorize: extern \"C\" fn(&Context) -> Reply,\n    pub on_something_new: extern \"C\" fn(&Context) -> Reply,\n",
                ),
                (
                    "on_unauthorize: on_unauthorize::<A>,\n",
                    "on_unauthorize: on_unauthorize::<A>,\n        on_something_new: on_unauthorize::<A>,\n",
                ),
                (
                    "VersionStrings::new(\"1.0.0\")",
                    "VersionStrings::new(\"1.1.0\")",
                ),
            ],
            _ => &[],
        };
        replace(&file, changes);
    }
    let manifest = "[package]\nname = \"callpop-adapter\"\nversion = \"1.1.0\"\nedition = \"2024\"\n[dependencies]\n\
        abi_stable = { version = \"0.11.3\", default-features = false }\npercent-encoding = \"2\"\nserde = { version = \"1\", features = [\"derive\"] }\n\
        serde_json = \"1\"\nthiserror = \"2\"\n[workspace]\n";
    fs::write(sdk.path().join("Cargo.toml"), manifest).unwrap();
    sdk
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn an_adapter_of_a_later_minor_version_of_the_abi_loads_into_this_host() {
    let sdk = later_sdk();
    let folder = guides_adapter(sdk.path());
    let library = built(folder.path());
    let sandbox = Sandbox::with(&["pipedrive"]);
    sandbox.add(&library, "acme-crm.so");
    let list = sandbox.run(["adapters", "--json"]).json();
    assert_eq!(list["files"][0]["abi"], "abi_stable/1.1");
    let ran = sandbox.run([
        "pop",
        "acme-crm",
        "--hostname",
        "jo.acme.example",
        "--contact",
        r#"{"id":"7"}"#,
        "--dry-run",
    ]);
    assert_eq!(
        ran.stdout, "Would open https://jo.acme.example/person/7\n",
        "{ran:?}"
    );
}

#[test]
fn an_adapter_that_would_abort_on_a_panic_does_not_compile() {
    let folder = guides_adapter(&workspace().join("adapter-api"));
    let output = Command::new(env!("CARGO"))
        .args(["build", "--target-dir"])
        .arg(target_folder())
        .env("CARGO_PROFILE_DEV_PANIC", "abort")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        said.contains("an adapter must be built with `panic = \"unwind\"`"),
        "{said}"
    );
}

#[test]
fn a_crate_that_forbids_unsafe_code_may_export_an_adapter() {
    let folder = guides_adapter(&workspace().join("adapter-api"));
    let file = folder.path().join("src/lib.rs");
    let text = fs::read_to_string(&file).unwrap();
    let place = text.find("\nuse ").unwrap();
    let (docs, code) = text.split_at(place);
    fs::write(
        &file,
        format!("{docs}\n#![forbid(unsafe_code)]\n#![deny(warnings)]\n{code}"),
    )
    .unwrap();
    assert!(built(folder.path()).is_file());
}
