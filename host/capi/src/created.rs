//! Hands out what a function has created, and the other values that C programs get through pointers.

#![expect(unsafe_code, reason = "C programs give a place to write to")]

use std::ptr;
use std::sync::Arc;

use serde::Serialize;

use crate::failed::Failed;
use crate::handles::{self, Held};
use crate::host::HostEntry;
use crate::text::TextEntry;

/// What a handle seems to point to: nothing is there.
#[repr(C)]
pub struct Nothing([u8; 0]);

/// A host's handle, or any other value of a pointer.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct HostHandle(*mut Nothing);

/// A text's handle, or any other value of a pointer.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct TextHandle(*mut Nothing);

/// A place for a host's handle, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct CreatedHost(*mut HostHandle);

/// A place for a text's handle, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct CreatedText(*mut TextHandle);

/// A place for a number, or NULL.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct WrittenNumber(*mut i32);

impl HostHandle {
    /// The host that it stands for.
    pub(crate) fn host(self) -> Result<Arc<HostEntry>, Failed> {
        handles::host(self.0.addr())
    }

    /// Takes the host out of the register.
    pub(crate) fn let_go(self) -> Option<Held> {
        handles::let_go(self.0.addr())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }
}

impl TextHandle {
    /// The text that it stands for.
    pub(crate) fn text(self) -> Result<Arc<TextEntry>, Failed> {
        handles::text(self.0.addr())
    }

    /// Takes the text out of the register.
    pub(crate) fn let_go(self) -> Option<Held> {
        handles::let_go(self.0.addr())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }
}

impl CreatedHost {
    /// Writes NULL, for the case that nothing will be created. The place is needed.
    pub(crate) fn begin(self) -> Result<(), Failed> {
        if self.0.is_null() {
            return Err(Failed::null("created"));
        }
        // SAFETY: It is from C, which promises a place for a handle, and is not NULL.
        unsafe { self.0.write(HostHandle(ptr::null_mut())) };
        Ok(())
    }

    pub(crate) fn write(self, host: HostEntry) {
        let number = handles::hold(Held::Host(Arc::new(host)));
        // SAFETY: As in `begin`, which comes before.
        unsafe {
            self.0
                .write(HostHandle(ptr::without_provenance_mut(number)))
        };
    }
}

impl CreatedText {
    /// For a function that creates nothing.
    pub(crate) const fn unwanted() -> Self {
        Self(ptr::null_mut())
    }

    /// Writes NULL, for the case that nothing will be created.
    pub(crate) fn begin(self) {
        if !self.0.is_null() {
            // SAFETY: It is from C, which promises a place for a handle, and is not NULL.
            unsafe { self.0.write(TextHandle(ptr::null_mut())) };
        }
    }

    /// Hands the text out, if the program wants it.
    pub(crate) fn write(self, text: String) {
        if self.0.is_null() {
            return;
        }
        let number = handles::hold(Held::Text(Arc::new(TextEntry::new(text))));
        // SAFETY: It is from C, which promises a place for a handle, and is not NULL.
        unsafe {
            self.0
                .write(TextHandle(ptr::without_provenance_mut(number)))
        };
    }

    /// Hands this out as JSON, if the program wants it.
    pub(crate) fn write_json(self, result: &impl Serialize) -> Result<(), Failed> {
        if !self.0.is_null() {
            let text = serde_json::to_string(result);
            self.write(text.map_err(|error| Failed::internal(&error.to_string()))?);
        }
        Ok(())
    }
}

impl WrittenNumber {
    pub(crate) fn write(self, number: i32) {
        if !self.0.is_null() {
            // SAFETY: It is from C, which promises a place for a number, and is not NULL.
            unsafe { self.0.write(number) };
        }
    }
}
