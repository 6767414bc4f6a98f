//! Runs the fuzz targets, one after the other, from seeds that are whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::layout::{self, Layout};

/// Frames as host and worker send them, but for their length.
const FRAMES: [&str; 4] = [
    r#"{"Hello":{"protocol":1}}"#,
    r#"{"Reply":{"id":1,"answer":{"Given":{"Ok":[{"OpenPage":{"url":"https://a.b/","open_as":"Tab"}}]}}}}"#,
    r#"{"Load":{"abi":"abi_stable/1.0","limits":{}}}"#,
    r#""Goodbye""#,
];
const URLS: [&str; 3] = [
    "https://acme.example.com/person/7?a=b#/c",
    "https://x.example.com:443/%2e%2e/",
    "https://user@crm.example.net/",
];

/// Runs each target for so many seconds; fails if one finds something.
pub(crate) fn run(seconds: u32) -> Result<ExitCode> {
    let targets = targets()?;
    ensure!(!targets.is_empty(), "there are no fuzz targets");
    seed()?;
    let mut found = Vec::new();
    for target in targets {
        // A sanitizer is a thing of the nightly toolchain; this lets the stable one have it.
        let status = layout::cargo()
            .args(["fuzz", "run", &target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .args(["-timeout=10", "-print_final_stats=1", "-print_funcs=0"])
            .env("RUSTC_BOOTSTRAP", "1")
            .status()
            .context("cannot start cargo")?;
        if !status.success() {
            found.push(target);
        }
    }
    ensure!(
        found.is_empty(),
        "{} failed. Is cargo-fuzz installed (`cargo install --locked cargo-fuzz`)? If it has found \
         something, place the file that it names into fuzz/regressions/<target>, where a test \
         keeps it",
        found.join(" and ")
    );
    Ok(ExitCode::SUCCESS)
}

fn targets() -> Result<Vec<String>> {
    let files = fs::read_dir("fuzz/fuzz_targets").context("cannot read fuzz/fuzz_targets")?;
    let mut targets = Vec::new();
    for file in files {
        let path = file?.path();
        targets.extend(path.file_stem().map(|it| it.to_string_lossy().into_owned()));
    }
    targets.sort();
    Ok(targets)
}

/// Lays out what is right, for the targets to begin with.
fn seed() -> Result<()> {
    for (number, frame) in FRAMES.into_iter().enumerate() {
        let length = u32::try_from(frame.len())?.to_le_bytes();
        let bytes = [&length, frame.as_bytes()].concat();
        write("frames", &number.to_string(), &bytes)?;
    }
    for (number, url) in URLS.into_iter().enumerate() {
        write("url_policy", &number.to_string(), url.as_bytes())?;
    }
    for adapter in fs::read_dir("adapters")? {
        let adapter = adapter?;
        let name = adapter.file_name().to_string_lossy().into_owned();
        write(
            "manifest",
            &name,
            &fs::read(adapter.path().join("adapter.json"))?,
        )?;
    }
    let layout = layout::target_folder()?.join("fuzz-seeds");
    Layout::build("release", &layout)?;
    let library = layout.join(format!("plugins/test-crm{}", std::env::consts::DLL_SUFFIX));
    write("library", "test-crm", &fs::read(&library)?)?;
    let package = layout.join("test-crm.callpop");
    let made = Command::new(layout.join("callpop"))
        .arg("package")
        .args([&library, Path::new("-o"), &package])
        .status()?;
    ensure!(made.success(), "no package was made: {made}");
    write("package", "test-crm", &fs::read(package)?)
}

fn write(target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let folder: PathBuf = Path::new("fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("seed-{name}"));
    fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))
}
