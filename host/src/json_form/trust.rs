//! Whose signatures count, and what waits to be accepted.

use schemars::JsonSchema;
use serde::Serialize;

use crate::admission::Requirement;
use crate::pins::{Pin, PinChange};
use crate::trust::{TrustedBy, TrustedKey};

/// An adapter's file that is not what was loaded first, or accepted since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "WaitingChange")]
#[non_exhaustive]
pub struct WaitingChangeForm {
    /// The adapter.
    pub adapter: String,
    /// The file.
    pub path: String,
    /// What was accepted.
    pub old: PinForm,
    /// What the file is.
    pub new: PinForm,
}

/// What an adapter's file is, as far as somebody accepts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Pin")]
#[non_exhaustive]
pub struct PinForm {
    /// The SHA-256 of its bytes in lower-case hexadecimal.
    pub sha256: String,
    /// Its version.
    pub version: String,
    /// The trusted key that it is signed with, if any.
    pub signer: Option<String>,
}

/// A key whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "TrustedKey")]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrustedKeyForm {
    /// The public key.
    pub key: String,
    /// Its id.
    pub key_id: String,
    /// Whose adapters it may sign: the beginning of their ids; null for those of every vendor.
    pub vendor: Option<String>,
    /// Who trusts it.
    pub trusted_by: TrustedByForm,
}

/// Who trusts a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "TrustedBy")]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrustedByForm {
    /// The user.
    User,
    /// The administrator, whose keys only the administrator can take away.
    Administrator,
}

/// What must be known of adapters' files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Requirement")]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequirementForm {
    /// That it is what was loaded first, or accepted since.
    Pinned,
    /// That it is signed with a key that is trusted for it.
    Signed,
}

impl From<&PinChange> for WaitingChangeForm {
    fn from(change: &PinChange) -> Self {
        Self {
            adapter: change.adapter.clone(),
            path: change.path.to_string_lossy().into_owned(),
            old: (&change.old).into(),
            new: (&change.new).into(),
        }
    }
}

impl From<&Pin> for PinForm {
    fn from(pin: &Pin) -> Self {
        Self {
            sha256: pin.sha256.clone(),
            version: pin.version.to_string(),
            signer: pin.signer.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&TrustedKey> for TrustedKeyForm {
    fn from(trusted: &TrustedKey) -> Self {
        Self {
            key: trusted.key.to_string(),
            key_id: trusted.key.id().to_string(),
            vendor: trusted.vendor.as_ref().map(ToString::to_string),
            trusted_by: match trusted.trusted_by {
                TrustedBy::User => TrustedByForm::User,
                TrustedBy::Administrator => TrustedByForm::Administrator,
            },
        }
    }
}

impl RequirementForm {
    /// The form of what is required; `None` if that is nothing.
    #[must_use]
    pub fn of(requirement: Requirement) -> Option<Self> {
        match requirement {
            Requirement::Nothing => None,
            Requirement::Pinned => Some(Self::Pinned),
            Requirement::Signed => Some(Self::Signed),
        }
    }
}
