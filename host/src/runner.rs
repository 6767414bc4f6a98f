//! Runs an adapter's callbacks. One trait for every place where they can run.

use std::path::Path;

use callpop_adapter::abi::{self, CallbackEnd, Callbacks, Hear};
use callpop_adapter::{
    Actions, AdapterError, CallLog, CallbackResult, Contact, Context, ErrorCode,
};
use serde::{Deserialize, Serialize};

use crate::abi_name::AbiName;
use crate::loading::{self, LoadError, LoadRefusal};
use crate::plain_text::plain_line;
use crate::plan::Planning;
use crate::quarantine::Quarantined;
use crate::worker::WorkerFailure;

/// The longest message of an adapter that is shown, in characters.
const MAX_MESSAGE: usize = 500;

/// One of the three callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Callback {
    /// A call is received: open the contact's page.
    OpenContactPage,
    /// "Open call log": open the logged activity.
    OpenLogPage,
    /// Log out: clean up.
    OnUnauthorize,
}

impl Callback {
    /// The callback's name for programs; it never changes once released.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenContactPage => "openContactPage",
            Self::OpenLogPage => "openLogPage",
            Self::OnUnauthorize => "onUnauthorize",
        }
    }
}

/// One of the three callbacks with all that it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request<'call> {
    OpenContactPage(
        #[serde(borrow)] Context<'call>,
        #[serde(borrow)] Contact<'call>,
    ),
    OpenLogPage(
        #[serde(borrow)] Context<'call>,
        #[serde(borrow)] CallLog<'call>,
    ),
    OnUnauthorize(#[serde(borrow)] Context<'call>),
}

impl Request<'_> {
    pub(crate) fn callback(&self) -> Callback {
        match self {
            Self::OpenContactPage(..) => Callback::OpenContactPage,
            Self::OpenLogPage(..) => Callback::OpenLogPage,
            Self::OnUnauthorize(..) => Callback::OnUnauthorize,
        }
    }
}

/// What a callback answered, as a worker tells its host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// What the adapter asks for.
    Done(Actions),
    /// Why the adapter gives no actions.
    Failed(AdapterError),
    /// A reply that breaks the ABI's rules, and how.
    Bad(String),
}

impl From<CallbackResult> for Answer {
    fn from(result: CallbackResult) -> Self {
        match result {
            Ok(actions) => Self::Done(actions),
            Err(error) => Self::Failed(error),
        }
    }
}

impl Answer {
    pub(crate) fn into_result(self) -> Result<Actions, RunError> {
        match self {
            Self::Done(actions) => Ok(actions),
            Self::Failed(error) => Err(shown(&error)),
            Self::Bad(how) => Err(RunError::BadReply(how)),
        }
    }
}

/// The adapter's own error, with no more of its text than is shown.
fn shown(error: &AdapterError) -> RunError {
    let message = plain_line(error.message(), MAX_MESSAGE);
    AdapterError::new(error.code(), message).into()
}

/// Why a callback gave no actions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The adapter itself says why.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// Its reply breaks the ABI's rules.
    #[error("{0}")]
    BadReply(String),
    /// Its worker did not answer.
    #[error(transparent)]
    Worker(#[from] WorkerFailure),
    /// It failed too often, and is not called until it changes or is released.
    #[error(transparent)]
    Quarantined(#[from] Quarantined),
}

impl RunError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Adapter(error) => match error.code() {
                ErrorCode::NotSupported => "not-supported",
                ErrorCode::MissingValue => "missing-value",
                ErrorCode::InvalidInput => "invalid-input",
                ErrorCode::Panicked => "panicked",
                _ => "adapter-error",
            },
            Self::BadReply(_) => "bad-reply",
            Self::Worker(failure) => failure.class(),
            Self::Quarantined(_) => "quarantined",
        }
    }
}

/// Why a runner gave no actions.
#[derive(Debug)]
pub(crate) enum RunnerError {
    /// The library could not be loaded.
    Load(LoadError),
    /// The callback gave none.
    Run(RunError),
}

impl RunnerError {
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Load(_) => "load-failed",
            Self::Run(error) => error.class(),
        }
    }
}

impl<E: Into<RunError>> From<E> for RunnerError {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

/// A place where an adapter's callbacks run.
pub(crate) trait Runner: Send + Sync {
    /// Runs the callback, and has its actions checked for the plan, which is worth nothing if this
    /// fails.
    fn run(&self, request: &Request<'_>, plan: &mut Planning<'_>) -> Result<(), RunnerError>;

    /// The SHA-256 of what runs, if it is known.
    fn sha256(&self) -> Option<&str> {
        None
    }

    /// Has the adapter loaded before it is called; tells why it cannot be.
    fn warm_up(&self) -> Result<(), RunnerError> {
        Ok(())
    }

    /// A call may come at once, so that what runs the adapter had better be awake. Waits for nothing.
    fn expect_call(&self) {}

    /// Forgets what went wrong, if that makes a difference to the next call.
    fn forgive(&self) {}
}

/// Runs the callbacks on the caller's thread, in this very process. It protects against a
/// callback that panics or answers nonsense, and against nothing else.
pub(crate) struct InProcess {
    callbacks: Box<dyn Callbacks>,
    sha256: Option<String>,
}

impl InProcess {
    /// Loads the private copy at `path`.
    pub(crate) fn load(path: &Path, abi: &AbiName) -> Result<Self, LoadRefusal> {
        let callbacks = loading::load(path, abi)?;
        Ok(Self {
            callbacks,
            sha256: None,
        })
    }

    /// The same, of a library with this hash.
    pub(crate) fn with_sha256(mut self, sha256: String) -> Self {
        self.sha256 = Some(sha256);
        self
    }

    /// What the callback answers.
    pub(crate) fn answer(&self, request: &Request<'_>) -> Answer {
        match abi::collected(|hear| self.end(request, hear)) {
            Ok(result) => result.into(),
            Err(bad) => Answer::Bad(bad.to_string()),
        }
    }

    fn end(&self, request: &Request<'_>, hear: &mut Hear<'_>) -> CallbackEnd {
        match request {
            Request::OpenContactPage(context, contact) => {
                self.callbacks.open_contact_page(context, contact, hear)
            }
            Request::OpenLogPage(context, log) => self.callbacks.open_log_page(context, log, hear),
            Request::OnUnauthorize(context) => self.callbacks.on_unauthorize(context, hear),
        }
    }
}

impl Runner for InProcess {
    /// Each action is checked where the adapter lends it, and copied by nobody.
    fn run(&self, request: &Request<'_>, plan: &mut Planning<'_>) -> Result<(), RunnerError> {
        match self.end(request, &mut |action| plan.add(action)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(shown(&error).into()),
            Err(bad) => Err(RunError::BadReply(bad.to_string()).into()),
        }
    }

    fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }
}
