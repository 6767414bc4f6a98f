//! The way out of the adapter: what arrives is checked, and heard while the adapter lends it.

#![expect(
    unsafe_code,
    reason = "what receives a reply crosses the boundary as a pointer without a type"
)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use super::{
    ACTION_NOTICE, ACTION_OPEN_POPUP, ACTION_OPEN_TAB, ACTION_REMOVE_STORED, ACTION_SET_STORED,
    Action, FLAG_MAY_BE_LEFT_OUT, REPLY_DONE, REPLY_INTERNAL, REPLY_INVALID_INPUT,
    REPLY_MISSING_VALUE, REPLY_NOT_SUPPORTED, REPLY_PANICKED, RSlice, RStr, Reply, ReplyTo,
};
use crate::abi::{BadReply, CallbackEnd, Hear, LentAction, MAX_ACTIONS};
use crate::{Action as Plain, AdapterError, CallbackResult, ErrorCode, OpenAs};

/// Gives a callback's result to the host.
pub(in crate::abi) fn reply(result: &CallbackResult, to: &ReplyTo) {
    match result {
        Ok(actions) => match actions.as_slice() {
            // The usual one needs no list on the heap.
            [action] => give(to, REPLY_DONE, "", &[action.into()]),
            actions => {
                let actions: Vec<_> = actions.iter().map(Action::from).collect();
                give(to, REPLY_DONE, "", &actions);
            }
        },
        Err(error) => give(to, error_code(error.code()), error.message(), &[]),
    }
}

fn give(to: &ReplyTo, code: u32, message: &str, actions: &[Action<'_>]) {
    let reply = Reply {
        code,
        message: message.into(),
        actions: actions.into(),
        extras: RSlice::EMPTY,
    };
    (to.take)(to.host, &reply);
}

/// What hears a reply, and how the callback ended, once that is known; or the host's own panic over it.
struct Hearing<'call, 'host> {
    hear: &'call mut Hear<'host>,
    heard: Option<thread::Result<CallbackEnd>>,
}

/// Has `hear` take the reply that comes while `call` runs.
pub(super) fn heard(hear: &mut Hear<'_>, call: impl FnOnce(&ReplyTo)) -> CallbackEnd {
    let mut hearing = Hearing { hear, heard: None };
    call(&ReplyTo {
        host: (&raw mut hearing).cast(),
        take,
    });
    match hearing.heard {
        Some(Ok(end)) => end,
        Some(Err(panic)) => resume_unwind(panic),
        None => Err(BadReply::NotOnce),
    }
}

extern "C" fn take(host: *mut (), reply: &Reply<'_>) {
    let hearing: *mut Hearing<'_, '_> = host.cast();
    // SAFETY: `heard` made this pointer of a `Hearing` that it keeps and does not look at before the
    // callback returns; the ABI says that it is passed on unchanged, by then and on that thread.
    let hearing = unsafe { &mut *hearing };
    hearing.heard = Some(match hearing.heard.take() {
        // Below is the adapter's function, which a panic of the host must not cross. What it was
        // about is not looked at after it.
        None => catch_unwind(AssertUnwindSafe(|| read_reply(reply, hearing.hear))),
        Some(Ok(_)) => Ok(Err(BadReply::NotOnce)),
        Some(Err(panic)) => Err(panic),
    });
}

fn read_reply(reply: &Reply<'_>, hear: &mut Hear<'_>) -> CallbackEnd {
    let code = match reply.code {
        REPLY_DONE => {
            let actions = reply.actions.as_slice();
            if actions.len() > MAX_ACTIONS {
                return Err(BadReply::TooManyActions(actions.len()));
            }
            for action in actions {
                if let Some(action) = read_action(action)? {
                    hear(action);
                }
            }
            return Ok(Ok(()));
        }
        REPLY_NOT_SUPPORTED => ErrorCode::NotSupported,
        REPLY_MISSING_VALUE => ErrorCode::MissingValue,
        REPLY_INVALID_INPUT => ErrorCode::InvalidInput,
        REPLY_PANICKED => ErrorCode::Panicked,
        _ => ErrorCode::Internal,
    };
    Ok(Err(AdapterError::new(code, checked(reply.message)?)))
}

fn error_code(code: ErrorCode) -> u32 {
    match code {
        ErrorCode::NotSupported => REPLY_NOT_SUPPORTED,
        ErrorCode::MissingValue => REPLY_MISSING_VALUE,
        ErrorCode::InvalidInput => REPLY_INVALID_INPUT,
        ErrorCode::Internal => REPLY_INTERNAL,
        ErrorCode::Panicked => REPLY_PANICKED,
    }
}

impl<'reply> From<&'reply Plain> for Action<'reply> {
    fn from(action: &'reply Plain) -> Self {
        let (kind, name, value) = match action {
            Plain::OpenPage { url, open_as } => match open_as {
                OpenAs::Tab => (ACTION_OPEN_TAB, "", url.as_str()),
                OpenAs::Popup => (ACTION_OPEN_POPUP, "", url.as_str()),
            },
            Plain::SetStored { name, value } => (ACTION_SET_STORED, name.as_str(), value.as_str()),
            Plain::RemoveStored { name } => (ACTION_REMOVE_STORED, name.as_str(), ""),
            Plain::Notice { text } => (ACTION_NOTICE, "", text.as_str()),
        };
        Self {
            kind,
            flags: 0,
            name: name.into(),
            value: value.into(),
            extras: RSlice::EMPTY,
        }
    }
}

/// The action, unless this host may leave it out.
fn read_action<'reply>(action: &Action<'reply>) -> Result<Option<LentAction<'reply>>, BadReply> {
    let (name, value) = (checked(action.name)?, checked(action.value)?);
    Ok(Some(match action.kind {
        ACTION_OPEN_TAB => LentAction::OpenPage {
            url: value,
            open_as: OpenAs::Tab,
        },
        ACTION_OPEN_POPUP => LentAction::OpenPage {
            url: value,
            open_as: OpenAs::Popup,
        },
        ACTION_SET_STORED => LentAction::SetStored { name, value },
        ACTION_REMOVE_STORED => LentAction::RemoveStored { name },
        ACTION_NOTICE => LentAction::Notice { text: value },
        _ if action.flags & FLAG_MAY_BE_LEFT_OUT != 0 => return Ok(None),
        unknown => return Err(BadReply::UnknownAction(unknown)),
    }))
}

/// An `RStr` from the other side need not be UTF-8, whatever its type says.
fn checked(text: RStr<'_>) -> Result<&str, BadReply> {
    Ok(std::str::from_utf8(text.as_rslice().as_slice())?)
}
