//! The SDK as vendors get it: its sources, in a folder that builds on its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::layout;

const PACKAGE: &str = "callpop-adapter";

/// What Cargo packs beside the sources, for registries.
const FOR_REGISTRIES: [&str; 3] = ["Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];

/// Lays the SDK out as `folder`, in place of the one that was laid out there before.
pub(crate) fn lay_out(folder: &Path) -> Result<()> {
    let sdk = folder.display();
    if folder.exists() {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let is_sdk = manifest.contains(&format!("name = \"{PACKAGE}\""));
        ensure!(is_sdk, "{sdk} is there and is no SDK; it stays as it is");
    }
    let mut part = folder.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    if part.exists() {
        fs::remove_dir_all(part)?;
    }
    fs::create_dir_all(part).with_context(|| format!("cannot make {}", part.display()))?;
    unpack(part)?;
    for file in FOR_REGISTRIES {
        // Which of them there are depends on Cargo and on what is committed.
        let _ = fs::remove_file(part.join(file));
    }
    let manifest = part.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    // Whatever workspace a vendor unpacks it in, it is not of that.
    fs::write(&manifest, format!("{text}\n[workspace]\n"))?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(part, folder).with_context(|| format!("cannot make {sdk}"))
}

/// Cargo writes into the packed manifest what it inherits from the workspace.
fn unpack(folder: &Path) -> Result<()> {
    let target = layout::target_folder()?.join("sdk");
    let packages = target.join("package");
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    let status = layout::cargo()
        .args(["package", "--package", PACKAGE, "--quiet", "--no-verify"])
        .args(["--no-metadata", "--exclude-lockfile", "--allow-dirty"])
        .arg("--target-dir")
        .arg(&target)
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the SDK could not be packed");
    let mut files = fs::read_dir(&packages)?.filter_map(Result::ok);
    let Some(package) = files.find(|file| file.path().extension() == Some("crate".as_ref())) else {
        bail!("Cargo has packed nothing in {}", packages.display());
    };
    let status = Command::new("tar")
        .args(["--extract", "--gzip", "--strip-components=1", "--file"])
        .arg(package.path())
        .arg("--directory")
        .arg(folder)
        .status()
        .context("cannot start tar")?;
    ensure!(
        status.success(),
        "{:?} could not be unpacked",
        package.path()
    );
    Ok(())
}
