//! `callpop sign`: a detached signature beside each file.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use callpop_host::{Inspection, MAX_FILE_SIZE, inspect_bytes, plain_line, signature_path};
use serde_json::{Value, json};

use super::key_text::password;
use crate::args::{Everywhere, Sign};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};
use crate::signing_key::SigningKey;

/// A file that is to be signed, and what is said of it.
struct Signed {
    file: PathBuf,
    signature: String,
    inspection: Inspection,
}

pub(crate) fn run(sign: &Sign, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let key = SigningKey::read(&sign.key, || password(&sign.password))?;
    // All of them before the first is written.
    let signed = sign.files.iter().map(|file| signed(file, &key));
    let signed: Vec<Signed> = signed.collect::<Result<_, _>>()?;
    for it in &signed {
        let path = signature_path(&it.file);
        if !everywhere.dry_run {
            put(&path, &it.signature).map_err(|error| {
                let message = format!("cannot write {}: {error}", path.display());
                Failure::new(Exit::State, "write", message)
            })?;
        }
        let done = if everywhere.dry_run {
            "Would sign".to_owned()
        } else {
            styled(GOOD, "Signed")
        };
        let (file, path) = (it.file.display(), path.display());
        output.line(format!("{done} {file}{}: {path}", what(&it.inspection)));
    }
    if output.is_json() {
        let files: Vec<Value> = signed.iter().map(object).collect();
        output.json(&json!({
            "files": files,
            "keyId": key.public.id(),
            "publicKey": key.public,
            "dryRun": everywhere.dry_run,
        }));
    } else {
        output.line(format!("The key is {}: {}", key.public.id(), key.public));
    }
    Ok(())
}

fn signed(file: &Path, key: &SigningKey) -> Result<Signed, Failure> {
    let unreadable = |why: String| {
        let message = format!("{} cannot be signed: {why}", file.display());
        Failure::new(Exit::Usage, "unreadable-file", message)
    };
    let size = fs::metadata(file).map_err(|error| unreadable(error.to_string()))?;
    if size.len() > MAX_FILE_SIZE {
        return Err(unreadable(format!(
            "more than {MAX_FILE_SIZE} bytes are not read"
        )));
    }
    let bytes = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let inspection = inspect_bytes(file, &bytes);
    Ok(Signed {
        file: file.to_owned(),
        signature: key.sign(&bytes, &comment(file, &inspection))?,
        inspection,
    })
}

/// What is signed along with the file, in minisign's own form: names and values, with a tab between
/// each two.
fn comment(file: &Path, inspection: &Inspection) -> String {
    let seconds = SystemTime::UNIX_EPOCH.elapsed();
    let seconds = seconds.map_or(0, |since| since.as_secs());
    let name = file.file_name().unwrap_or(file.as_os_str());
    let mut parts = vec![
        format!("timestamp:{seconds}"),
        format!("file:{}", plain_line(&name.to_string_lossy(), 200)),
        "hashed".to_owned(),
    ];
    if let Some(description) = &inspection.file.description {
        parts.push(format!("id:{}", description.manifest.id));
        parts.push(format!("version:{}", description.manifest.version));
    }
    parts.extend(inspection.sha256.iter().map(|it| format!("sha256:{it}")));
    parts.join("\t")
}

/// ` (acme 1.0.0)`
fn what(inspection: &Inspection) -> String {
    let description = inspection.file.description.as_ref();
    description.map_or_else(String::new, |it| {
        format!(" ({} {})", it.manifest.id, it.manifest.version)
    })
}

fn object(signed: &Signed) -> Value {
    let manifest = signed.inspection.file.description.as_ref();
    let manifest = manifest.map(|it| &it.manifest);
    json!({
        "file": signed.file.to_string_lossy(),
        "signature": signature_path(&signed.file).to_string_lossy(),
        "sha256": signed.inspection.sha256,
        "id": manifest.map(|it| &it.id),
        "version": manifest.map(|it| &it.version),
    })
}

/// Writes the file as a whole, with the rights of an ordinary one.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut part = OsString::from(path);
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = fs::File::create(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)
}
