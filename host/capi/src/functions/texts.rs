//! Texts that were created: reading and destroying them.

#![expect(unsafe_code, reason = "the names of exported functions")]

use crate::boundary::{carry_out, carry_out_with_status};
use crate::created::{CreatedText, TextHandle};
use crate::failed;
use crate::given::Chars;
use crate::status::{CALLPOP_NOTHING, CALLPOP_OK, Status};

/// The characters of a text, with a NUL at the end. They are the text's, and valid until it is
/// destroyed. NULL if there is no such text.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_text_borrow_chars(text: TextHandle) -> Chars {
    match text.text() {
        Ok(text) => Chars::of_text(&text),
        Err(error) => {
            failed::keep(error);
            Chars::null()
        }
    }
}

/// The length of a text in bytes, without the NUL at its end; 0 if there is no such text. A member
/// of a JSON text may have a NUL inside.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_text_length(text: TextHandle) -> usize {
    match text.text() {
        Ok(text) => text.as_bytes().len(),
        Err(error) => {
            failed::keep(error);
            0
        }
    }
}

/// A member of a JSON text, by its JSON pointer (RFC 6901): "/accounts/0/hostname" is the host name of
/// the first account. A string is created as it stands for, without quotes; what is no string, as
/// JSON. CALLPOP_NOTHING if there is no such member, or if it is null.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_text_create_member(
    text: TextHandle,
    pointer: Chars,
    created: CreatedText,
) -> Status {
    carry_out_with_status(|| {
        created.begin();
        let text = text.text()?;
        match text.member(&pointer.required("pointer")?) {
            Some(member) => {
                created.write(member);
                Ok(CALLPOP_OK)
            }
            None => Ok(CALLPOP_NOTHING),
        }
    })
}

/// Destroys a text, and makes its characters invalid. NULL is no failure, and does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_text_destroy(text: TextHandle) -> Status {
    carry_out(|| {
        if text.is_null() {
            return Ok(());
        }
        text.text()?;
        drop(text.let_go());
        Ok(())
    })
}
