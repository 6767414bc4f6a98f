//! `callpop adapters import-manifest`: adapters of templates from a manifest in the reference
//! extension's form.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callpop_host::{Host, ImportedManifest, plain_line, with_causes};
use serde_json::json;

use crate::args::{Everywhere, ImportManifest};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};

pub(crate) fn run(
    import: &ImportManifest,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let file = import.file.display();
    let unusable = |why: String| {
        let message = format!("{file} cannot be imported: {why}");
        Failure::new(Exit::Usage, "invalid-manifest", message)
    };
    let text = fs::read_to_string(&import.file).map_err(|error| unusable(error.to_string()))?;
    let imported =
        callpop_host::import_manifest(&text).map_err(|error| unusable(with_causes(&error)))?;
    let adapters = &imported.adapters;
    let folder = folder(import, host)?;
    let paths: Vec<PathBuf> = adapters
        .iter()
        .map(|adapter| folder.join(format!("{}.adapter.json", adapter.id)))
        .collect();
    // Looked at before the first is written, so that it is all of them or none.
    if let Some(there) = paths.iter().find(|path| path.exists() && !import.force) {
        let message = format!("{} is there already", there.display());
        return Err(Failure::new(Exit::Usage, "file-exists", message)
            .advice("Write over it with --force, or name another folder with --to DIR"));
    }
    if !everywhere.dry_run {
        for (adapter, path) in adapters.iter().zip(&paths) {
            write(path, &adapter.text, import.force).map_err(|error| cannot_write(path, &error))?;
        }
    }
    report(&imported, &paths, everywhere, output);
    Ok(())
}

fn folder(import: &ImportManifest, host: &Host) -> Result<PathBuf, Failure> {
    let catalog = host.catalog();
    let folder = import
        .to
        .clone()
        .or_else(|| Some(catalog.folders.first()?.path.clone()));
    folder.ok_or_else(|| {
        let message = "there is no plugins folder to write into";
        Failure::new(Exit::Usage, "no-folder", message).advice("Name one with --to DIR")
    })
}

fn write(path: &Path, text: &str, force: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force);
    let mut file = options.truncate(force).open(path)?;
    file.write_all(text.as_bytes())
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let message = format!("{} cannot be written: {error}", path.display());
    Failure::new(Exit::State, "cannot-write", message)
}

fn report(
    imported: &ImportedManifest,
    paths: &[PathBuf],
    everywhere: &Everywhere,
    output: &Output,
) {
    let adapters = imported.adapters.iter();
    if output.is_json() {
        let adapters: Vec<_> = adapters
            .zip(paths)
            .map(|(adapter, path)| {
                json!({
                    "id": adapter.id,
                    "path": path.to_string_lossy(),
                    "remarks": adapter.remarks,
                })
            })
            .collect();
        let left_out = imported.left_out.iter();
        let left_out: Vec<_> = left_out
            .map(|(platform, why)| json!({ "platform": platform, "message": why.to_string() }))
            .collect();
        output.json(&json!({
            "adapters": adapters,
            "leftOut": left_out,
            "notTaken": imported.not_taken,
            "dryRun": everywhere.dry_run,
        }));
        return;
    }
    for (adapter, path) in adapters.zip(paths) {
        let done = if everywhere.dry_run {
            "Would write".to_owned()
        } else {
            styled(GOOD, "Wrote")
        };
        output.line(format!("{done} {}", path.display()));
        for remark in &adapter.remarks {
            output.line(format!("  {}", plain_line(remark, 500)));
        }
    }
    for (platform, why) in &imported.left_out {
        let line = format!("Left out the platform `{platform}`: {}", why.what);
        output.line(plain_line(&line, 500));
    }
    if !imported.not_taken.is_empty() {
        let members = imported.not_taken.join(", ");
        let line = format!("Left out beside the platforms: {members}");
        output.line(plain_line(&line, 500));
    }
}
