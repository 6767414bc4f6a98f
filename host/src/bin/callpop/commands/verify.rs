//! `callpop verify`: who signed a file.

use std::fs;
use std::path::Path;

use callpop_host::{
    Provenance, SignatureError, Signer, TrustedBy, TrustedKeys, VendorId, inspect_bytes,
    is_package_name, signature_path, verify as verify_signature, verify_package,
};
use serde_json::json;

use super::key_text::public_key;
use super::provenance::signer_object;
use crate::args::{Everywhere, Verify};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled};

pub(crate) fn run(
    verify: &Verify,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let file = verify.file.as_path();
    let trusted = match &verify.key {
        Some(key) => TrustedKeys::none().and(public_key(key)?, None, TrustedBy::User),
        None => everywhere.host()?.trusted_keys()?,
    };
    let bytes = fs::read(file).map_err(|error| {
        let message = format!("{} cannot be read: {error}", file.display());
        Failure::new(Exit::Usage, "unreadable-file", message)
    })?;
    let inspection = inspect_bytes(file, &bytes);
    let description = inspection.file.description.as_ref();
    let id = description.map(|it| it.manifest.id.as_str());
    let refused = |code, why: &str| {
        let message = format!("{}: {why}", file.display());
        Failure::new(Exit::NoAdapter, code, message).beside(
            json!({ "file": file.to_string_lossy(), "sha256": inspection.sha256, "id": id }),
        )
    };
    let signer = signer(file, &bytes, &trusted).map_err(|(code, why)| {
        let failure = refused(code, &why);
        match code {
            "unknown-key" if verify.key.is_none() => failure.advice(
                "If it is the vendor's, which only the vendor can tell you: callpop trust add KEY --vendor ID",
            ),
            _ => failure,
        }
    })?;
    if let Some(id) = id
        && !signer.may_sign(id)
    {
        let why = format!(
            "it is signed with the key {}, which is not trusted for the adapter `{id}`",
            signer.key.id()
        );
        return Err(refused("key-not-for-adapter", &why));
    }
    if output.is_json() {
        output.json(&json!({
            "file": file.to_string_lossy(),
            "sha256": inspection.sha256,
            "id": id,
            "signer": signer_object(&signer),
        }));
        return Ok(());
    }
    output.line(format!(
        "{} of {}",
        styled(GOOD, "Good signature"),
        file.display()
    ));
    output.line(format!("  by the key {}: {}", signer.key.id(), signer.key));
    for part in signer.comment.split_whitespace() {
        output.line(format!("  {part}"));
    }
    Ok(())
}

/// For whom a key is trusted, for people.
pub(crate) fn trusted_for(vendor: Option<&VendorId>) -> String {
    match vendor {
        Some(vendor) => format!("`{vendor}` and `{vendor}-…`"),
        None => "every adapter".to_owned(),
    }
}

/// Why nobody is known to have signed a file: a name for programs, and a sentence.
type Unsigned = (&'static str, String);

/// Who signed the file: by the signature beside it, else by the one in the package that it is.
fn signer(file: &Path, bytes: &[u8], trusted: &TrustedKeys) -> Result<Signer, Unsigned> {
    let unproven = |error: SignatureError| (error.code(), error.to_string());
    if !is_package_name(file) || signature_path(file).exists() {
        let minisig = read_signature(file)?;
        return verify_signature(bytes, &minisig, trusted).map_err(unproven);
    }
    match verify_package(bytes, trusted).map_err(|error| (error.code(), error.to_string()))? {
        Provenance::Signed(signer) => Ok(signer),
        Provenance::Unproven(error) => Err(unproven(error)),
        _ => Err(("not-signed", "there is no signature in it".to_owned())),
    }
}

fn read_signature(file: &Path) -> Result<String, Unsigned> {
    let path = signature_path(file);
    fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => (
            "not-signed",
            format!("it is not signed: there is no {}", path.display()),
        ),
        _ => (
            "unreadable-signature",
            format!("its signature {} cannot be read: {error}", path.display()),
        ),
    })
}
