//! Reads what a C program gives: the one place where its pointers are followed.
//!
//! The types here are pointers that cannot be made in Rust but in this file: whoever has one has it
//! from a C program, which has promised what the header says of it. So reading is a safe function,
//! and says itself why.

#![expect(unsafe_code, reason = "what C gives is pointers")]

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use crate::failed::Failed;
use crate::structs::{Contact, Event, Log, Options, Pair};
use crate::text::TextEntry;

/// `CALLPOP_UNTIL_NUL` in the header.
const UNTIL_NUL: usize = usize::MAX;
/// The most items in a list; more is taken for a wrong number.
const MAX_COUNT: usize = 100_000;
/// The longest struct that a later version may have, in bytes.
const MAX_SIZE: usize = 4096;

/// A text, by the header NULL or UTF-8 with a NUL at its end, which stays as it is until the function
/// returns.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Chars(*const c_char);

/// Texts one after the other; NULL, or as many as the number beside it says.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenList(*const Chars);

/// Pairs one after the other; NULL, or as many as the number beside it says.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenPairs(*const Pair);

/// NULL, or a struct that begins with its own size.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenOptions(*const Options);

/// NULL, or a struct that begins with its own size.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenContact(*const Contact);

/// NULL, or a struct that begins with its own size.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenEvent(*const Event);

/// NULL, or a struct that begins with its own size.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct GivenLog(*const Log);

impl Chars {
    /// No text.
    pub(crate) const fn null() -> Self {
        Self(ptr::null())
    }

    /// A text that lasts as long as the program.
    pub(crate) const fn lasting(text: &'static CStr) -> Self {
        Self(text.as_ptr())
    }

    /// A text of this thread's, which the header says how long it lasts.
    pub(crate) fn of_this_thread(text: &CStr) -> Self {
        Self(text.as_ptr())
    }

    /// A text that the program holds and lasts as long.
    pub(crate) fn of_text(text: &TextEntry) -> Self {
        Self(text.with_nul().as_ptr().cast())
    }

    /// The text, or `None` for NULL. `what` is its name in the header.
    pub(crate) fn optional(self, what: &str) -> Result<Option<String>, Failed> {
        if self.0.is_null() {
            return Ok(None);
        }
        // SAFETY: It is from C, which promises a text with a NUL at its end (`Chars`); it is copied
        // before the function returns.
        let text = unsafe { CStr::from_ptr(self.0) };
        match text.to_str() {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Failed::utf8(what)),
        }
    }

    /// The text, which may not be NULL.
    pub(crate) fn required(self, what: &str) -> Result<String, Failed> {
        self.optional(what)?.ok_or_else(|| Failed::null(what))
    }

    /// The first `length` bytes of the text; all of it for `UNTIL_NUL`.
    pub(crate) fn of_length(self, length: usize, what: &str) -> Result<Option<String>, Failed> {
        if length == UNTIL_NUL || self.0.is_null() {
            return self.optional(what);
        }
        if length > isize::MAX as usize {
            let message = format!("`{what}` cannot be {length} bytes long");
            return Err(Failed::size(message));
        }
        // SAFETY: It is from C, which promises so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(self.0.cast::<u8>(), length) };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Failed::utf8(what)),
        }
    }
}

impl GivenList {
    pub(crate) fn read(self, count: usize, what: &str) -> Result<Vec<String>, Failed> {
        let texts = items(self.0, count, size_of::<Chars>(), what)?;
        texts
            .map(|at| {
                // SAFETY: `items` gives where the items are that C promises.
                let text = unsafe { at.read_unaligned() };
                text.required(what)
            })
            .collect()
    }
}

impl GivenPairs {
    pub(crate) fn read(
        self,
        count: usize,
        what: &str,
    ) -> Result<Vec<(String, Option<String>)>, Failed> {
        let pairs = items(self.0, count, size_of::<Pair>(), what)?;
        pairs
            .map(|at| {
                // SAFETY: `items` gives where the items are that C promises.
                let pair = unsafe { at.read_unaligned() };
                let name = pair.name.required("name")?;
                Ok((name, pair.value.optional("value")?))
            })
            .collect()
    }
}

impl GivenOptions {
    pub(crate) fn read(self) -> Result<Option<Options>, Failed> {
        read_struct(self.0, "callpop_options")
    }
}

impl GivenContact {
    pub(crate) fn read(self) -> Result<Option<Contact>, Failed> {
        read_struct(self.0, "callpop_contact")
    }
}

impl GivenEvent {
    pub(crate) fn read(self) -> Result<Option<Event>, Failed> {
        read_struct(self.0, "callpop_event")
    }
}

impl GivenLog {
    pub(crate) fn read(self) -> Result<Option<Log>, Failed> {
        read_struct(self.0, "callpop_log")
    }
}

impl Event {
    /// The contacts that it names. They are as far apart as the first says that they are long.
    pub(crate) fn read_contacts(&self) -> Result<Vec<Contact>, Failed> {
        let Some(first) = read_struct(self.contacts.0, "callpop_contact")? else {
            return match self.contact_count {
                0 => Ok(Vec::new()),
                _ => Err(Failed::null("contacts")),
            };
        };
        let contacts = items(self.contacts.0, self.contact_count, first.size, "contacts")?;
        contacts
            .map(|at| match read_struct(at, "callpop_contact")? {
                Some(contact) if contact.size == first.size => Ok(contact),
                _ => Err(Failed::size(
                    "`contacts` are callpop_contact of different sizes".to_owned(),
                )),
            })
            .collect()
    }
}

/// A struct that C programs fill in and that begins with its size.
trait BeginsWithSize: Copy {}

impl BeginsWithSize for Options {}
impl BeginsWithSize for Contact {}
impl BeginsWithSize for Event {}
impl BeginsWithSize for Log {}

/// The struct, with zero for the members that the program does not know yet. Members that are not
/// known here must be zero: what they ask for would not be done.
fn read_struct<T: BeginsWithSize>(given: *const T, name: &str) -> Result<Option<T>, Failed> {
    if given.is_null() {
        return Ok(None);
    }
    // SAFETY: It is from C, which promises a struct that begins with its size.
    let size = unsafe { given.cast::<usize>().read_unaligned() };
    let known = size_of::<T>();
    // All of these structs are of version 1. One that grows names here how long it was at first.
    if size < known || size > MAX_SIZE {
        let message = format!("`size` is {size}; set it to sizeof({name}), which is {known} here");
        return Err(Failed::size(message));
    }
    let mut read = MaybeUninit::<T>::zeroed();
    // SAFETY: C promises `size` bytes, which are as many as are written, or more.
    unsafe { ptr::copy_nonoverlapping(given.cast::<u8>(), read.as_mut_ptr().cast::<u8>(), known) };
    // SAFETY: The types are pointers and whole numbers, of which all bytes are values.
    let read = unsafe { read.assume_init() };
    let surplus = given.cast::<u8>().wrapping_add(known);
    // SAFETY: C promises `size` bytes, of which these are the last.
    let surplus = unsafe { std::slice::from_raw_parts(surplus, size - known) };
    if surplus.iter().any(|byte| *byte != 0) {
        let message = format!(
            "{name} has members that this version of Callpop does not know; set them to zero, or \
             install a newer one"
        );
        return Err(Failed::size(message));
    }
    Ok(Some(read))
}

/// Where the items of a list are.
fn items<T>(
    first: *const T,
    count: usize,
    apart: usize,
    what: &str,
) -> Result<impl Iterator<Item = *const T>, Failed> {
    if first.is_null() && count > 0 {
        return Err(Failed::null(what));
    }
    if count > MAX_COUNT {
        let message = format!("`{what}` cannot be {count} items");
        return Err(Failed::size(message));
    }
    let at = move |index| first.cast::<u8>().wrapping_add(index * apart).cast::<T>();
    Ok((0..count).map(at))
}
