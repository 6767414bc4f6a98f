//! How a call fails: a number, a name for programs, a message with its causes, and what to do.
//!
//! The numbers of what the host says no to are the exit codes of `callpop`; the others are those of
//! JSON-RPC 2.0 (section 5.1), and this project's own in the range that it leaves to servers.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::admin_policy::PolicyError;
use crate::causes::with_causes;
use crate::error::{CallError, ConnectError, FindError};
use crate::host::OnCallError;
use crate::plan::ActionRejection;
use crate::state_file::StateError;
use crate::{ContactError, SettingsError};

/// What kind of failure it is. The number is the program's exit code and the code in JSON-RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum FailureKind {
    /// The state under the home, or the administrator's file, could not be read or written.
    State = 1,
    /// Wrong usage or input.
    Usage = 2,
    /// There is no such adapter, or it is refused.
    NoAdapter = 3,
    /// The adapter failed.
    AdapterFailed = 4,
    /// The URL policy refused a page.
    PolicyRefused = 5,
    /// No browser could be started.
    NoBrowser = 6,

    /// What came is not JSON in UTF-8, or not in a frame.
    Parse = -32700,
    /// It is JSON, and not a request.
    InvalidRequest = -32600,
    /// There is no such method.
    NoMethod = -32601,
    /// The parameters do not fit the method.
    InvalidParams = -32602,
    /// A fault of the host's own.
    Internal = -32603,
    /// So much is waiting already that no more is taken.
    Busy = -32000,
    /// A frame, a batch or a result is longer than may be.
    TooLong = -32001,
    /// `initialize` comes first.
    NotInitialized = -32002,
    /// The session is about to end.
    ShuttingDown = -32003,
    /// There is no such version of the protocol here.
    Protocol = -32004,
}

/// Why a call has no result: the `error` of a JSON-RPC 2.0 response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
#[non_exhaustive]
pub struct Failure {
    /// What kind of failure it is; see [`FailureKind`].
    pub code: i32,
    /// What happened, with its causes, in one sentence for people.
    pub message: String,
    /// What programs go by.
    pub data: FailureData,
}

/// What programs go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ErrorData")]
#[non_exhaustive]
pub struct FailureData {
    /// The failure's name; it never changes once released: `not-connected`, `deadline`.
    pub code: &'static str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

impl Failure {
    /// A failure with this name and message, and the advice that goes with the name.
    #[must_use]
    pub fn new(kind: FailureKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: kind as i32,
            message: message.into(),
            data: FailureData {
                code,
                advice: advice(code),
            },
        }
    }

    /// The parameters do not fit the method.
    pub(crate) fn params(why: impl Into<String>) -> Self {
        Self::new(FailureKind::InvalidParams, "invalid-params", why)
    }

    /// What is given does not fit, though it has the right form.
    pub(crate) fn usage(code: &'static str, why: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, code, why)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// What to do about failures with this name, where there is something to do.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "not-connected" => "Connect it with `connect`, or give a `hostname` for this call.",
        "no-such-adapter" | "adapter-refused" | "load-failed" => {
            "`adapters` tells every file and its state."
        }
        "connected-elsewhere" => "Log out with `logOut` first.",
        "missing-setting" => "Give it in `values`.",
        "missing-value" => {
            "The message names the value: it belongs to the contact, the log or the call, or is set \
             with `connect`."
        }
        "no-log-page" => "Name the `contact`, so that its page opens instead.",
        "no-browser" => {
            "Show the page's address, which the message names; or open pages yourself: `pages` at \
             `initialize`."
        }
        "quarantined" => "`releaseAdapter` has it called again.",
        "policy" => "Callpop does not run without the administrator's rules; have the file mended.",
        "managed" => "Only the administrator can change it.",
        "not-initialized" => "Send `initialize` first.",
        "busy" => "Wait for replies before you send more.",
        "no-such-method" => "`callpop serve --describe` prints all methods.",
        _ => return None,
    })
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        Self::new(FailureKind::NoAdapter, error.class(), with_causes(&error))
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::new(FailureKind::State, "state", with_causes(&error))
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::new(FailureKind::State, "policy", with_causes(&error))
    }
}

impl From<OnCallError> for Failure {
    fn from(error: OnCallError) -> Self {
        Self::new(FailureKind::State, error.class(), with_causes(&error))
    }
}

impl From<ContactError> for Failure {
    fn from(error: ContactError) -> Self {
        Self::usage(error.class(), with_causes(&error))
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Find(error) => error.into(),
            SettingsError::State(error) => error.into(),
            SettingsError::Policy(error) => error.into(),
            error => Self::usage(error.class(), with_causes(&error)),
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Find(error) => error.into(),
            ConnectError::State(error) => error.into(),
            ConnectError::Policy(error) => error.into(),
            error => Self::usage(error.class(), with_causes(&error)),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let kind = match &error {
            CallError::Find(_) | CallError::Load { .. } => FailureKind::NoAdapter,
            CallError::State(_) | CallError::Policy(_) => FailureKind::State,
            CallError::NotConnected(_) | CallError::Hostname(_) | CallError::NoLogPage(_) => {
                FailureKind::Usage
            }
            CallError::Rejected {
                source: ActionRejection::Url { .. } | ActionRejection::TooManyPages(_),
                ..
            } => FailureKind::PolicyRefused,
            CallError::Browser(_) => FailureKind::NoBrowser,
            _ => FailureKind::AdapterFailed,
        };
        Self::new(kind, error.class(), with_causes(&error))
    }
}

#[cfg(feature = "contact-book")]
impl From<crate::ContactBookError> for Failure {
    fn from(error: crate::ContactBookError) -> Self {
        Self::new(FailureKind::State, "state", with_causes(&error))
    }
}

#[cfg(feature = "contact-book")]
impl From<crate::ImportError> for Failure {
    fn from(error: crate::ImportError) -> Self {
        use crate::ImportError;
        let message = with_causes(&error);
        match error {
            ImportError::Book(error) => error.into(),
            ImportError::Read(_) => Self::usage("unreadable-file", message),
            ImportError::NoAdapter => Self::usage("no-adapter-named", message),
            _ => Self::usage("invalid-file", message),
        }
    }
}
