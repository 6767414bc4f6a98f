//! How a function came out, as a number.

use callpop_host::json_interface::FailureKind;

/// How a function came out: CALLPOP_OK, or one of the other constants. A program takes one that it
/// does not know for a failure.
pub type Status = i32;

/// It is done.
pub const CALLPOP_OK: Status = 0;
/// Callpop's state, or the administrator's file, could not be read or written.
pub const CALLPOP_ERROR_STATE: Status = 1;
/// Wrong usage or input.
pub const CALLPOP_ERROR_USAGE: Status = 2;
/// There is no such adapter, or it is refused.
pub const CALLPOP_ERROR_NO_ADAPTER: Status = 3;
/// The adapter failed.
pub const CALLPOP_ERROR_ADAPTER_FAILED: Status = 4;
/// The URL policy refused a page.
pub const CALLPOP_ERROR_POLICY_REFUSED: Status = 5;
/// No browser could be started.
pub const CALLPOP_ERROR_NO_BROWSER: Status = 6;
/// There is nothing of that kind; no failure.
pub const CALLPOP_NOTHING: Status = 100;
/// A pointer is NULL that may not be.
pub const CALLPOP_ERROR_NULL: Status = 101;
/// A text is not UTF-8.
pub const CALLPOP_ERROR_UTF8: Status = 102;
/// A handle is of another kind, was never created, or is destroyed already.
pub const CALLPOP_ERROR_HANDLE: Status = 103;
/// A struct's `size` is none that it can have, or it has members that are not known here and not
/// zero.
pub const CALLPOP_ERROR_SIZE: Status = 104;
/// There is no such method.
pub const CALLPOP_ERROR_NO_METHOD: Status = -32601;
/// The parameters do not fit the method.
pub const CALLPOP_ERROR_INVALID_PARAMS: Status = -32602;
/// A fault of Callpop's own.
pub const CALLPOP_ERROR_INTERNAL: Status = -32603;
/// A result is longer than may be.
pub const CALLPOP_ERROR_TOO_LONG: Status = -32001;

/// The numbers are the host's own: what C programs know is what programs over JSON know.
const _: () = {
    assert!(CALLPOP_ERROR_STATE == FailureKind::State as Status);
    assert!(CALLPOP_ERROR_USAGE == FailureKind::Usage as Status);
    assert!(CALLPOP_ERROR_NO_ADAPTER == FailureKind::NoAdapter as Status);
    assert!(CALLPOP_ERROR_ADAPTER_FAILED == FailureKind::AdapterFailed as Status);
    assert!(CALLPOP_ERROR_POLICY_REFUSED == FailureKind::PolicyRefused as Status);
    assert!(CALLPOP_ERROR_NO_BROWSER == FailureKind::NoBrowser as Status);
    assert!(CALLPOP_ERROR_NO_METHOD == FailureKind::NoMethod as Status);
    assert!(CALLPOP_ERROR_INVALID_PARAMS == FailureKind::InvalidParams as Status);
    assert!(CALLPOP_ERROR_INTERNAL == FailureKind::Internal as Status);
    assert!(CALLPOP_ERROR_TOO_LONG == FailureKind::TooLong as Status);
};
