//! Turns a panic in a callback into an error with the panic's message and place.
//!
//! A panic must not cross an `extern "C"` function: it would abort the whole process. Every
//! library has a standard library of its own and with it a panic hook of its own, so the hook here
//! is the adapter's alone; it keeps the message instead of printing it to the dialer's standard
//! error, and leaves panics outside a callback to the hook before it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::{AdapterError, CallbackResult, ErrorCode};

thread_local! {
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The callback's result, or [`ErrorCode::Panicked`] with where and why it panicked.
pub(super) fn caught(callback: impl FnOnce() -> CallbackResult) -> CallbackResult {
    install_hook();
    let result = IN_CALLBACK.with(|is_in| {
        is_in.set(true);
        // The callback gets nothing mutable of ours, so nothing of ours can be left half changed.
        let result = catch_unwind(AssertUnwindSafe(callback));
        is_in.set(false);
        result
    });
    result.unwrap_or_else(|payload| {
        // Dropping a payload runs code of the adapter, which could panic once more.
        std::mem::forget(payload);
        Err(AdapterError::new(ErrorCode::Panicked, MESSAGE.take()))
    })
}

fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if IN_CALLBACK.get() {
                MESSAGE.set(described(info));
            } else {
                before(info);
            }
        }));
    });
}

fn described(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message");
    match info.location() {
        Some(place) => format!("{text} ({}:{})", place.file(), place.line()),
        None => text.to_owned(),
    }
}
