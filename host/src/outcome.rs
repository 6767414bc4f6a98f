//! What the host tells the dialer after a callback.

use serde::Serialize;

use crate::account_store::Account;
use crate::browser::Page;
use crate::error::CallError;
use crate::plan::StoredChange;
use crate::runner::Callback;

/// What was done, or what would be done in a dry run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The adapter's id.
    pub adapter: String,
    /// The callback that ran: the contact's, where the log's page was asked for and the CRM has
    /// none.
    pub callback: Callback,
    /// The pages, in order.
    #[cfg_attr(
        feature = "json-interface",
        schemars(with = "Vec<crate::browser::PageForm>")
    )]
    pub opened: Vec<Page>,
    /// The changes to the account's stored values.
    pub stored: Vec<StoredChange>,
    /// What the adapter tells the user: plain text, one line each.
    pub notices: Vec<String>,
    /// Whether nothing was performed.
    pub dry_run: bool,
}

impl Outcome {
    /// An outcome in which nothing was done.
    pub(crate) fn nothing(adapter: &str, callback: Callback, dry_run: bool) -> Self {
        Self {
            adapter: adapter.to_owned(),
            callback,
            opened: Vec::new(),
            stored: Vec::new(),
            notices: Vec::new(),
            dry_run,
        }
    }
}

/// What came of logging out.
#[derive(Debug)]
pub struct LogOut {
    /// What the adapter's clean-up did.
    pub outcome: Outcome,
    /// The account that is forgotten; `None` if there was none, or in a dry run.
    pub forgotten: Option<Account>,
    /// Why the clean-up could not be done, or not all of it. The account is forgotten all the same.
    pub problem: Option<CallError>,
}

impl LogOut {
    pub(crate) fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            forgotten: None,
            problem: None,
        }
    }
}
