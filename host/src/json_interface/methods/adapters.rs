//! Adapters: what is in the plugins folders, what it costs, and what it may do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NoParams, NoParamsSlow, OfAdapter};
use crate::folder_change::FolderChange;
use crate::folder_watch::WatchOptions;
use crate::json_form::{CatalogForm, FileForm};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, FailureKind, JsonInterface, Lane, Notification};
use crate::settings::Permission;
use crate::stats::AdapterStats;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "adapters",
            "Every file in the plugins folders with its state, and what is in quarantine.",
            adapters,
        ),
        Method::new(
            "inspectFile",
            "What one adapter's file tells of itself, without running it.",
            inspect_file,
        ),
        Method::new(
            "adapterStats",
            "What each adapter has cost so far, by its id.",
            stats,
        ),
        Method::new(
            "releaseAdapter",
            "Lets an adapter out of quarantine and forgets its failures; whether there were any.",
            release,
        ),
        Method::new(
            "grantedPermissions",
            "What an adapter is granted of what its manifest asks for.",
            granted,
        ),
        Method::new(
            "grantPermission",
            "Grants an adapter what its manifest asks for, from its next start on.",
            grant,
        ),
        Method::new(
            "revokePermission",
            "Takes a permission back, from the adapter's next start on.",
            revoke,
        ),
        Method::new(
            "rescan",
            "Looks at the plugins folders at once, and tells what changed.",
            rescan,
        ),
        Method::new(
            "watch",
            "Watches the plugins folders, and tells of each change with `callpop/adaptersChanged`; \
             watching again changes how.",
            watch,
        ),
        Method::new("unwatch", "Watches the plugins folders no more.", unwatch),
    ]
}

fn adapters(interface: &JsonInterface, _: NoParams) -> Result<CatalogForm, Failure> {
    let host = &interface.host;
    Ok(CatalogForm::of(&host.catalog(), &host.quarantined()))
}

/// A file to look at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InspectFile {
    /// The file, wherever it is.
    path: PathBuf,
}

impl Params for InspectFile {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// A file, with its hash and what its adapter is granted.
#[derive(Debug, Serialize, JsonSchema)]
struct Inspection {
    #[serde(flatten)]
    file: FileForm,
    /// What the adapter asks for and is granted.
    granted: BTreeSet<Permission>,
    /// The SHA-256 of its bytes in lower-case hexadecimal, if it could be read.
    sha256: Option<String>,
}

fn inspect_file(interface: &JsonInterface, asked: InspectFile) -> Result<Inspection, Failure> {
    let inspected = interface.host.inspect(&asked.path);
    let mut granted = BTreeSet::new();
    if let Some(description) = &inspected.file.description {
        let manifest = &description.manifest;
        granted = interface.host.granted(&manifest.id)?;
        granted.retain(|permission| manifest.permissions.contains(permission));
    }
    Ok(Inspection {
        file: (&inspected.file).into(),
        granted,
        sha256: inspected.sha256,
    })
}

fn stats(
    interface: &JsonInterface,
    _: NoParams,
) -> Result<BTreeMap<String, AdapterStats>, Failure> {
    Ok(interface.host.stats()?)
}

/// An adapter whose worker may be waited for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseAdapter {
    /// The adapter's id.
    adapter: String,
}

impl Params for ReleaseAdapter {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Adapter(self.adapter.clone())
    }
}

fn release(interface: &JsonInterface, asked: ReleaseAdapter) -> Result<bool, Failure> {
    Ok(interface.host.release(&asked.adapter)?)
}

fn granted(interface: &JsonInterface, asked: OfAdapter) -> Result<BTreeSet<Permission>, Failure> {
    Ok(interface.host.granted(&asked.adapter)?)
}

/// An adapter, and what it may or may not do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangePermission {
    /// The adapter's id.
    adapter: String,
    /// What its manifest asks for.
    permission: Permission,
}

impl Params for ChangePermission {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Adapter(self.adapter.clone())
    }
}

fn grant(interface: &JsonInterface, asked: ChangePermission) -> Result<(), Failure> {
    let ChangePermission {
        adapter,
        permission,
    } = asked;
    let catalog = interface.host.catalog();
    let ready = catalog.ready(&adapter);
    if !ready.is_some_and(|(_, it)| it.manifest.permissions.contains(&permission)) {
        let message = format!("`{adapter}` is not an adapter that asks for `{permission}`");
        return Err(Failure::usage("not-asked-for", message));
    }
    interface.host.grant(&adapter, permission)?;
    Ok(())
}

fn revoke(interface: &JsonInterface, asked: ChangePermission) -> Result<(), Failure> {
    interface.host.revoke(&asked.adapter, asked.permission)?;
    Ok(())
}

fn rescan(interface: &JsonInterface, _: NoParamsSlow) -> Result<Vec<FolderChange>, Failure> {
    Ok(interface.host.rescan())
}

/// How the plugins folders are watched.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Watch {
    /// Look every so many seconds, and use none of the system's events, which network drives may
    /// not have. If nothing is said: events, and a look every 5 seconds.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3600))]
    poll_seconds: Option<u64>,
}

impl Params for Watch {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

fn watch(interface: &JsonInterface, asked: Watch) -> Result<(), Failure> {
    let mut options = WatchOptions::default();
    if let Some(seconds) = asked.poll_seconds {
        if !(1..=3600).contains(&seconds) {
            return Err(Failure::params("`pollSeconds` is not from 1 to 3600"));
        }
        options.poll_interval = Duration::from_secs(seconds);
        options.events = false;
    }
    let tell = interface.tell.clone();
    let mut watching = interface.lock_watch();
    // The look that is under way ends first: it would be told twice.
    *watching = None;
    let started = interface.host.watch(&options, move |change| {
        tell(Notification::AdaptersChanged(change));
    });
    *watching = Some(started.map_err(|cause| {
        let message = format!("the plugins folders cannot be watched: {cause}");
        Failure::new(FailureKind::State, "watch", message)
    })?);
    Ok(())
}

fn unwatch(interface: &JsonInterface, _: NoParamsSlow) -> Result<(), Failure> {
    interface.end_watch();
    Ok(())
}
