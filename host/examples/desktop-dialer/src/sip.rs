//! A SIP user agent on a thread of its own: it hears of calls and makes some. Signalling alone; no
//! audio flows, and its session descriptions say so.
//!
//! What happens goes out through a function, what is to be done comes in through a channel, so
//! nobody who holds a [`UserAgent`] ever waits for the network. The stack, with its transactions,
//! retransmissions and dialogs (RFC 3261), is `rsipstack`.

mod agent;
mod arrival;
mod dialogs;
mod identity;
mod incoming;
mod outgoing;
mod sdp;

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::calls::{CallId, Ending};

pub use identity::AddressError;
pub(crate) use identity::check_target;

/// Where to listen, and as whom to call.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address for UDP and TCP alike; with port 0 the system selects one.
    pub address: SocketAddr,
    /// The user part of the own address, `sip:USER@…`.
    pub user: String,
    /// The host that numbers are dialled at, as `HOST[:PORT][;transport=tcp]`; none, if only whole
    /// SIP addresses can be dialled.
    pub proxy: Option<String>,
}

/// Something happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody calls.
    Incoming {
        /// The call.
        id: CallId,
        /// The caller's number or user; none if it is withheld.
        number: Option<String>,
        /// What the caller calls itself.
        name: Option<String>,
        /// The number that was dialled.
        dialled: Option<String>,
        /// The id under which the telephone system logs the call in the CRM, from the header
        /// `X-Log-ID`.
        log_id: Option<String>,
        /// When its datagram was taken from the socket. Over TCP, when it was read.
        arrived: Instant,
    },
    /// The other side's telephone rings.
    Rings(CallId),
    /// The call was answered, here or there.
    Answered(CallId),
    /// The call is over.
    Ended(CallId, Ending),
}

impl Event {
    /// The call that it happened to.
    #[must_use]
    pub fn call(&self) -> &CallId {
        match self {
            Self::Incoming { id, .. }
            | Self::Rings(id)
            | Self::Answered(id)
            | Self::Ended(id, _) => id,
        }
    }
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Answers a call that rings here.
    Answer(CallId),
    /// Declines a call that rings here.
    Decline(CallId),
    /// Ends a call, however far it is.
    HangUp(CallId),
    /// Calls somebody.
    Dial {
        /// What the events of the call will name it.
        id: CallId,
        /// A number, or a SIP address.
        target: String,
    },
}

/// A running user agent; it ends when this is dropped, and says goodbye to those it speaks with.
#[derive(Debug)]
pub struct UserAgent {
    commands: Option<UnboundedSender<Command>>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl UserAgent {
    /// Starts to listen. `happened` is called on the user agent's own thread and should return at
    /// once.
    ///
    /// # Errors
    /// The system's, if it gives no thread, or not the address.
    pub fn start(
        listen: &Listen,
        happened: impl Fn(Event) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let sockets = runtime.block_on(agent::Sockets::bind(listen.address))?;
        let address = sockets.address;
        let (commands, to_do) = unbounded_channel();
        let listen = listen.clone();
        let thread = thread::Builder::new()
            .name("dialer-sip".to_owned())
            .spawn(move || runtime.block_on(agent::run(sockets, &listen, to_do, happened)))?;
        Ok(Self {
            commands: Some(commands),
            address,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has something done. What concerns a call that is over is done by nobody.
    pub fn command(&self, command: Command) {
        if let Some(commands) = &self.commands {
            // The thread ends with this alone.
            let _ = commands.send(command);
        }
    }
}

impl Drop for UserAgent {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // What is told of an event may drop this, and cannot wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}
