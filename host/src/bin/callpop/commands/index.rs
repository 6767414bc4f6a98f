//! `callpop index`: makes an index of a folder of packages.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use callpop_host::{FileState, PACKAGE_ENDING, SIGNATURE_ENDING, inspect, plain_line, with_causes};
use serde_json::json;

use super::key_text::password;
use crate::adapter_index::{AdapterIndex, FORMAT, INDEX, IndexedAdapter, IndexedVersion};
use crate::args::{Everywhere, Index};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};
use crate::signing_key::SigningKey;

pub(crate) fn run(index: &Index, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let key = index.key.as_deref();
    let key = key.map(|path| SigningKey::read(path, || password(&index.password)));
    let key = key.transpose()?;
    let made = made_of(&index.folder)?;
    let path = index.folder.join(INDEX);
    let mut text = serde_json::to_vec_pretty(&made).unwrap_or_default();
    text.push(b'\n');
    let signature = key.as_ref().map(|key| {
        let comment = format!("file:{INDEX}\tgenerated:{}\thashed", made.generated);
        key.sign(&text, &comment)
    });
    let signature = signature.transpose()?;
    if !everywhere.dry_run {
        write(&path, &text, signature.as_deref())?;
    }
    if output.is_json() {
        output.json(&json!({
            "path": path.to_string_lossy(),
            "index": made,
            "keyId": key.map(|key| key.public.id()),
            "dryRun": everywhere.dry_run,
        }));
        return Ok(());
    }
    let done = if everywhere.dry_run {
        "Would write".to_owned()
    } else {
        styled(GOOD, "Wrote")
    };
    let signed = match key {
        Some(key) => format!("signed with the key {}", key.public.id()),
        None => "not signed".to_owned(),
    };
    output.line(format!("{done} {}, {signed}", path.display()));
    for (id, adapter) in &made.adapters {
        let versions = adapter.versions.iter();
        let versions: Vec<_> = versions.map(|it| it.version.to_string()).collect();
        output.line(format!("  {id}: {}", versions.join(", ")));
    }
    Ok(())
}

/// The index of the packages in a folder, whatever systems they are for.
fn made_of(folder: &Path) -> Result<AdapterIndex, Failure> {
    let mut adapters: BTreeMap<String, IndexedAdapter> = BTreeMap::new();
    for path in packages_in(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (manifest, version) = indexed(&path, &name)?;
        let adapter = adapters
            .entry(manifest.id.clone())
            .or_insert_with(|| IndexedAdapter {
                name: manifest.name.clone(),
                vendor: manifest.vendor.clone(),
                versions: Vec::new(),
            });
        if adapter
            .versions
            .iter()
            .any(|it| it.version == version.version)
        {
            let what = format!("{} {}", manifest.id, version.version);
            let message = format!("{} has {what} twice", folder.display());
            return Err(Failure::new(Exit::Usage, "same-version", message));
        }
        adapter.versions.push(version);
        adapter
            .versions
            .sort_by(|one, other| other.version.cmp(&one.version));
    }
    Ok(AdapterIndex {
        format: FORMAT,
        generated: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        adapters,
    })
}

fn packages_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot_list = |error: std::io::Error| {
        let message = format!("{} cannot be listed: {error}", folder.display());
        Failure::new(Exit::Usage, "unreadable-file", message)
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_list)? {
        let path = entry.map_err(cannot_list)?.path();
        if path.to_string_lossy().ends_with(PACKAGE_ENDING) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let message = format!("there is no package in {}", folder.display());
        return Err(Failure::new(Exit::Usage, "no-packages", message)
            .advice("Make one with: callpop package FILE..."));
    }
    Ok(paths)
}

fn indexed(path: &Path, name: &str) -> Result<(callpop_host::Manifest, IndexedVersion), Failure> {
    let file = inspect(path).file;
    let is_usable = match &file.state {
        // Whoever installs it has the system that it is for.
        FileState::Refused(refusal) => refusal.code() == "other-machine",
        _ => true,
    };
    let (Some(description), Some(package), true) = (file.description, file.package, is_usable)
    else {
        let why = match &file.state {
            FileState::Refused(refusal) => with_causes(refusal),
            _ => "it is not a package".to_owned(),
        };
        let message = plain_line(&format!("{}: {why}", path.display()), 1000);
        return Err(Failure::new(Exit::Usage, "invalid-package", message));
    };
    let version = IndexedVersion {
        version: description.manifest.version.clone(),
        file: address(name),
        size: file.size.unwrap_or_default(),
        sha256: package.sha256.clone(),
        signed: package.is_signed,
        systems: package.systems(),
    };
    Ok((description.manifest, version))
}

/// The name as a relative address: `acme%20crm.callpop`.
fn address(name: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(name, PLAIN).to_string()
}

/// The signature first: who reads in between gets an error, and no unsigned index.
fn write(path: &Path, text: &[u8], signature: Option<&str>) -> Result<(), Failure> {
    let beside = PathBuf::from(format!("{}{SIGNATURE_ENDING}", path.display()));
    let put = |path: &Path, bytes: &[u8]| -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let new = |path: &Path| File::create_new(path);
        let mut file = tempfile::Builder::new().make_in(folder, new)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    let written = match signature {
        Some(signature) => put(&beside, signature.as_bytes()),
        // One of the index before would not fit.
        None => match fs::remove_file(&beside) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    };
    written.and_then(|()| put(path, text)).map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::new(Exit::State, "cannot-write", message)
    })
}
