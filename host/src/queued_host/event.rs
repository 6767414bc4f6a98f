//! What a queued host tells.

use std::fmt;

use crate::account_store::Account;
use crate::call_event::CallEvent;
use crate::doctor::Finding;
use crate::error::{CallError, ConnectError};
use crate::host::{AccountOutcome, OnCallError, PopResult};
use crate::outcome::{LogOut, Outcome};

/// What was asked of a [`QueuedHost`](crate::QueuedHost): later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What came of something that was asked of a [`QueuedHost`](crate::QueuedHost).
#[derive(Debug)]
#[non_exhaustive]
pub enum HostEvent {
    /// What a call's event led to in each connected account.
    Call {
        /// Which [`on_call`](crate::QueuedHost::on_call) it was.
        ticket: Ticket,
        /// The event, for [`choose`](crate::QueuedHost::choose).
        event: Box<CallEvent>,
        /// What it led to.
        result: Result<Vec<AccountOutcome>, OnCallError>,
    },
    /// What a call's event would lead to.
    Rehearsed {
        /// Which [`rehearse_call`](crate::QueuedHost::rehearse_call) it was.
        ticket: Ticket,
        /// The event.
        event: Box<CallEvent>,
        /// What it would lead to.
        result: Result<Vec<AccountOutcome>, OnCallError>,
    },
    /// What came of a contact that the user selected or created for a call.
    Contact {
        /// Which [`choose`](crate::QueuedHost::choose) or
        /// [`contact_created`](crate::QueuedHost::contact_created) it was.
        ticket: Ticket,
        /// The call's event.
        event: Box<CallEvent>,
        /// The adapter.
        adapter: String,
        /// What it led to.
        result: Result<PopResult, OnCallError>,
    },
    /// A page was asked for by itself: a contact's, or a logged call's.
    Page {
        /// Which [`open_contact_page`](crate::QueuedHost::open_contact_page) or
        /// [`open_log_page`](crate::QueuedHost::open_log_page) it was.
        ticket: Ticket,
        /// The adapter.
        adapter: String,
        /// What was done.
        result: Result<Outcome, CallError>,
    },
    /// An account was connected, or not.
    Connected {
        /// Which [`connect`](crate::QueuedHost::connect) it was.
        ticket: Ticket,
        /// The adapter.
        adapter: String,
        /// The account.
        result: Result<Account, ConnectError>,
    },
    /// The user is logged out, or not.
    LoggedOut {
        /// Which [`log_out`](crate::QueuedHost::log_out) it was.
        ticket: Ticket,
        /// The adapter.
        adapter: String,
        /// What came of it.
        result: Result<Box<LogOut>, CallError>,
    },
    /// What is wrong around the host.
    Examined {
        /// Which [`examine`](crate::QueuedHost::examine) it was.
        ticket: Ticket,
        /// What was looked at.
        findings: Vec<Finding>,
    },
    /// Something panicked while it was done: the dialer's own browser or contact source, or, which
    /// is a fault of this library, the host. What had been done until then is done.
    Panicked {
        /// Which it was.
        ticket: Ticket,
    },
}

impl HostEvent {
    /// What was returned when it was asked.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        match self {
            Self::Call { ticket, .. }
            | Self::Rehearsed { ticket, .. }
            | Self::Contact { ticket, .. }
            | Self::Page { ticket, .. }
            | Self::Connected { ticket, .. }
            | Self::LoggedOut { ticket, .. }
            | Self::Examined { ticket, .. }
            | Self::Panicked { ticket } => *ticket,
        }
    }
}
