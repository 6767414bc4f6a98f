//! The structs that C programs fill in, and the constants for their members. Those that begin with
//! `size` may grow at their end, and only there; members keep their meaning.

use crate::given::{Chars, GivenContact, GivenList, GivenPairs};

/// Each adapter runs in a process of its own: whatever it does, the dialer goes on.
pub const CALLPOP_ISOLATED: i32 = 0;
/// Adapters run in the dialer's own process.
pub const CALLPOP_IN_PROCESS: i32 = 1;

/// Any adapter in the plugins folders is loaded.
pub const CALLPOP_REQUIRE_NOTHING: i32 = 0;
/// Only what was loaded first, or accepted since.
pub const CALLPOP_REQUIRE_PINNED: i32 = 1;
/// Only what is signed with a key that is trusted for it.
pub const CALLPOP_REQUIRE_SIGNED: i32 = 2;

/// Pages open in the system's browser.
pub const CALLPOP_PAGES_IN_BROWSER: i32 = 0;
/// Pages are told as `callpop/openPage`, and the dialer opens them.
pub const CALLPOP_PAGES_TOLD: i32 = 1;

/// Where an event names no contacts, Callpop's own contact book is asked.
pub const CALLPOP_CONTACTS_FROM_BOOK: i32 = 0;
/// An event names all contacts that there are.
pub const CALLPOP_CONTACTS_FROM_EVENTS: i32 = 1;

/// How a host is set up. All zero but `size` is the usual.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Options {
    /// sizeof(callpop_options).
    pub size: usize,
    /// The folder of Callpop's state; NULL for the user's own.
    pub home: Chars,
    /// Plugins folders, searched in this order; NULL for the usual ones.
    pub plugins_folders: GivenList,
    /// How many they are.
    pub plugins_folder_count: usize,
    /// The executable to start as a worker, such as callpop-worker; NULL for this very program, if
    /// its main() calls callpop_worker_run_if_requested(), else callpop-worker beside it.
    pub worker_program: Chars,
    /// The administrator's file instead of the home's policy.toml, where the system has none; or NULL.
    pub policy_file: Chars,
    /// Where adapters run: CALLPOP_ISOLATED or CALLPOP_IN_PROCESS.
    pub isolation: i32,
    /// What must be known of an adapter's file: CALLPOP_REQUIRE_NOTHING, _PINNED or _SIGNED.
    pub require: i32,
    /// Where pages open: CALLPOP_PAGES_IN_BROWSER or CALLPOP_PAGES_TOLD.
    pub pages: i32,
    /// Who knows whose number it is: CALLPOP_CONTACTS_FROM_BOOK or CALLPOP_CONTACTS_FROM_EVENTS.
    pub contacts: i32,
    /// 1 if a worker that cannot be put into the whole sandbox is refused, else 0.
    pub require_sandbox: i32,
    /// The time that an adapter has for a page, in milliseconds; 0 for the usual 2000.
    pub page_deadline_ms: u32,
    /// The time that it has to clean up after a logout, in milliseconds; 0 for the usual 5000.
    pub unauthorize_deadline_ms: u32,
    /// How many notifications wait to be taken before the oldest are lost; 0 for the usual 1024.
    pub notification_count: u32,
}

/// Somebody calls the user.
pub const CALLPOP_INBOUND: i32 = 0;
/// The user calls somebody.
pub const CALLPOP_OUTBOUND: i32 = 1;

/// The call rings, here or at the other end.
pub const CALLPOP_RINGING: i32 = 0;
/// It was answered.
pub const CALLPOP_CONNECTED: i32 = 1;
/// It is over, was declined, or was answered elsewhere.
pub const CALLPOP_ENDED: i32 = 2;

/// A name and what it stands for. This struct does not grow.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    /// The name.
    pub name: Chars,
    /// The value.
    pub value: Chars,
}

/// A record in a CRM.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Contact {
    /// sizeof(callpop_contact).
    pub size: usize,
    /// Its id in the CRM.
    pub id: Chars,
    /// The name to show, or NULL.
    pub name: Chars,
    /// The number that matched, E.164 where it can; or NULL.
    pub phone: Chars,
    /// The kind of record, one that the adapter's manifest names; or NULL.
    pub r#type: Chars,
    /// Among the contacts of an event: the adapter whose CRM has it. NULL elsewhere.
    pub adapter: Chars,
    /// What else the dialer knows of it, which an adapter may need; or NULL.
    pub extras: GivenPairs,
    /// How many these are.
    pub extra_count: usize,
}

/// Something happened to a call. Events may be repeated, and may come in any order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Event {
    /// sizeof(callpop_event).
    pub size: usize,
    /// The dialer's name for the call; the same in all events of one call.
    pub call_id: Chars,
    /// Who called whom: CALLPOP_INBOUND or CALLPOP_OUTBOUND.
    pub direction: i32,
    /// How far the call is: CALLPOP_RINGING, CALLPOP_CONNECTED or CALLPOP_ENDED.
    pub state: i32,
    /// Who called, E.164 where it can; NULL if it is withheld.
    pub from: Chars,
    /// Who was called, or NULL.
    pub to: Chars,
    /// The contacts that the other side's number matched, one after the other; or NULL.
    pub contacts: GivenContact,
    /// How many these are.
    pub contact_count: usize,
    /// The call that this one goes on from, as after a warm transfer; or NULL.
    pub replaces: Chars,
    /// What calls that ring for one caller have in common, such as a ring group; or NULL.
    pub group: Chars,
    /// When it happened, in milliseconds since 1970 in UTC; 0 for now.
    pub time_ms: i64,
}

/// A call that was logged in a CRM.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Log {
    /// sizeof(callpop_log).
    pub size: usize,
    /// The logged activity's id in the CRM.
    pub log_id: Chars,
    /// The contact that it was logged with, or NULL.
    pub contact_id: Chars,
    /// That contact's type, or NULL.
    pub contact_type: Chars,
    /// What else the dialer knows of it, which an adapter may need; or NULL.
    pub extras: GivenPairs,
    /// How many these are.
    pub extra_count: usize,
}

/// "Open call log" has nothing to open, and is not to be offered.
pub const CALLPOP_OPENS_NOTHING: i32 = 0;
/// It opens the log's own page.
pub const CALLPOP_OPENS_LOG_PAGE: i32 = 1;
/// It opens the contact's page, as the CRM has none for a log.
pub const CALLPOP_OPENS_CONTACT_PAGE: i32 = 2;
