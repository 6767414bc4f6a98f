//! The name of the ABI that an adapter speaks, as it stands beside the manifest.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (family, version) = text.split_once('/')?;
        let (major, minor) = version.split_once('.')?;
        Some(Self {
            family: family.to_owned(),
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
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

impl<'de> Deserialize<'de> for AbiName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not the name of an ABI"))
    }
}
