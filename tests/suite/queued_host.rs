//! The host for a thread that may not wait: each call returns at once, and each ticket is told of
//! once, in order, whoever hangs, panics or goes away meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use callpop_host::{
    Browser, BrowserError, CallError, CallEvent, CallLog, CallOptions, CallState, ConnectRequest,
    Contact, Direction, Host, HostBuilder, HostEvent, Lane, Limits, Page, PopResult, QueueFull,
    QueuedHost, RecordingBrowser, RunError, Suppression, Ticket, WorkerFailure,
};
use callpop_tests::{PATIENT, Sandbox};

/// What a test hears.
struct Told(Receiver<HostEvent>);

impl Told {
    fn next(&self) -> HostEvent {
        self.0.recv_timeout(PATIENT).expect("it is told")
    }
}

/// A queued host that tells the test.
fn queued(builder: HostBuilder) -> (QueuedHost, Told) {
    let (tell, told) = mpsc::channel();
    let host = Arc::new(builder.build().unwrap());
    let queued = QueuedHost::new(host, move |event| drop(tell.send(event)));
    (queued, Told(told))
}

/// A host that runs Pipedrive in-process, so that no deadline is in play.
fn builder(sandbox: &Sandbox) -> HostBuilder {
    sandbox.builder().in_process("pipedrive")
}

fn connect(queued: &QueuedHost) {
    let request = ConnectRequest::new("pipedrive", "acme.pipedrive.com");
    queued.host().connect(&request).unwrap();
}

fn ringing(call: &str, contact: &str) -> CallEvent {
    CallEvent::new(call, Direction::Inbound, CallState::Ringing)
        .from_number("+12025550123")
        .with_match("pipedrive", Contact::new(contact, "Jo Doe", "+12025550123"))
}

fn options() -> CallOptions {
    CallOptions {
        hostname: Some("acme.pipedrive.com".to_owned()),
        dry_run: false,
    }
}

/// A browser in which no page opens until the test lets it.
struct Gate {
    opens: Sender<String>,
    may_open: Mutex<Receiver<()>>,
}

/// The test's side of it. A page tells when it is to open, and opens when it may, or when this is
/// dropped.
struct Keeper {
    opens: Receiver<String>,
    let_open: Sender<()>,
}

fn gate() -> (Arc<Gate>, Keeper) {
    let (opens, told) = mpsc::channel();
    let (let_open, may_open) = mpsc::channel();
    let gate = Gate {
        opens,
        may_open: Mutex::new(may_open),
    };
    let keeper = Keeper {
        opens: told,
        let_open,
    };
    (Arc::new(gate), keeper)
}

impl Browser for Gate {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        let _ = self.opens.send(page.url.as_str().to_owned());
        let _ = self.may_open.lock().unwrap().recv();
        Ok(())
    }
}

#[test]
fn each_function_tells_of_itself_with_its_ticket() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (queued, told) = queued(builder(&sandbox));
    let call = ringing("1", "7");
    let (jo, log) = (Contact::new("7", "Jo", ""), CallLog::new("9"));
    let own = CallOptions::default();
    let mut heard = String::new();
    let mut ask = |asked: Result<Ticket, QueueFull>| {
        let ticket = asked.unwrap();
        let event = told.next();
        assert_eq!(event.ticket(), ticket, "{event:?}");
        heard += &match event {
            HostEvent::Connected {
                adapter, result, ..
            } => format!("connected {adapter}: {}\n", result.unwrap().hostname),
            HostEvent::Rehearsed { event, result, .. } => {
                format!(
                    "rehearsed {}: {} account\n",
                    event.call_id,
                    result.unwrap().len()
                )
            }
            HostEvent::Call { event, result, .. } => {
                let accounts = result.unwrap();
                let PopResult::Opened { outcomes, .. } = &accounts[0].result else {
                    panic!("{accounts:?}")
                };
                format!(
                    "call {}: {}\n",
                    event.call_id,
                    outcomes[0].opened[0].url.as_str()
                )
            }
            HostEvent::Contact {
                event,
                adapter,
                result,
                ..
            } => format!(
                "contact of {} in {adapter}: {:?}\n",
                event.call_id,
                result.unwrap()
            ),
            HostEvent::Page {
                adapter, result, ..
            } => format!(
                "page of {adapter}: {}\n",
                result.unwrap().opened[0].url.as_str()
            ),
            HostEvent::LoggedOut {
                adapter, result, ..
            } => {
                let account = result.unwrap().forgotten.unwrap();
                format!("logged out of {adapter}: {}\n", account.hostname)
            }
            HostEvent::Examined { findings, .. } => {
                format!(
                    "examined: {}\n",
                    findings.iter().any(|it| it.about == "sandbox")
                )
            }
            other => panic!("{other:?}"),
        };
    };
    ask(queued.connect(&ConnectRequest::new("pipedrive", "acme.pipedrive.com")));
    ask(queued.rehearse_call(&call));
    ask(queued.on_call(&call));
    ask(queued.choose(&call, "pipedrive", &jo));
    ask(queued.contact_created(&call, "pipedrive", &jo));
    ask(queued.open_contact_page("pipedrive", &jo, &own));
    ask(queued.open_log_page("pipedrive", &log, Some(&jo), &own));
    ask(queued.log_out("pipedrive", &own));
    ask(queued.examine());
    insta::assert_snapshot!(heard, @"
    connected pipedrive: acme.pipedrive.com
    rehearsed 1: 1 account
    call 1: https://acme.pipedrive.com/person/7
    contact of 1 in pipedrive: Suppressed(AlreadyPopped)
    contact of 1 in pipedrive: Suppressed(Disabled)
    page of pipedrive: https://acme.pipedrive.com/person/7
    page of pipedrive: https://acme.pipedrive.com/activities/9
    logged out of pipedrive: acme.pipedrive.com
    examined: true
    ");
}

#[test]
fn what_happens_to_a_call_is_told_in_its_order_whatever_other_calls_there_are() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (queued, told) = queued(builder(&sandbox));
    connect(&queued);
    let states = [
        CallState::Ringing,
        CallState::Connected,
        CallState::Ended,
        CallState::Ringing,
    ];
    let mut tickets = BTreeSet::new();
    for state in states {
        for call in 0..12 {
            let event = ringing(&format!("call {call}"), "7").at(state);
            tickets.insert(queued.on_call(&event).unwrap());
        }
    }
    let mut results: BTreeMap<String, Vec<(Ticket, PopResult)>> = BTreeMap::new();
    for _ in 0..tickets.len() {
        let HostEvent::Call {
            ticket,
            event,
            result,
        } = told.next()
        else {
            panic!("only calls were told of")
        };
        assert!(tickets.remove(&ticket), "each is told once");
        let result = result.unwrap().remove(0).result;
        let of_call = results.entry(event.call_id).or_default();
        of_call.push((ticket, result));
    }
    assert_eq!(results.len(), 12);
    for (call, results) in results {
        assert!(results.is_sorted_by_key(|(ticket, _)| *ticket), "{call}");
        let results: Vec<_> = results.into_iter().map(|(_, result)| result).collect();
        assert!(
            matches!(
                results[..],
                [
                    PopResult::Opened { .. },
                    PopResult::Suppressed(Suppression::AlreadyPopped),
                    PopResult::Suppressed(Suppression::Ended),
                    PopResult::Suppressed(Suppression::Ended),
                ]
            ),
            "{call}: {results:?}"
        );
    }
}

#[test]
fn an_adapter_that_hangs_delays_its_own_lane_alone() {
    let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
    let limits = Limits {
        page_deadline: Duration::from_secs(5),
        ..Limits::default()
    };
    let (queued, told) = queued(builder(&sandbox).limits(limits));
    let open = |adapter: &str, contact: &str| {
        let contact = Contact::new(contact, "", "");
        queued
            .open_contact_page(adapter, &contact, &options())
            .unwrap()
    };
    // What loads it is not what is tested.
    let warm = open("pipedrive", "1");
    assert_eq!(told.next().ticket(), warm);
    let hangs = open("misbehaves", "sleeps");
    let behind = open("misbehaves", "7");
    let others: Vec<Ticket> = (0..20).map(|_| open("pipedrive", "7")).collect();
    for other in others {
        assert_eq!(told.next().ticket(), other, "it waits for nobody");
    }
    let HostEvent::Page { ticket, result, .. } = told.next() else {
        panic!("pages were asked for")
    };
    assert_eq!(ticket, hangs);
    assert!(
        matches!(
            result,
            Err(CallError::Run {
                source: RunError::Worker(WorkerFailure::Deadline { .. }),
                ..
            })
        ),
        "{result:?}"
    );
    assert_eq!(told.next().ticket(), behind);
}

#[test]
fn a_full_queue_refuses_until_there_is_room() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (gate, keeper) = gate();
    let (queued, told) = queued(builder(&sandbox).browser(gate));
    let contact = Contact::new("7", "", "");
    let open = || queued.open_contact_page("pipedrive", &contact, &options());
    let first = open().unwrap();
    keeper.opens.recv_timeout(PATIENT).unwrap();
    let mut asked = vec![first];
    let full = loop {
        match open() {
            Ok(ticket) => asked.push(ticket),
            Err(full) => break full,
        }
    };
    assert_eq!(asked.len(), full.most);
    assert_eq!(
        full.to_string(),
        "too much is waiting already: 256 calls, or there is no thread for them"
    );
    // Whatever lane it is for, and it is not done later.
    assert!(queued.on_call(&ringing("1", "7")).is_err());
    assert!(
        queued
            .run(&Lane::Quick, |_| panic!("it is not done"))
            .is_err()
    );
    assert!(!queued.wait(Duration::ZERO));

    drop(keeper.let_open);
    for ticket in asked {
        assert_eq!(told.next().ticket(), ticket);
    }
    assert!(queued.wait(PATIENT));
    let again = open().unwrap();
    assert_eq!(told.next().ticket(), again);
}

#[test]
fn dropped_while_busy_it_waits_for_nothing_tells_nothing_and_ends() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (gate, keeper) = gate();
    let (queued, told) = queued(builder(&sandbox).browser(gate));
    for contact in ["1", "2", "3"] {
        let contact = Contact::new(contact, "", "");
        let asked = queued.open_contact_page("pipedrive", &contact, &options());
        asked.unwrap();
    }
    let opens = keeper.opens.recv_timeout(PATIENT).unwrap();
    assert!(opens.ends_with("/1"), "{opens}");
    // The page that is opening cannot, so this returns without waiting for it.
    drop(queued);
    drop(keeper.let_open);
    // The last thread is gone without a word.
    assert!(matches!(
        told.0.recv_timeout(PATIENT),
        Err(RecvTimeoutError::Disconnected)
    ));
    // So is the host with its browser, and no other page was to open.
    assert_eq!(
        keeper.opens.recv_timeout(PATIENT),
        Err(RecvTimeoutError::Disconnected)
    );
}

#[test]
fn a_host_that_nobody_else_holds_ends_on_a_thread_of_the_queue() {
    /// Dropped with its host.
    struct Tells(Sender<Option<String>>);
    impl Browser for Tells {
        fn open(&self, _: &Page) -> Result<(), BrowserError> {
            Ok(())
        }
    }
    impl Drop for Tells {
        fn drop(&mut self) {
            let thread = thread::current().name().map(str::to_owned);
            let _ = self.0.send(thread);
        }
    }
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (tell, ended) = mpsc::channel();
    let (queued, told) = queued(sandbox.builder().browser(Arc::new(Tells(tell))));
    // So that there is a worker to wait for.
    let contact = Contact::new("7", "", "");
    let asked = queued.open_contact_page("pipedrive", &contact, &options());
    assert_eq!(told.next().ticket(), asked.unwrap());
    drop(queued);
    let thread = ended.recv_timeout(PATIENT).unwrap();
    assert_eq!(thread.as_deref(), Some("callpop-call"));
}

#[test]
fn a_callback_that_panics_loses_its_event_and_no_other() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (tell, told) = mpsc::channel();
    let panics_at = Arc::new(OnceLock::new());
    let panics = Arc::clone(&panics_at);
    let host = Arc::new(builder(&sandbox).build().unwrap());
    let queued = QueuedHost::new(host, move |event| {
        assert!(
            panics.get() != Some(&event.ticket()),
            "a fault of the dialer's"
        );
        tell.send(event.ticket()).unwrap();
    });
    connect(&queued);
    let heard = |ticket| assert_eq!(told.recv_timeout(PATIENT), Ok(ticket));
    let first = queued.on_call(&ringing("1", "7")).unwrap();
    heard(first);
    // Held until it is known at which one to panic.
    let (go, gone) = mpsc::channel::<()>();
    let lane = Lane::Call("1".to_owned());
    let waits = move |_: &Host| {
        let _ = gone.recv();
    };
    queued.run(&lane, waits).unwrap();
    panics_at
        .set(queued.on_call(&ringing("1", "7")).unwrap())
        .unwrap();
    let after = queued.on_call(&ringing("1", "8")).unwrap();
    drop(go);
    heard(after);
    assert!(queued.wait(PATIENT));
    assert!(told.try_recv().is_err());
}

#[test]
fn a_browser_that_panics_is_told_of_and_the_next_page_opens() {
    struct Panics(RecordingBrowser);
    impl Browser for Panics {
        fn open(&self, page: &Page) -> Result<(), BrowserError> {
            assert!(
                !page.url.as_str().ends_with("/13"),
                "a fault of the dialer's"
            );
            self.0.open(page)
        }
    }
    let sandbox = Sandbox::with(&["pipedrive"]);
    let browser = Arc::new(Panics(RecordingBrowser::default()));
    let (queued, told) = queued(builder(&sandbox).browser(browser.clone()));
    connect(&queued);
    let panicked = queued.on_call(&ringing("1", "13")).unwrap();
    let opened = queued.on_call(&ringing("1", "7")).unwrap();
    let HostEvent::Panicked { ticket } = told.next() else {
        panic!("it was to panic")
    };
    assert_eq!(ticket, panicked);
    assert_eq!(told.next().ticket(), opened);
    assert_eq!(browser.0.pages().len(), 1);
    // What is done by itself does no harm to its lane either.
    let lane = Lane::Call("1".to_owned());
    queued
        .run(&lane, |_| panic!("a fault of the dialer's"))
        .unwrap();
    let after = queued.on_call(&ringing("1", "8")).unwrap();
    assert_eq!(told.next().ticket(), after);
    assert!(queued.wait(PATIENT));
}

#[test]
fn the_callback_may_ask_for_more_and_drop_the_queue() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (tell, told) = mpsc::channel();
    let itself: Arc<Mutex<Option<Arc<QueuedHost>>>> = Arc::default();
    let to_drop = Arc::clone(&itself);
    let host = Arc::new(builder(&sandbox).build().unwrap());
    let queued = QueuedHost::new(host, move |event| match event {
        HostEvent::Call { event, result, .. } => {
            let PopResult::Ask(contacts) = result.unwrap().remove(0).result else {
                panic!("it is to ask")
            };
            let queued = to_drop.lock().unwrap().clone().unwrap();
            queued.choose(&event, "pipedrive", &contacts[1]).unwrap();
        }
        HostEvent::Contact { result, .. } => {
            // The last one that holds it, on its own thread.
            drop(to_drop.lock().unwrap().take());
            tell.send(result.unwrap()).unwrap();
        }
        other => panic!("{other:?}"),
    });
    connect(&queued);
    let prompt = callpop_host::SettingsChange::new().set("callPop.several", "prompt");
    queued
        .host()
        .set_adapter_settings("pipedrive", &prompt)
        .unwrap();
    let call = ringing("1", "7").with_match("pipedrive", Contact::new("8", "Al Doe", ""));
    // Held until the queue is where the callback finds it.
    let mut place = itself.lock().unwrap();
    queued.on_call(&call).unwrap();
    *place = Some(Arc::new(queued));
    drop(place);
    let PopResult::Opened { outcomes, .. } = told.recv_timeout(PATIENT).unwrap() else {
        panic!("the page opens")
    };
    assert!(outcomes[0].opened[0].url.as_str().ends_with("/8"));
    // The channel ends with the last thread.
    assert!(matches!(
        told.recv_timeout(PATIENT),
        Err(RecvTimeoutError::Disconnected)
    ));
}

#[test]
fn eight_threads_ask_and_each_ticket_is_told_once() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let (queued, told) = queued(builder(&sandbox));
    let tickets: Vec<Ticket> = thread::scope(|scope| {
        let asking: Vec<_> = (0..8)
            .map(|thread| {
                let queued = &queued;
                scope.spawn(move || {
                    let ask = |call: usize| {
                        let event = ringing(&format!("{thread}.{call}"), "7");
                        queued.on_call(&event).unwrap()
                    };
                    (0..25).map(ask).collect::<Vec<_>>()
                })
            })
            .collect();
        let asked = asking.into_iter().flat_map(|it| it.join().unwrap());
        asked.collect()
    });
    let asked: BTreeSet<Ticket> = tickets.iter().copied().collect();
    assert_eq!(asked.len(), 200);
    let heard: BTreeSet<Ticket> = (0..200).map(|_| told.next().ticket()).collect();
    assert_eq!(heard, asked);
}
