//! The boundary between host and adapter, seen from both sides in plain types.
//!
//! This crate's version is the ABI's version. Every released minor version has its root module
//! frozen in a file of its own ([`v1_0`]); nothing in such a file changes after the release, since
//! names and order of fields are part of the ABI. The next version gets a new file, [`start`] picks
//! the one that a library's manifest names, and [`Callbacks`] brings all of them to the newest form.
//! Only those files name `abi_stable`. What is promised stands in `ABI.md`.
//!
//! Not for vendors: hidden from the documentation and free to change between minor versions.

mod panics;
pub mod v1_0;
#[cfg(feature = "abi-1-1-preview")]
pub mod v1_1;

#[cfg(not(feature = "abi-1-1-preview"))]
pub(crate) use v1_0 as newest;
#[cfg(feature = "abi-1-1-preview")]
pub(crate) use v1_1 as newest;

use crate::{Action, AdapterError, CallLog, CallbackResult, Contact, Context, OpenAs};

/// The kind of ABI, as an adapter's library names it before the slash.
pub const FAMILY: &str = "abi_stable";
/// The major version that this crate speaks: only adapters of the same one load.
pub const MAJOR: u32 = 1;
/// The minor version that this crate speaks.
pub const MINOR: u32 = if cfg!(feature = "abi-1-1-preview") {
    1
} else {
    0
};
/// The ABI's name as `export_adapter!` embeds it beside the manifest.
pub const NAME: &str = if cfg!(feature = "abi-1-1-preview") {
    "abi_stable/1.1"
} else {
    "abi_stable/1.0"
};

/// The most actions that a host reads from one reply.
pub const MAX_ACTIONS: usize = 64;

/// How the names of extras begin that are the ABI's own. A dialer's extras have other names.
pub const RESERVED_PREFIX: &str = "callpop.";

/// Checks and starts the root module of a library whose manifest names this minor version.
///
/// It is checked by the frozen types of that very version: `abi_stable` finds in a later version's
/// root module whatever an earlier one has, and not the other way round. Of a version that this host
/// does not know, which is a later one, it takes what the newest has that it knows.
///
/// # Errors
/// [`StartError`](v1_0::StartError) if it is not of these types, or does not start.
pub fn start(
    header: &'static v1_0::Header,
    minor: u32,
) -> Result<Box<dyn Callbacks>, v1_0::StartError> {
    match minor {
        0 => v1_0::start(header),
        _ => newest::start(header),
    }
}

/// An action in a reply. Its texts are the adapter's, which lends them until it has been heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LentAction<'reply> {
    /// As [`Action::OpenPage`].
    OpenPage {
        /// The whole URL.
        url: &'reply str,
        /// How the page is shown.
        open_as: OpenAs,
    },
    /// As [`Action::SetStored`].
    SetStored {
        /// The value's name.
        name: &'reply str,
        /// The text to remember.
        value: &'reply str,
    },
    /// As [`Action::RemoveStored`].
    RemoveStored {
        /// The value's name.
        name: &'reply str,
    },
    /// As [`Action::Notice`].
    Notice {
        /// The text.
        text: &'reply str,
    },
}

impl<'reply> From<&'reply Action> for LentAction<'reply> {
    fn from(action: &'reply Action) -> Self {
        match action {
            Action::OpenPage { url, open_as } => Self::OpenPage {
                url,
                open_as: *open_as,
            },
            Action::SetStored { name, value } => Self::SetStored { name, value },
            Action::RemoveStored { name } => Self::RemoveStored { name },
            Action::Notice { text } => Self::Notice { text },
        }
    }
}

impl From<LentAction<'_>> for Action {
    fn from(action: LentAction<'_>) -> Self {
        match action {
            LentAction::OpenPage { url, open_as } => Self::OpenPage {
                url: url.to_owned(),
                open_as,
            },
            LentAction::SetStored { name, value } => Self::SetStored {
                name: name.to_owned(),
                value: value.to_owned(),
            },
            LentAction::RemoveStored { name } => Self::RemoveStored {
                name: name.to_owned(),
            },
            LentAction::Notice { text } => Self::Notice {
                text: text.to_owned(),
            },
        }
    }
}

/// What hears the actions of a reply, one after the other, while the callback runs. What it has heard
/// counts only if the callback ends well: a reply may turn out to be broken after some of them.
pub type Hear<'host> = dyn FnMut(LentAction<'_>) + 'host;

/// How a callback ends: the outer error is a broken reply, the inner one is the adapter's own "no".
pub type CallbackEnd = Result<Result<(), AdapterError>, BadReply>;

/// A callback's whole result, copied, for who does not look at its actions one by one.
///
/// # Errors
/// [`BadReply`] if the reply breaks the ABI's rules.
pub fn collected(
    callback: impl FnOnce(&mut Hear<'_>) -> CallbackEnd,
) -> Result<CallbackResult, BadReply> {
    let mut actions = Vec::new();
    let end = callback(&mut |action| {
        // As a rule it stays the only one.
        actions.reserve_exact(usize::from(actions.is_empty()));
        actions.push(Action::from(action));
    })?;
    Ok(end.map(|()| actions.into()))
}

/// The callbacks of a loaded adapter, whatever minor version it was built on.
pub trait Callbacks: Send + Sync {
    /// See [`Adapter::open_contact_page`](crate::Adapter::open_contact_page).
    ///
    /// # Errors
    /// [`BadReply`] if the reply breaks the ABI's rules.
    fn open_contact_page(
        &self,
        context: &Context<'_>,
        contact: &Contact<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd;

    /// See [`Adapter::open_log_page`](crate::Adapter::open_log_page).
    ///
    /// # Errors
    /// [`BadReply`] if the reply breaks the ABI's rules.
    fn open_log_page(
        &self,
        context: &Context<'_>,
        log: &CallLog<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd;

    /// See [`Adapter::on_unauthorize`](crate::Adapter::on_unauthorize).
    ///
    /// # Errors
    /// [`BadReply`] if the reply breaks the ABI's rules.
    fn on_unauthorize(&self, context: &Context<'_>, hear: &mut Hear<'_>) -> CallbackEnd;

    /// Since 1.1; adapters of an earlier version answer that they have no such page.
    ///
    /// # Errors
    /// [`BadReply`] if the reply breaks the ABI's rules.
    #[cfg(feature = "abi-1-1-preview")]
    fn open_search_page(
        &self,
        context: &Context<'_>,
        contact: &Contact<'_>,
        hear: &mut Hear<'_>,
    ) -> CallbackEnd {
        let _ = (context, contact, hear);
        Ok(Err(AdapterError::no_search_page()))
    }
}

/// A reply that breaks the ABI's rules: a sign of an adapter that was not built with this crate,
/// or with a later version of it that does not keep to them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadReply {
    /// A text is not UTF-8.
    #[error("a text in its reply is not UTF-8")]
    Utf8(#[from] std::str::Utf8Error),
    /// No reply came before the callback returned, or more than one.
    #[error("it did not reply exactly once")]
    NotOnce,
    /// An action of a kind that this version does not know.
    #[error("its reply has an action of the unknown kind {0}")]
    UnknownAction(u32),
    /// More than [`MAX_ACTIONS`].
    #[error("its reply has {0} actions; at most {MAX_ACTIONS} are read")]
    TooManyActions(usize),
}
