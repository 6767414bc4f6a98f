//! The ABI 1.0: frozen.
//!
//! Changing a name, a type or the order of a field here breaks every adapter that is out there;
//! `tests/layout.rs` guards it. What may grow travels in the lists of named extras. No enum of our
//! own crosses the boundary, since an invalid tag would be undefined behaviour in the host:
//! integers do, and are checked on arrival.

#![expect(
    unsafe_code,
    reason = "abi_stable's derive writes unsafe impls, and its header is made by an unsafe function"
)]
#![allow(
    missing_docs,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    reason = "the code that abi_stable's derive writes has neither docs nor comments"
)]

use std::collections::BTreeMap;

use abi_stable::StableAbi;
use abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, RootModule as AbiRootModule,
    RootModuleResult,
};
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RString, RVec};

use super::{BadReply, Callbacks, MAX_ACTIONS, panics};
use crate::{Adapter, AdapterError, CallbackResult, ErrorCode};

/// A named text: a stored value, a setting, an extra.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct Named {
    pub name: RString,
    pub value: RString,
}

#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct Context {
    pub hostname: RString,
    pub stored: RVec<Named>,
    pub settings: RVec<Named>,
    pub extras: RVec<Named>,
}

/// An empty `contact_type` is none.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct Contact {
    pub id: RString,
    pub name: RString,
    pub phone: RString,
    pub contact_type: RString,
    pub extras: RVec<Named>,
}

/// An empty `contact_id` or `contact_type` is none.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct CallLog {
    pub log_id: RString,
    pub contact_id: RString,
    pub contact_type: RString,
    pub extras: RVec<Named>,
}

/// `kind` is one of the `ACTION_` constants; `name` and `value` mean what it says there.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct Action {
    pub kind: u32,
    pub name: RString,
    pub value: RString,
    pub extras: RVec<Named>,
}

/// `value` is a URL to open in a tab.
pub const ACTION_OPEN_TAB: u32 = 1;
/// `value` is a URL to open in a window of its own.
pub const ACTION_OPEN_POPUP: u32 = 2;
/// `value` is to be stored under `name`.
pub const ACTION_SET_STORED: u32 = 3;
/// The stored value `name` is to be removed.
pub const ACTION_REMOVE_STORED: u32 = 4;
/// `value` is a text for the user.
pub const ACTION_NOTICE: u32 = 5;

/// A callback's answer: `actions` if `code` is [`REPLY_DONE`], else an error with its `message`.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct Reply {
    pub code: u32,
    pub message: RString,
    pub actions: RVec<Action>,
    pub extras: RVec<Named>,
}

pub const REPLY_DONE: u32 = 0;
pub const REPLY_NOT_SUPPORTED: u32 = 1;
pub const REPLY_MISSING_VALUE: u32 = 2;
pub const REPLY_INVALID_INPUT: u32 = 3;
/// Also what an unknown code is read as.
pub const REPLY_INTERNAL: u32 = 4;
pub const REPLY_PANICKED: u32 = 5;

/// The three callbacks. None of them unwinds; each may be called from any thread.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootModuleRef)))]
#[sabi(missing_field(panic))]
pub struct RootModule {
    pub open_contact_page: extern "C" fn(&Context, &Contact) -> Reply,
    pub open_log_page: extern "C" fn(&Context, &CallLog) -> Reply,
    #[sabi(last_prefix_field)]
    pub on_unauthorize: extern "C" fn(&Context) -> Reply,
}

impl AbiRootModule for RootModuleRef {
    abi_stable::declare_root_module_statics! {RootModuleRef}

    const BASE_NAME: &'static str = "callpop_adapter";
    const NAME: &'static str = "callpop_adapter";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

/// The header that a library exports so that a host can check and start it.
pub type Header = LibHeader;

/// The header of the adapter `A`.
#[must_use]
pub const fn header<A: Adapter>() -> Header {
    // SAFETY: `constructor` returns what `__call_root_module_loader` made of a `RootModuleRef`,
    // the very type named here.
    unsafe { LibHeader::from_constructor::<RootModuleRef>(constructor::<A>, CheckTypeLayout::Yes) }
}

extern "C" fn constructor<A: Adapter>() -> RootModuleResult {
    __call_root_module_loader(root_module::<A>)
}

fn root_module<A: Adapter>() -> RootModuleRef {
    RootModule {
        open_contact_page: open_contact_page::<A>,
        open_log_page: open_log_page::<A>,
        on_unauthorize: on_unauthorize::<A>,
    }
    .leak_into_prefix()
}

extern "C" fn open_contact_page<A: Adapter>(context: &Context, contact: &Contact) -> Reply {
    panics::caught(|| A::default().open_contact_page(&context.into(), &contact.into())).into()
}

extern "C" fn open_log_page<A: Adapter>(context: &Context, log: &CallLog) -> Reply {
    panics::caught(|| A::default().open_log_page(&context.into(), &log.into())).into()
}

extern "C" fn on_unauthorize<A: Adapter>(context: &Context) -> Reply {
    panics::caught(|| A::default().on_unauthorize(&context.into())).into()
}

impl Callbacks for RootModuleRef {
    fn open_contact_page(
        &self,
        context: &crate::Context,
        contact: &crate::Contact,
    ) -> Result<CallbackResult, BadReply> {
        read_reply(RootModuleRef::open_contact_page(self)(
            &context.into(),
            &contact.into(),
        ))
    }

    fn open_log_page(
        &self,
        context: &crate::Context,
        log: &crate::CallLog,
    ) -> Result<CallbackResult, BadReply> {
        read_reply(RootModuleRef::open_log_page(self)(
            &context.into(),
            &log.into(),
        ))
    }

    fn on_unauthorize(&self, context: &crate::Context) -> Result<CallbackResult, BadReply> {
        read_reply(RootModuleRef::on_unauthorize(self)(&context.into()))
    }
}

// Into the adapter: what the host sends is text that it made itself.

impl From<&crate::Context> for Context {
    fn from(context: &crate::Context) -> Self {
        Self {
            hostname: context.hostname.as_str().into(),
            stored: named(&context.stored),
            settings: named(&context.settings),
            extras: named(&context.extras),
        }
    }
}

impl From<&Context> for crate::Context {
    fn from(context: &Context) -> Self {
        Self {
            hostname: context.hostname.as_str().to_owned(),
            stored: by_name(&context.stored),
            settings: by_name(&context.settings),
            extras: by_name(&context.extras),
        }
    }
}

impl From<&crate::Contact> for Contact {
    fn from(contact: &crate::Contact) -> Self {
        Self {
            id: contact.id.as_str().into(),
            name: contact.name.as_str().into(),
            phone: contact.phone.as_str().into(),
            contact_type: or_empty(contact.contact_type.as_deref()),
            extras: named(&contact.extras),
        }
    }
}

impl From<&Contact> for crate::Contact {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id.as_str().to_owned(),
            name: contact.name.as_str().to_owned(),
            phone: contact.phone.as_str().to_owned(),
            contact_type: unless_empty(&contact.contact_type),
            extras: by_name(&contact.extras),
        }
    }
}

impl From<&crate::CallLog> for CallLog {
    fn from(log: &crate::CallLog) -> Self {
        Self {
            log_id: log.log_id.as_str().into(),
            contact_id: or_empty(log.contact_id.as_deref()),
            contact_type: or_empty(log.contact_type.as_deref()),
            extras: named(&log.extras),
        }
    }
}

impl From<&CallLog> for crate::CallLog {
    fn from(log: &CallLog) -> Self {
        Self {
            log_id: log.log_id.as_str().to_owned(),
            contact_id: unless_empty(&log.contact_id),
            contact_type: unless_empty(&log.contact_type),
            extras: by_name(&log.extras),
        }
    }
}

fn named(texts: &BTreeMap<String, String>) -> RVec<Named> {
    texts
        .iter()
        .map(|(name, value)| Named {
            name: name.as_str().into(),
            value: value.as_str().into(),
        })
        .collect()
}

fn by_name(texts: &RVec<Named>) -> BTreeMap<String, String> {
    texts
        .iter()
        .map(|text| {
            (
                text.name.as_str().to_owned(),
                text.value.as_str().to_owned(),
            )
        })
        .collect()
}

fn or_empty(text: Option<&str>) -> RString {
    text.unwrap_or_default().into()
}

fn unless_empty(text: &RString) -> Option<String> {
    (!text.is_empty()).then(|| text.as_str().to_owned())
}

// Out of the adapter: what arrives is checked.

impl From<CallbackResult> for Reply {
    fn from(result: CallbackResult) -> Self {
        let (code, message, actions) = match result {
            Ok(actions) => (
                REPLY_DONE,
                RString::new(),
                actions.into_iter().map(Action::from).collect(),
            ),
            Err(error) => (
                error_code(error.code()),
                error.message().into(),
                RVec::new(),
            ),
        };
        Self {
            code,
            message,
            actions,
            extras: RVec::new(),
        }
    }
}

fn read_reply(reply: Reply) -> Result<CallbackResult, BadReply> {
    let code = match reply.code {
        REPLY_DONE => {
            if reply.actions.len() > MAX_ACTIONS {
                return Err(BadReply::TooManyActions(reply.actions.len()));
            }
            let actions: Result<_, _> = reply.actions.into_iter().map(read_action).collect();
            return actions.map(Ok);
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

impl From<crate::Action> for Action {
    fn from(action: crate::Action) -> Self {
        use crate::{Action as Plain, OpenAs};
        let (kind, name, value) = match action {
            Plain::OpenPage { url, open_as } => match open_as {
                OpenAs::Tab => (ACTION_OPEN_TAB, String::new(), url),
                OpenAs::Popup => (ACTION_OPEN_POPUP, String::new(), url),
            },
            Plain::SetStored { name, value } => (ACTION_SET_STORED, name, value),
            Plain::RemoveStored { name } => (ACTION_REMOVE_STORED, name, String::new()),
            Plain::Notice { text } => (ACTION_NOTICE, String::new(), text),
        };
        Self {
            kind,
            name: name.into(),
            value: value.into(),
            extras: RVec::new(),
        }
    }
}

fn read_action(action: Action) -> Result<crate::Action, BadReply> {
    use crate::{Action as Plain, OpenAs};
    let (name, value) = (checked(action.name)?, checked(action.value)?);
    Ok(match action.kind {
        ACTION_OPEN_TAB => Plain::OpenPage {
            url: value,
            open_as: OpenAs::Tab,
        },
        ACTION_OPEN_POPUP => Plain::OpenPage {
            url: value,
            open_as: OpenAs::Popup,
        },
        ACTION_SET_STORED => Plain::SetStored { name, value },
        ACTION_REMOVE_STORED => Plain::RemoveStored { name },
        ACTION_NOTICE => Plain::Notice { text: value },
        unknown => return Err(BadReply::UnknownAction(unknown)),
    })
}

/// An `RString` from the other side need not be UTF-8, whatever its type says.
fn checked(text: RString) -> Result<String, BadReply> {
    Ok(String::from_utf8(text.into_bytes().into_vec())?)
}
