//! Why a function failed, and the last failure of each thread, which the program may ask for.

use std::cell::RefCell;
use std::ffi::CString;

use callpop_host::json_interface::{Failure, FailureKind};
use callpop_host::{BuildError, CallError, FindError, with_causes};

use crate::status::{
    CALLPOP_ERROR_HANDLE, CALLPOP_ERROR_NULL, CALLPOP_ERROR_SIZE, CALLPOP_ERROR_UTF8, Status,
};

/// Why a function failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) status: Status,
    message: String,
    name: &'static str,
    advice: &'static str,
}

impl Failed {
    fn new(status: Status, name: &'static str, message: String) -> Self {
        Self {
            status,
            message,
            name,
            advice: "",
        }
    }

    /// This parameter or member is NULL.
    pub(crate) fn null(what: &str) -> Self {
        Self::new(CALLPOP_ERROR_NULL, "null", format!("`{what}` is NULL"))
    }

    /// This text is not UTF-8.
    pub(crate) fn utf8(what: &str) -> Self {
        let message = format!("`{what}` is not UTF-8");
        Self::new(CALLPOP_ERROR_UTF8, "not-utf8", message)
    }

    /// This handle is not what it should be.
    pub(crate) fn handle(message: String) -> Self {
        Self::new(CALLPOP_ERROR_HANDLE, "handle", message)
    }

    /// This struct's size is not what it should be.
    pub(crate) fn size(message: String) -> Self {
        Self::new(CALLPOP_ERROR_SIZE, "size", message)
    }

    /// This parameter or member is none of the constants for it.
    pub(crate) fn constant(what: &str, value: i32) -> Self {
        let message = format!("`{what}` is {value}, which is none of its constants");
        Failure::new(FailureKind::Usage, "invalid-value", message).into()
    }

    /// What is given does not fit.
    pub(crate) fn usage(message: &str) -> Self {
        Failure::new(FailureKind::Usage, "invalid-value", message).into()
    }

    pub(crate) fn internal(message: &str) -> Self {
        Failure::new(FailureKind::Internal, "internal", message).into()
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self {
            status: failure.code,
            message: failure.message,
            name: failure.data.code,
            advice: failure.data.advice.unwrap_or_default(),
        }
    }
}

impl From<FindError> for Failed {
    fn from(error: FindError) -> Self {
        Failure::from(error).into()
    }
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        Failure::from(error).into()
    }
}

impl From<BuildError> for Failed {
    fn from(error: BuildError) -> Self {
        let (class, message) = (error.class(), with_causes(&error));
        match error {
            BuildError::Policy(error) => Failure::from(error).into(),
            _ => Failure::new(FailureKind::Usage, class, message).into(),
        }
    }
}

/// The last failure of a thread, as C reads it.
#[derive(Default)]
pub(crate) struct LastFailure {
    pub(crate) message: CString,
    pub(crate) name: CString,
    pub(crate) advice: CString,
}

thread_local! {
    static LAST: RefCell<LastFailure> = RefCell::default();
}

/// Keeps it as the last one of this thread, and gives its status.
pub(crate) fn keep(failed: Failed) -> Status {
    let kept = LastFailure {
        message: without_nul(failed.message),
        name: without_nul(failed.name.to_owned()),
        advice: without_nul(failed.advice.to_owned()),
    };
    // A thread that is about to end has no place any more.
    let _ = LAST.try_with(|last| last.replace(kept));
    failed.status
}

/// What `read` takes of the last one of this thread; `None` if the thread is about to end.
pub(crate) fn last<T>(read: impl FnOnce(&LastFailure) -> T) -> Option<T> {
    LAST.try_with(|last| read(&last.borrow())).ok()
}

fn without_nul(mut text: String) -> CString {
    text.retain(|it| it != '\0');
    CString::new(text).unwrap_or_default()
}
