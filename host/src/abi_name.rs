//! The name of the ABI that an adapter speaks, as it stands beside the manifest.

use std::fmt;

use callpop_adapter::abi;
use serde::{Serialize, Serializer};

use crate::refusal::Refusal;

/// An ABI's kind and version: `abi_stable/1.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbiName {
    /// The kind; the host picks the loader by it.
    pub family: String,
    /// Adapters of another one do not load.
    pub major: u32,
    /// Adapters of an older and of a newer one load.
    pub minor: u32,
}

impl AbiName {
    /// What adapters built today speak.
    #[must_use]
    pub fn newest() -> Self {
        Self {
            family: abi::FAMILY.to_owned(),
            major: abi::MAJOR,
            minor: abi::MINOR,
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let parts = text.split_once('/').and_then(|(family, version)| {
            let (major, minor) = version.split_once('.')?;
            Some(Self {
                family: family.to_owned(),
                major: major.parse().ok()?,
                minor: minor.parse().ok()?,
            })
        });
        parts.ok_or_else(|| Refusal::UnknownAbi(text.to_owned()))
    }

    /// Refuses an ABI that this host has no loader for.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.family != abi::FAMILY {
            return Err(Refusal::UnknownAbi(self.to_string()));
        }
        if self.major != abi::MAJOR {
            return Err(Refusal::OtherAbiMajor(self.clone()));
        }
        Ok(())
    }
}

impl fmt::Display for AbiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.family, self.major, self.minor)
    }
}

impl Serialize for AbiName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
