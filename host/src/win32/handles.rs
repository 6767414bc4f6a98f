//! Handles that another process is given.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle, RawHandle};
use std::process::Child;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{DUPLICATE_SAME_ACCESS, DuplicateHandle};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// Gives a child a handle of its own to the same thing, and says its number there. Ours is closed.
pub(crate) fn copy_handle_into(child: &Child, handle: impl Into<OwnedHandle>) -> io::Result<usize> {
    let handle: OwnedHandle = handle.into();
    let mut copied: RawHandle = null_mut();
    // SAFETY: it gives a number that stands for this very process.
    let this = unsafe { GetCurrentProcess() };
    // SAFETY: the handle and the child's are open while they are borrowed, and `copied` is where a
    // handle fits.
    let was_copied = unsafe {
        DuplicateHandle(
            this,
            handle.as_raw_handle(),
            child.as_raw_handle(),
            &raw mut copied,
            0,
            0,
            DUPLICATE_SAME_ACCESS,
        )
    };
    match was_copied {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(copied as usize),
    }
}

/// Takes over the pipe whose handle in this process has this number, as [`copy_handle_into`] gave
/// it. An error, if there is no pipe at this number.
pub(crate) fn adopt_handle(number: usize) -> io::Result<OwnedHandle> {
    let handle = number as RawHandle;
    // SAFETY: it looks a number up, whatever number it is.
    let kind = unsafe { GetFileType(handle) };
    if kind != FILE_TYPE_PIPE {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: it is an open handle. The process that started this one made it for us alone and
    // said its number only here, and it is taken over once, when the process starts.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}
