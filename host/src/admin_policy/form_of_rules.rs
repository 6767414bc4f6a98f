//! The form of what says in `policy.toml` which adapters may run: keys, lists, versions, folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use semver::Version;
use serde::Deserialize;

use super::form::{Spanned, Wrong};
use crate::admission::Listed;
use crate::manifest;
use crate::signature::PublicKey;
use crate::trust::{TrustedBy, TrustedKeys, VendorId};

/// What stands for every vendor.
const EVERY_VENDOR: &str = "*";

/// A list of what may run, or may not.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct List {
    adapters: Vec<Spanned<String>>,
    sha256: Vec<Spanned<String>>,
}

/// The keys of each vendor.
pub(super) fn keys(
    vendors: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
) -> Result<TrustedKeys, Wrong> {
    let mut trusted = TrustedKeys::none();
    for (vendor, keys) in vendors {
        let vendor = match vendor.get_ref().as_str() {
            EVERY_VENDOR => None,
            text => Some(
                text.parse::<VendorId>()
                    .map_err(|why| wrong(&vendor, &why))?,
            ),
        };
        for key in keys {
            let read: PublicKey = key.get_ref().parse().map_err(|why| wrong(&key, &why))?;
            trusted = trusted.and(read, vendor.clone(), TrustedBy::Administrator);
        }
    }
    Ok(trusted)
}

pub(super) fn listed(list: List) -> Result<Listed, Wrong> {
    let mut listed = Listed::default();
    for id in list.adapters {
        if !manifest::is_id(id.get_ref()) {
            return Err(wrong(&id, &"it is no adapter's id"));
        }
        listed.adapters.insert(id.into_inner());
    }
    for sha256 in list.sha256 {
        let text = sha256.get_ref().to_ascii_lowercase();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong(
                &sha256,
                &"it is no SHA-256, which has 64 hexadecimal digits",
            ));
        }
        listed.sha256.insert(text);
    }
    Ok(listed)
}

pub(super) fn version(text: &Spanned<String>) -> Result<Version, Wrong> {
    let version = text.get_ref().parse::<Version>();
    version.map_err(|why| {
        wrong(
            text,
            &format_args!("it is not a version such as 1.0.0: {why}"),
        )
    })
}

pub(super) fn folders(folders: Vec<Spanned<PathBuf>>) -> Result<Vec<PathBuf>, Wrong> {
    let mut seen = BTreeSet::new();
    for folder in &folders {
        if !folder.get_ref().is_absolute() {
            return Err(wrong(
                folder,
                &"a plugins folder is named by its whole path",
            ));
        }
        if !seen.insert(folder.get_ref()) {
            return Err(wrong(folder, &"it is named twice"));
        }
    }
    Ok(folders.into_iter().map(Spanned::into_inner).collect())
}

fn wrong<T>(at: &Spanned<T>, why: &dyn std::fmt::Display) -> Wrong {
    (at.span().start, why.to_string())
}
