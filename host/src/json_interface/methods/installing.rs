//! Packages: into the user's plugins folder, and out of it.

use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::host::{InstallError, InstallOptions, UninstallError};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, FailureKind, JsonInterface, Lane};
use crate::refusal::MAX_FILE_SIZE;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "installPackage",
            "Installs a package: verifies and loads it, and puts it into the user's plugins folder \
             in one step.",
            install_package,
        ),
        Method::new(
            "uninstallAdapter",
            "Takes an adapter out of the user's plugins folder, and what it was granted. Its account \
             stays; `logOut` comes before, if it should not.",
            uninstall_adapter,
        ),
    ]
}

/// A package to be installed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct InstallPackage {
    /// The package, `NAME.callpop`, wherever it is.
    path: PathBuf,
    /// Let an older version take a newer one's place.
    #[serde(default)]
    allow_downgrade: bool,
    /// Accept that it is not what was accepted before; the user has seen that.
    #[serde(default)]
    accept: bool,
    /// Verify everything, and leave everything as it is.
    #[serde(default)]
    dry_run: bool,
}

impl Params for InstallPackage {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// What was installed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct InstalledPackage {
    /// The adapter's id.
    adapter: String,
    /// Its version.
    version: String,
    /// The file, as it is in the plugins folder now.
    path: String,
    /// The version that was used before, if there was one.
    before: Option<String>,
    /// Whether it was there already, the same byte for byte; then nothing was done.
    is_there_already: bool,
    /// Other files of the same adapter in the same folder, which are used no more.
    no_longer_used: Vec<String>,
}

fn install_package(
    interface: &JsonInterface,
    asked: InstallPackage,
) -> Result<InstalledPackage, Failure> {
    let host = &interface.host;
    let options = InstallOptions {
        allow_downgrade: asked.allow_downgrade,
        accept: asked.accept,
        dry_run: asked.dry_run,
        index: None,
    };
    let installed = host.install(&package(&asked.path)?, &options)?;
    if !asked.dry_run {
        host.rescan();
    }
    let manifest = &installed.description.manifest;
    Ok(InstalledPackage {
        adapter: manifest.id.clone(),
        version: manifest.version.to_string(),
        path: text(&installed.file.path),
        before: installed.before.map(|version| version.to_string()),
        is_there_already: installed.is_there_already,
        no_longer_used: installed.no_longer_used.iter().map(|it| text(it)).collect(),
    })
}

fn package(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |why: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {why}", path.display());
        Failure::usage("unreadable-file", message)
    };
    let size = fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .len();
    if size > MAX_FILE_SIZE {
        return Err(unreadable(&format!(
            "it is over {MAX_FILE_SIZE} bytes long"
        )));
    }
    fs::read(path).map_err(|error| unreadable(&error))
}

/// An adapter to be taken out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UninstallAdapter {
    /// The adapter's id.
    adapter: String,
    /// Say what would be removed, and leave everything as it is.
    #[serde(default)]
    dry_run: bool,
}

impl Params for UninstallAdapter {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// What was taken out.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UninstalledAdapter {
    /// The files that were removed.
    removed: Vec<String>,
    /// The file that is the adapter now, in another folder, if there is one.
    used_instead: Option<String>,
}

fn uninstall_adapter(
    interface: &JsonInterface,
    asked: UninstallAdapter,
) -> Result<UninstalledAdapter, Failure> {
    let host = &interface.host;
    let uninstalled = host.uninstall(&asked.adapter, asked.dry_run)?;
    if !asked.dry_run {
        host.rescan();
    }
    Ok(UninstalledAdapter {
        removed: uninstalled.removed.iter().map(|it| text(it)).collect(),
        used_instead: uninstalled.used_instead.as_deref().map(text),
    })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        let (code, message) = (error.code(), crate::with_causes(&error));
        let kind = match error {
            InstallError::State(_) | InstallError::Folder { .. } => FailureKind::State,
            _ => FailureKind::NoAdapter,
        };
        Self::new(kind, code, message)
    }
}

impl From<UninstallError> for Failure {
    fn from(error: UninstallError) -> Self {
        let (code, message) = (error.code(), crate::with_causes(&error));
        let kind = match error {
            UninstallError::State(_) | UninstallError::Remove { .. } => FailureKind::State,
            _ => FailureKind::NoAdapter,
        };
        Self::new(kind, code, message)
    }
}
