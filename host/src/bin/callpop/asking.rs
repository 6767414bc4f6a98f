//! Asks on the terminal. Where there is none, nobody is asked.

use std::fmt::Display;
use std::io::IsTerminal;

use inquire::validator::{ErrorMessage, Validation};
use inquire::{InquireError, Select, Text};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// Escape, or Ctrl-C.
    #[error("no answer was given")]
    Given,
    /// A terminal that cannot ask.
    #[error("the user cannot be asked on this terminal: {0}")]
    Terminal(InquireError),
}

/// Whether there is somebody to ask.
pub(crate) fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// One of several; the search goes by their texts.
pub(crate) fn select<T: Display>(
    question: &str,
    help: &str,
    choices: Vec<T>,
) -> Result<T, NoAnswer> {
    Select::new(question, choices)
        .with_help_message(help)
        .prompt()
        .map_err(NoAnswer::from)
}

/// A line of text, or the proposal if none is typed. `check` says what is wrong with it, until nothing is.
pub(crate) fn text(
    question: &str,
    help: &str,
    proposal: &str,
    check: impl Fn(&str) -> Result<(), String> + Clone,
) -> Result<String, NoAnswer> {
    let validator = move |answer: &str| {
        Ok(match check(answer.trim()) {
            Ok(()) => Validation::Valid,
            Err(what) => Validation::Invalid(ErrorMessage::Custom(what)),
        })
    };
    let mut text = Text::new(question);
    if !help.is_empty() {
        text = text.with_help_message(help);
    }
    let answer = text
        .with_default(proposal)
        .with_validator(validator)
        .prompt()?;
    Ok(answer.trim().to_owned())
}

impl From<InquireError> for NoAnswer {
    fn from(error: InquireError) -> Self {
        match error {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => Self::Given,
            error => Self::Terminal(error),
        }
    }
}
