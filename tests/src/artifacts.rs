//! Builds what the tests run — the program, the fifteen adapters and the fixtures — and finds it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cargo_metadata::{CrateType, Message};

/// Names a file with what Cargo has said of a build before, where the tests run on a system without
/// Cargo.
const BUILT_BEFORE: &str = "CALLPOP_TEST_BUILT";

/// What benchmarks measure and compare with; all else would be built in release for nothing.
const MEASURED: [&str; 4] = [
    "callpop-adapter-pipedrive",
    "callpop-benches",
    "callpop-capi",
    "callpop-host",
];

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate is a folder of the workspace")
}

/// The ids of the fifteen shipped adapters, sorted.
///
/// # Panics
/// If their folder cannot be read.
#[must_use]
pub fn adapters() -> Vec<String> {
    let entries = std::fs::read_dir(workspace().join("adapters")).expect("the folder is there");
    let mut ids: Vec<String> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    ids.sort();
    ids
}

/// The program with this name, in the profile of the tests themselves.
#[must_use]
pub fn program(name: &str) -> &'static Path {
    found(&format!("{} (bin)", name.replace('-', "_")))
}

/// The library of an adapter (`pipedrive`) or of a fixture (`panics`).
#[must_use]
pub fn library(name: &str) -> &'static Path {
    found(&format!("{} (cdylib)", name.replace('-', "_")))
}

fn found(name: &str) -> &'static Path {
    static BUILT: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        if let Some(messages) = std::env::var_os(BUILT_BEFORE) {
            return named(File::open(messages).expect("what Cargo has said can be read"));
        }
        if cfg!(debug_assertions) {
            // The same packages and features as `cargo test` has, so that nothing is built twice.
            build(workspace(), ["--lib", "--bins", "--examples"])
        } else {
            let packages = MEASURED.iter().flat_map(|name| ["--package", name]);
            build(workspace(), ["--lib", "--bins"].into_iter().chain(packages))
        }
    });
    built.get(name).unwrap_or_else(|| {
        let mut names: Vec<_> = built.keys().collect();
        names.sort();
        panic!("{name} is not among what was built: {names:?}")
    })
}

/// Builds with Cargo in `folder`, and gives the libraries and programs by name and kind. The
/// `callpop_adapter_` before an adapter's name is left out.
///
/// # Panics
/// If the build fails; Cargo has said why by then.
#[must_use]
pub fn build<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> HashMap<String, PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    // What Cargo tells a test of its package, a build script would take for its own: `ring`'s does, and
    // is run anew, with all that lies on it, where another package's test or nobody's was before.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped());
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let mut cargo = command.spawn().expect("cargo starts");
    let output = cargo.stdout.take().expect("it was piped");
    let built = named(output);
    let status = cargo.wait().expect("cargo ends");
    assert!(status.success(), "cargo build failed: {status}");
    built
}

/// The libraries and programs of which Cargo's messages tell, by name and kind.
fn named(messages: impl Read) -> HashMap<String, PathBuf> {
    let mut built = HashMap::new();
    for message in Message::parse_stream(BufReader::new(messages)) {
        let Ok(Message::CompilerArtifact(artifact)) = message else {
            continue;
        };
        let name = artifact.target.name.replace('-', "_");
        let name = name.strip_prefix("callpop_adapter_").unwrap_or(&name);
        if let Some(program) = artifact.executable {
            built.insert(format!("{name} (bin)"), program.into());
        } else if artifact.target.crate_types.contains(&CrateType::CDyLib) {
            let library = artifact
                .filenames
                .into_iter()
                .find(|file| Some(file.as_str()).is_some_and(is_library));
            if let Some(library) = library {
                built.insert(format!("{name} (cdylib)"), library.into());
            }
        }
    }
    built
}

fn is_library(file: &str) -> bool {
    file.ends_with(std::env::consts::DLL_SUFFIX)
}
