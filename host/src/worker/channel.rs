//! The private channel between a host and a worker, and how each side waits at it.
//!
//! Neither end is where an adapter would come upon it: not standard input, output or error.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

pub(super) use system::{HostEnd, Opening, WorkerEnd};
