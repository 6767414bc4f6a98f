//! How a command fails: an exit code, a name for programs, and two or three lines for people.

use std::process::ExitCode;

use callpop_host::json_interface::{self, FailureKind};
use callpop_host::{
    BuildError, CallError, ConnectError, ContactBookError, ContactError, FindError, ImportError,
    OnCallError, PolicyError, SettingsError, StateError, with_causes,
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
    Download = 7,
}

impl Exit {
    /// The two have the same numbers.
    fn of(failure: &json_interface::Failure) -> Self {
        let all = [
            (FailureKind::State, Self::State),
            (FailureKind::NoAdapter, Self::NoAdapter),
            (FailureKind::AdapterFailed, Self::AdapterFailed),
            (FailureKind::PolicyRefused, Self::PolicyRefused),
            (FailureKind::NoBrowser, Self::NoBrowser),
        ];
        let same = all
            .into_iter()
            .find(|(kind, _)| *kind as i32 == failure.code);
        same.map_or(Self::Usage, |(_, exit)| exit)
    }
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

impl From<json_interface::Failure> for Failure {
    fn from(failure: json_interface::Failure) -> Self {
        Self::new(Exit::of(&failure), failure.data.code, failure.message)
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::from(json_interface::Failure::from(error))
            .advice("Callpop does not run without the administrator's rules; have the file mended.")
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        Self::from(json_interface::Failure::from(error))
            .advice("See every file and its state with: callpop adapters")
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Find(error) => error.into(),
            SettingsError::Policy(error) => error.into(),
            SettingsError::NotConnected { ref adapter, .. } => {
                let advice = format!("Connect it with: callpop connect {adapter} HOST-OR-URL");
                Self::from(json_interface::Failure::from(error)).advice(advice)
            }
            error => json_interface::Failure::from(error).into(),
        }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        json_interface::Failure::from(error).into()
    }
}

impl From<OnCallError> for Failure {
    fn from(error: OnCallError) -> Self {
        json_interface::Failure::from(error).into()
    }
}

impl From<ContactBookError> for Failure {
    fn from(error: ContactBookError) -> Self {
        json_interface::Failure::from(error).into()
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let failure = Self::from(json_interface::Failure::from(error));
        match failure.code {
            "no-adapter-named" => failure.advice(
                "Name it with --adapter ID, or in a column `adapter`; callpop adapters lists them",
            ),
            "invalid-file" => failure.advice("Nothing was imported."),
            _ => failure,
        }
    }
}

impl From<ContactError> for Failure {
    fn from(error: ContactError) -> Self {
        json_interface::Failure::from(error).into()
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let advice = match &error {
            ConnectError::Connected { adapter, .. } => {
                format!("Log out with: callpop logout {adapter}")
            }
            ConnectError::MissingSetting { id, .. } => format!("Give it with: --set {id}=VALUE"),
            _ => {
                return match error {
                    ConnectError::Find(error) => error.into(),
                    ConnectError::Policy(error) => error.into(),
                    error => json_interface::Failure::from(error).into(),
                };
            }
        };
        Self::from(json_interface::Failure::from(error)).advice(advice)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let advice = advice_on_call(&error);
        match (error, advice) {
            (CallError::Find(error), _) => error.into(),
            (CallError::Policy(error), _) => error.into(),
            (error, None) => json_interface::Failure::from(error).into(),
            (error, Some(advice)) => {
                Self::from(json_interface::Failure::from(error)).advice(advice)
            }
        }
    }
}

/// What to do about a call that failed.
fn advice_on_call(error: &CallError) -> Option<String> {
    let advice = match error {
        CallError::NotConnected(adapter) => {
            format!("Connect it with: callpop connect {adapter} HOST-OR-URL   (or give --hostname)")
        }
        CallError::NoLogPage(_) => "Name the contact with: --contact '{\"id\":\"...\"}'".to_owned(),
        CallError::Browser(error) => format!("Open it by hand: {}", error.url),
        CallError::Run { adapter, .. } if error.class() == "missing-value" => {
            let message = with_causes(error);
            if message.contains("`contact.") {
                "Name it in --contact '{\"id\":\"...\", ...}'".to_owned()
            } else if message.contains("`call.") {
                "Only a call has it: try callpop ring NUMBER".to_owned()
            } else if message.contains("`log.") {
                "Only a logged call has it, and the dialer gives it".to_owned()
            } else {
                format!("Set it with: callpop connect {adapter} HOST-OR-URL --set NAME=VALUE")
            }
        }
        _ => return None,
    };
    Some(advice)
}
