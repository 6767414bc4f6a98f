//! `callpop package`: one file to ship of an adapter's libraries for several systems.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use callpop_host::{
    FileRole, Manifest, PACKAGE_ENDING, PackageBuilder, PackageSource, PackagingError,
};
use callpop_host::{plain_line, with_causes};
use serde_json::json;

use super::key_text::password;
use crate::args::{Everywhere, Package};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};
use crate::signing_key::SigningKey;

pub(crate) fn run(
    package: &Package,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let key = package.key.as_deref();
    let key = key.map(|path| SigningKey::read(path, || password(&package.password)));
    let key = key.transpose()?;
    let built = build(package)?;
    let manifest = built.manifest();
    let signature = key
        .as_ref()
        .map(|key| key.sign(&built.listing(), &comment(manifest)));
    let bytes = built.finish(signature.transpose()?.as_deref())?;
    let path = package.output.clone().unwrap_or_else(|| {
        let name = format!("{}-{}{PACKAGE_ENDING}", manifest.id, manifest.version);
        PathBuf::from(name)
    });
    if !everywhere.dry_run {
        write(&path, &bytes)?;
    }
    report(&built, &path, bytes.len(), key.as_ref(), everywhere, output);
    Ok(())
}

/// What is signed along with the list of files.
fn comment(manifest: &Manifest) -> String {
    let seconds = SystemTime::UNIX_EPOCH.elapsed();
    let seconds = seconds.map_or(0, |since| since.as_secs());
    let (id, version) = (&manifest.id, &manifest.version);
    format!("timestamp:{seconds}\tfile:package.json\thashed\tid:{id}\tversion:{version}")
}

fn build(package: &Package) -> Result<PackageBuilder, Failure> {
    if let Some(name) = &package.output
        && !name.to_string_lossy().ends_with(PACKAGE_ENDING)
    {
        let message = format!("{} does not end in {PACKAGE_ENDING}", name.display());
        return Err(Failure::new(Exit::Usage, "invalid-name", message)
            .advice("By that ending a plugins folder knows what it is."));
    }
    let sources = package.files.iter().map(|path| source(path));
    let mut built = PackageBuilder::new(sources.collect::<Result<_, _>>()?)?;
    if let Some(icon) = &package.icon {
        built.icon(source(icon)?)?;
    }
    if let Some(licence) = &package.licence {
        built.licence(source(licence)?)?;
    }
    Ok(built)
}

fn source(path: &Path) -> Result<PackageSource, Failure> {
    let read = fs::read(path).map(|bytes| PackageSource {
        path: path.to_owned(),
        bytes,
    });
    read.map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Failure::new(Exit::Usage, "unreadable-file", message)
    })
}

/// The package as a whole, or none.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let written = || -> std::io::Result<()> {
        // With the rights of any new file: it is for others to read.
        let mut file = tempfile::Builder::new()
            .make_in(folder.unwrap_or(Path::new(".")), |path| {
                File::create_new(path)
            })?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    written().map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::new(Exit::State, "cannot-write", message)
    })
}

fn report(
    built: &PackageBuilder,
    path: &Path,
    size: usize,
    key: Option<&SigningKey>,
    everywhere: &Everywhere,
    output: &Output,
) {
    let manifest = built.manifest();
    if output.is_json() {
        output.json(&json!({
            "path": path.to_string_lossy(),
            "size": size,
            "id": manifest.id,
            "version": manifest.version,
            "files": built.files().collect::<Vec<_>>(),
            "signed": key.is_some(),
            "keyId": key.map(|key| key.public.id()),
            "dryRun": everywhere.dry_run,
        }));
        return;
    }
    let done = if everywhere.dry_run {
        "Would write".to_owned()
    } else {
        styled(GOOD, "Wrote")
    };
    let shown = path.display();
    output.line(format!(
        "{done} {shown}: {} {}, {size} bytes",
        manifest.id, manifest.version
    ));
    for file in built.files() {
        output.line(format!("  {:28}{}", what_it_is(file), file.name));
    }
    output.line(match key {
        Some(key) => format!("It is signed with the key {}.", key.public.id()),
        None => "It is not signed.".to_owned(),
    });
}

/// A file in a package, in words.
pub(super) fn what_it_is(file: &callpop_host::PackagedFile) -> String {
    let role = match file.role {
        FileRole::Manifest => "manifest",
        FileRole::Library => "library",
        FileRole::Templates => "templates, for every system",
        FileRole::Icon => "icon",
        FileRole::Licence => "licence",
        _ => "something of a newer Callpop",
    };
    match &file.system {
        Some(system) => plain_line(&system.to_string(), 100),
        None => role.to_owned(),
    }
}

impl From<PackagingError> for Failure {
    fn from(error: PackagingError) -> Self {
        let code = match &error {
            PackagingError::NotAnAdapter { source, .. } => source.code(),
            PackagingError::Package(error) => error.code(),
            PackagingError::Differ { .. } => "libraries-differ",
            _ => "cannot-package",
        };
        Self::new(Exit::Usage, code, with_causes(&error))
    }
}
