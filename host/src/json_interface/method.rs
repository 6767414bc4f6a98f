//! A method: its name, its parameters and result as types, and what it does.

use std::panic::{AssertUnwindSafe, catch_unwind};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Failure, FailureKind, JsonInterface, Lane, methods};

/// The longest result, in bytes.
pub(crate) const MAX_RESULT: usize = 8 * 1024 * 1024;

/// The parameters of a method.
pub(super) trait Params: DeserializeOwned + JsonSchema + Send + 'static {
    /// Beside whom `method` may run with these.
    fn lane(&self, method: &'static str) -> Lane {
        let _ = method;
        Lane::Quick
    }
}

/// A call whose parameters are read.
pub struct Prepared {
    lane: Lane,
    run: Box<Run>,
}

type Run = dyn FnOnce(&JsonInterface) -> Result<String, Failure> + Send;
type Prepare = dyn Fn(&str) -> Result<Prepared, Failure> + Send + Sync;

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    /// Beside whom it may run.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Carries it out.
    ///
    /// # Errors
    /// [`Failure`], as it stands in a JSON-RPC response.
    pub fn run(self, interface: &JsonInterface) -> Result<String, Failure> {
        // Whoever called gets an answer, whatever is wrong with the host.
        let done = catch_unwind(AssertUnwindSafe(|| (self.run)(interface)));
        done.unwrap_or_else(|_| {
            let message = "the host has a fault; its standard error says more";
            Err(Failure::new(FailureKind::Internal, "internal", message))
        })
    }
}

/// What is told of a method.
#[derive(Clone, Copy)]
pub(super) struct Described {
    pub(super) name: &'static str,
    /// What it does, in one sentence.
    pub(super) summary: &'static str,
    /// An object's schema.
    pub(super) params: fn(&mut SchemaGenerator) -> Schema,
    pub(super) result: fn(&mut SchemaGenerator) -> Schema,
}

impl Described {
    pub(super) fn new<P: JsonSchema, R: JsonSchema>(
        name: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            name,
            summary,
            params: P::json_schema,
            result: SchemaGenerator::subschema_for::<R>,
        }
    }
}

/// A method.
pub(super) struct Method {
    pub(super) described: Described,
    prepare: Box<Prepare>,
}

impl Method {
    pub(super) fn new<P: Params, R: Serialize + JsonSchema + 'static>(
        name: &'static str,
        summary: &'static str,
        run: fn(&JsonInterface, P) -> Result<R, Failure>,
    ) -> Self {
        let prepare = move |params: &str| {
            let params: P = read(params)?;
            Ok(Prepared {
                lane: params.lane(name),
                run: Box::new(move |interface| {
                    let done = run(interface, params);
                    interface.tell_of_damage();
                    written(&done?)
                }),
            })
        };
        Self {
            described: Described::new::<P, R>(name, summary),
            prepare: Box::new(prepare),
        }
    }

    pub(super) fn named(name: &str) -> Result<&'static Self, Failure> {
        let found = methods::all()
            .iter()
            .find(|method| method.described.name == name);
        found.ok_or_else(|| {
            let message = format!("there is no method `{}`", crate::plain_line(name, 100));
            Failure::new(FailureKind::NoMethod, "no-such-method", message)
        })
    }

    pub(super) fn prepare(&self, params: &str) -> Result<Prepared, Failure> {
        (self.prepare)(params)
    }
}

/// The parameters in a JSON text; none are as an object without members.
pub(crate) fn read<P: DeserializeOwned>(params: &str) -> Result<P, Failure> {
    let text = match params.trim() {
        "" | "null" | "[]" => "{}",
        text => text,
    };
    if !text.starts_with('{') {
        let why = "parameters are given by name, in an object";
        return Err(Failure::params(why));
    }
    serde_json::from_str(text).map_err(|error| {
        let why = crate::plain_line(&error.to_string(), 500);
        Failure::params(format!("the parameters do not fit: {why}"))
    })
}

/// The result as JSON.
pub(crate) fn written(result: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(result)
        .map_err(|error| Failure::new(FailureKind::Internal, "internal", error.to_string()))?;
    if text.len() > MAX_RESULT {
        let message = format!("the result is longer than {MAX_RESULT} bytes; ask for less");
        return Err(Failure::new(
            FailureKind::TooLong,
            "result-too-long",
            message,
        ));
    }
    Ok(text)
}
