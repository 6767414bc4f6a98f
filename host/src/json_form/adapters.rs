//! What the plugins folders hold.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::causes::with_causes;
use crate::discovery::{AdapterFile, AdapterKind, Catalog, FileState, Folder};
use crate::manifest::{Manifest, PageUrls};
use crate::package::PackagedFile;
use crate::provenance::Provenance;
use crate::quarantine::Quarantined;
use crate::target::Target;

/// Every file in the plugins folders with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Catalog")]
#[non_exhaustive]
pub struct CatalogForm {
    /// The plugins folders, in the order in which they are searched.
    pub folders: Vec<FolderForm>,
    /// The files in them.
    pub files: Vec<FileForm>,
    /// The adapters that are not called since they failed too often, by their id.
    pub quarantined: BTreeMap<String, QuarantinedForm>,
}

/// A plugins folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Folder")]
#[non_exhaustive]
pub struct FolderForm {
    /// Where it is.
    pub path: String,
    /// Why it cannot be listed, if it cannot.
    pub problem: Option<String>,
}

/// A file in a plugins folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AdapterFile")]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileForm {
    /// Where it is.
    pub path: String,
    /// Its size in bytes, if it could be read.
    pub size: Option<u64>,
    /// Whether it can be used.
    pub state: FileStateForm,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonForm>,
    /// Who made it, as far as its signature proves that; if it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<ProvenanceForm>,
    /// The manifest of an earlier version, which stays in use since this file is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stays_in_use: Option<Manifest>,
    /// What is in it, if it is a package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageForm>,
    /// The adapter's own description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Manifest>,
    /// What the adapter is made of.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindForm>,
}

/// Whether a file can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "FileState")]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileStateForm {
    /// It is an adapter and will be loaded when it is called.
    Ready,
    /// It looks like an adapter and cannot be used.
    Refused,
    /// It does not look like an adapter.
    Ignored,
}

/// Why something is not so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
#[non_exhaustive]
pub struct ReasonForm {
    /// A name for programs; it never changes once released.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// Who made a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Provenance")]
#[serde(
    tag = "state",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum ProvenanceForm {
    /// Nobody says.
    Unsigned,
    /// Whoever has a key that is trusted.
    Signed {
        /// The key's number, as minisign writes it.
        key_id: String,
        /// The key, as one line of Base64.
        public_key: String,
        /// What the signer says of the file.
        comment: String,
        /// Whether the key is trusted for this adapter.
        may_sign: bool,
    },
    /// There is a signature, and it proves nothing.
    Unproven {
        /// Why not.
        reason: ReasonForm,
    },
}

/// What a package tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Package")]
#[non_exhaustive]
pub struct PackageForm {
    /// The files in it, but for the list itself and its signature.
    pub files: Vec<PackagedFile>,
    /// Whether it has a signature; whose that is, is another question.
    pub signed: bool,
    /// The SHA-256 of the whole package, in lower-case hexadecimal.
    pub sha256: String,
}

/// What an adapter is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AdapterKind")]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum KindForm {
    /// Code.
    Library {
        /// The ABI that it speaks: `abi_stable/1.0`.
        abi: String,
        /// What it is built for.
        target: Target,
    },
    /// Data: the pages as templates.
    Template {
        /// The pages.
        pages: PageUrls,
    },
}

/// An adapter that is refused since it failed too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Quarantined")]
#[non_exhaustive]
pub struct QuarantinedForm {
    /// When it was put there; RFC 3339 in UTC.
    pub since: String,
    /// How many failures led to it.
    pub failures: usize,
    /// The last one.
    pub last: LastFailureForm,
}

/// How an adapter failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LastFailure")]
#[non_exhaustive]
pub struct LastFailureForm {
    /// A name for programs: `crashed`, `deadline`.
    pub class: String,
    /// A sentence for people.
    pub message: String,
}

impl CatalogForm {
    /// The form of this catalog, with what is in quarantine.
    #[must_use]
    pub fn of(catalog: &Catalog, quarantined: &BTreeMap<String, Quarantined>) -> Self {
        let quarantined = quarantined.iter();
        Self {
            folders: catalog.folders.iter().map(FolderForm::from).collect(),
            files: catalog.files.iter().map(FileForm::from).collect(),
            quarantined: quarantined
                .map(|(id, why)| (id.clone(), why.into()))
                .collect(),
        }
    }
}

impl From<&Folder> for FolderForm {
    fn from(folder: &Folder) -> Self {
        Self {
            path: shown(&folder.path),
            problem: folder.problem.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&AdapterFile> for FileForm {
    fn from(file: &AdapterFile) -> Self {
        let (state, reason) = match &file.state {
            FileState::Ready => (FileStateForm::Ready, None),
            FileState::Refused(refusal) => (
                FileStateForm::Refused,
                Some(ReasonForm {
                    code: refusal.code().to_owned(),
                    message: with_causes(refusal),
                }),
            ),
            FileState::Ignored(why) => (
                FileStateForm::Ignored,
                Some(ReasonForm {
                    code: "ignored".to_owned(),
                    message: (*why).to_owned(),
                }),
            ),
        };
        let description = file.description.as_ref();
        let manifest = |it: &crate::discovery::Description| it.manifest.clone();
        Self {
            path: shown(&file.path),
            size: file.size,
            state,
            reason,
            provenance: file.sha256.is_some().then(|| ProvenanceForm::of(file)),
            stays_in_use: file.stays_in_use.as_ref().map(manifest),
            package: file.package.as_ref().map(|package| PackageForm {
                files: package.files.clone(),
                signed: package.is_signed,
                sha256: package.sha256.clone(),
            }),
            manifest: description.map(manifest),
            kind: description.map(|it| KindForm::from(&it.kind)),
        }
    }
}

impl ProvenanceForm {
    fn of(file: &AdapterFile) -> Self {
        match &file.provenance {
            Provenance::Unsigned => Self::Unsigned,
            Provenance::Signed(signer) => Self::Signed {
                key_id: signer.key.id().to_string(),
                public_key: signer.key.to_string(),
                comment: signer.comment.clone(),
                may_sign: file
                    .description
                    .as_ref()
                    .is_some_and(|it| signer.may_sign(&it.manifest.id)),
            },
            Provenance::Unproven(error) => Self::Unproven {
                reason: ReasonForm {
                    code: error.code().to_owned(),
                    message: error.to_string(),
                },
            },
        }
    }
}

impl From<&AdapterKind> for KindForm {
    fn from(kind: &AdapterKind) -> Self {
        match kind {
            AdapterKind::Library { abi, target } => Self::Library {
                abi: abi.to_string(),
                target: target.clone(),
            },
            AdapterKind::Template(pages) => Self::Template {
                pages: pages.clone(),
            },
        }
    }
}

impl From<&Quarantined> for QuarantinedForm {
    fn from(why: &Quarantined) -> Self {
        Self {
            since: humantime::format_rfc3339_seconds(why.since).to_string(),
            failures: why.count,
            last: LastFailureForm {
                class: why.last.class().to_owned(),
                message: why.last.to_string(),
            },
        }
    }
}

/// Every path can be shown, if not always in the letters that it has.
fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
