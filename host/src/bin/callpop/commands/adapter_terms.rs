//! What holds for an adapter besides its file: quarantine, permissions, and what it has cost.

use std::collections::BTreeMap;

use callpop_host::{AdapterStats, Host, Permission};
use serde_json::json;

use crate::args::Everywhere;
use crate::failure::{Exit, Failure};
use crate::output::{Output, table};

/// `callpop adapters --release ID`
pub(crate) fn release(
    id: &str,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    if !everywhere.dry_run && !host.release(id)? {
        let message = format!("`{id}` is not in quarantine, and has no failures to forget");
        return Err(Failure::new(Exit::Usage, "not-quarantined", message));
    }
    if output.is_json() {
        output.json(&json!({ "released": id, "dryRun": everywhere.dry_run }));
    } else if everywhere.dry_run {
        output.line(format!("Would release `{id}`."));
    } else {
        output.line(format!("Released `{id}`; it is called again."));
    }
    Ok(())
}

/// `callpop adapters --grant ID=PERMISSION`
pub(crate) fn grant(
    id: &str,
    permission: Permission,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let catalog = host.catalog();
    let asked = catalog
        .ready(id)
        .map(|(_, description)| &description.manifest.permissions);
    if !asked.is_some_and(|asked| asked.contains(&permission)) {
        let message = format!("`{id}` is not an adapter that asks for `{permission}`");
        return Err(Failure::new(Exit::Usage, "not-asked-for", message)
            .advice("See what an adapter asks for with: callpop inspect FILE"));
    }
    if !everywhere.dry_run {
        host.grant(id, permission)?;
    }
    report(id, permission, "granted", everywhere, output);
    Ok(())
}

/// `callpop adapters --revoke ID=PERMISSION`
pub(crate) fn revoke(
    id: &str,
    permission: Permission,
    host: &Host,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    if !everywhere.dry_run {
        host.revoke(id, permission)?;
    }
    report(id, permission, "revoked", everywhere, output);
    Ok(())
}

fn report(id: &str, permission: Permission, done: &str, everywhere: &Everywhere, output: &Output) {
    if output.is_json() {
        output.json(&json!({ "adapter": id, done: permission, "dryRun": everywhere.dry_run }));
        return;
    }
    let would = if everywhere.dry_run {
        "Would be"
    } else {
        "Now"
    };
    output.line(format!("{would} {done} for `{id}`: {permission}."));
}

/// `callpop adapters --stats`
pub(crate) fn stats(host: &Host, output: &Output) -> Result<(), Failure> {
    let stats = host.stats()?;
    if output.is_json() {
        output.json(&json!({ "adapters": stats }));
        return Ok(());
    }
    if stats.is_empty() {
        output.line("No adapter has been called yet.");
        return Ok(());
    }
    let head = [
        "ID", "CALLS", "FAILED", "RESTARTS", "MEDIAN", "99 %", "MEMORY",
    ];
    let rows: Vec<Vec<String>> = stats.iter().map(|(id, stats)| row(id, stats)).collect();
    output.line(table(&head, &rows));
    Ok(())
}

fn row(id: &str, stats: &AdapterStats) -> Vec<String> {
    let memory = match stats.memory {
        0 => "-".to_owned(),
        bytes => format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0)),
    };
    vec![
        id.to_owned(),
        stats.calls.to_string(),
        failures(&stats.failures),
        stats.restarts.to_string(),
        time(stats.median_micros),
        time(stats.p99_micros),
        memory,
    ]
}

/// `3 (2 crashed, 1 deadline)`
fn failures(failures: &BTreeMap<String, u64>) -> String {
    let classes = failures
        .iter()
        .map(|(class, count)| format!("{count} {class}"));
    let classes: Vec<_> = classes.collect();
    match failures.values().sum::<u64>() {
        0 => "0".to_owned(),
        sum => format!("{sum} ({})", classes.join(", ")),
    }
}

fn time(micros: u64) -> String {
    if micros < 1000 {
        format!("{micros} µs")
    } else {
        format!("{:.1} ms", micros as f64 / 1000.0)
    }
}
