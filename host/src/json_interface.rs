//! The host's functions by their names, with JSON in and JSON out: for dialers in other languages.
//!
//! [`JsonInterface::call`] takes a method's name and its parameters and gives its result or a
//! [`Failure`]. It knows nothing of how these travel: [`json_rpc`](crate::json_rpc) carries them over
//! a stream, a C program hands them over as texts. What comes unasked are [`Notification`]s.
//! [`openrpc`] describes all of it for programs.
//!
//! ```
//! use std::sync::{Arc, mpsc};
//! use callpop_host::{Host, RecordingBrowser, json_interface::JsonInterface};
//!
//! # let home = tempfile::tempdir()?;
//! let host = Host::builder()
//!     .home(home.path())
//!     .plugins_folder(home.path().join("plugins"))
//!     .browser(Arc::new(RecordingBrowser::default()))
//!     .build()?;
//! let (tell, told) = mpsc::channel();
//! let interface = JsonInterface::new(Arc::new(host), move |notification| {
//!     let _ = tell.send(notification);
//! });
//!
//! let accounts = interface.call("accounts", "")?;
//! assert_eq!(accounts, r#"{"accounts":[],"order":[],"pop":"all"}"#);
//!
//! let failure = interface.call("logOut", r#"{"adapter":"acme-crm"}"#).unwrap_err();
//! assert_eq!(failure.data.code, "no-such-adapter");
//! # assert!(told.try_recv().is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "contact-book")]
mod book_source;
mod description;
mod failure;
mod handshake;
mod method;
mod methods;
mod notification;

#[cfg(feature = "contact-book")]
pub use book_source::BookSource;
pub use description::openrpc;
pub use failure::{Failure, FailureData, FailureKind};
pub(crate) use handshake::{Initialize, Pages, SessionLimits, Shutdown};
pub use method::Prepared;
pub(crate) use method::{MAX_RESULT, read, written};
pub use notification::{Asked, CallOutcome, Notification, Warning};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::host::{FolderWatch, Host};
pub use crate::lanes::Lane;
use method::Method;

/// The version of this interface. It goes up when a client that knows the one before would fail;
/// what is only added does not change it.
pub const PROTOCOL_VERSION: u32 = 1;

/// A host whose functions are called by name. To be shared between threads.
pub struct JsonInterface {
    host: Arc<Host>,
    tell: Arc<dyn Fn(Notification) + Send + Sync>,
    watch: Mutex<Option<FolderWatch>>,
}

impl JsonInterface {
    /// The interface to this host. `tell` is called with what comes unasked, from any thread, also
    /// from within [`call`](Self::call); a thread that watches the plugins folders waits for it.
    pub fn new(host: Arc<Host>, tell: impl Fn(Notification) + Send + Sync + 'static) -> Self {
        Self {
            host,
            tell: Arc::new(tell),
            watch: Mutex::default(),
        }
    }

    /// Calls a method: its parameters are the text of a JSON object, or empty if there are none;
    /// the result is a JSON text. It returns when the method is done: within the deadline of the
    /// adapters that it calls.
    ///
    /// # Errors
    /// [`Failure`], as it stands in a JSON-RPC response.
    pub fn call(&self, method: &str, params: &str) -> Result<String, Failure> {
        Self::prepare(method, params)?.run(self)
    }

    /// The same in two steps, for those who have threads for the second one: reads the parameters,
    /// and says beside whom the call may run.
    ///
    /// # Errors
    /// [`Failure`] if there is no such method or if the parameters do not fit it.
    pub fn prepare(method: &str, params: &str) -> Result<Prepared, Failure> {
        Method::named(method)?.prepare(params)
    }

    /// The names of all methods.
    pub fn methods() -> impl Iterator<Item = &'static str> {
        methods::all().iter().map(|method| method.described.name)
    }

    /// The host that is called.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Calls the host itself, and tells of files that were found damaged, as every method does: for
    /// callers that have values and need no names for them.
    pub fn with_host<T>(&self, call: impl FnOnce(&Host) -> T) -> T {
        let done = call(&self.host);
        self.tell_of_damage();
        done
    }

    /// Watches the plugins folders no more, if they were.
    pub(crate) fn end_watch(&self) {
        *self.lock_watch() = None;
    }

    fn tell(&self, notification: Notification) {
        (self.tell)(notification);
    }

    /// Tells of the files that were found damaged.
    fn tell_of_damage(&self) {
        for kept in self.host.take_kept_aside() {
            self.tell(Notification::Warning(Warning::kept_aside(&kept)));
        }
    }

    fn lock_watch(&self) -> MutexGuard<'_, Option<FolderWatch>> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
