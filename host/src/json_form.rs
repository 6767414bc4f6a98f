//! How the host's values stand in JSON, where they do not say that themselves: one form for the
//! program's `--json` and for the [JSON interface](crate::json_interface).
//!
//! Names are in `camelCase`, values that are words in `kebab-case`. Members may be added; those that
//! are there stay.

mod accounts;
mod adapters;
mod calls;
mod contacts;
mod trust;

pub use accounts::{AccountForm, AccountsForm};
pub use adapters::{
    CatalogForm, FileForm, FileStateForm, FolderForm, KindForm, LastFailureForm, PackageForm,
    QuarantinedForm, ReasonForm,
};
pub use calls::{AccountOutcomeForm, CallEventForm, PopResultForm, SuppressionForm};
pub use contacts::{ContactForm, LogForm, RemarkForm, matches_form};
pub use trust::{PinForm, RequirementForm, TrustedByForm, TrustedKeyForm, WaitingChangeForm};

use schemars::JsonSchema;
use serde::Serialize;

use crate::doctor::{Finding, Health};

/// What was found around the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Examination")]
#[non_exhaustive]
pub struct ExaminationForm {
    /// The worst of what was found.
    pub health: Health,
    /// All that was looked at.
    pub findings: Vec<Finding>,
}

impl From<Vec<Finding>> for ExaminationForm {
    fn from(findings: Vec<Finding>) -> Self {
        let worst = findings.iter().map(|finding| finding.health).max();
        Self {
            health: worst.unwrap_or(Health::Good),
            findings,
        }
    }
}
