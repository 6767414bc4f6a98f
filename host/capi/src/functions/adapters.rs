//! Adapters: what is in the plugins folders, and watching them.

#![expect(unsafe_code, reason = "the names of exported functions")]

use super::{Nothing, OfAdapter, call};
use crate::created::{CreatedText, HostHandle};
use crate::given::Chars;
use crate::status::Status;

/// Every file in the plugins folders, with its state and, if it is refused, why: what a list of
/// adapters shows. The result is that of `adapters`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_adapters(host: HostHandle, created: CreatedText) -> Status {
    call(host, created, "adapters", || Ok(Nothing {}))
}

/// Lets an adapter out of quarantine. The result is "true" if it was in it or had failed.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_release_adapter(
    host: HostHandle,
    adapter: Chars,
    created: CreatedText,
) -> Status {
    call(host, created, "releaseAdapter", || {
        let adapter = adapter.required("adapter")?;
        Ok(OfAdapter { adapter })
    })
}

/// Watches the plugins folders from now on, and tells of each change with `callpop/adaptersChanged`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_watch(host: HostHandle) -> Status {
    call(host, CreatedText::unwanted(), "watch", || Ok(Nothing {}))
}

/// Watches the plugins folders no more.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_unwatch(host: HostHandle) -> Status {
    call(host, CreatedText::unwanted(), "unwatch", || Ok(Nothing {}))
}
