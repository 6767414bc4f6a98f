//! Where everything comes together: the telephone tells of calls, Callpop is told of them, and the
//! user interface hears how they stand. Nothing here waits.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use callpop_host::Direction;

use crate::calls::history::{Entry, History};
use crate::calls::{Call, CallId, Match, Phase};
use crate::crm::{Crm, Setup, Told};
use crate::files::Files;
use crate::sip::{AddressError, Command, Event, check_target};

/// What the user interface is told.
#[derive(Debug, Clone)]
pub enum Update {
    /// How a call stands.
    Call(Call),
    /// The calls that are over, the newest first.
    History(Vec<Entry>),
    /// What comes of what was asked of Callpop.
    Crm(Told),
}

/// The telephone: has something done about a call.
pub type Telephone = Box<dyn Fn(Command) + Send + Sync>;

/// The dialer without its window. Clones are the same.
#[derive(Clone)]
pub struct Desk {
    shared: Arc<Shared>,
    crm: Crm,
}

struct Shared {
    /// The calls that go on.
    calls: Mutex<BTreeMap<CallId, Call>>,
    /// Read and written on the thread for files; `None` until it was read.
    history: Mutex<Option<History>>,
    files: Files,
    telephone: OnceLock<Telephone>,
    proxy: Option<String>,
    dialled: AtomicU64,
    update: Box<dyn Fn(Update) + Send + Sync>,
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, BTreeMap<CallId, Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Sets the dialer up, with its own files in `folder`. `update` is called on many threads and
    /// should return at once. Numbers are dialled at `proxy`, if there is one.
    ///
    /// # Errors
    /// The system's, if it gives no threads.
    pub fn new(
        setup: Setup,
        folder: PathBuf,
        proxy: Option<String>,
        update: impl Fn(Update) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            calls: Mutex::default(),
            history: Mutex::default(),
            files: Files::start()?,
            telephone: OnceLock::new(),
            proxy,
            dialled: AtomicU64::default(),
            update: Box::new(update),
        });
        let told = Arc::clone(&shared);
        let crm = Crm::start(setup, move |it| told.hear_of_crm(it))?;
        shared.read_history(folder);
        Ok(Self { shared, crm })
    }

    /// Gives it the telephone. Commands that come before go nowhere.
    pub fn connect_telephone(&self, telephone: Telephone) {
        // A second one is not taken.
        let _ = self.shared.telephone.set(telephone);
    }

    /// Callpop, to be asked.
    #[must_use]
    pub fn crm(&self) -> &Crm {
        &self.crm
    }

    /// The telephone tells of a call.
    pub fn heard(&self, event: Event) {
        let Some(call) = self.shared.apply(event) else {
            return;
        };
        // First of all: the page is what the user waits for.
        self.crm.heard(call.clone());
        if call.is_over() {
            self.shared.keep(call.id.clone());
        }
        (self.shared.update)(Update::Call(call));
    }

    /// The user answers a call.
    pub fn answer(&self, id: &CallId) {
        self.command(Command::Answer(id.clone()));
    }

    /// The user declines a call.
    pub fn decline(&self, id: &CallId) {
        self.command(Command::Decline(id.clone()));
    }

    /// The user ends a call.
    pub fn hang_up(&self, id: &CallId) {
        self.command(Command::HangUp(id.clone()));
    }

    /// The user calls somebody.
    ///
    /// # Errors
    /// [`AddressError`], if it cannot be dialled.
    pub fn dial(&self, target: &str) -> Result<CallId, AddressError> {
        check_target(target, self.shared.proxy.as_deref())?;
        let count = self.shared.dialled.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros());
        let id = CallId(format!("{now}-{count}"));
        let mut call = Call::new(id.clone(), Direction::Outbound);
        call.number = Some(target.trim().to_owned());
        self.shared.calls().insert(id.clone(), call.clone());
        self.crm.heard(call.clone());
        (self.shared.update)(Update::Call(call));
        self.command(Command::Dial {
            id: id.clone(),
            target: target.to_owned(),
        });
        Ok(id)
    }

    fn command(&self, command: Command) {
        if let Some(telephone) = self.shared.telephone.get() {
            telephone(command);
        }
    }
}

impl Shared {
    /// The call as it is after this event; `None`, if there is no such call.
    fn apply(&self, event: Event) -> Option<Call> {
        let mut calls = self.calls();
        let now = SystemTime::now();
        match event {
            Event::Incoming {
                id,
                number,
                name,
                dialled,
                log_id,
                ..
            } => {
                let call = Call {
                    number,
                    name,
                    dialled,
                    log_id,
                    ..Call::new(id.clone(), Direction::Inbound)
                };
                calls.insert(id, call.clone());
                Some(call)
            }
            Event::Rings(id) => {
                let call = calls.get_mut(&id)?;
                call.phase = Phase::RingsThere;
                Some(call.clone())
            }
            Event::Answered(id) => {
                let call = calls.get_mut(&id)?;
                call.phase = Phase::Connected;
                call.answered = Some(now);
                Some(call.clone())
            }
            Event::Ended(id, ending) => {
                // It is taken out when it is put into the history.
                let call = calls.get_mut(&id).filter(|call| !call.is_over())?;
                call.phase = Phase::Ended(now, ending);
                Some(call.clone())
            }
        }
    }

    fn hear_of_crm(self: &Arc<Self>, told: Told) {
        if let Told::Matches(id, matches) = &told {
            self.hear_of_matches(id, matches);
        }
        (self.update)(Update::Crm(told));
    }

    fn hear_of_matches(self: &Arc<Self>, id: &CallId, matches: &[Match]) {
        if let Some(call) = self.calls().get_mut(id) {
            call.matches = matches.to_vec();
            return;
        }
        // The call was over before it was known whose it was.
        let (shared, id, matches) = (Arc::clone(self), id.clone(), matches.to_vec());
        self.files.run(move || {
            shared.change_history(|history| history.amend(&id, &matches));
        });
    }

    fn read_history(self: &Arc<Self>, folder: PathBuf) {
        let shared = Arc::clone(self);
        self.files.run(move || match History::read(&folder) {
            Ok(history) => {
                (shared.update)(Update::History(history.entries().to_vec()));
                *shared.lock_history() = Some(history);
            }
            Err(cause) => {
                let folder = folder.display();
                let text = format!("The history in {folder} cannot be read: {cause}");
                (shared.update)(Update::Crm(Told::problem(text)));
            }
        });
    }

    /// Puts a call that is over into the history.
    fn keep(self: &Arc<Self>, id: CallId) {
        let shared = Arc::clone(self);
        self.files.run(move || {
            let call = shared.calls().remove(&id);
            if let Some(entry) = call.as_ref().and_then(Entry::of) {
                shared.change_history(|history| history.add(entry));
            }
        });
    }

    fn change_history(&self, change: impl FnOnce(&mut History) -> io::Result<()>) {
        let mut history = self.lock_history();
        // One that cannot be read is not written over.
        let Some(history) = &mut *history else {
            return;
        };
        if let Err(cause) = change(history) {
            let text = format!("The history cannot be written: {cause}");
            (self.update)(Update::Crm(Told::problem(text)));
        }
        (self.update)(Update::History(history.entries().to_vec()));
    }

    fn lock_history(&self) -> MutexGuard<'_, Option<History>> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
