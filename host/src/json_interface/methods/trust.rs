//! What may run: changes that wait to be accepted, and whose signatures count.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{NoParams, OfAdapter};
use crate::json_form::{RequirementForm, TrustedKeyForm, WaitingChangeForm};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Failure, JsonInterface, Lane};
use crate::signature::PublicKey;
use crate::trust::VendorId;

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "requirements",
            "What must be known of adapters' files before they are loaded: what the administrator, \
             the user and the dialer ask for, all together.",
            requirements,
        ),
        Method::new(
            "waitingChange",
            "The adapter's file that is not what was accepted of it, and waits for that; null if \
             there is none.",
            waiting_change,
        ),
        Method::new(
            "acceptChange",
            "Accepts the change that `waitingChange` told, once the user has seen it; false if that \
             one does not wait any more.",
            accept_change,
        ),
        Method::new(
            "trustedKeys",
            "The keys whose signatures count: the administrator's and the user's.",
            trusted_keys,
        ),
        Method::new(
            "trustKey",
            "Trusts what is signed with this key; whether that is new.",
            trust_key,
        ),
        Method::new(
            "distrustKey",
            "Trusts a key no more; whether the user trusted it so. What the administrator trusts \
             stays trusted.",
            distrust_key,
        ),
    ]
}

fn requirements(interface: &JsonInterface, _: NoParams) -> Result<Vec<RequirementForm>, Failure> {
    let all = interface.host.requirements()?.into_iter();
    Ok(all.filter_map(RequirementForm::of).collect())
}

fn waiting_change(
    interface: &JsonInterface,
    asked: OfAdapter,
) -> Result<Option<WaitingChangeForm>, Failure> {
    let change = interface.host.waiting_change(&asked.adapter);
    Ok(change.as_ref().map(WaitingChangeForm::from))
}

/// The change that the user has seen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AcceptChange {
    /// The adapter's id.
    adapter: String,
    /// The `new.sha256` that `waitingChange` told.
    sha256: String,
}

impl Params for AcceptChange {
    // The folders are looked at afterwards.
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

fn accept_change(interface: &JsonInterface, asked: AcceptChange) -> Result<bool, Failure> {
    let host = &interface.host;
    let change = host.waiting_change(&asked.adapter);
    let Some(change) = change.filter(|change| change.new.sha256 == asked.sha256) else {
        return Ok(false);
    };
    let is_accepted = host.accept(&change)?;
    if is_accepted {
        host.rescan();
    }
    Ok(is_accepted)
}

fn trusted_keys(interface: &JsonInterface, _: NoParams) -> Result<Vec<TrustedKeyForm>, Failure> {
    let keys = interface.host.trusted_keys()?;
    Ok(keys.iter().map(TrustedKeyForm::from).collect())
}

/// A key, and whose adapters it signs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfKey {
    /// The public key: the second line of the vendor's `.pub` file.
    key: String,
    /// The vendor: the beginning of its adapters' ids. All vendors, if none is named.
    #[serde(default)]
    vendor: Option<String>,
}

impl Params for OfKey {
    // The folders are looked at afterwards.
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

impl OfKey {
    fn read(&self) -> Result<(PublicKey, Option<VendorId>), Failure> {
        let key = self.key.parse::<PublicKey>();
        let key =
            key.map_err(|error| Failure::params(format!("`key` is no public key: {error}")))?;
        let vendor = self.vendor.as_deref().map(str::parse::<VendorId>);
        let vendor = vendor
            .transpose()
            .map_err(|error| Failure::params(format!("`vendor` is none: {error}")))?;
        Ok((key, vendor))
    }
}

fn trust_key(interface: &JsonInterface, asked: OfKey) -> Result<bool, Failure> {
    let (key, vendor) = asked.read()?;
    let is_new = interface.host.trust(&key, vendor.as_ref())?;
    interface.host.rescan();
    Ok(is_new)
}

fn distrust_key(interface: &JsonInterface, asked: OfKey) -> Result<bool, Failure> {
    let (key, vendor) = asked.read()?;
    let was_trusted = interface.host.distrust(&key, vendor.as_ref())?;
    interface.host.rescan();
    Ok(was_trusted)
}
