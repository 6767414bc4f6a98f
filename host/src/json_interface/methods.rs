//! The methods, one file for each part of the facade.

mod accounts;
mod adapters;
mod calls;
#[cfg(feature = "contact-book")]
mod contact_book;
mod installing;
mod settings;
mod state;
mod trust;

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Lane;
use super::method::{Method, Params};

/// All methods, in the order in which they are described.
pub(super) fn all() -> &'static [Method] {
    static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
        let mut methods = adapters::methods();
        methods.extend(installing::methods());
        methods.extend(trust::methods());
        methods.extend(accounts::methods());
        methods.extend(settings::methods());
        methods.extend(calls::methods());
        #[cfg(feature = "contact-book")]
        methods.extend(contact_book::methods());
        methods.extend(state::methods());
        methods
    });
    &METHODS
}

/// No parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoParams {}

impl Params for NoParams {}

/// No parameters, for what takes long.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoParamsSlow {}

impl Params for NoParamsSlow {
    fn lane(&self, method: &'static str) -> Lane {
        Lane::Slow(method)
    }
}

/// An adapter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfAdapter {
    /// The adapter's id.
    adapter: String,
}

impl Params for OfAdapter {}
