//! Who loads whom: one adapter, built by each compiler in debug and in release for each minor version
//! of the ABI, and the frozen ones, all loaded by a host of each version. The table stands in
//! `adapter-api/ABI.md`, and this fails if it is another one.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::compilers::{self, Compiler};
use crate::layout;
use crate::public_items;

/// The minor versions: what is released, and what is rehearsed with a feature of the SDK.
const VERSIONS: [(&str, Option<&str>); 2] = [("1.0", None), ("1.1", Some("abi-1-1-preview"))];
const ADAPTER: &str = "callpop-compat-adapter";
const HOST: &str = "callpop-compat";
const FROZEN: &str = "tests/compat/frozen.json";
const DOCUMENT: &str = "adapter-api/ABI.md";
const BEGIN: &str = "<!-- `cargo xtask compat` checks this table -->\n";
const END: &str = "<!-- end of the table -->";

/// A library of the table.
struct Row {
    /// Who built it, how, and which ABI it speaks, as the table says it.
    built: [String; 3],
    /// Its folder and its file's name there.
    folder: PathBuf,
    file: String,
}

/// What a host says of a library: a line of JSON.
#[derive(Deserialize)]
struct Report {
    folder: PathBuf,
    file: String,
    abi: Option<String>,
    isolation: String,
    problem: Option<String>,
}

/// What is frozen, as `frozen.json` has it.
#[derive(Deserialize)]
struct Frozen {
    file: String,
    abi: String,
    system: String,
    compiler: String,
    profile: String,
}

/// Builds, loads, prints the table, and compares it with the document's; or writes it there.
pub(crate) fn run(write: bool) -> Result<()> {
    let folder = layout::target_folder()?.join("compat");
    let plugins = folder.join("plugins");
    if plugins.exists() {
        fs::remove_dir_all(&plugins)?;
    }
    let mut missing = Vec::new();
    let compilers = compilers::all(&folder, &mut missing)?;
    let mut rows = Vec::new();
    for compiler in &compilers {
        rows.extend(built_by(compiler, &plugins)?);
    }
    rows.extend(frozen(&plugins)?);
    if let Some(oldest) = compilers.iter().find(|it| it.version == "1.85") {
        shipped_by(oldest, &plugins.join("shipped"))?;
    }
    let mut reports = BTreeMap::new();
    for (version, feature) in VERSIONS {
        let host = host(version, feature, &folder)?;
        reports.insert(version, reports_of(&host, &plugins)?);
    }
    let table = table(&rows, &reports)?;
    say(&table);
    for what in &missing {
        say(&format!("SKIPPED: {what}"));
    }
    let is_whole = missing.is_empty();
    ensure!(
        is_whole || std::env::var("CALLPOP_TEST_REQUIRE").as_deref() != Ok("all"),
        "a compiler of the table is missing"
    );
    settle(&table, write, is_whole)?;
    public_items::run(&folder, write)
}

/// The adapter of each version in both profiles.
fn built_by(compiler: &Compiler, plugins: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (profile, folder) in [("dev", "debug"), ("release", "release")] {
        for (version, feature) in VERSIONS {
            let mut cargo = compiler.cargo();
            cargo.args(["--quiet", "--package", ADAPTER, "--profile", profile]);
            finish(cargo.args(feature.map(|it| format!("--features={it}"))))?;
            let library = compiler
                .folder
                .join(folder)
                .join("libcallpop_compat_adapter.so");
            let to = plugins.join(format!("rustc-{}-{folder}", compiler.version));
            let file = format!("compat-{version}.so");
            place(&library, &to, &file)?;
            rows.push(Row {
                built: [
                    format!("rustc {}", compiler.version),
                    folder.to_owned(),
                    version.to_owned(),
                ],
                folder: to,
                file,
            });
        }
    }
    Ok(rows)
}

/// The frozen libraries that are for this system.
fn frozen(plugins: &Path) -> Result<Vec<Row>> {
    let text = fs::read_to_string(FROZEN).with_context(|| format!("cannot read {FROZEN}"))?;
    let all: Vec<Frozen> = serde_json::from_str(&text)?;
    let mut rows = Vec::new();
    for frozen in all.iter().filter(|it| it.system == std::env::consts::OS) {
        let from = Path::new(FROZEN).with_file_name(&frozen.file);
        let to = plugins.join(format!("frozen-{}", frozen.file.replace('/', "-")));
        let file = format!("frozen{}", std::env::consts::DLL_SUFFIX);
        place(&from, &to, &file)?;
        let version = frozen.abi.rsplit('/').next().unwrap_or_default();
        let compiler: Vec<_> = frozen.compiler.split(['.', ' ']).take(3).collect();
        let [_, major, minor] = compiler[..] else {
            bail!("{FROZEN} has the compiler {:?}", frozen.compiler);
        };
        rows.push(Row {
            built: [
                format!("[frozen](../tests/compat/README.md): rustc {major}.{minor}"),
                frozen.profile.clone(),
                version.to_owned(),
            ],
            folder: to,
            file,
        });
    }
    Ok(rows)
}

/// The adapters that are shipped, which vendors with this compiler might have built as well.
fn shipped_by(compiler: &Compiler, to: &Path) -> Result<()> {
    let mut cargo = compiler.cargo();
    cargo.arg("--quiet");
    let mut names = Vec::new();
    for entry in fs::read_dir("adapters").context("cannot read adapters")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        cargo.arg(format!("--package=callpop-adapter-{name}"));
        names.push(name);
    }
    finish(&mut cargo)?;
    for name in names {
        let library = format!("libcallpop_adapter_{}.so", name.replace('-', "_"));
        let from = compiler.folder.join("debug").join(library);
        place(&from, to, &format!("{name}.so"))?;
    }
    Ok(())
}

/// A program with a host of this version, built by the machine's own compiler.
fn host(version: &str, feature: Option<&str>, folder: &Path) -> Result<PathBuf> {
    let feature = feature.map(|it| format!("{HOST}/{it}"));
    let built = layout::build_program(HOST, feature.as_deref())?;
    let name = format!("host-{version}");
    place(&built, folder, &name)?;
    Ok(folder.join(name))
}

/// What the host says of all libraries, which it loads into one process.
fn reports_of(host: &Path, plugins: &Path) -> Result<Vec<Report>> {
    let mut folders: Vec<_> = fs::read_dir(plugins)?
        .map(|entry| entry.map(|it| it.path()))
        .collect::<std::io::Result<_>>()?;
    folders.sort();
    let output = Command::new(host)
        .args(&folders)
        .output()
        .with_context(|| format!("cannot start {}", host.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "{} failed: {said}{}",
        host.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let reports: Result<Vec<Report>, _> = said.lines().map(serde_json::from_str).collect();
    let reports = reports.with_context(|| format!("{} said: {said}", host.display()))?;
    for report in &reports {
        if let Some(problem) = &report.problem {
            let name = report.folder.file_name().map(OsStr::display);
            let name = name.map(|it| it.to_string()).unwrap_or_default();
            say(&format!(
                "{name}/{} in {}, {}: {problem}",
                report.file,
                host.display(),
                report.isolation
            ));
        }
    }
    Ok(reports)
}

fn table(rows: &[Row], reports: &BTreeMap<&str, Vec<Report>>) -> Result<String> {
    let mut table =
        "| adapter built by | profile | its ABI | host of 1.0 | host of 1.1 (rehearsed) |\n\
                     | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for row in rows {
        table += &format!("| {} |", row.built.join(" | "));
        for (version, reports) in reports {
            let of_row: Vec<_> = reports
                .iter()
                .filter(|it| it.folder == row.folder && it.file == row.file)
                .collect();
            // In-process and isolated.
            ensure!(
                of_row.len() == 2,
                "a host of {version} did not see {}",
                row.file
            );
            let abi = format!("abi_stable/{}", row.built[2]);
            let works = of_row
                .iter()
                .all(|it| it.problem.is_none() && it.abi.as_deref() == Some(&abi));
            table += if works {
                " works |"
            } else {
                " **does not work** |"
            };
        }
        table.push('\n');
    }
    ensure!(
        reports.values().flatten().all(|it| it.problem.is_none()),
        "{table}\nNot all work"
    );
    Ok(table)
}

/// Compares with the document, or changes it.
fn settle(table: &str, write: bool, is_whole: bool) -> Result<()> {
    let text = fs::read_to_string(DOCUMENT).with_context(|| format!("cannot read {DOCUMENT}"))?;
    let (before, rest) = text.split_once(BEGIN).context("ABI.md has no table")?;
    let (shown, after) = rest.split_once(END).context("ABI.md's table has no end")?;
    if write {
        ensure!(is_whole, "the table is not whole");
        return Ok(fs::write(
            DOCUMENT,
            format!("{before}{BEGIN}{table}{END}{after}"),
        )?);
    }
    // Where a compiler is missing, so are its rows.
    let is_same = if is_whole {
        shown == table
    } else {
        table.lines().all(|row| shown.lines().any(|it| it == row))
    };
    ensure!(
        is_same,
        "{DOCUMENT} shows another table; `cargo xtask compat --write` writes this one"
    );
    Ok(())
}

fn place(from: &Path, folder: &Path, name: &str) -> Result<()> {
    fs::create_dir_all(folder)?;
    layout::copy(from, &folder.join(name))
}

fn finish(cargo: &mut Command) -> Result<()> {
    let status = cargo.status().context("cannot start cargo")?;
    ensure!(status.success(), "the build failed");
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "what a chore found out is for its user"
)]
fn say(text: &str) {
    println!("{text}");
}
