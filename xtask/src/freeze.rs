//! Freezes a release of the ABI: builds the compat adapter from the sources as they are committed,
//! and keeps its libraries in `tests/compat/`, where every later host loads them. What is there
//! already is never overwritten.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::public_items::NAME;
use crate::{layout, windows};

const FOLDER: &str = "tests/compat";
const ADAPTER: &str = "callpop-compat-adapter";
/// What the libraries are made of.
const SOURCES: [&str; 4] = [
    "adapter-api",
    "tests/compat/adapter",
    "Cargo.toml",
    "Cargo.lock",
];

/// Freezes the version of the SDK that is here.
pub(crate) fn run() -> Result<()> {
    let version = sdk_version()?;
    let folder = Path::new(FOLDER).join(&version);
    ensure!(
        !folder.exists(),
        "{} is there: {version} is frozen, and stays as it is",
        folder.display()
    );
    let changed = git(&[&["status", "--porcelain", "--"], SOURCES.as_slice()].concat())?;
    ensure!(
        changed.is_empty(),
        "commit this first, so that the sources have a name:\n{changed}"
    );
    let target = layout::target_folder()?.join("compat/freeze");
    let built = [
        (
            "linux-x86_64.so",
            "linux",
            "rustc",
            build(
                layout::cargo(),
                &target,
                "release/libcallpop_compat_adapter.so",
            )?,
        ),
        (
            "windows-x86_64.dll",
            "windows",
            windows::RUSTC,
            build(
                windows::needed_cargo()?,
                &target,
                "x86_64-pc-windows-gnu/release/callpop_compat_adapter.dll",
            )?,
        ),
    ];
    let mut frozen = read()?;
    fs::create_dir(&folder)?;
    fs::copy(Path::new("adapter-api").join(NAME), folder.join(NAME))?;
    for (name, system, rustc, bytes) in built {
        fs::write(folder.join(name), &bytes)?;
        frozen.push(entry(&version, name, system, rustc, &bytes)?);
    }
    let text = serde_json::to_string_pretty(&frozen)?;
    fs::write(Path::new(FOLDER).join("frozen.json"), text + "\n")?;
    Ok(())
}

fn sdk_version() -> Result<String> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let sdk = metadata
        .packages
        .iter()
        .find(|it| it.name == "callpop-adapter");
    Ok(sdk.context("the SDK is not here")?.version.to_string())
}

/// A library in release, without a path of this machine in it.
fn build(mut cargo: Command, target: &Path, library: &str) -> Result<Vec<u8>> {
    let here = std::env::current_dir()?;
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home
        .or_else(|| std::env::home_dir().map(|it| it.join(".cargo")))
        .context("Cargo has no home")?;
    let remapped = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![remapped(&home, "cargo"), remapped(&here, ".")];
    // The names of registries; of several that fit, the last one holds.
    for registry in fs::read_dir(home.join("registry/src"))? {
        flags.push(remapped(&registry?.path(), "crates"));
    }
    let status = cargo
        .args(["build", "--release", "--package", ADAPTER, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the build failed");
    let path = target.join(library);
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for folder in [&here, &home] {
        let folder = folder.as_os_str().as_encoded_bytes();
        let is_in = bytes.windows(folder.len()).any(|it| it == folder);
        ensure!(
            !is_in,
            "{} has a path of this machine in it",
            path.display()
        );
    }
    Ok(bytes)
}

fn read() -> Result<Vec<Value>> {
    let file = Path::new(FOLDER).join("frozen.json");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn entry(version: &str, name: &str, system: &str, rustc: &str, bytes: &[u8]) -> Result<Value> {
    let mut hash = String::new();
    for byte in Sha256::digest(bytes) {
        write!(hash, "{byte:02x}")?;
    }
    let mut sources = serde_json::Map::new();
    for path in SOURCES {
        sources.insert(
            path.to_owned(),
            git(&["rev-parse", &format!("HEAD:{path}")])?.into(),
        );
    }
    let (major_minor, _) = version
        .rsplit_once('.')
        .context("the SDK's version is odd")?;
    Ok(json!({
        "file": format!("{version}/{name}"),
        "sha256": hash,
        "abi": format!("abi_stable/{major_minor}"),
        "sdk": version,
        "system": system,
        "machine": "x86_64",
        "compiler": output(Command::new(rustc).arg("--version"))?,
        "profile": "release",
        "commit": git(&["rev-parse", "HEAD"])?,
        "sources": sources,
    }))
}

fn git(arguments: &[&str]) -> Result<String> {
    output(Command::new("git").args(arguments))
}

fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
