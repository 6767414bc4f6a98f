//! Hosts: creating and destroying them, what they tell, and every method by its name.

#![expect(unsafe_code, reason = "the names of exported functions")]

use std::time::Duration;

use crate::boundary::{carry_out, carry_out_with_status};
use crate::created::{CreatedHost, CreatedText, HostHandle};
use crate::failed::Failed;
use crate::given::{Chars, GivenOptions};
use crate::handles::Held;
use crate::host::HostEntry;
use crate::notifications::Taken;
use crate::status::{CALLPOP_NOTHING, CALLPOP_OK, Status};

/// Waits without end.
pub const CALLPOP_FOREVER: u32 = u32::MAX;

/// Makes this process a worker, if it was started as one, and ends it then; returns at once
/// otherwise. To be called first thing in main(), before threads are started: so an adapter runs in
/// a process of its own that needs no other program. A dialer that cannot do that ships
/// callpop-worker beside itself, or names it in the options.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_worker_run_if_requested() {
    // A panic ends a worker as any fault does, and its host goes on.
    let _ = carry_out(|| {
        callpop_host::worker::run_if_requested();
        Ok(())
    });
}

/// Creates a host, with the usual options if `options` is NULL. It looks into the plugins folders and
/// runs no adapter. A dialer has one.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_host_create(options: GivenOptions, created: CreatedHost) -> Status {
    carry_out(|| {
        created.begin()?;
        let options = options.read()?;
        created.write(HostEntry::new(options.as_ref())?);
        Ok(())
    })
}

/// Destroys a host: who waits for a notification is let go, and its workers end. Functions that are
/// under way on other threads are done first, which this one does not wait for. NULL is no failure,
/// and does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_host_destroy(host: HostHandle) -> Status {
    carry_out(|| {
        if host.is_null() {
            return Ok(());
        }
        host.host()?.notifications.close();
        let held: Option<Held> = host.let_go();
        drop(held);
        Ok(())
    })
}

/// Takes the oldest of what the host tells unasked, and waits up to `patience_ms` milliseconds for
/// it: 0 not at all, CALLPOP_FOREVER until the host is destroyed. It is a JSON object with `method`
/// (such as "callpop/outcome", "callpop/ask", "callpop/openPage") and `params`, as in
/// docs/json-interface.md. CALLPOP_NOTHING if nothing came.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_take_notification(
    host: HostHandle,
    patience_ms: u32,
    created: CreatedText,
) -> Status {
    carry_out_with_status(|| {
        created.begin();
        // The host itself is not held meanwhile, so that it can be destroyed.
        let notifications = host.host()?.notifications.clone();
        let patience = Duration::from_millis(u64::from(patience_ms));
        match notifications.take((patience_ms != CALLPOP_FOREVER).then_some(patience)) {
            Taken::Notification(text) => {
                created.write(text);
                Ok(CALLPOP_OK)
            }
            Taken::Nothing => Ok(CALLPOP_NOTHING),
            Taken::Closed => Err(Failed::handle("`host` is destroyed".to_owned())),
        }
    })
}

/// Calls any method of the JSON interface (docs/json-interface.md) by its name: all that Callpop can do
/// is there, and the other functions are its most usual methods. `params` is a JSON object of
/// `params_length` bytes, or CALLPOP_UNTIL_NUL; NULL for none. The result is JSON.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_call(
    host: HostHandle,
    method: Chars,
    params: Chars,
    params_length: usize,
    created: CreatedText,
) -> Status {
    carry_out(|| {
        created.begin();
        let host = host.host()?;
        let method = method.required("method")?;
        let params = params.of_length(params_length, "params")?;
        created.write(host.call(&method, params.as_deref().unwrap_or_default())?);
        Ok(())
    })
}
