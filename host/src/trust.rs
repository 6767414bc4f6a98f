//! Whose signatures count, and for which adapters: the user's keys in `trust.json` under the home,
//! and the administrator's in `policy.toml`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::manifest;
use crate::signature::{KeyId, PublicKey};
use crate::state_file::{KeptAside, StateError, StateFile};

/// A vendor, as far as a key is trusted for it: the beginning of its adapters' ids. `acme` stands
/// for the adapter `acme` and for every `acme-…`.
///
/// It is not the manifest's `vendor`, which is a text that whoever builds an adapter chooses. The
/// id is what accounts, stored values, settings and permissions belong to, so a key that is trusted
/// for one vendor cannot sign what would take another adapter's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VendorId(String);

/// A text that is no vendor's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a vendor's id is the beginning of its adapters' ids: small letters and digits, in parts \
     joined by `-`"
)]
pub struct VendorIdError;

impl VendorId {
    /// Whether the adapter with this id is this vendor's.
    #[must_use]
    pub fn covers(&self, adapter: &str) -> bool {
        let rest = adapter.strip_prefix(&self.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl FromStr for VendorId {
    type Err = VendorIdError;

    fn from_str(text: &str) -> Result<Self, VendorIdError> {
        if manifest::is_id(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(VendorIdError)
    }
}

impl TryFrom<String> for VendorId {
    type Error = VendorIdError;

    fn try_from(text: String) -> Result<Self, VendorIdError> {
        text.parse()
    }
}

impl From<VendorId> for String {
    fn from(vendor: VendorId) -> Self {
        vendor.0
    }
}

impl fmt::Display for VendorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who trusts a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrustedBy {
    /// The user, in `trust.json`.
    User,
    /// The administrator, in `policy.toml`.
    Administrator,
}

/// A key whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Whose adapters it may sign; None for those of every vendor.
    pub vendor: Option<VendorId>,
    /// Who trusts it.
    pub trusted_by: TrustedBy,
}

/// All the keys whose signatures count at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKeys {
    keys: Vec<TrustedKey>,
}

impl TrustedKeys {
    /// None at all.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These as well.
    #[must_use]
    pub fn and(mut self, key: PublicKey, vendor: Option<VendorId>, trusted_by: TrustedBy) -> Self {
        self.keys.push(TrustedKey {
            key,
            vendor,
            trusted_by,
        });
        self
    }

    /// Each key once for each vendor that it is trusted for.
    pub fn iter(&self) -> impl Iterator<Item = &TrustedKey> {
        self.keys.iter()
    }

    /// Whether a key is trusted to sign the adapter with this id: by this one, or by anybody.
    pub(crate) fn may_sign(&self, key: &PublicKey, adapter: &str, by: Option<TrustedBy>) -> bool {
        self.keys.iter().any(|it| {
            let vendor = it.vendor.as_ref();
            it.key == *key
                && by.is_none_or(|by| it.trusted_by == by)
                && vendor.is_none_or(|vendor| vendor.covers(adapter))
        })
    }

    /// The vendors that a key is trusted for; None stands for every vendor.
    pub(crate) fn vendors_of(&self, key: &PublicKey) -> Vec<Option<VendorId>> {
        let keys = self.keys.iter().filter(|it| it.key == *key);
        keys.map(|it| it.vendor.clone()).collect()
    }

    /// The different keys with this number.
    pub(crate) fn with_id(&self, id: KeyId) -> impl Iterator<Item = &PublicKey> {
        let with_id = move |it: &&TrustedKey| it.key.id() == id;
        let mut seen: Vec<&PublicKey> = Vec::new();
        let keys = self.keys.iter().filter(with_id).map(|it| &it.key);
        keys.filter(move |key| {
            let is_new = !seen.contains(key);
            seen.push(key);
            is_new
        })
    }
}

/// The file, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Trust {
    keys: Vec<Kept>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    key: PublicKey,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vendor: Option<VendorId>,
}

/// The user's keys.
#[derive(Debug)]
pub(crate) struct TrustStore {
    file: StateFile<Trust>,
}

impl TrustStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "trust.json"),
        }
    }

    /// These keys, and the user's. A damaged file is none: nothing is trusted by mistake.
    pub(crate) fn with(&self, others: &TrustedKeys) -> Result<TrustedKeys, StateError> {
        let kept = self.file.read()?.keys.into_iter();
        Ok(kept.fold(others.clone(), |keys, kept| {
            keys.and(kept.key, kept.vendor, TrustedBy::User)
        }))
    }

    /// Trusts a key for this vendor as well; whether that is new.
    pub(crate) fn add(
        &self,
        key: &PublicKey,
        vendor: Option<&VendorId>,
    ) -> Result<bool, StateError> {
        self.file.update(|trust| {
            let kept = Kept {
                key: key.clone(),
                vendor: vendor.cloned(),
            };
            let is_new = !trust.keys.contains(&kept);
            if is_new {
                trust.keys.push(kept);
            }
            Ok(is_new)
        })
    }

    /// Trusts a key no more, for this vendor or at all; whether it was trusted so.
    pub(crate) fn remove(
        &self,
        key: &PublicKey,
        vendor: Option<&VendorId>,
    ) -> Result<bool, StateError> {
        self.file.update(|trust| {
            let before = trust.keys.len();
            let is_meant = |kept: &Kept| {
                kept.key == *key && (vendor.is_none() || kept.vendor.as_ref() == vendor)
            };
            trust.keys.retain(|kept| !is_meant(kept));
            Ok(trust.keys.len() < before)
        })
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}
