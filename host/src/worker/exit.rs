//! How a process ended, in words that are the same on every system where the thing is.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

pub(super) use system::end_of;

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this code.
    Code(i32),
    /// A signal or an exception with this name, which its own code brought about.
    Crashed(String),
    /// It called for its own end; Rust does so when memory runs out, and says so before.
    Aborted(String),
    /// Somebody ended it.
    Killed(String),
    /// All the processor time that it was given is used up.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a system without that limit"))]
    TimeUsedUp,
    /// It was refused memory.
    #[cfg_attr(
        not(windows),
        expect(dead_code, reason = "allocations fail there instead")
    )]
    OutOfMemory,
}
