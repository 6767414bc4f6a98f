//! Callpop for C, and for whatever else can call C: a dialer in C++, C#, Swift or Python.
//!
//! The header `include/callpop.h` is made of what is here, and is its documentation. The functions
//! are thin: each reads what it is given ([`given`]), calls the host through its
//! [`JsonInterface`](callpop_host::json_interface::JsonInterface), and hands out what came of it
//! ([`created`]) or keeps what went wrong ([`failed`]).
//!
//! - A handle is a name in a register ([`handles`]) and no address, so that a wrong one, or one that
//!   is destroyed, is an error and not a crash.
//! - No panic leaves the library ([`boundary`]).
//! - Callpop calls no function of the program's: what comes unasked waits in a queue
//!   ([`notifications`]).

#![allow(
    unreachable_pub,
    reason = "what is public here is exported to C, and to nobody else"
)]

mod boundary;
mod created;
mod failed;
mod functions;
mod given;
mod handles;
mod host;
mod notifications;
mod status;
mod structs;
mod text;

/// The version of this ABI: of the functions and structs in the header. It goes up when a program
/// that was built for the one before could go wrong; what is only added does not change it.
pub const CALLPOP_ABI_VERSION: u32 = 1;
