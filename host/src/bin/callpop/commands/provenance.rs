//! Who made an adapter and what is accepted of it, as several commands show it.

use callpop_host::{AdapterFile, Host, Pin, PinChange, Provenance, Signer, plain_line};
use serde_json::{Value, json};

use crate::args::Everywhere;
use crate::failure::{Exit, Failure};
use crate::output::{BOLD, GOOD, Output, styled};

/// A signer for programs.
pub(crate) fn signer_object(signer: &Signer) -> Value {
    json!({
        "keyId": signer.key.id(),
        "publicKey": signer.key,
        "comment": signer.comment,
    })
}

/// A column's worth of the same.
pub(crate) fn signed_by(provenance: &Provenance, id: &str) -> String {
    match provenance {
        Provenance::Signed(signer) if signer.may_sign(id) => signer.key.id().to_string(),
        Provenance::Signed(signer) => format!("{}, not trusted for it", signer.key.id()),
        Provenance::Unproven(error) => error.code().to_owned(),
        _ => "nobody".to_owned(),
    }
}

/// A line's worth of the same.
pub(crate) fn told(file: &AdapterFile) -> String {
    match &file.provenance {
        Provenance::Unproven(error) => format!("nobody that is known: {error}"),
        provenance => signed_by(provenance, id(file).unwrap_or_default()),
    }
}

fn id(file: &AdapterFile) -> Option<&str> {
    let description = file.description.as_ref();
    description.map(|it| it.manifest.id.as_str())
}

/// `callpop adapters --accept ID`
pub(crate) fn accept(
    id: &str,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let change = host.waiting_change(id).ok_or_else(|| {
        let message = format!("no change of `{id}` waits to be accepted");
        Failure::new(Exit::Usage, "nothing-to-accept", message)
            .advice("See every file and its state with: callpop adapters")
    })?;
    if !everywhere.dry_run && !host.accept(&change)? {
        let message = format!("`{id}` was accepted as something else meanwhile");
        return Err(
            Failure::new(Exit::Usage, "changed-meanwhile", message).advice(format!(
                "Look again with: callpop adapters --accept {id} --dry-run"
            )),
        );
    }
    if output.is_json() {
        let mut object = json!({ "accepted": change, "dryRun": everywhere.dry_run });
        object["path"] = change.path.to_string_lossy().into();
        output.json(&object);
        return Ok(());
    }
    show(&change, everywhere, output);
    Ok(())
}

fn show(change: &PinChange, everywhere: &Everywhere, output: &Output) {
    output.line(styled(BOLD, &change.adapter));
    output.line(format!(
        "  file  {}",
        plain_line(&change.path.to_string_lossy(), 300)
    ));
    for (name, pin) in [("was", &change.old), ("is", &change.new)] {
        output.line(format!("  {name:4}  {}", pin_line(pin)));
        output.line(format!("        sha256 {}", pin.sha256));
    }
    if change.new.version < change.old.version {
        output.line("  This is an older version than the one before.");
    }
    if change.old.signer != change.new.signer {
        output.line("  Another has signed it than the one before; ask the vendor why.");
    }
    output.line(if everywhere.dry_run {
        "Would accept that.".to_owned()
    } else {
        format!("{} that.", styled(GOOD, "Accepted"))
    });
}

fn pin_line(pin: &Pin) -> String {
    match &pin.signer {
        Some(key) => format!("{}, signed with the key {}", pin.version, key.id()),
        None => format!("{}, signed with no trusted key", pin.version),
    }
}
