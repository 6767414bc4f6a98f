//! The ABI 1.1 in rehearsal: a fourth callback behind the three of 1.0. For this project's own tests
//! alone (the feature `abi-1-1-preview`), which show with it that a minor version can be added: hosts
//! of 1.0 load adapters of it, and hosts of it load adapters of 1.0. A 1.1 that is released may be
//! another one.
//!
//! Whatever crosses is as in 1.0, which stays as it is. Names are as there too, and the prefix ends
//! where it does there, since `abi_stable` compares both.

#![allow(
    missing_docs,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    unsafe_code,
    reason = "the code that abi_stable's derive writes has unsafe impls and neither docs nor comments"
)]

use abi_stable::StableAbi;
use abi_stable::library::{
    __call_root_module_loader, CheckTypeLayout, LibHeader, RootModule as AbiRootModule,
    RootModuleResult,
};
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_types::VersionStrings;

use super::v1_0::{self, CallLog, Contact, Context, ReplyTo};
use super::{CallbackEnd, Callbacks, Hear, panics};
use crate::{Adapter, AdapterError};

pub use super::v1_0::{Header, StartError};

/// The four callbacks.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootModuleRef)))]
pub struct RootModule {
    pub open_contact_page: extern "C" fn(&Context<'_>, &Contact<'_>, &ReplyTo),
    pub open_log_page: extern "C" fn(&Context<'_>, &CallLog<'_>, &ReplyTo),
    #[sabi(last_prefix_field)]
    pub on_unauthorize: extern "C" fn(&Context<'_>, &ReplyTo),
    /// Since 1.1. The contact has a phone number alone.
    pub open_search_page: extern "C" fn(&Context<'_>, &Contact<'_>, &ReplyTo),
}

impl AbiRootModule for RootModuleRef {
    abi_stable::declare_root_module_statics! {RootModuleRef}

    const BASE_NAME: &'static str = "callpop_adapter";
    const NAME: &'static str = "callpop_adapter";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.1.0");
}

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
        open_contact_page: v1_0::open_contact_page::<A>,
        open_log_page: v1_0::open_log_page::<A>,
        on_unauthorize: v1_0::on_unauthorize::<A>,
        open_search_page: open_search_page::<A>,
    }
    .leak_into_prefix()
}

extern "C" fn open_search_page<A: Adapter>(
    context: &Context<'_>,
    contact: &Contact<'_>,
    to: &ReplyTo,
) {
    let callback = || A::default().open_search_page(&context.into(), &contact.into());
    v1_0::from_adapter::reply(&panics::caught(callback), to);
}

impl Callbacks for RootModuleRef {
    fn open_contact_page(
        &self,
        context: &crate::Context<'_>,
        contact: &crate::Contact<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd {
        v1_0::ask_for_contact(
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
        v1_0::ask_for_log(RootModuleRef::open_log_page(self), context, log, hear)
    }

    fn on_unauthorize(&self, context: &crate::Context<'_>, hear: &mut Hear<'_>) -> CallbackEnd {
        v1_0::ask(RootModuleRef::on_unauthorize(self), context, hear)
    }

    fn open_search_page(
        &self,
        context: &crate::Context<'_>,
        contact: &crate::Contact<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd {
        match RootModuleRef::open_search_page(self) {
            Some(callback) => v1_0::ask_for_contact(callback, context, contact, hear),
            None => Ok(Err(AdapterError::no_search_page())),
        }
    }
}
