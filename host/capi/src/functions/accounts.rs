//! Accounts and their settings: the settings page of a CRM.

#![expect(unsafe_code, reason = "the names of exported functions")]

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Nothing, OfAdapter, call};
use crate::created::{CreatedText, HostHandle};
use crate::failed::Failed;
use crate::given::{Chars, GivenPairs};
use crate::status::Status;

#[derive(Serialize)]
struct Connect {
    adapter: String,
    host: String,
    values: BTreeMap<String, String>,
}

/// Connects an account: an adapter, and the address of the user's CRM, a host name or anything as a
/// person copies it from the browser. `values` are settings and stored values that the adapter's
/// manifest names, or NULL. Connecting to the same host again changes the values that are given and
/// keeps the others. The result is the account, as of `connect`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_connect(
    host: HostHandle,
    adapter: Chars,
    address: Chars,
    values: GivenPairs,
    value_count: usize,
    created: CreatedText,
) -> Status {
    call(host, created, "connect", || {
        let adapter = adapter.required("adapter")?;
        let host = address.required("address")?;
        let values = values.read(value_count, "values")?;
        let values: Result<_, Failed> = values
            .into_iter()
            .map(|(name, value)| Ok((name, value.ok_or_else(|| Failed::null("value"))?)))
            .collect();
        Ok(Connect {
            adapter,
            host,
            values: values?,
        })
    })
}

/// The connected accounts. The result is that of `accounts`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_accounts(host: HostHandle, created: CreatedText) -> Status {
    call(host, created, "accounts", || Ok(Nothing {}))
}

/// All that can be set for an adapter, with types, defaults and the values that hold: what its
/// settings page shows. The result is that of `adapterSettings`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_settings(
    host: HostHandle,
    adapter: Chars,
    created: CreatedText,
) -> Status {
    call(host, created, "adapterSettings", || {
        let adapter = adapter.required("adapter")?;
        Ok(OfAdapter { adapter })
    })
}

#[derive(Serialize)]
struct ChangeSettings {
    adapter: String,
    values: BTreeMap<String, Option<String>>,
}

/// Changes an adapter's settings, all that are given or none: those of its manifest, and
/// "callPop.inbound" and so on. A value that is NULL has the default hold again. The result is how
/// they stand then, as of `adapterSettings`.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_change_settings(
    host: HostHandle,
    adapter: Chars,
    values: GivenPairs,
    value_count: usize,
    created: CreatedText,
) -> Status {
    call(host, created, "setAdapterSettings", || {
        let adapter = adapter.required("adapter")?;
        let values = values.read(value_count, "values")?.into_iter().collect();
        Ok(ChangeSettings { adapter, values })
    })
}

/// The user logs out: runs the adapter's clean-up and forgets the account, whatever the clean-up
/// says. The result is that of `logOut`; its `problem` says what the clean-up could not do.
#[unsafe(no_mangle)]
pub extern "C" fn callpop_log_out(
    host: HostHandle,
    adapter: Chars,
    created: CreatedText,
) -> Status {
    call(host, created, "logOut", || {
        let adapter = adapter.required("adapter")?;
        Ok(OfAdapter { adapter })
    })
}
