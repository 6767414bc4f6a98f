//! The programs and adapters for Windows, built on Linux with Debian's Rust and MinGW, and tested
//! under Wine.
//!
//! Debian's Rust has the sources of its standard library, of which Cargo makes one for Windows. That
//! is a thing of the nightly toolchain, which a variable lets this one have.

mod wine_fault;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;

use crate::layout::{self, Layout, Toolchain};

const TARGET: &str = "x86_64-pc-windows-gnu";
const CARGO: &str = "/usr/bin/cargo";
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
const LINKER: &str = "x86_64-w64-mingw32-gcc-posix";
const DLLTOOL: &str = "x86_64-w64-mingw32-dlltool";
const CPP_COMPILER: &str = "x86_64-w64-mingw32-g++-posix";
/// As Debian names it: its wrapper `wine` is in a package that wants a 32-bit part as well.
const WINE: &str = "/usr/lib/wine/wine64";
/// Where Cargo builds for Windows, under where it builds otherwise.
const FOLDER: &str = "windows";

/// What must be there, and the package of Debian's that brings it.
const NEEDED: [(&str, &str); 4] = [
    (CARGO, "cargo-web"),
    (RUSTC, "rustc-web"),
    ("/usr/lib/rustlib/src", "rust-web-src"),
    (
        "/usr/bin/x86_64-w64-mingw32-gcc-posix",
        "gcc-mingw-w64-x86-64-posix",
    ),
];
const NEEDED_TO_RUN: [(&str, &str); 2] = [
    (WINE, "wine64"),
    (
        "/usr/bin/x86_64-w64-mingw32-g++-posix",
        "g++-mingw-w64-x86-64-posix",
    ),
];

/// The one that is linked by the module definition, since it calls every function.
const MADE_BY_DEFINITIONS: &str = "c-faults.exe";

/// The programs of the tests of the C API, and how the tests name them.
const C_PROGRAMS: [(&str, &str); 3] = [
    ("docs/examples/c/dialer.c", "c-dialer.exe"),
    ("docs/examples/cpp/dialer.cpp", "cpp-dialer.exe"),
    ("tests/c/faults.c", "c-faults.exe"),
];

/// A part of Windows that Rust's programs need and Wine 8 lacks: random numbers. It lies beside the
/// programs that are tested, and is never shipped.
const RANDOM: &str = "bcryptprimitives.dll";

/// Builds for Windows and lays out as `dist` does.
pub(crate) fn dist(profile: &str, to: &Path) -> Result<Layout> {
    need(&NEEDED)?;
    let toolchain = Toolchain {
        cargo,
        program_suffix: ".exe",
        library_suffix: ".dll",
    };
    Layout::build_with(&toolchain, profile, to)
}

/// Builds the tests for Windows and runs them.
pub(crate) fn test(options: &[String]) -> Result<()> {
    need(&NEEDED)?;
    need(&NEEDED_TO_RUN)?;
    let folder = folder()?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let built = folder.join("built.jsonl");
    said(&["build", "--lib", "--bins", "--examples"], &built)?;
    let tests = folder.join("tests.jsonl");
    let both = ["--package", "callpop-host", "--package", "callpop-tests"];
    let arguments = [
        &["test", "--no-run", "--lib", "--test", "suite"],
        both.as_slice(),
    ]
    .concat();
    said(&arguments, &tests)?;
    let programs = folder.join(TARGET).join("debug");
    // The programs, the tests, and the program among the examples.
    for folder in ["", "deps", "examples"] {
        make_random(&programs.join(folder).join(RANDOM))?;
    }
    let c_programs = build_c_programs(&programs)?;
    for program in programs_in(&tests)? {
        run_tests(|| {
            let mut wine = wine(&program);
            wine.args(options)
                .env("CALLPOP_TEST_BUILT", &built)
                .env("CALLPOP_TEST_C_PROGRAMS", &c_programs)
                // Where the snapshots are, by the path that both systems know: Wine's drive `Z:`, on
                // which it starts, is this system's root.
                .env("INSTA_WORKSPACE_ROOT", std::env::current_dir()?);
            Ok(wine)
        })?;
    }
    Ok(())
}

/// Runs a program of tests, and those once more that Wine itself has made fail.
fn run_tests(program: impl Fn() -> Result<Command>) -> Result<()> {
    const FAILED: &str = "a test has failed on Windows";
    let (status, output) = shown(&mut program()?)?;
    if status.success() {
        return Ok(());
    }
    let names = wine_fault::all_failed_for(&output).context(FAILED)?;
    writeln!(
        io::stdout(),
        "All that failed did so because Wine could not bring up a new process (Windows' error 1359), \
         which is a fault of Wine's. Once more, and for the last time: {}",
        names.join(", ")
    )?;
    let (status, output) = shown(program()?.arg("--exact").args(&names))?;
    ensure!(status.success(), "{FAILED}, when run again too");
    ensure!(
        wine_fault::have_passed(&output, names.len()),
        "the tests that failed have not all run again"
    );
    Ok(())
}

/// Runs a program; what it prints is shown as it comes, and kept.
fn shown(command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut program = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {WINE}"))?;
    let mut printed = program.stdout.take().context("the tests have no output")?;
    let (mut kept, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = printed.read(&mut part)?;
        if length == 0 {
            break;
        }
        kept.extend_from_slice(&part[..length]);
        let mut shown = io::stdout().lock();
        shown.write_all(&part[..length])?;
        shown.flush()?;
    }
    Ok((program.wait()?, String::from_utf8_lossy(&kept).into_owned()))
}

/// Wine, with a Windows of the tests' own.
fn wine(program: &Path) -> Command {
    let mut wine = Command::new(WINE);
    wine.arg(program)
        .env(
            "WINEPREFIX",
            program.ancestors().nth(4).unwrap_or(program).join("wine"),
        )
        .env("WINEDEBUG", "-all")
        // No browser of this system's: Wine would start it for a page.
        .env("PATH", "/nonexistent");
    wine
}

/// Whether the host's library compiles for macOS; nothing is linked, and nothing is run.
pub(crate) fn check_macos() -> Result<ExitStatus> {
    need(&NEEDED)?;
    cargo_for("aarch64-apple-darwin")
        .args([
            "check",
            "--package",
            "callpop-host",
            "--no-default-features",
        ])
        .status()
        .with_context(|| format!("cannot start {CARGO}"))
}

/// The same, if all that it needs is there.
pub(crate) fn needed_cargo() -> Result<Command> {
    need(&NEEDED)?;
    Ok(cargo())
}

/// Debian's Cargo, which builds for Windows.
fn cargo() -> Command {
    cargo_for(TARGET)
}

/// Debian's Cargo, which makes the standard library of any system.
fn cargo_for(target: &str) -> Command {
    let mut cargo = Command::new(CARGO);
    cargo
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // The last one for tests alone: without it, what is not a test would lie on another standard
        // library, and all that both need would be built twice.
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_unwind,test")
        .env("CARGO_BUILD_TARGET", target)
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", LINKER)
        .env("CC_x86_64_pc_windows_gnu", LINKER)
        .env("AR_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-ar")
        // What the Cargo that runs this has set for its own Rust.
        .env_remove("RUSTDOC")
        .env_remove("LD_LIBRARY_PATH");
    if let Ok(folder) = folder() {
        cargo.env("CARGO_TARGET_DIR", folder);
    }
    cargo
}

fn folder() -> Result<PathBuf> {
    Ok(layout::target_folder()?.join(FOLDER))
}

/// Runs Cargo, and keeps what it says of what it has built.
fn said(arguments: &[&str], file: &Path) -> Result<()> {
    let out = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
    let status = cargo()
        .args(arguments)
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::from(out))
        .status()
        .with_context(|| format!("cannot start {CARGO}"))?;
    ensure!(status.success(), "the build for Windows failed");
    Ok(())
}

/// The programs of the tests.
fn programs_in(messages: &Path) -> Result<Vec<PathBuf>> {
    let file = File::open(messages)?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(std::io::BufReader::new(file)) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.profile.test
        {
            programs.extend(artifact.executable.map(PathBuf::from));
        }
    }
    ensure!(!programs.is_empty(), "Cargo has built no tests");
    Ok(programs)
}

/// Builds the programs of the tests of the C API, beside the library that they need; tells where they
/// are.
fn build_c_programs(built: &Path) -> Result<PathBuf> {
    let folder = built.join("c");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    layout::copy(&built.join("callpop.dll"), &folder.join("callpop.dll"))?;
    make_random(&folder.join(RANDOM))?;
    let of_definitions = import_library(&folder)?;
    for (source, name) in C_PROGRAMS {
        let (compiler, standard) = match source.ends_with(".cpp") {
            true => (CPP_COMPILER, "-std=c++17"),
            false => (LINKER, "-std=c11"),
        };
        let status = Command::new(compiler)
            .args([standard, "-Wall", "-Wextra", "-Werror", "-static", "-pthread"])
            // Windows' own `printf` does not know C99.
            .arg("-D__USE_MINGW_ANSI_STDIO=1")
            .args(["-Ihost/capi/include", source, "-o"])
            .arg(folder.join(name))
            .arg(match name == MADE_BY_DEFINITIONS {
                true => of_definitions.clone(),
                false => built.join("libcallpop.dll.a"),
            })
            .status()
            .with_context(|| format!("cannot start {compiler}"))?;
        ensure!(status.success(), "{source} could not be built for Windows");
    }
    Ok(folder)
}

/// An import library made of the module definition, as other linkers make theirs.
fn import_library(folder: &Path) -> Result<PathBuf> {
    let (definitions, library) = (folder.join("callpop.def"), folder.join("callpop.lib"));
    fs::write(&definitions, crate::c_kit::definitions()?)?;
    let status = Command::new(DLLTOOL)
        .arg("--input-def")
        .arg(&definitions)
        .arg("--output-lib")
        .arg(&library)
        .status()
        .with_context(|| format!("cannot start {DLLTOOL}"))?;
    ensure!(
        status.success(),
        "no import library could be made of callpop.def"
    );
    Ok(library)
}

fn make_random(library: &Path) -> Result<()> {
    let status = Command::new(LINKER)
        .args(["-shared", "-O1", "-o"])
        .arg(library)
        .args(["xtask/src/windows/random.c", "-ladvapi32"])
        .status()
        .with_context(|| format!("cannot start {LINKER}"))?;
    ensure!(status.success(), "{RANDOM} could not be built");
    Ok(())
}

fn need(things: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<_> = things
        .iter()
        .filter(|(path, _)| !Path::new(path).exists())
        .map(|(_, package)| *package)
        .collect();
    ensure!(
        missing.is_empty(),
        "packages of Debian's are missing; install them with: apt-get install {}",
        missing.join(" ")
    );
    Ok(())
}
