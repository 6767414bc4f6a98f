//! `callpop trust`: whose signatures count.

use callpop_host::{Host, TrustedBy};
use serde_json::json;

use super::key_text::public_key;
use super::verify::trusted_for;
use super::warn_of_damage;
use crate::args::{Everywhere, Trust, TrustAction, TrustedKeyArgument};
use crate::failure::{Exit, Failure};
use crate::output::{GOOD, Output, styled, table};

pub(crate) fn run(trust: &Trust, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let done = match &trust.action {
        TrustAction::Add(key) => add(key, &host, everywhere, output),
        TrustAction::List => list(&host, output),
        TrustAction::Remove(key) => remove(key, &host, everywhere, output),
    };
    warn_of_damage(&host, output);
    done
}

fn add(
    argument: &TrustedKeyArgument,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let key = public_key(&argument.key)?;
    let vendor = argument.vendor.as_ref();
    let is_new = everywhere.dry_run || host.trust(&key, vendor)?;
    if output.is_json() {
        output.json(&json!({
            "trusted": key, "keyId": key.id(), "vendor": vendor,
            "isNew": is_new, "dryRun": everywhere.dry_run,
        }));
        return Ok(());
    }
    let adapters = if vendor.is_some() {
        "the adapters "
    } else {
        ""
    };
    let what = format!("{adapters}{}", trusted_for(vendor));
    let id = key.id();
    output.line(match (everywhere.dry_run, is_new) {
        (true, _) => format!("Would trust the key {id} for {what}."),
        (_, true) => format!("{} the key {id} for {what}.", styled(GOOD, "Trusted")),
        (_, false) => format!("The key {id} is trusted for {what} already."),
    });
    Ok(())
}

fn remove(
    argument: &TrustedKeyArgument,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let key = public_key(&argument.key)?;
    let vendor = argument.vendor.as_ref();
    let is_meant = host.trusted_keys()?.iter().any(|it| {
        it.key == key
            && it.trusted_by == TrustedBy::User
            && (vendor.is_none() || it.vendor.as_ref() == vendor)
    });
    if !is_meant {
        let message = format!("you do not trust the key {} so", key.id());
        return Err(Failure::new(Exit::Usage, "not-trusted", message)
            .advice("See whose signatures count with: callpop trust list"));
    }
    if !everywhere.dry_run {
        host.distrust(&key, vendor)?;
    }
    if output.is_json() {
        output.json(&json!({
            "removed": key, "keyId": key.id(), "vendor": vendor, "dryRun": everywhere.dry_run,
        }));
    } else if everywhere.dry_run {
        output.line(format!("Would remove the key {}.", key.id()));
    } else {
        output.line(format!("{} the key {}.", styled(GOOD, "Removed"), key.id()));
    }
    Ok(())
}

fn list(host: &Host, output: &Output) -> Result<(), Failure> {
    let keys = host.trusted_keys()?;
    if output.is_json() {
        let keys: Vec<_> = keys
            .iter()
            .map(|it| {
                json!({
                    "key": it.key, "keyId": it.key.id(),
                    "vendor": it.vendor, "trustedBy": it.trusted_by,
                })
            })
            .collect();
        output.json(&json!({ "keys": keys }));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|it| {
            let by = match it.trusted_by {
                TrustedBy::Administrator => "administrator",
                _ => "you",
            };
            let key = it.key.to_string();
            vec![
                it.key.id().to_string(),
                trusted_for(it.vendor.as_ref()),
                by.to_owned(),
                key,
            ]
        })
        .collect();
    if rows.is_empty() {
        output.line("No key is trusted. Trust one with: callpop trust add KEY --vendor ID");
        return Ok(());
    }
    output.line(table(&["KEY ID", "FOR", "TRUSTED BY", "KEY"], &rows));
    Ok(())
}
