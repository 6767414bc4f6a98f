//! The compilers that the table of compatibility is about: the oldest that vendors may have, the
//! machine's own, and a newer one. Two of them are in Debian's packages; the older is unpacked beside
//! the newer, and nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::layout;

/// Rust 1.85, the `rust-version` of the SDK, as Debian 12 was released with.
const OLDEST: &str = "1.85.0+dfsg3-1~deb12u3";
/// Where Debian's package `rustc-web` has the newer one.
const DEBIANS: &str = "/usr/bin/rustc";

/// A compiler that is there.
pub(crate) struct Compiler {
    /// `1.85`.
    pub(crate) version: String,
    /// The program; `None` for the one that Cargo takes unasked.
    rustc: Option<PathBuf>,
    /// Where it builds.
    pub(crate) folder: PathBuf,
}

impl Compiler {
    /// Cargo, which builds with this compiler.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = layout::cargo();
        if let Some(rustc) = &self.rustc {
            cargo.env("RUSTC", rustc).env_remove("RUSTDOC");
        }
        cargo.arg("build").arg("--target-dir").arg(&self.folder);
        cargo
    }
}

/// The compilers that are there, the oldest first; of those that are not, it says why.
pub(crate) fn all(folder: &Path, missing: &mut Vec<String>) -> Result<Vec<Compiler>> {
    let mut compilers = Vec::new();
    let mut add = |rustc: Option<PathBuf>| -> Result<()> {
        let version = version(rustc.as_deref())?;
        let folder = folder.join(format!("rustc-{version}"));
        compilers.push(Compiler {
            version,
            rustc,
            folder,
        });
        Ok(())
    };
    match oldest(&folder.join("oldest-compiler")) {
        Ok(rustc) => add(Some(rustc))?,
        Err(error) => missing.push(format!("Debian's rustc-web {OLDEST}: {error:#}")),
    }
    add(None)?;
    if Path::new(DEBIANS).exists() {
        add(Some(DEBIANS.into()))?;
    } else {
        missing.push("Debian's rustc-web: install it with: apt-get install rustc-web".to_owned());
    }
    Ok(compilers)
}

/// Major and minor version.
fn version(rustc: Option<&Path>) -> Result<String> {
    let own = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let program = rustc.map_or(own, |it| it.as_os_str().to_owned());
    let output = Command::new(&program)
        .arg("--version")
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = text.split_whitespace().nth(1).unwrap_or_default();
    let parts: Vec<_> = number.split('.').take(2).collect();
    ensure!(
        output.status.success() && parts.len() == 2,
        "no compiler: {text}"
    );
    Ok(parts.join("."))
}

/// Downloads and unpacks the oldest one, unless that was done before.
fn oldest(folder: &Path) -> Result<PathBuf> {
    let root = folder.join("root");
    let rustc = folder.join("rustc");
    if !root.join("usr/bin/rustc").exists() {
        fs::create_dir_all(folder)?;
        let packages = ["rustc-web", "libstd-rust-web-1.85", "libstd-rust-web-dev"];
        let status = Command::new("apt-get")
            .args(["download", "-q"])
            .args(packages.map(|package| format!("{package}={OLDEST}")))
            .arg("libllvm19")
            .current_dir(folder)
            .status()
            .context("cannot start apt-get")?;
        ensure!(status.success(), "it is not to be had here");
        for entry in fs::read_dir(folder)? {
            let package = entry?.path();
            if package.extension().is_some_and(|it| it == "deb") {
                let unpacked = Command::new("dpkg")
                    .arg("-x")
                    .arg(&package)
                    .arg(&root)
                    .status()?;
                ensure!(unpacked.success(), "cannot unpack {}", package.display());
            }
        }
    }
    // With libraries of its own, since nothing of it is installed.
    let root = root.display();
    let script = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH='{root}/usr/lib/x86_64-linux-gnu' \\\n    exec '{root}/usr/bin/rustc' --sysroot '{root}/usr' \"$@\"\n"
    );
    fs::write(&rustc, script)?;
    make_executable(&rustc)?;
    Ok(rustc)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(
        file,
        fs::Permissions::from_mode(0o755),
    )?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    anyhow::bail!("Debian's compilers are for Linux")
}
