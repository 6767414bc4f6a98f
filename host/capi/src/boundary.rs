//! The way out of every function: a status, whatever happens inside.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::failed::{Failed, keep};
use crate::status::{CALLPOP_OK, Status};

/// Carries a function out. No panic leaves it, since that would end the program.
pub(crate) fn carry_out(function: impl FnOnce() -> Result<(), Failed>) -> Status {
    carry_out_with_status(|| function().map(|()| CALLPOP_OK))
}

/// The same for a function with more than one good end.
pub(crate) fn carry_out_with_status(function: impl FnOnce() -> Result<Status, Failed>) -> Status {
    match catch_unwind(AssertUnwindSafe(function)) {
        Ok(Ok(status)) => status,
        Ok(Err(failed)) => keep(failed),
        Err(_) => keep(Failed::internal(
            "Callpop has a fault; the program's standard error says more",
        )),
    }
}
