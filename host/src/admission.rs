//! What may run: the administrator's rules and the user's, over what discovery found. Each file
//! must satisfy both, so that neither loosens the other.

mod examined;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::discovery::{AdapterFile, FileState};
use crate::manifest::Manifest;
use crate::open_to_others::{self, OpenToOthers};
use crate::pins::{Pin, PinChange, Pins};
use crate::provenance::Provenance;
use crate::refusal::Refusal;
use crate::signature::PublicKey;
use crate::trust::{TrustedBy, TrustedKeys};

/// What must be known of an adapter's file before it is loaded.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Requirement {
    /// Nothing: whoever can write into a plugins folder decides what runs.
    #[default]
    Nothing,
    /// That it is what was loaded first, or accepted since.
    Pinned,
    /// That it is signed with a key that is trusted for it.
    Signed,
}

/// A word that is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are: nothing, pinned, signed")]
pub struct RequirementError;

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(word: &str) -> Result<Self, RequirementError> {
        match word {
            "nothing" => Ok(Self::Nothing),
            "pinned" => Ok(Self::Pinned),
            "signed" => Ok(Self::Signed),
            _ => Err(RequirementError),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::Pinned => "pinned",
            Self::Signed => "signed",
        })
    }
}

/// The administrator's part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AdminRules {
    /// The file that they stand in.
    pub(crate) file: PathBuf,
    pub(crate) require: Requirement,
    pub(crate) keys: TrustedKeys,
    /// If there is one, nothing else may run.
    pub(crate) allowed: Option<Listed>,
    pub(crate) denied: Listed,
    /// By the adapter's id.
    pub(crate) minimum_versions: BTreeMap<String, Version>,
}

/// Adapters by their ids, and files by their SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) adapters: BTreeSet<String>,
    pub(crate) sha256: BTreeSet<String>,
}

impl Listed {
    /// Whether the file is listed by its hash, or by that of its package.
    fn has_bytes(&self, candidate: Candidate<'_>) -> bool {
        let package = candidate.package_sha256;
        self.sha256.contains(candidate.sha256) || package.is_some_and(|it| self.sha256.contains(it))
    }
}

/// An adapter's file, as far as the rules look at it.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'file> {
    pub(crate) manifest: &'file Manifest,
    /// Of what runs.
    pub(crate) sha256: &'file str,
    /// Of the package that it is in.
    pub(crate) package_sha256: Option<&'file str>,
    pub(crate) provenance: &'file Provenance,
}

/// All rules, and what they go by, at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Admission {
    pub(crate) administrators: AdminRules,
    /// What the user asks for, and what the dialer does.
    pub(crate) users: BTreeSet<Requirement>,
    pub(crate) keys: TrustedKeys,
    pub(crate) pins: Pins,
    /// Why the pins could not be read, so that nothing can be decided where they are asked for.
    pub(crate) unreadable_pins: Option<String>,
    /// Plugins folders that others can write, or whose place others can change.
    pub(crate) open_folders: BTreeMap<PathBuf, OpenToOthers>,
}

impl Admission {
    /// Looks at who can write into these plugins folders.
    pub(crate) fn look_at_folders(&mut self, folders: &[PathBuf]) {
        let open = |folder: &PathBuf| Some((folder.clone(), open_to_others::folder(folder)?));
        self.open_folders = folders.iter().filter_map(open).collect();
    }

    /// Refuses a file in a plugins folder that was read and may not run.
    pub(crate) fn decide(&self, file: &mut AdapterFile) {
        if !matches!(file.state, FileState::Ready) {
            return;
        }
        match self.open(&file.path) {
            Some(open) => file.state = FileState::Refused(Refusal::OpenToOthers(open)),
            None => self.decide_by_content(file),
        }
    }

    /// The same of a file anywhere, whoever else can write it.
    pub(crate) fn decide_by_content(&self, file: &mut AdapterFile) {
        let (FileState::Ready, Some(description), Some(sha256)) =
            (&file.state, &file.description, &file.sha256)
        else {
            return;
        };
        let candidate = Candidate {
            manifest: &description.manifest,
            sha256,
            package_sha256: file.package.as_ref().map(|it| it.sha256.as_str()),
            provenance: &file.provenance,
        };
        if let Err(refusal) = self.judge(&file.path, candidate) {
            file.state = FileState::Refused(refusal);
        }
    }

    /// Who else can write the file, or where it stands.
    fn open(&self, path: &Path) -> Option<OpenToOthers> {
        let folder = path.parent()?;
        let open = self.open_folders.get(folder).cloned();
        open.or_else(|| open_to_others::file(path))
    }

    /// Whether a file with this path and content may run.
    pub(crate) fn judge(&self, path: &Path, candidate: Candidate<'_>) -> Result<(), Refusal> {
        self.judge_lists(candidate)?;
        if self.is_named(candidate) {
            return Ok(());
        }
        if self.administrators.require == Requirement::Signed {
            self.judge_signature(candidate, Some(TrustedBy::Administrator))?;
        }
        if self.users.contains(&Requirement::Signed) {
            self.judge_signature(candidate, None)?;
        }
        if self.is_pinned(candidate) {
            self.judge_pin(path, candidate)?;
        }
        Ok(())
    }

    /// Whether a file is to be what was loaded first.
    pub(crate) fn is_pinned(&self, candidate: Candidate<'_>) -> bool {
        let pinned = Requirement::Pinned;
        let is_asked = self.administrators.require == pinned || self.users.contains(&pinned);
        is_asked && !self.is_named(candidate)
    }

    /// Whether the administrator allows these very bytes, which says more than a signature.
    fn is_named(&self, candidate: Candidate<'_>) -> bool {
        let allowed = self.administrators.allowed.as_ref();
        allowed.is_some_and(|listed| listed.has_bytes(candidate))
    }

    fn judge_lists(&self, candidate: Candidate<'_>) -> Result<(), Refusal> {
        let manifest = candidate.manifest;
        let rules = &self.administrators;
        let is_in =
            |listed: &Listed| listed.adapters.contains(&manifest.id) || listed.has_bytes(candidate);
        let file = || rules.file.clone();
        if is_in(&rules.denied) {
            return Err(Refusal::Denied { file: file() });
        }
        if rules.allowed.as_ref().is_some_and(|listed| !is_in(listed)) {
            return Err(Refusal::NotAllowed { file: file() });
        }
        match rules.minimum_versions.get(&manifest.id) {
            Some(minimum) if manifest.version < *minimum => Err(Refusal::BelowMinimum {
                found: manifest.version.clone(),
                minimum: Box::new(minimum.clone()),
                file: file(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether it is signed with a key that this one, or anybody, trusts for it at this moment.
    fn judge_signature(
        &self,
        candidate: Candidate<'_>,
        by: Option<TrustedBy>,
    ) -> Result<(), Refusal> {
        let adapter = &candidate.manifest.id;
        let key = match candidate.provenance {
            Provenance::Unsigned => return Err(Refusal::NotSigned),
            Provenance::Unproven(error) => return Err(Refusal::Signature(error.clone())),
            Provenance::Signed(signer) => &signer.key,
        };
        if self.keys.may_sign(key, adapter, by) {
            return Ok(());
        }
        let key_id = key.id();
        Err(if by.is_some() && self.keys.may_sign(key, adapter, None) {
            Refusal::KeyNotAdministrators {
                key_id,
                file: self.administrators.file.clone(),
            }
        } else {
            Refusal::KeyNotForAdapter {
                key_id,
                adapter: adapter.clone(),
            }
        })
    }

    fn judge_pin(&self, path: &Path, candidate: Candidate<'_>) -> Result<(), Refusal> {
        if let Some(why) = &self.unreadable_pins {
            return Err(Refusal::Undecided(why.clone()));
        }
        let new = self.pin_of(candidate);
        match self.pins.get(&candidate.manifest.id) {
            Some(old) if old.sha256 != new.sha256 => {
                Err(Refusal::NotAccepted(Box::new(PinChange {
                    adapter: candidate.manifest.id.clone(),
                    path: path.to_owned(),
                    old: old.clone(),
                    new,
                })))
            }
            _ => Ok(()),
        }
    }

    /// What is pinned of a file.
    pub(crate) fn pin_of(&self, candidate: Candidate<'_>) -> Pin {
        let signer = candidate.provenance.signer().map(|it| &it.key);
        let is_trusted = |key: &&PublicKey| self.keys.may_sign(key, &candidate.manifest.id, None);
        Pin {
            sha256: candidate.sha256.to_owned(),
            version: candidate.manifest.version.clone(),
            signer: signer.filter(is_trusted).cloned(),
        }
    }
}
