//! The trait that a vendor implements: the three callbacks.

use crate::{Actions, AdapterError, CallLog, Contact, Context};

/// What a callback answers: what the host shall do, or why nothing can be done.
pub type CallbackResult = Result<Actions, AdapterError>;

/// One CRM's three callbacks.
///
/// A callback computes; it opens, stores and contacts nothing itself. It gets all that it may
/// know and returns [`Actions`], which the host checks as a whole and then performs, so that a
/// failing callback has changed nothing.
///
/// A fresh value ([`Default`]) is made for every call, and calls may come from several threads at
/// once: the same input must give the same actions. What must be remembered belongs into a stored
/// value ([`Actions::set_stored`]).
///
/// A callback that panics does not harm the host: the panic becomes an error that carries its
/// message. Each callback has a default, so an adapter writes only the pages that its CRM has.
/// The lifetimes need not be written: `fn open_contact_page(&self, context: &Context, ...)`.
pub trait Adapter: Default {
    /// A call is received: open the page of the matched contact ("call-pop").
    ///
    /// The default answers that the CRM has no contact page; say so in the manifest as well
    /// (`"canOpenContactPage": false`).
    ///
    /// # Errors
    /// [`AdapterError`] in words for the user, if the page cannot be told from what is given.
    fn open_contact_page(&self, context: &Context<'_>, contact: &Contact<'_>) -> CallbackResult {
        let _ = (context, contact);
        Err(AdapterError::not_supported("this CRM has no contact page"))
    }

    /// The user picks "Open call log" in the menu of a call: open the logged activity.
    ///
    /// Called only where the manifest says `"canOpenLogPage": true`; otherwise the host opens the
    /// contact's page. The default answers that the CRM has no log page.
    ///
    /// # Errors
    /// [`AdapterError`] in words for the user, if the page cannot be told from what is given.
    fn open_log_page(&self, context: &Context<'_>, log: &CallLog<'_>) -> CallbackResult {
        let _ = (context, log);
        Err(AdapterError::not_supported("this CRM has no log page"))
    }

    /// The user logs out: name the stored values to remove.
    ///
    /// The host forgets the account afterwards, whatever this answers. The default has nothing to
    /// clean up.
    ///
    /// # Errors
    /// [`AdapterError`] if the clean-up cannot be done; the host reports it and still forgets the
    /// account.
    fn on_unauthorize(&self, context: &Context<'_>) -> CallbackResult {
        let _ = context;
        Ok(Actions::none())
    }

    /// A callback of a version that is not released; for this project's own tests.
    ///
    /// # Errors
    /// [`AdapterError`] by default: the CRM has no such page.
    #[cfg(feature = "abi-1-1-preview")]
    #[doc(hidden)]
    fn open_search_page(&self, context: &Context<'_>, contact: &Contact<'_>) -> CallbackResult {
        let _ = (context, contact);
        Err(AdapterError::no_search_page())
    }
}
