//! Runs an adapter's callbacks. One trait for every place where they can run.

use std::path::Path;

use callpop_adapter::abi::{BadReply, Callbacks};
use callpop_adapter::{Actions, AdapterError, CallLog, Contact, Context};
use serde::Serialize;

use crate::abi_name::AbiName;
use crate::loading::{self, LoadError};
use crate::plain_text::plain_line;

/// The longest message of an adapter that is shown, in characters.
const MAX_MESSAGE: usize = 500;

/// One of the three callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Callback {
    /// A call is received: open the contact's page.
    OpenContactPage,
    /// "Open call log": open the logged activity.
    OpenLogPage,
    /// Log out: clean up.
    OnUnauthorize,
}

/// A callback with all that it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    OpenContactPage(Context, Contact),
    OpenLogPage(Context, CallLog),
    OnUnauthorize(Context),
}

impl Request {
    pub(crate) fn callback(&self) -> Callback {
        match self {
            Self::OpenContactPage(..) => Callback::OpenContactPage,
            Self::OpenLogPage(..) => Callback::OpenLogPage,
            Self::OnUnauthorize(..) => Callback::OnUnauthorize,
        }
    }
}

/// Why a callback gave no actions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The adapter itself says why.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// Its reply breaks the ABI's rules.
    #[error(transparent)]
    BadReply(#[from] BadReply),
}

impl RunError {
    /// The same, with what the adapter says made fit to be shown.
    pub(crate) fn in_plain_text(self) -> Self {
        match self {
            Self::Adapter(error) => {
                let message = plain_line(error.message(), MAX_MESSAGE);
                Self::Adapter(AdapterError::new(error.code(), message))
            }
            other => other,
        }
    }
}

/// A place where an adapter's callbacks run: this is where the isolated worker goes next to
/// [`InProcess`].
pub(crate) trait Runner: Send + Sync {
    fn run(&self, request: &Request) -> Result<Actions, RunError>;
}

/// Runs the callbacks on the caller's thread, in this very process. It protects against a
/// callback that panics or answers nonsense, and against nothing else.
pub(crate) struct InProcess(Box<dyn Callbacks>);

impl InProcess {
    /// Loads the private copy at `path`.
    pub(crate) fn load(path: &Path, abi: &AbiName) -> Result<Self, LoadError> {
        loading::load(path, abi).map(Self)
    }
}

impl Runner for InProcess {
    fn run(&self, request: &Request) -> Result<Actions, RunError> {
        let result = match request {
            Request::OpenContactPage(context, contact) => {
                self.0.open_contact_page(context, contact)
            }
            Request::OpenLogPage(context, log) => self.0.open_log_page(context, log),
            Request::OnUnauthorize(context) => self.0.on_unauthorize(context),
        };
        Ok(result??)
    }
}
