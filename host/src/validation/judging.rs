//! Whether an answer is one that a host can act on.

use callpop_adapter::{Action, Actions, ErrorCode};

use super::codes::Code;
use super::inputs::{context, spoken};
use super::report::Check;
use super::subject::Said;
use super::{Failure, Mercy};
use crate::loading::LoadRefusal;
use crate::plan::{ActionRejection, Plan, Planning};
use crate::runner::{Answer, Request};
use crate::url_policy::{UrlPolicy, UrlRejection};
use crate::worker::WorkerFailure;
use crate::{Hostname, Manifest, with_causes};

/// The pages that a host would open, if the answer is one that it performs. What is wrong with the
/// answer goes to the check.
pub(super) fn pages(
    check: &mut Check,
    manifest: &Manifest,
    request: &Request<'_>,
    said: &Said,
    input: &str,
    mercy: Mercy,
) -> Option<Vec<String>> {
    let callback = request.callback();
    let what = spoken(callback);
    let mut find = |code, found: String| check.find_with(code, found, callback, input);
    let actions = match said {
        Ok(Answer::Done(actions)) => actions,
        Ok(Answer::Failed(error)) => {
            let message = error.message();
            match error.code() {
                ErrorCode::Panicked => find(Code::Panicked, format!("{what} panicked: {message}")),
                ErrorCode::Internal => find(
                    Code::InternalError,
                    format!("{what} says that the adapter itself is at fault: {message}"),
                ),
                _ if message.trim().is_empty() => {
                    find(Code::EmptyMessage, format!("{what} fails without a word"));
                }
                _ => {}
            }
            return None;
        }
        Ok(Answer::Bad(how)) => {
            find(
                Code::BadReply,
                format!("{what} breaks the ABI's rules: {how}"),
            );
            return None;
        }
        Err(failure) => {
            let (code, found) = of_failure(failure);
            find(code, format!("{what}: {found}"));
            return None;
        }
    };
    for name in stored_names(actions) {
        if !manifest.stored_values.iter().any(|it| it.name == name) {
            let found =
                format!("{what} stores or removes `{name}`, which the manifest does not name");
            find(Code::UndeclaredValue, found);
        }
    }
    match planned(manifest, request, actions) {
        Ok(plan) => {
            let pages = plan.pages.into_iter();
            Some(pages.map(|page| page.url.as_str().to_owned()).collect())
        }
        Err(rejection) => {
            if !mercy.covers(&rejection) {
                find(
                    code_of(&rejection),
                    format!("{what}: {}", with_causes(&rejection)),
                );
            }
            None
        }
    }
}

/// What a host makes of the actions.
pub(super) fn planned(
    manifest: &Manifest,
    request: &Request<'_>,
    actions: &Actions,
) -> Result<Plan, ActionRejection> {
    let context = context(request);
    // It was parsed before it became a text.
    let hostname = Hostname::parse(&context.hostname).map_err(|_| ActionRejection::Unknown)?;
    let policy = UrlPolicy {
        hostname: &hostname,
        hosts: &manifest.hosts,
    };
    let mut planning = Planning::new(policy);
    planning.add_all(actions);
    let plan = planning.finish()?;
    let stored = context.stored.iter();
    plan.applied_to(
        stored
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
    )?;
    Ok(plan)
}

fn stored_names(actions: &Actions) -> impl Iterator<Item = &str> {
    actions.iter().filter_map(|action| match action {
        Action::SetStored { name, .. } | Action::RemoveStored { name } => Some(name.as_str()),
        _ => None,
    })
}

fn code_of(rejection: &ActionRejection) -> Code {
    match rejection {
        ActionRejection::Url { .. } => Code::PageNotAllowed,
        ActionRejection::TooManyPages(_) => Code::TooManyPages,
        ActionRejection::StoredName(_) | ActionRejection::StoredTooMuch(_) => {
            Code::StoredValueNotAllowed
        }
        ActionRejection::Unknown => Code::BadReply,
    }
}

/// The code of a call without an answer, and what is told of it.
pub(super) fn of_failure(failure: &Failure) -> (Code, String) {
    match failure {
        Failure::Worker(failure) => (of_worker(failure), failure.to_string()),
        Failure::Load(refusal) => of_refusal(refusal),
        Failure::NoWorker => (Code::LaunchFailed, "there is no worker".to_owned()),
    }
}

pub(super) fn of_worker(failure: &WorkerFailure) -> Code {
    Code::named(failure.class()).unwrap_or(Code::Crashed)
}

pub(super) fn of_refusal(refusal: &LoadRefusal) -> (Code, String) {
    match refusal {
        LoadRefusal::System(what) => (Code::LoadFailed, what.clone()),
        LoadRefusal::Abi(what) => (Code::WrongAbi, what.clone()),
    }
}

impl Mercy {
    fn covers(self, rejection: &ActionRejection) -> bool {
        let ActionRejection::Url { source, .. } = rejection else {
            return false;
        };
        match self {
            Self::None => false,
            Self::TooLong => matches!(source, UrlRejection::TooLong(_)),
            Self::AnyPage => true,
        }
    }
}
