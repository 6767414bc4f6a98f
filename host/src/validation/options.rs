//! How an adapter is validated, and why it cannot be.

use std::path::PathBuf;

use crate::worker::Limits;
use crate::{ConnectError, HostnameError};

/// How many calls are made to measure time and memory, if nothing else is said.
const CALLS: u32 = 10_000;

/// How an adapter is validated.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many calls are made to measure time and memory.
    pub calls: u32,
    /// The host of the account, if the manifest's patterns do not tell a usual one.
    pub hostname: Option<String>,
    /// Settings and stored values with which its pages open, as
    /// [`ConnectRequest::set`](crate::ConnectRequest::set) takes them.
    pub values: Vec<(String, String)>,
    /// What its worker may use. `network` is granted only if the manifest asks for it.
    pub limits: Limits,
    /// The program that is started as a worker; this one, or `callpop-worker` beside it, if not
    /// given.
    pub worker_program: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            calls: CALLS,
            hostname: None,
            values: Vec::new(),
            limits: Limits::default(),
            worker_program: None,
        }
    }
}

/// Why an adapter could not be validated; what is wrong with it is none of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidationError {
    /// The hostname does not fit.
    #[error(transparent)]
    Hostname(#[from] HostnameError),
    /// A value does not fit.
    #[error(transparent)]
    Value(#[from] Box<ConnectError>),
    /// There is no room for the private copy.
    #[error("there is no room for what is run")]
    Home(#[source] std::io::Error),
}
