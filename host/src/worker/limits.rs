//! What a worker may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::runner::Callback;

/// What a worker may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The time for a page's callback, from the call to the answer; the start of a worker counts.
    pub page_deadline: Duration,
    /// The time for `on_unauthorize`.
    pub unauthorize_deadline: Duration,
    /// Address space, in bytes.
    pub memory: u64,
    /// Processor time for each call, in whole seconds.
    pub processor_seconds: u64,
    /// Open files.
    pub files: u64,
    /// How long a worker is kept that nobody calls; on Unix, up to a quarter longer.
    pub idle: Duration,
    /// Whether a worker that cannot be put into the whole sandbox is refused.
    pub require_sandbox: bool,
    /// Whether the adapter was granted connections to other machines.
    pub network: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page_deadline: Duration::from_secs(2),
            unauthorize_deadline: Duration::from_secs(5),
            memory: 256 * 1024 * 1024,
            processor_seconds: 2,
            files: 64,
            idle: Duration::from_secs(300),
            require_sandbox: false,
            network: false,
        }
    }
}

impl Limits {
    pub(crate) fn deadline(&self, callback: Callback) -> Duration {
        match callback {
            Callback::OnUnauthorize => self.unauthorize_deadline,
            _ => self.page_deadline,
        }
    }
}
