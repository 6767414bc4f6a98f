//! The functions of the header, one file for each part of it.

// In the order in which they stand in the header.
mod hosts;

mod errors;

mod texts;

mod adapters;

mod accounts;

mod calls;

mod records;

use serde::Serialize;

use crate::boundary::carry_out;
use crate::created::{CreatedText, HostHandle};
use crate::failed::Failed;
use crate::status::Status;

/// Calls a method of a host with these parameters, and hands its result out.
fn call<P: Serialize>(
    host: HostHandle,
    created: CreatedText,
    method: &str,
    params: impl FnOnce() -> Result<P, Failed>,
) -> Status {
    carry_out(|| {
        created.begin();
        let host = host.host()?;
        let params = serde_json::to_string(&params()?)
            .map_err(|error| Failed::internal(&error.to_string()))?;
        created.write(host.call(method, &params)?);
        Ok(())
    })
}

/// No parameters.
#[derive(Serialize)]
struct Nothing {}

/// An adapter, for methods that need no more.
#[derive(Serialize)]
struct OfAdapter {
    adapter: String,
}
