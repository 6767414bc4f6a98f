//! `package.json`: what is in a package, file by file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{LISTING, PackageError, SIGNATURE};
use crate::manifest::Manifest;
use crate::refusal::MAX_FILE_SIZE;
use crate::target::Target;
use crate::template_file::MAX_TEMPLATE_FILE_SIZE;

/// The format that this version writes and reads.
pub(super) const FORMAT: u64 = 1;
/// The most bytes of a list that are read.
pub(super) const MAX_LISTING_SIZE: u64 = 64 * 1024;
/// The most files in a package, the list and its signature left out.
pub(super) const MAX_FILES: usize = 32;
/// The most bytes that all of them have together.
const MAX_TOTAL_SIZE: u64 = 4 * MAX_FILE_SIZE;
/// The longest name of a file.
const MAX_NAME: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listing {
    pub(super) format: u64,
    pub(super) id: String,
    pub(super) version: semver::Version,
    pub(super) files: Vec<PackagedFile>,
}

/// A file in a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PackagedFile {
    /// Its name.
    pub name: String,
    /// What it is there for.
    pub role: FileRole,
    /// What it is built for, if it is a library.
    #[serde(flatten)]
    pub system: Option<PackagedSystem>,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content, in lower-case hexadecimal.
    pub sha256: String,
}

/// What a file in a package is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FileRole {
    /// The manifest, as it stands in the libraries too.
    Manifest,
    /// The adapter's library for a system.
    Library,
    /// The adapter, if it is one of templates.
    Templates,
    /// A picture of the CRM.
    Icon,
    /// The terms of use.
    Licence,
    /// Something of a later version.
    #[serde(other)]
    Other,
}

/// A system that a library in a package is built for. It need not be one that this host knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PackagedSystem {
    /// `Linux`, `Windows`, `macOS`.
    pub system: String,
    /// The processors, as Rust names them: several in a universal library of macOS.
    pub machines: Vec<String>,
}

impl PackagedSystem {
    /// Whether this is among them.
    #[must_use]
    pub fn includes(&self, target: &Target) -> bool {
        self.system == target.system && self.machines.contains(&target.machine)
    }
}

impl std::fmt::Display for PackagedSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.system, self.machines.join(" and "))
    }
}

impl Listing {
    /// Reads a list, and checks it by itself.
    pub(super) fn parse(text: &[u8]) -> Result<Self, PackageError> {
        let wrong = |error: serde_json::Error| PackageError::Listing {
            what: error.to_string(),
        };
        let value: Value = serde_json::from_slice(text).map_err(wrong)?;
        match value.get("format").and_then(Value::as_u64) {
            Some(format) if format > FORMAT => return Err(PackageError::Newer(format)),
            Some(FORMAT) => {}
            _ => {
                let what = format!("its `format` is not {FORMAT}");
                return Err(PackageError::Listing { what });
            }
        }
        let listing: Self = serde_json::from_value(value).map_err(wrong)?;
        listing.check()?;
        Ok(listing)
    }

    /// The manifest that stands beside the libraries.
    pub(super) fn manifest(&self) -> Option<&PackagedFile> {
        self.of_role(FileRole::Manifest).next()
    }

    /// The adapter for a system: the library for it, else the templates, else the first library.
    pub(super) fn adapter_for(&self, target: &Target) -> &PackagedFile {
        let libraries = || self.of_role(FileRole::Library);
        let is_for = |file: &&PackagedFile| {
            let system = file.system.as_ref();
            system.is_some_and(|system| system.includes(target))
        };
        libraries()
            .find(is_for)
            .or_else(|| self.of_role(FileRole::Templates).next())
            .or_else(|| libraries().next())
            // `check` has seen to it that there is one.
            .unwrap_or(&self.files[0])
    }

    /// Whether the list is about this adapter.
    pub(super) fn check_is_of(
        &self,
        file: &PackagedFile,
        manifest: &Manifest,
    ) -> Result<(), PackageError> {
        if manifest.id == self.id && manifest.version == self.version {
            return Ok(());
        }
        Err(PackageError::Contradiction {
            name: file.name.clone(),
            what: format!(
                "it is {} {}, and the package is of {} {}",
                manifest.id, manifest.version, self.id, self.version
            ),
        })
    }

    fn of_role(&self, role: FileRole) -> impl Iterator<Item = &PackagedFile> {
        self.files.iter().filter(move |file| file.role == role)
    }

    fn check(&self) -> Result<(), PackageError> {
        let wrong = |what: &str| {
            let what = what.to_owned();
            Err(PackageError::Listing { what })
        };
        if self.files.len() > MAX_FILES {
            return Err(PackageError::TooMany {
                found: self.files.len(),
                most: MAX_FILES,
            });
        }
        let count = |role| self.of_role(role).count();
        match (count(FileRole::Library), count(FileRole::Templates)) {
            (0, 0) => return wrong("it lists neither a library nor templates"),
            (0, 1) => {}
            (_, 0) if count(FileRole::Manifest) == 1 => {}
            (_, 0) => return wrong("it does not list one manifest"),
            _ => return wrong("it lists templates and something else to run"),
        }
        let mut names = BTreeSet::new();
        let mut systems = BTreeSet::new();
        let mut total: u64 = 0;
        for file in &self.files {
            file.check()?;
            if !names.insert(file.name.to_ascii_lowercase()) {
                let what = format!("`{}`", file.name);
                return Err(PackageError::Twice { what });
            }
            for (system, machine) in file.targets() {
                if !systems.insert((system, machine)) {
                    let what = format!("{system} on {machine}");
                    return Err(PackageError::Twice { what });
                }
            }
            total = total.saturating_add(file.size);
        }
        if total > MAX_TOTAL_SIZE {
            return Err(PackageError::TooLarge {
                name: "everything".to_owned(),
                most: MAX_TOTAL_SIZE,
            });
        }
        Ok(())
    }
}

impl PackagedFile {
    /// The most bytes that a file of this role may have.
    pub(super) fn most(role: FileRole) -> u64 {
        match role {
            FileRole::Library => MAX_FILE_SIZE,
            _ => MAX_TEMPLATE_FILE_SIZE,
        }
    }

    /// What a library is for, by system and processor.
    fn targets(&self) -> impl Iterator<Item = (&str, &str)> {
        let systems = self.system.iter();
        systems.flat_map(|it| {
            let machines = it.machines.iter();
            machines.map(|machine| (it.system.as_str(), machine.as_str()))
        })
    }

    fn check(&self) -> Result<(), PackageError> {
        let Self { name, role, .. } = self;
        if !is_plain_name(name) || [LISTING, SIGNATURE].contains(&name.as_str()) {
            return Err(PackageError::UnsafeName { name: name.clone() });
        }
        let most = Self::most(*role);
        if self.size > most {
            let name = name.clone();
            return Err(PackageError::TooLarge { name, most });
        }
        let is_hash = |text: &str| {
            let mut digits = text.bytes();
            text.len() == 64 && digits.all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
        };
        let has_machines = self.system.as_ref().map(|it| !it.machines.is_empty());
        let what = if !is_hash(&self.sha256) {
            "is not 64 digits of a SHA-256"
        } else if (*role == FileRole::Library) != (has_machines == Some(true)) {
            "is not a library with a system and machines, nor anything else without"
        } else {
            return Ok(());
        };
        let what = format!("what it says of `{name}` {what}");
        Err(PackageError::Listing { what })
    }
}

/// Whether a name is one that every system has, and leads nowhere.
pub(super) fn is_plain_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.starts_with('.')
        && !name.contains("..")
        && name.bytes().all(is_plain)
}
