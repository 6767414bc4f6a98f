//! Access lists of files and folders, as text in the form that the documentation calls SDDL.

use std::ffi::c_void;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle, RawHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1,
    SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, PROTECTED_DACL_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SetFileSecurityW, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::done;

/// What the system allocated, to be given back to it.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: the system allocated it for us, with the function that this one belongs to; and
        // null is none.
        unsafe { LocalFree(self.0) };
    }
}

/// Gives a file or folder to this process's user, to the system and to the administrators alone;
/// what is made in the folder from now on likewise.
pub(crate) fn restrict_to_owner(path: &Path) -> io::Result<()> {
    let user = this_user()?;
    let list = format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    let (list, path) = (wide(list.as_ref()), wide(path.as_os_str()));
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    // SAFETY: the text ends with a zero, and `descriptor` is where a pointer fits.
    let was_read = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            list.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        )
    };
    done(was_read)?;
    let descriptor = Local(descriptor);
    let parts = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the path ends with a zero, and the descriptor is a whole one that the system made.
    done(unsafe { SetFileSecurityW(path.as_ptr(), parts, descriptor.0) })
}

/// The access list of a file or folder (`D:(A;;FA;;;SY)...`).
pub(crate) fn access_list(path: &Path) -> io::Result<String> {
    let path = wide(path.as_os_str());
    let mut descriptor: PSECURITY_DESCRIPTOR = null_mut();
    // SAFETY: the path ends with a zero; of what could be asked for, only the descriptor is, and
    // `descriptor` is where a pointer fits.
    let error = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            &raw mut descriptor,
        )
    };
    if error != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(error.cast_signed()));
    }
    let descriptor = Local(descriptor);
    let mut text = null_mut();
    // SAFETY: the descriptor is a whole one that the system made, and `text` is where a pointer
    // fits.
    let was_written = unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor.0,
            SDDL_REVISION_1,
            DACL_SECURITY_INFORMATION,
            &raw mut text,
            null_mut(),
        )
    };
    done(was_written)?;
    Ok(taken(text))
}

/// Who this process's user is, as access lists name users (`S-1-5-21-...`).
pub(crate) fn this_user() -> io::Result<String> {
    // SAFETY: it gives a number that stands for this very process.
    let this = unsafe { GetCurrentProcess() };
    let mut token: RawHandle = null_mut();
    // SAFETY: `token` is where a handle fits.
    done(unsafe { OpenProcessToken(this, TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: it is open, and nobody else's.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // The structure, and behind it what its pointer points to: 68 bytes at most.
    let mut user = [TOKEN_USER::default(); 16];
    let size = u32::try_from(size_of_val(&user)).map_err(io::Error::other)?;
    let mut written = 0;
    // SAFETY: the token is open, and `user` has this size and the structure's alignment.
    let was_read = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            user.as_mut_ptr().cast(),
            size,
            &raw mut written,
        )
    };
    done(was_read)?;
    let mut text = null_mut();
    // SAFETY: the system has filled the structure in; its pointer leads behind it, into `user`,
    // which is still there.
    done(unsafe { ConvertSidToStringSidW(user[0].User.Sid, &raw mut text) })?;
    Ok(taken(text))
}

/// A text that the system allocated.
fn taken(text: *mut u16) -> String {
    let text_owner = Local(text.cast());
    if text_owner.0.is_null() {
        return String::new();
    }
    let mut length = 0;
    // SAFETY: the system ended the text with a zero, which is where this stops.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many characters were just seen there, and they are there until this function ends.
    let characters = unsafe { std::slice::from_raw_parts(text, length) };
    String::from_utf16_lossy(characters)
}

/// The text as the system's functions take it, ended with a zero.
fn wide(text: &std::ffi::OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}
