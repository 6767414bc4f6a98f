//! JSON-RPC 2.0 over a stream, in frames as the Language Server Protocol has them: what
//! `callpop serve` is, for dialers that start a program and speak to it.
//!
//! A [`Session`] reads requests on one thread, carries them out on others ([`Lane`]s say beside whom)
//! and writes on a third. It is made for a client that may send anything, and may not read: what
//! waits is bounded, what is wrong is answered, and it goes on.
//!
//! No crate does this: `lsp-server` reads lines and frames of any length, and ends at the first that
//! it does not understand; `tower-lsp` and `jsonrpsee` bring an async runtime. The header fields are
//! read by `httparse`.
//!
//! [`Lane`]: crate::Lane

mod frame_reader;
mod hearing;
mod message;
mod outgoing;
mod pages;
mod reply;
mod session;

pub use frame_reader::{FrameReader, Incoming};
pub use session::{Ending, Session, Stopper};

/// The longest frame that is read, in bytes.
pub const MAX_FRAME: usize = 1024 * 1024;
