//! What was loaded first of each adapter, in `pins.json` under the home: another file under its id
//! is not loaded before somebody accepts it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::signature::PublicKey;
use crate::state_file::{StateError, StateFile};

/// The content of an adapter that was loaded first, or accepted since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pin {
    /// The SHA-256 of its file, in lower-case hexadecimal.
    pub sha256: String,
    /// Its version.
    pub version: Version,
    /// The trusted key that it was signed with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<PublicKey>,
}

impl Pin {
    /// `1.0.0, signed with 95BF80C5C0D01638`
    pub(crate) fn told(&self) -> String {
        match &self.signer {
            Some(key) => format!("{}, signed with {}", self.version, key.id()),
            None => format!("{}, signed with no trusted key", self.version),
        }
    }
}

/// A file that is not what is pinned for its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PinChange {
    /// The adapter's id.
    pub adapter: String,
    /// The file.
    #[serde(skip)]
    pub path: PathBuf,
    /// What is pinned.
    pub old: Pin,
    /// What the file is.
    pub new: Pin,
}

impl PinChange {
    /// The change back.
    pub(crate) fn undone(self) -> Self {
        Self {
            old: self.new,
            new: self.old,
            ..self
        }
    }
}

/// All that is pinned, by the adapter's id.
pub(crate) type Pins = BTreeMap<String, Pin>;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kept {
    pins: Pins,
}

/// The file. A damaged one is an error: begun anew, it would pin whatever is there.
#[derive(Debug)]
pub(crate) struct PinStore {
    file: StateFile<Kept>,
}

impl PinStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "pins.json").whole_or_error(),
        }
    }

    pub(crate) fn all(&self) -> Result<Pins, StateError> {
        Ok(self.file.read()?.pins)
    }

    /// Pins an adapter unless it is pinned; what is pinned then.
    pub(crate) fn pin_first(&self, adapter: &str, pin: &Pin) -> Result<Pin, StateError> {
        // Each worker that starts asks, and nearly always it is pinned already.
        if let Some(pinned) = self.all()?.remove(adapter) {
            return Ok(pinned);
        }
        self.file.update(|kept| {
            let pinned = kept.pins.entry(adapter.to_owned());
            Ok(pinned.or_insert_with(|| pin.clone()).clone())
        })
    }

    /// Pins what changed, if what was pinned is still what the change is from; whether it is.
    pub(crate) fn accept(&self, change: &PinChange) -> Result<bool, StateError> {
        self.file.update(|kept| {
            let pinned = kept.pins.get_mut(&change.adapter);
            let Some(pinned) = pinned.filter(|pinned| **pinned == change.old) else {
                return Ok(false);
            };
            *pinned = change.new.clone();
            Ok(true)
        })
    }
}
