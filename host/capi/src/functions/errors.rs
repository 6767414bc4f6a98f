//! What the last failure was, and what this library is.

#![expect(unsafe_code, reason = "the names of exported functions")]

use crate::CALLPOP_ABI_VERSION;
use crate::failed::{self, LastFailure};
use crate::given::Chars;
use crate::handles;

/// The version of the ABI that this library has. A program that was built with this header works
/// with it if it is CALLPOP_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_abi_version() -> u32 {
    CALLPOP_ABI_VERSION
}

/// Callpop's version, such as "0.1.0". Valid as long as the program runs.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_borrow_version() -> Chars {
    const VERSION: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes(),
    ) {
        Ok(version) => version,
        Err(_) => c"",
    };
    Chars::lasting(VERSION)
}

/// What the last function that failed on this thread says of it, in a sentence for people; "" if
/// none has failed. Valid until the next function fails on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_error_borrow_message() -> Chars {
    borrow(|last| &last.message)
}

/// That failure's name for programs, such as "not-connected"; it never changes once released.
/// docs/errors.md has a list. Valid until the next function fails on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_error_borrow_name() -> Chars {
    borrow(|last| &last.name)
}

/// What to do about that failure, in a sentence; "" if there is nothing to say. Valid until the next
/// function fails on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_error_borrow_advice() -> Chars {
    borrow(|last| &last.advice)
}

/// How many hosts and texts are created and not yet destroyed: 0 at the end of a program without
/// leaks.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_held_count() -> usize {
    handles::count()
}

fn borrow(of: impl FnOnce(&LastFailure) -> &std::ffi::CString) -> Chars {
    failed::last(|last| Chars::of_this_thread(of(last))).unwrap_or(Chars::lasting(c""))
}
