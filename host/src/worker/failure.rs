//! How a worker failed, in classes that a program can act on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A call that a worker did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WorkerFailure {
    /// The process ended by itself.
    #[error("its process ended by itself with the code {code}")]
    Ended {
        /// The exit code.
        code: i32,
    },
    /// The process crashed.
    #[error("its process crashed ({name})")]
    Crashed {
        /// The signal's name, or the exception's.
        name: String,
    },
    /// The process was killed from outside.
    #[error("its process was killed ({name})")]
    Killed {
        /// The signal's name.
        name: String,
    },
    /// The process asked for more memory than it may have.
    #[error("its process wanted more memory than it may have")]
    OutOfMemory,
    /// No answer came in time, or all the processor time of a call was used up.
    #[error("it did not answer within {} ms", limit.as_millis())]
    Deadline {
        /// The time that it had.
        limit: Duration,
    },
    /// The process could not be started.
    #[error("its process could not be started: {why}")]
    LaunchFailed {
        /// Why.
        why: String,
    },
    /// What came over the channel was not what a worker sends.
    #[error("its process broke the protocol: {how}")]
    ProtocolViolation {
        /// How.
        how: String,
    },
}

impl WorkerFailure {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Ended { .. } => "ended",
            Self::Crashed { .. } => "crashed",
            Self::Killed { .. } => "killed",
            Self::OutOfMemory => "out-of-memory",
            Self::Deadline { .. } => "deadline",
            Self::LaunchFailed { .. } => "launch-failed",
            Self::ProtocolViolation { .. } => "protocol-violation",
        }
    }
}
