//! The host for a thread that may not wait: what is asked returns at once, and what came of it is
//! told to a callback.

mod event;

pub use event::{HostEvent, Ticket};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::call_event::CallEvent;
use crate::connecting::ConnectRequest;
use crate::host::{CallOptions, Host, OnCallError, PopResult};
use crate::lanes::{Lane, Lanes, MAX_WAITING};
use crate::{CallLog, Contact};

/// Nothing was queued, since so much waits already: an adapter hangs, or the computer is very busy.
/// What runs is done within its deadline; ask again then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting already: {most} calls, or there is no thread for them")]
#[non_exhaustive]
pub struct QueueFull {
    /// So many may wait or run.
    pub most: usize,
}

/// A [`Host`] for programs with a user-interface thread: it has the host's functions that may wait
/// for an adapter or a file, and each returns at once.
///
/// What came of it is a [`HostEvent`] with the [`Ticket`] that was returned, for every ticket exactly
/// one, unless the queued host is dropped before. It is told on a thread of the queue, named
/// `callpop-call`, on several of them at once; what is told next in a lane waits until the callback
/// returns, so hand the event over to your own thread. An event may be told before its ticket is
/// returned. If the callback panics, that event is lost, and the next is told.
///
/// What is asked about one call is done in its order, and so is what is asked of one adapter; see
/// [`Lane`]. Up to eight calls and 32 adapters do not wait for each other: one that hangs delays its
/// own lane, and calls that need the same adapter. Between a call and an adapter there is no order:
/// tell of the first call when [`HostEvent::Connected`] is there. At most 256 things wait or run.
///
/// Dropping it waits for nothing: what waits is left out, what runs ends within its deadline, and
/// nothing more is told. The host ends when nobody holds it any more.
///
/// ```
/// use std::sync::{Arc, mpsc};
/// use callpop_host::{CallEvent, CallState, Direction, Host, HostEvent, QueuedHost, RecordingBrowser};
///
/// # let home = tempfile::tempdir()?;
/// let host = Host::builder()
///     .home(home.path())
///     .plugins_folder(home.path().join("plugins"))
///     .browser(Arc::new(RecordingBrowser::default()))
///     .build()?;
/// let (tell, told) = mpsc::channel();
/// let queued = QueuedHost::new(Arc::new(host), move |event| drop(tell.send(event)));
///
/// let ringing = CallEvent::new("42", Direction::Inbound, CallState::Ringing);
/// let ticket = queued.on_call(&ringing)?; // returns at once
///
/// let event = told.recv()?; // in the dialer's own loop
/// assert_eq!(event.ticket(), ticket);
/// let HostEvent::Call { result, .. } = event else { unreachable!() };
/// assert!(result?.is_empty(), "there is no account");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct QueuedHost {
    /// There until it is dropped.
    host: Option<Arc<Host>>,
    lanes: Lanes,
    teller: Arc<Teller>,
    last_ticket: AtomicU64,
}

struct Teller {
    tell: Box<dyn Fn(HostEvent) + Send + Sync>,
    /// Whether nobody wants to hear anything any more.
    is_over: AtomicBool,
}

impl QueuedHost {
    /// A queue before this host. `tell` is called with what came of each call.
    pub fn new(host: Arc<Host>, tell: impl Fn(HostEvent) + Send + Sync + 'static) -> Self {
        Self {
            host: Some(host),
            lanes: Lanes::new(),
            teller: Arc::new(Teller {
                tell: Box::new(tell),
                is_over: AtomicBool::new(false),
            }),
            last_ticket: AtomicU64::new(0),
        }
    }

    /// The host itself, for what needs no queue: its catalog, the menu of a logged call.
    ///
    /// # Panics
    /// Never: it is there until this is dropped.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        self.host.as_ref().expect("it is there until the drop")
    }

    /// Queues [`Host::on_call`], after what was asked about the same call; told as
    /// [`HostEvent::Call`].
    ///
    /// # Errors
    /// [`QueueFull`]. An event that is told of later, even the call's end, does its work then.
    pub fn on_call(&self, event: &CallEvent) -> Result<Ticket, QueueFull> {
        let event = event.clone();
        self.queue(&about(&event), move |host, ticket| HostEvent::Call {
            ticket,
            result: host.on_call(&event),
            event: Box::new(event),
        })
    }

    /// Queues [`Host::rehearse_call`]; told as [`HostEvent::Rehearsed`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn rehearse_call(&self, event: &CallEvent) -> Result<Ticket, QueueFull> {
        let event = event.clone();
        self.queue(&about(&event), move |host, ticket| HostEvent::Rehearsed {
            ticket,
            result: host.rehearse_call(&event),
            event: Box::new(event),
        })
    }

    /// Queues [`Host::choose`], after what was asked about the same call; told as
    /// [`HostEvent::Contact`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn choose(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
    ) -> Result<Ticket, QueueFull> {
        self.about_contact(event, adapter, contact, Host::choose)
    }

    /// Queues [`Host::contact_created`], after what was asked about the same call; told as
    /// [`HostEvent::Contact`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn contact_created(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
    ) -> Result<Ticket, QueueFull> {
        self.about_contact(event, adapter, contact, Host::contact_created)
    }

    /// Queues [`Host::open_contact_page`], after what was asked of the same adapter; told as
    /// [`HostEvent::Page`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn open_contact_page(
        &self,
        adapter: &str,
        contact: &Contact,
        options: &CallOptions,
    ) -> Result<Ticket, QueueFull> {
        let (adapter, contact, options) = (adapter.to_owned(), contact.clone(), options.clone());
        self.queue(&of(&adapter), move |host, ticket| HostEvent::Page {
            ticket,
            result: host.open_contact_page(&adapter, &contact, &options),
            adapter,
        })
    }

    /// Queues [`Host::open_log_page`], after what was asked of the same adapter; told as
    /// [`HostEvent::Page`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn open_log_page(
        &self,
        adapter: &str,
        log: &CallLog,
        contact: Option<&Contact>,
        options: &CallOptions,
    ) -> Result<Ticket, QueueFull> {
        let (log, contact) = (log.clone(), contact.cloned());
        let (adapter, options) = (adapter.to_owned(), options.clone());
        self.queue(&of(&adapter), move |host, ticket| HostEvent::Page {
            ticket,
            result: host.open_log_page(&adapter, &log, contact.as_ref(), &options),
            adapter,
        })
    }

    /// Queues [`Host::connect`], after what was asked of the same adapter; told as
    /// [`HostEvent::Connected`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn connect(&self, request: &ConnectRequest) -> Result<Ticket, QueueFull> {
        let request = request.clone();
        let lane = of(&request.adapter);
        self.queue(&lane, move |host, ticket| HostEvent::Connected {
            ticket,
            result: host.connect(&request),
            adapter: request.adapter,
        })
    }

    /// Queues [`Host::log_out`], after what was asked of the same adapter; told as
    /// [`HostEvent::LoggedOut`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn log_out(&self, adapter: &str, options: &CallOptions) -> Result<Ticket, QueueFull> {
        let (adapter, options) = (adapter.to_owned(), options.clone());
        self.queue(&of(&adapter), move |host, ticket| HostEvent::LoggedOut {
            ticket,
            result: host.log_out(&adapter, &options).map(Box::new),
            adapter,
        })
    }

    /// Queues [`Host::examine`]; told as [`HostEvent::Examined`].
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn examine(&self) -> Result<Ticket, QueueFull> {
        self.queue(&Lane::Slow("examine"), |host, ticket| HostEvent::Examined {
            ticket,
            findings: host.examine(),
        })
    }

    /// Queues anything else that the host can do, after what is in this lane already. `work` tells
    /// of it itself. If it panics, it is done.
    ///
    /// ```no_run
    /// # use std::sync::mpsc;
    /// # use callpop_host::{Lane, QueuedHost};
    /// # fn show(queued: &QueuedHost) -> Result<(), callpop_host::QueueFull> {
    /// let (tell, _told) = mpsc::channel();
    /// queued.run(&Lane::Quick, move |host| drop(tell.send(host.accounts())))
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`QueueFull`].
    pub fn run(
        &self,
        lane: &Lane,
        work: impl FnOnce(&Host) + Send + 'static,
    ) -> Result<(), QueueFull> {
        let host = Arc::clone(self.host());
        let added = self.lanes.add(lane, 0, Box::new(move || work(&host)));
        added.map_err(|_| QueueFull { most: MAX_WAITING })
    }

    /// Waits until all is done that was asked, or for so long; whether it is done. For the end of a
    /// program, before this is dropped.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> bool {
        self.lanes.wait(patience)
    }

    /// Queues what the user says of a contact and a call.
    fn about_contact(
        &self,
        event: &CallEvent,
        adapter: &str,
        contact: &Contact,
        say: fn(&Host, &CallEvent, &str, &Contact) -> Result<PopResult, OnCallError>,
    ) -> Result<Ticket, QueueFull> {
        let (event, adapter, contact) = (event.clone(), adapter.to_owned(), contact.clone());
        self.queue(&about(&event), move |host, ticket| HostEvent::Contact {
            ticket,
            result: say(host, &event, &adapter, &contact),
            event: Box::new(event),
            adapter,
        })
    }

    /// Queues something, and gives the ticket of what will be told of it.
    fn queue(
        &self,
        lane: &Lane,
        work: impl FnOnce(&Host, Ticket) -> HostEvent + Send + 'static,
    ) -> Result<Ticket, QueueFull> {
        let ticket = Ticket(self.last_ticket.fetch_add(1, Ordering::Relaxed) + 1);
        let teller = Arc::clone(&self.teller);
        self.run(lane, move |host| {
            // Whoever asked is told, whatever is wrong with the host, its browser or its contacts.
            let done = catch_unwind(AssertUnwindSafe(|| work(host, ticket)));
            teller.tell(done.unwrap_or(HostEvent::Panicked { ticket }));
        })?;
        Ok(ticket)
    }
}

impl Teller {
    fn tell(&self, event: HostEvent) {
        if !self.is_over.load(Ordering::Acquire) {
            (self.tell)(event);
        }
    }
}

impl Drop for QueuedHost {
    fn drop(&mut self) {
        self.teller.is_over.store(true, Ordering::Release);
        self.lanes.discard();
        // A host that nobody else holds waits for its workers' end, and that is not to be here.
        let host = self.host.take();
        let _ = self
            .lanes
            .add(&Lane::Slow("end"), 0, Box::new(move || drop(host)));
    }
}

/// The lane of this event's call.
fn about(event: &CallEvent) -> Lane {
    Lane::Call(event.call_id.clone())
}

/// The lane of this adapter.
fn of(adapter: &str) -> Lane {
    Lane::Adapter(adapter.to_owned())
}
