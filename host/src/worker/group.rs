//! A worker's process with all that it may have started: told apart, measured, and ended as a whole.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

pub(super) use system::{Group, end_this_process, memory, prepare};
#[cfg(feature = "validation")]
pub(super) use system::{own_memory, threads};
