//! What host and worker say to each other: types only, no input or output.
//!
//! ```text
//! worker: Hello            the worker is up
//! host:   Load             what to load, and under which limits
//! worker: Loaded | Refused
//!         (or `Examine`, which a `Loaded` ends)
//! host:   Call 1           worker: Reply 1
//! host:   Call 2           worker: Reply 2
//! worker: Goodbye          nobody has called for a while
//! ```

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::sandbox::SandboxReport;
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::runner::{Answer, Request};

/// The version of this protocol. Host and worker are of the same build as a rule; a worker program
/// that was left behind by an upgrade is refused by it.
pub(super) const VERSION: u32 = 1;

/// What the host says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToWorker {
    Load {
        abi: AbiName,
        limits: Limits,
    },
    /// Enter the sandbox and load nothing.
    Examine {
        limits: Limits,
    },
    Call {
        id: u64,
        request: Request,
    },
}

/// What the worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToHost {
    Hello { protocol: u32 },
    Loaded { sandbox: SandboxReport },
    Refused(LoadRefusal),
    Reply { id: u64, answer: Answer },
    Goodbye,
}
