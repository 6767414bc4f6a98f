//! What host and worker say to each other: types only, no input or output.
//!
//! ```text
//! host:   Load             what to load, and under which limits
//! host:   Call 1           sent along, so that nobody waits for anybody
//! worker: Hello            the worker is up
//! worker: Loaded | Refused
//!         (or `Examine`, which a `Loaded` ends)
//! worker: Reply 1
//! host:   Call 2           worker: Reply 2
//!         (or `Together`, which a `Together` answers: a validation asks so)
//! host:   Soon             a call may come at once; nothing answers this
//! worker: Goodbye          nobody has called for a while
//! ```

mod rows;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::sandbox::SandboxReport;
use crate::abi_name::AbiName;
use crate::loading::LoadRefusal;
use crate::runner::{Answer, Request};

/// The version of this protocol. Host and worker are of the same build as a rule; a worker program
/// that was left behind by an upgrade is refused by it.
pub(super) const VERSION: u32 = 4;

/// What the host says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) enum ToWorker<'host> {
    Load {
        abi: Cow<'host, AbiName>,
        limits: Cow<'host, Limits>,
    },
    /// Enter the sandbox and load nothing.
    Examine { limits: Cow<'host, Limits> },
    /// A call may come at once: better not to sleep.
    Soon,
    /// A call, with an id that no other has. It is written as a row.
    #[serde(skip)]
    Call(u64, Cow<'host, Request<'host>>),
    /// Have several threads make all of these calls at once, each so many times.
    Together {
        threads: usize,
        rounds: usize,
        #[serde(borrow)]
        requests: Cow<'host, [Request<'host>]>,
    },
}

/// What the worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) enum ToHost {
    Hello {
        protocol: u32,
    },
    Loaded {
        sandbox: SandboxReport,
    },
    Refused(LoadRefusal),
    /// The answer to the call with this id. It is written as a row.
    #[serde(skip)]
    Reply(u64, Answer),
    /// The different answers to each of the calls that were made together.
    Together(Vec<Vec<Answer>>),
    Goodbye,
}
