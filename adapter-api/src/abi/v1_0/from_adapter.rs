//! The way out of the adapter: what arrives is checked, and then copied into memory of the host.

#![expect(
    unsafe_code,
    reason = "what receives a reply crosses the boundary as a pointer without a type"
)]

use super::{
    ACTION_NOTICE, ACTION_OPEN_POPUP, ACTION_OPEN_TAB, ACTION_REMOVE_STORED, ACTION_SET_STORED,
    Action, FLAG_MAY_BE_LEFT_OUT, REPLY_DONE, REPLY_INTERNAL, REPLY_INVALID_INPUT,
    REPLY_MISSING_VALUE, REPLY_NOT_SUPPORTED, REPLY_PANICKED, RSlice, RStr, Reply, ReplyTo,
};
use crate::abi::{BadReply, MAX_ACTIONS};
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

/// What an adapter replied, as it was heard.
type Heard = Option<Result<CallbackResult, BadReply>>;

/// The reply that comes while `call` runs.
pub(super) fn heard(call: impl FnOnce(&ReplyTo)) -> Result<CallbackResult, BadReply> {
    let mut heard: Heard = None;
    call(&ReplyTo {
        host: (&raw mut heard).cast(),
        take,
    });
    heard.unwrap_or(Err(BadReply::NotOnce))
}

extern "C" fn take(host: *mut (), reply: &Reply<'_>) {
    let heard: *mut Heard = host.cast();
    // SAFETY: `heard` made this pointer of a `Heard` that it keeps and does not look at before the
    // callback returns; the ABI says that it is passed on unchanged, by then and on that thread.
    let heard = unsafe { &mut *heard };
    *heard = Some(if heard.is_none() {
        read_reply(reply)
    } else {
        Err(BadReply::NotOnce)
    });
}

fn read_reply(reply: &Reply<'_>) -> Result<CallbackResult, BadReply> {
    let code = match reply.code {
        REPLY_DONE => {
            let actions = reply.actions.as_slice();
            if actions.len() > MAX_ACTIONS {
                return Err(BadReply::TooManyActions(actions.len()));
            }
            let mut read = Vec::with_capacity(actions.len());
            for action in actions {
                read_action(action, &mut read)?;
            }
            return Ok(Ok(read.into()));
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

/// Adds the action to those that were read. It is made where it stays: it is large.
fn read_action(action: &Action<'_>, read: &mut Vec<Plain>) -> Result<(), BadReply> {
    let (name, value) = (checked(action.name)?, checked(action.value)?);
    match action.kind {
        ACTION_OPEN_TAB => read.push(Plain::OpenPage {
            url: value.to_owned(),
            open_as: OpenAs::Tab,
        }),
        ACTION_OPEN_POPUP => read.push(Plain::OpenPage {
            url: value.to_owned(),
            open_as: OpenAs::Popup,
        }),
        ACTION_SET_STORED => read.push(Plain::SetStored {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
        ACTION_REMOVE_STORED => read.push(Plain::RemoveStored {
            name: name.to_owned(),
        }),
        ACTION_NOTICE => read.push(Plain::Notice {
            text: value.to_owned(),
        }),
        _ if action.flags & FLAG_MAY_BE_LEFT_OUT != 0 => {}
        unknown => return Err(BadReply::UnknownAction(unknown)),
    }
    Ok(())
}

/// An `RStr` from the other side need not be UTF-8, whatever its type says.
fn checked(text: RStr<'_>) -> Result<&str, BadReply> {
    Ok(std::str::from_utf8(text.as_rslice().as_slice())?)
}
