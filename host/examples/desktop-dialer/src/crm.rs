//! Callpop in the dialer: each question to the host is asked in a lane beside the user interface, and
//! what comes of it is told.

mod answers;
mod overview;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use callpop_host::{
    BuildError, CallEvent, CallLog, CallOptions, ConnectRequest, Contact, ContactBook, FolderWatch,
    Host, HostBuilder, HostEvent, Lane, LogMenu, QueueFull, QueuedHost, SettingsChange, Ticket,
    WatchOptions, with_causes,
};

use crate::calls::history::Entry;
use crate::calls::{Call, Match, Phase};

pub use answers::{MenuItem, Told};
pub use overview::{AdapterState, AdapterView, Overview};

/// Where the host is and what it may do.
#[derive(Default)]
pub struct Setup {
    /// The folder of Callpop's state; none for the user's own.
    pub home: Option<PathBuf>,
    /// The plugins folders; none for the default ones.
    pub plugins: Vec<PathBuf>,
    /// What else is to be said to the host's builder.
    pub more: Option<Box<dyn FnOnce(HostBuilder) -> HostBuilder + Send>>,
}

/// The host, for a user interface: nothing here waits. Clones are the same.
#[derive(Clone)]
pub struct Crm {
    shared: Arc<Shared>,
}

type Question = Box<dyn FnOnce(&Crm, &Running) + Send>;

struct Shared {
    running: OnceLock<Running>,
    /// What was asked before the host was there; `None` from then on.
    early: Mutex<Option<Vec<Question>>>,
    tell: Box<dyn Fn(Told) + Send + Sync>,
}

struct Running {
    queue: QueuedHost,
    book: Option<Arc<ContactBook>>,
    /// It ends with the host.
    _watch: Option<FolderWatch>,
}

impl Crm {
    /// Sets the host up, beside the caller, and tells what there is. What is asked before it is
    /// there waits for it.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn start(
        setup: Setup,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let crm = Self {
            shared: Arc::new(Shared {
                running: OnceLock::new(),
                early: Mutex::new(Some(Vec::new())),
                tell: Box::new(tell),
            }),
        };
        let starting = crm.clone();
        let thread = thread::Builder::new().name("dialer-start".to_owned());
        thread.spawn(move || starting.build(setup))?;
        Ok(crm)
    }

    fn build(&self, setup: Setup) {
        let (host, book) = match build(setup, |problem| self.tell(Told::problem(problem))) {
            Ok(built) => built,
            Err(error) => {
                return self.tell(Told::Overview(Overview::broken(with_causes(&error))));
            }
        };
        // The host tells this, which has the host: one of the two may not hold the other.
        let changed = Arc::downgrade(&self.shared);
        let watch = host.watch(&WatchOptions::default(), move |_| {
            if let Some(shared) = changed.upgrade() {
                Self { shared }.look();
            }
        });
        let watch = watch.map_err(|cause| {
            self.tell(Told::problem(format!(
                "New adapters are not noticed: {cause}"
            )));
        });
        let told = Arc::downgrade(&self.shared);
        let running = self.shared.running.get_or_init(|| Running {
            queue: QueuedHost::new(host, move |event| {
                if let Some(shared) = told.upgrade() {
                    Self { shared }.hear(event);
                }
            }),
            book,
            _watch: watch.ok(),
        });
        let early = self.early().take();
        for question in early.into_iter().flatten() {
            question(self, running);
        }
        self.look();
    }

    fn early(&self) -> MutexGuard<'_, Option<Vec<Question>>> {
        let early = self.shared.early.lock();
        early.unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, told: Told) {
        (self.shared.tell)(told);
    }

    /// Asks the host, or keeps the question until there is one.
    fn ask<R>(
        &self,
        question: impl FnOnce(&Self, &Running) -> Result<R, QueueFull> + Send + 'static,
    ) {
        let asked = |crm: &Self, running: &Running| {
            if let Err(full) = question(crm, running) {
                crm.tell(Told::problem(full.to_string()));
            }
        };
        if let Some(running) = self.shared.running.get() {
            return asked(self, running);
        }
        if let Some(early) = &mut *self.early() {
            return early.push(Box::new(asked));
        }
        if let Some(running) = self.shared.running.get() {
            asked(self, running);
        }
    }

    /// Asks something of the host that reads or writes a small file at most.
    fn ask_quick(&self, question: impl FnOnce(&Self, &Host) + Send + 'static) {
        self.ask(move |crm, running| {
            let crm = crm.clone();
            let quick = move |host: &Host| question(&crm, host);
            running.queue.run(&Lane::Quick, quick)
        });
    }

    /// What adapters and accounts there are: [`Told::Overview`].
    pub fn look(&self) {
        self.ask_quick(|crm, host| crm.tell(Told::Overview(overview::of(host))));
    }

    /// Something happened to a call. Whose number it is, is told first; then pages open by each
    /// account's settings.
    pub fn heard(&self, call: Call) {
        self.ask(move |crm, running| {
            let is_new = call.phase == Phase::Waiting;
            let number = call.number.clone().filter(|_| is_new);
            let (Some(number), Some(book)) = (number, running.book.clone()) else {
                return running.queue.on_call(&call.event()).map(drop);
            };
            let crm = crm.clone();
            // Where `QueuedHost::on_call` would do it, with one look into the book for both.
            running
                .queue
                .run(&Lane::Call(call.id.0.clone()), move |host| {
                    let mut event = call.event();
                    match book.find(&number) {
                        Ok(found) => {
                            event.matches.clone_from(&found);
                            crm.tell(Told::Matches(call.id, matches(found)));
                        }
                        Err(error) => crm.tell(Told::problem(with_causes(&error))),
                    }
                    let result = host.on_call(&event);
                    crm.tell_all(answers::of_call(&event, result, |adapter| {
                        name_of(host, adapter)
                    }));
                })
        });
    }

    /// The user has selected one of the contacts of [`Told::Ask`].
    pub fn choose(&self, event: CallEvent, adapter: String, contact: Contact) {
        self.ask(move |_, running| running.queue.choose(&event, &adapter, &contact));
    }

    /// Connects an adapter to the CRM at this address, with these settings.
    pub fn connect(&self, adapter: String, address: String, values: Vec<(String, String)>) {
        let request = ConnectRequest::new(adapter, address);
        let request = values
            .into_iter()
            .fold(request, |request, (id, value)| request.set(id, value));
        self.ask(move |_, running| running.queue.connect(&request));
    }

    /// Logs an account out: the adapter's clean-up, and nothing of the account is left.
    pub fn log_out(&self, adapter: String) {
        self.ask(move |_, running| running.queue.log_out(&adapter, &CallOptions::default()));
    }

    /// What can be set for an adapter: [`Told::Settings`].
    pub fn settings(&self, adapter: String) {
        self.ask_quick(move |crm, host| match host.adapter_settings(&adapter) {
            Ok(settings) => crm.tell(Told::Settings(settings)),
            Err(error) => crm.tell(Told::problem(with_causes(&error))),
        });
    }

    /// Changes what is set for an adapter, all of it or nothing; tells how it stands then.
    pub fn set(&self, adapter: String, change: SettingsChange) {
        self.ask_quick(
            move |crm, host| match host.set_adapter_settings(&adapter, &change) {
                Ok(settings) => {
                    crm.tell(Told::notice("Saved.".to_owned()));
                    crm.tell(Told::Settings(settings));
                }
                Err(error) => crm.tell(Told::NotSaved {
                    adapter,
                    why: with_causes(&error),
                }),
            },
        );
    }

    /// Lets an adapter out of quarantine.
    pub fn release(&self, adapter: String) {
        self.ask_quick(move |crm, host| {
            crm.tell(match host.release(&adapter) {
                Ok(_) => Told::notice(format!("{} is out of quarantine.", name_of(host, &adapter))),
                Err(error) => Told::problem(with_causes(&error)),
            });
            crm.tell(Told::Overview(overview::of(host)));
        });
    }

    /// What the menu of a call of the history offers: [`Told::Menu`].
    pub fn menu(&self, entry: Entry) {
        self.ask_quick(move |crm, host| {
            let items = entry
                .matches
                .iter()
                .map(|it| item(host, &entry, it))
                .collect();
            crm.tell(Told::Menu(entry.id, items));
        });
    }

    /// The user picks an entry of the menu: "Open call log" or "Open contact".
    pub fn open(&self, item: MenuItem) {
        self.ask(move |_, running| -> Result<Option<Ticket>, QueueFull> {
            let (queue, options) = (&running.queue, CallOptions::default());
            let (adapter, contact) = (&item.adapter, &item.contact);
            match (item.opens, &item.log) {
                (LogMenu::Nothing, _) => Ok(None),
                (LogMenu::LogPage, Some(log)) => queue
                    .open_log_page(adapter, log, Some(contact), &options)
                    .map(Some),
                _ => queue
                    .open_contact_page(adapter, contact, &options)
                    .map(Some),
            }
        });
    }

    /// Waits until all is done that was asked, or for so long; whether it is done. For the end of a
    /// program, and for measurements: a window's thread never waits.
    #[must_use]
    pub fn wait(&self, patience: Duration) -> bool {
        let running = self.shared.running.get();
        running.is_none_or(|running| running.queue.wait(patience))
    }

    /// Hears what came of something, and tells it.
    fn hear(&self, event: HostEvent) {
        let Some(running) = self.shared.running.get() else {
            return;
        };
        let name = |adapter: &str| name_of(running.queue.host(), adapter);
        self.tell_all(answers::of_event(event, name));
    }

    fn tell_all(&self, all: Vec<Told>) {
        for told in all {
            self.tell(told);
        }
        // An account may be new or gone by now, and an adapter that failed in quarantine.
        self.look();
    }
}

/// What can be opened for a call of the history in the CRM that has this contact.
fn item(host: &Host, entry: &Entry, known: &Match) -> MenuItem {
    let Match { adapter, contact } = known;
    let log = entry.log();
    let offered = match &log {
        Some(log) => host.log_menu(adapter, log, Some(contact)),
        // Without a log, what is left is the contact's page.
        None => host
            .log_menu(adapter, &CallLog::new(""), Some(contact))
            .map(|offered| match offered {
                LogMenu::Nothing => LogMenu::Nothing,
                _ => LogMenu::ContactPage,
            }),
    };
    MenuItem {
        adapter: adapter.clone(),
        adapter_name: name_of(host, adapter),
        contact: contact.clone(),
        log,
        opens: offered.unwrap_or(LogMenu::Nothing),
    }
}

/// The host and its contact book; tells what is wrong with that.
fn build(
    setup: Setup,
    tell: impl Fn(String),
) -> Result<(Arc<Host>, Option<Arc<ContactBook>>), BuildError> {
    let mut builder = Host::builder();
    let mut book = None;
    if let Some(home) = setup.home.or_else(callpop_host::default_home) {
        match ContactBook::open(&home, None) {
            Ok(opened) => book = Some(Arc::new(opened)),
            Err(error) => tell(with_causes(&error)),
        }
        builder = builder.home(home);
    }
    builder = setup
        .plugins
        .into_iter()
        .fold(builder, HostBuilder::plugins_folder);
    if let Some(book) = &book {
        builder = builder.contact_source(Arc::clone(book) as _);
    }
    if let Some(more) = setup.more {
        builder = more(builder);
    }
    Ok((Arc::new(builder.build()?), book))
}

fn matches(found: std::collections::BTreeMap<String, Vec<Contact>>) -> Vec<Match> {
    let of_adapter = |(adapter, contacts): (String, Vec<Contact>)| {
        let of = move |contact| Match {
            adapter: adapter.clone(),
            contact,
        };
        contacts.into_iter().map(of)
    };
    found.into_iter().flat_map(of_adapter).collect()
}

/// The CRM's name for people.
fn name_of(host: &Host, adapter: &str) -> String {
    let catalog = host.catalog();
    let ready = catalog.ready(adapter);
    ready.map_or_else(|| adapter.to_owned(), |(_, it)| it.manifest.name.clone())
}
