//! A vendor's side: an adapter in a folder of its own, built outside this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callpop_tests::{Sandbox, build, program, workspace};
use tempfile::TempDir;

const GUIDE: &str = include_str!("../../adapter-api/README.md");

/// The guide's adapter in a folder of its own, made as the guide says, on the SDK at `sdk`.
fn guides_adapter(sdk: &Path) -> Made {
    let (_, rest) = GUIDE.split_once("```sh\ncallpop ").expect("it begins so");
    let (command, _) = rest.split_once("```").expect("the block has an end");
    let above = TempDir::with_prefix("callpop vendor ").unwrap();
    let status = Command::new("/bin/sh")
        .args(["-c", &format!("\"$0\" {} --sdk \"$1\"", command.trim_end())])
        .arg(program("callpop"))
        .arg(sdk)
        .current_dir(above.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let folder = above.path().join("acme-crm");
    // The same versions as here, which are at hand.
    fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    Made {
        folder,
        _above: above,
    }
}

/// A crate that is gone with the test.
struct Made {
    folder: PathBuf,
    _above: TempDir,
}

impl Made {
    fn path(&self) -> &Path {
        &self.folder
    }
}

#[test]
fn the_guide_shows_the_code_that_is_made() {
    let made = guides_adapter(&workspace().join("adapter-api"));
    let code = fs::read_to_string(made.path().join("src/lib.rs")).unwrap();
    assert!(
        GUIDE.contains(&format!("```rust,ignore\n{code}```")),
        "{code}"
    );
}

/// One folder for all builds outside the workspace, so that dependencies are built once.
pub(crate) fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("vendor")
}

/// A turn at that folder: all builds leave their library at the same place, so one waits for the
/// other.
pub(crate) fn one_at_a_time() -> fs::File {
    let target = target_folder();
    fs::create_dir_all(&target).unwrap();
    let lock = fs::File::create(target.join("one-at-a-time")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Builds the adapter in `folder`, and gives a copy of its library there.
fn built(folder: &Path) -> PathBuf {
    let _turn = one_at_a_time();
    let target = target_folder();
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

#[test]
fn an_adapter_of_a_later_minor_version_of_the_abi_loads_into_this_host() {
    let folder = guides_adapter(&workspace().join("adapter-api"));
    let file = folder.path().join("Cargo.toml");
    let text = fs::read_to_string(&file).unwrap();
    let later = text.replace(
        "adapter-api\" }",
        "adapter-api\", features = [\"abi-1-1-preview\"] }",
    );
    assert_ne!(text, later);
    fs::write(&file, later).unwrap();
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
