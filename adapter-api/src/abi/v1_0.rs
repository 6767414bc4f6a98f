//! The ABI 1.0: frozen.
//!
//! Changing a name, a type or the order of a field here breaks every adapter that is out there;
//! `tests/layout.rs` guards it, and `ABI.md` says what is promised. What may grow travels in the
//! lists of named extras. No enum of our own crosses the boundary, since an invalid tag would be
//! undefined behaviour in the host: integers do, and are checked on arrival.
//!
//! Nothing that is owned crosses either: each side lends its texts for the length of a call, so
//! none is copied without need, and none is freed by another library than the one that made it.

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

use abi_stable::StableAbi;
use abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, RootModule as AbiRootModule,
    RootModuleResult,
};
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RSlice, RStr};

use super::{CallbackEnd, Callbacks, Hear, panics};
use crate::Adapter;

pub(super) mod from_adapter;
mod to_adapter;

use to_adapter::Lent as _;

/// A named text: a stored value, a setting, an extra.
#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct Named<'call> {
    pub name: RStr<'call>,
    pub value: RStr<'call>,
}

#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct Context<'call> {
    pub hostname: RStr<'call>,
    pub stored: RSlice<'call, Named<'call>>,
    pub settings: RSlice<'call, Named<'call>>,
    pub extras: RSlice<'call, Named<'call>>,
}

/// An empty `contact_type` is none.
#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct Contact<'call> {
    pub id: RStr<'call>,
    pub name: RStr<'call>,
    pub phone: RStr<'call>,
    pub contact_type: RStr<'call>,
    pub extras: RSlice<'call, Named<'call>>,
}

/// An empty `contact_id` or `contact_type` is none.
#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct CallLog<'call> {
    pub log_id: RStr<'call>,
    pub contact_id: RStr<'call>,
    pub contact_type: RStr<'call>,
    pub extras: RSlice<'call, Named<'call>>,
}

/// `kind` is one of the `ACTION_` constants; `name` and `value` mean what it says there. `flags` is
/// made of `FLAG_` constants; a bit that the host does not know means nothing to it.
#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct Action<'reply> {
    pub kind: u32,
    pub flags: u32,
    pub name: RStr<'reply>,
    pub value: RStr<'reply>,
    pub extras: RSlice<'reply, Named<'reply>>,
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

/// A host that does not know the action's kind leaves it out. Without this flag, such a host refuses
/// the whole reply, since it performs all of a reply's actions or none.
pub const FLAG_MAY_BE_LEFT_OUT: u32 = 1;

/// A callback's answer: `actions` if `code` is [`REPLY_DONE`], else an error with its `message`, whose
/// `actions` are not looked at.
#[repr(C)]
#[derive(Debug, Clone, Copy, StableAbi)]
pub struct Reply<'reply> {
    pub code: u32,
    pub message: RStr<'reply>,
    pub actions: RSlice<'reply, Action<'reply>>,
    pub extras: RSlice<'reply, Named<'reply>>,
}

pub const REPLY_DONE: u32 = 0;
pub const REPLY_NOT_SUPPORTED: u32 = 1;
pub const REPLY_MISSING_VALUE: u32 = 2;
pub const REPLY_INVALID_INPUT: u32 = 3;
/// Also what an unknown code is read as.
pub const REPLY_INTERNAL: u32 = 4;
pub const REPLY_PANICKED: u32 = 5;

/// Where a callback puts its reply: `take(host, &reply)`, once, before it returns and on the thread
/// that it was called on. What the reply points to is the adapter's, and read by then.
#[repr(C)]
#[derive(Debug, StableAbi)]
pub struct ReplyTo {
    pub host: *mut (),
    pub take: extern "C" fn(*mut (), &Reply<'_>),
}

/// The three callbacks. None of them unwinds; each may be called from any thread.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootModuleRef)))]
#[sabi(missing_field(panic))]
pub struct RootModule {
    pub open_contact_page: extern "C" fn(&Context<'_>, &Contact<'_>, &ReplyTo),
    pub open_log_page: extern "C" fn(&Context<'_>, &CallLog<'_>, &ReplyTo),
    #[sabi(last_prefix_field)]
    pub on_unauthorize: extern "C" fn(&Context<'_>, &ReplyTo),
}

impl AbiRootModule for RootModuleRef {
    abi_stable::declare_root_module_statics! {RootModuleRef}

    const BASE_NAME: &'static str = "callpop_adapter";
    const NAME: &'static str = "callpop_adapter";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

/// The header that a library exports so that a host can check and start it.
pub type Header = LibHeader;

/// Why a library's root module is not started.
pub type StartError = abi_stable::library::LibraryError;

/// Checks a library's root module by the types of this version, and starts it.
///
/// # Errors
/// [`StartError`] if it is not of these types, or does not start.
pub fn start(header: &'static Header) -> Result<Box<dyn Callbacks>, StartError> {
    Ok(Box::new(header.init_root_module::<RootModuleRef>()?))
}

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

pub(super) extern "C" fn open_contact_page<A: Adapter>(
    context: &Context<'_>,
    contact: &Contact<'_>,
    to: &ReplyTo,
) {
    let callback = || {
        let (context, contact) = (crate::Context::from(context), crate::Contact::from(contact));
        let result = A::default().open_contact_page(&context, &contact);
        contact.give_back();
        context.give_back();
        result
    };
    from_adapter::reply(&panics::caught(callback), to);
}

pub(super) extern "C" fn open_log_page<A: Adapter>(
    context: &Context<'_>,
    log: &CallLog<'_>,
    to: &ReplyTo,
) {
    let callback = || A::default().open_log_page(&context.into(), &log.into());
    from_adapter::reply(&panics::caught(callback), to);
}

pub(super) extern "C" fn on_unauthorize<A: Adapter>(context: &Context<'_>, to: &ReplyTo) {
    let callback = || A::default().on_unauthorize(&context.into());
    from_adapter::reply(&panics::caught(callback), to);
}

impl Callbacks for RootModuleRef {
    fn open_contact_page(
        &self,
        context: &crate::Context<'_>,
        contact: &crate::Contact<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd {
        ask_for_contact(
            RootModuleRef::open_contact_page(self),
            context,
            contact,
            hear,
        )
    }

    fn open_log_page(
        &self,
        context: &crate::Context<'_>,
        log: &crate::CallLog<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd {
        ask_for_log(RootModuleRef::open_log_page(self), context, log, hear)
    }

    fn on_unauthorize(&self, context: &crate::Context<'_>, hear: &mut Hear<'_>) -> CallbackEnd {
        ask(RootModuleRef::on_unauthorize(self), context, hear)
    }
}

/// Calls a callback that gets a contact.
pub(super) fn ask_for_contact(
    callback: extern "C" fn(&Context<'_>, &Contact<'_>, &ReplyTo),
    context: &crate::Context<'_>,
    contact: &crate::Contact<'_>,
    hear: &mut Hear<'_>,
) -> CallbackEnd {
    to_adapter::lend(context, |context| {
        let extras = to_adapter::named(&contact.extras);
        let contact = to_adapter::contact(contact, &extras);
        from_adapter::heard(hear, |to| callback(context, &contact, to))
    })
}

/// Calls a callback that gets a log.
pub(super) fn ask_for_log(
    callback: extern "C" fn(&Context<'_>, &CallLog<'_>, &ReplyTo),
    context: &crate::Context<'_>,
    log: &crate::CallLog<'_>,
    hear: &mut Hear<'_>,
) -> CallbackEnd {
    to_adapter::lend(context, |context| {
        let extras = to_adapter::named(&log.extras);
        let log = to_adapter::call_log(log, &extras);
        from_adapter::heard(hear, |to| callback(context, &log, to))
    })
}

/// Calls a callback that gets nothing but the context.
pub(super) fn ask(
    callback: extern "C" fn(&Context<'_>, &ReplyTo),
    context: &crate::Context<'_>,
    hear: &mut Hear<'_>,
) -> CallbackEnd {
    to_adapter::lend(context, |context| {
        from_adapter::heard(hear, |to| callback(context, to))
    })
}
