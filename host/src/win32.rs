//! What Windows offers only through its C interface, each in a function that is safe to call.
//!
//! Source of all of it: "Windows API index" in the documentation of Windows.

#![expect(
    unsafe_code,
    reason = "the system's C functions cannot be called otherwise"
)]

mod handles;
mod job;
mod security;

use std::io;
use std::os::windows::io::AsRawHandle;
use std::process::Child;

use windows_sys::Win32::System::Diagnostics::Debug::{
    EXCEPTION_CONTINUE_SEARCH, EXCEPTION_POINTERS, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX,
    SEM_NOOPENFILEERRORBOX, SetErrorMode, SetUnhandledExceptionFilter,
};
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, TerminateProcess};

pub(crate) use handles::{adopt_handle, copy_handle_into};
pub(crate) use job::Job;
pub(crate) use security::{access_list, restrict_to_owner, this_user};

/// What this process's exit code is when it ends itself at once. Nobody looks at it.
const ENDED: u32 = 0;

/// Has this process end at once when it crashes, with the exception's number as its exit code: no
/// dialog that waits for a user who does not know what it is about, no debugger, no report.
pub(crate) fn crash_quietly() {
    // SAFETY: it takes and gives a number.
    unsafe {
        SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    }
    // SAFETY: the function may be called at any time, on any thread.
    unsafe { SetUnhandledExceptionFilter(Some(end_with_exception)) };
}

/// What the system calls with an exception that nobody handles.
unsafe extern "system" fn end_with_exception(exception: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system calls this with a description that is there until this returns.
    let record = unsafe { (*exception).ExceptionRecord };
    // SAFETY: the same.
    let code = unsafe { (*record).ExceptionCode };
    terminate(code.cast_unsigned());
    EXCEPTION_CONTINUE_SEARCH
}

/// The most memory that a child had in use, in bytes.
pub(crate) fn peak_memory(child: &Child) -> Option<u64> {
    let mut counters = PROCESS_MEMORY_COUNTERS::default();
    let size = u32::try_from(size_of_val(&counters)).ok()?;
    // SAFETY: the child's handle is open while it is borrowed, and `counters` has this size.
    let was_read =
        unsafe { K32GetProcessMemoryInfo(child.as_raw_handle(), &raw mut counters, size) };
    (was_read != 0).then_some(counters.PeakWorkingSetSize as u64)
}

/// Ends this process at once; no code of any library runs any more.
pub(crate) fn terminate_this_process() {
    terminate(ENDED);
}

fn terminate(code: u32) {
    // SAFETY: it gives a number that stands for this very process.
    let this = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is this process's. There is nothing to do if even this fails.
    unsafe { TerminateProcess(this, code) };
}

/// What a function of the system says: not zero is good.
fn done(result: i32) -> io::Result<()> {
    match result {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
