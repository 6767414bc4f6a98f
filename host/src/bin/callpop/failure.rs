//! How a command fails: an exit code, a name for programs, and two or three lines for people.

use std::process::ExitCode;

use callpop_host::{
    ActionRejection, BuildError, CallError, ConnectError, ContactBookError, ContactError,
    FindError, ImportError, OnCallError, PolicyError, SettingsError, StateError, with_causes,
};
use serde_json::{Value, json};

use crate::output::{BAD, Output, styled};

/// The exit codes, as `callpop --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    State = 1,
    Usage = 2,
    NoAdapter = 3,
    AdapterFailed = 4,
    PolicyRefused = 5,
    NoBrowser = 6,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    code: &'static str,
    message: String,
    advice: Option<String>,
    /// Members for the JSON object besides `error`.
    beside: Box<Value>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            advice: None,
            beside: Box::new(json!({})),
        }
    }

    /// What to do about it.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What was done all the same, for the JSON object.
    pub(crate) fn beside(mut self, members: Value) -> Self {
        *self.beside = members;
        self
    }

    /// Prints it and gives the exit code.
    pub(crate) fn report(&self, output: &Output) -> ExitCode {
        output.error_line(format!("{} {}", styled(BAD, "error:"), self.message));
        if let Some(advice) = &self.advice {
            output.error_line(format!("  {advice}"));
        }
        if output.is_json() {
            let mut object = error_object(self.code, &self.message);
            if let (Value::Object(object), Value::Object(beside)) = (&mut object, &*self.beside) {
                object.extend(beside.clone());
            }
            output.json(&object);
        }
        ExitCode::from(self.exit as u8)
    }
}

/// `{"error":{"code","message"}}`
pub(crate) fn error_object(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        if let BuildError::Policy(error) = error {
            return error.into();
        }
        Self::new(Exit::Usage, "no-home", with_causes(&error))
            .advice("Name a folder with --home DIR or in the variable CALLPOP_HOME.")
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::new(Exit::State, "policy", with_causes(&error))
            .advice("Callpop does not run without the administrator's rules; have the file mended.")
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let message = with_causes(&error);
        let usage = |code| Self::new(Exit::Usage, code, message.clone());
        match error {
            SettingsError::Find(error) => error.into(),
            SettingsError::State(error) => error.into(),
            SettingsError::Policy(error) => error.into(),
            SettingsError::NotConnected { adapter, .. } => usage("not-connected").advice(format!(
                "Connect it with: callpop connect {adapter} HOST-OR-URL"
            )),
            SettingsError::Managed { .. } => usage("managed"),
            SettingsError::Required { .. } => usage("missing-setting"),
            _ => usage("invalid-value"),
        }
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        Self::new(Exit::NoAdapter, error.class(), with_causes(&error))
            .advice("See every file and its state with: callpop adapters")
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::new(Exit::State, "state", with_causes(&error))
    }
}

impl From<OnCallError> for Failure {
    fn from(error: OnCallError) -> Self {
        match error {
            OnCallError::State(error) => error.into(),
            error => Self::new(Exit::State, "call", with_causes(&error)),
        }
    }
}

impl From<ContactBookError> for Failure {
    fn from(error: ContactBookError) -> Self {
        Self::new(Exit::State, "state", with_causes(&error))
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let failure = |code| Self::new(Exit::Usage, code, with_causes(&error));
        match error {
            ImportError::Book(error) => error.into(),
            ImportError::Read(_) => failure("unreadable-file"),
            ImportError::NoAdapter => failure("no-adapter-named").advice(
                "Name it with --adapter ID, or in a column `adapter`; callpop adapters lists them",
            ),
            _ => failure("invalid-file").advice("Nothing was imported."),
        }
    }
}

impl From<ContactError> for Failure {
    fn from(error: ContactError) -> Self {
        Self::new(Exit::Usage, "invalid-contact", with_causes(&error))
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let message = with_causes(&error);
        let usage = |code| Self::new(Exit::Usage, code, message.clone());
        match error {
            ConnectError::Find(error) => error.into(),
            ConnectError::State(error) => error.into(),
            ConnectError::Policy(error) => error.into(),
            ConnectError::Managed { .. } => usage("managed"),
            ConnectError::Hostname(_) => usage("invalid-hostname"),
            ConnectError::Connected { adapter, .. } => usage("connected-elsewhere")
                .advice(format!("Log out with: callpop logout {adapter}")),
            ConnectError::MissingSetting { id, .. } => {
                usage("missing-setting").advice(format!("Give it with: --set {id}=VALUE"))
            }
            _ => usage("invalid-value"),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let message = with_causes(&error);
        let class = error.class();
        let fail = |exit| Self::new(exit, class, message.clone());
        match error {
            CallError::Find(error) => error.into(),
            CallError::State(error) => error.into(),
            CallError::Policy(error) => error.into(),
            CallError::Load { .. } => fail(Exit::NoAdapter),
            CallError::NotConnected(adapter) => fail(Exit::Usage).advice(format!(
                "Connect it with: callpop connect {adapter} HOST-OR-URL   (or give --hostname)"
            )),
            CallError::Hostname(_) => fail(Exit::Usage),
            CallError::NoLogPage(_) => {
                fail(Exit::Usage).advice("Name the contact with: --contact '{\"id\":\"...\"}'")
            }
            CallError::Run { adapter, .. } => {
                let failure = fail(Exit::AdapterFailed);
                match class {
                    "missing-value" if message.contains("`contact.") => {
                        failure.advice("Name it in --contact '{\"id\":\"...\", ...}'")
                    }
                    "missing-value" if message.contains("`call.") => {
                        failure.advice("Only a call has it: try callpop ring NUMBER")
                    }
                    "missing-value" if message.contains("`log.") => {
                        failure.advice("Only a logged call has it, and the dialer gives it")
                    }
                    "missing-value" => failure.advice(format!(
                        "Set it with: callpop connect {adapter} HOST-OR-URL --set NAME=VALUE"
                    )),
                    _ => failure,
                }
            }
            CallError::Rejected {
                source: ActionRejection::Url { .. } | ActionRejection::TooManyPages(_),
                ..
            } => fail(Exit::PolicyRefused),
            CallError::Browser(error) => {
                fail(Exit::NoBrowser).advice(format!("Open it by hand: {}", error.url))
            }
            _ => fail(Exit::AdapterFailed),
        }
    }
}
