//! `callpop keygen`: a vendor's key pair.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::key_text::new_password;
use crate::args::{Everywhere, Keygen};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};
use crate::signing_key::NewKey;

pub(crate) fn run(
    keygen: &Keygen,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let secret = keygen.file.as_path();
    let public = secret.with_extension("pub");
    if public == secret {
        let message = "the ending .pub is the public key's; name the secret one otherwise";
        return Err(Failure::new(Exit::Usage, "usage", message));
    }
    for path in [secret, &public] {
        if path.symlink_metadata().is_ok() {
            return Err(is_there(path));
        }
    }
    let password = if everywhere.dry_run || keygen.no_password {
        None
    } else {
        Some(new_password(&keygen.password)?)
    };
    let key = NewKey::generate(password)?;
    if !everywhere.dry_run {
        write_new(secret, |path| write_private(path, &key.secret))?;
        write_new(&public, |path| {
            // For everybody to read.
            let mut file = File::create_new(path)?;
            file.write_all(key.public_text().as_bytes())
        })?;
    }
    if output.is_json() {
        output.json(&json!({
            "secretKeyFile": secret.to_string_lossy(),
            "publicKeyFile": public.to_string_lossy(),
            // A dry run's key is no key.
            "publicKey": (!everywhere.dry_run).then_some(&key.public),
            "keyId": (!everywhere.dry_run).then(|| key.public.id()),
            "dryRun": everywhere.dry_run,
        }));
        return Ok(());
    }
    let (secret, public) = (secret.display(), public.display());
    if everywhere.dry_run {
        output.line(format!(
            "Would write the secret key {secret} and the public key {public}."
        ));
        return Ok(());
    }
    output.line(format!(
        "{} the key {}.",
        styled(GOOD, "Made"),
        key.public.id()
    ));
    output.line(format!(
        "  secret  {secret}   (keep it secret, and keep a copy)"
    ));
    output.line(format!("  public  {public}   (give it to everybody)"));
    output.line(format!("          {}", key.public));
    output.line(format!("Sign with: callpop sign FILE --key {secret}"));
    Ok(())
}

fn is_there(path: &Path) -> Failure {
    let message = format!(
        "{} is there already, and no key is written over",
        path.display()
    );
    Failure::new(Exit::Usage, "exists", message).advice("Name another file, or move it away.")
}

/// Writes a file that was not there.
fn write_new(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Failure> {
    write(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => is_there(path),
        _ => {
            let message = format!("cannot write {}: {error}", path.display());
            Failure::new(Exit::State, "write", message)
        }
    })
}

/// Writes a file as a whole, for its owner alone, as temporary files are.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let kept = file.persist_noclobber(path);
    kept.map(drop).map_err(|failed| failed.error)
}
