//! Exit codes: a process that an exception ends has the exception's number as its code.
//!
//! Source: "NTSTATUS Values", [MS-ERREF] 2.3.1. Whoever ends another process names a code of his
//! own choice, so that a kill cannot be told from an end by itself.

use std::process::ExitStatus;

use super::End;

/// `__fastfail`, which Rust's `abort` is.
const FAST_FAIL: u32 = 0xC000_0409;
/// What a console's Ctrl-C or the end of a session gives.
const CONTROL_C: u32 = 0xC000_013A;
/// The memory that the job may have is used up.
const NO_MEMORY: u32 = 0xC000_0017;

/// The exceptions that programs end by, as the headers of Windows name them.
const EXCEPTIONS: [(u32, &str); 14] = [
    (0x8000_0001, "STATUS_GUARD_PAGE_VIOLATION"),
    (0x8000_0002, "STATUS_DATATYPE_MISALIGNMENT"),
    (0x8000_0003, "STATUS_BREAKPOINT"),
    (0xC000_0005, "STATUS_ACCESS_VIOLATION"),
    (0xC000_0006, "STATUS_IN_PAGE_ERROR"),
    (0xC000_001D, "STATUS_ILLEGAL_INSTRUCTION"),
    (0xC000_0094, "STATUS_INTEGER_DIVIDE_BY_ZERO"),
    (0xC000_0095, "STATUS_INTEGER_OVERFLOW"),
    (0xC000_0096, "STATUS_PRIVILEGED_INSTRUCTION"),
    (0xC000_00FD, "STATUS_STACK_OVERFLOW"),
    (0xC000_0135, "STATUS_DLL_NOT_FOUND"),
    (0xC000_0142, "STATUS_DLL_INIT_FAILED"),
    (0xC000_0374, "STATUS_HEAP_CORRUPTION"),
    (FAST_FAIL, "STATUS_STACK_BUFFER_OVERRUN"),
];

pub(in crate::worker) fn end_of(status: ExitStatus) -> End {
    let code = status.code().unwrap_or(-1);
    let number = code.cast_unsigned();
    let known = EXCEPTIONS.iter().find(|(known, _)| *known == number);
    match (number, known) {
        (NO_MEMORY, _) => End::OutOfMemory,
        (CONTROL_C, _) => End::Killed("STATUS_CONTROL_C_EXIT".to_owned()),
        (FAST_FAIL, _) => End::Aborted("abort, STATUS_STACK_BUFFER_OVERRUN".to_owned()),
        (_, Some((_, name))) => End::Crashed((*name).to_owned()),
        // Errors of the system itself, which programs do not choose as their codes.
        (0xC000_0000..=0xC0FF_FFFF, None) => End::Crashed(format!("exception 0x{number:08X}")),
        _ => End::Code(code),
    }
}
