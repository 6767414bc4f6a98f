//! Several accounts open pages for one call, and none waits for one that hangs.

use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use callpop_host::{
    AccountOutcome, Browser, BrowserError, CallEvent, CallState, ConnectRequest, Contact,
    Direction, Host, HostBuilder, Page, PopResult,
};
use callpop_tests::Sandbox;

/// Notes which page opened, on which thread, and what is so at that moment.
struct Noting<F> {
    opened: Mutex<Vec<(String, ThreadId, usize)>>,
    what: F,
}

impl<F: Fn() -> usize + Send + Sync> Noting<F> {
    fn new(what: F) -> Arc<Self> {
        let opened = Mutex::default();
        Arc::new(Self { opened, what })
    }

    fn take(&self) -> Vec<(String, ThreadId, usize)> {
        std::mem::take(&mut *self.opened.lock().unwrap())
    }
}

impl<F: Fn() -> usize + Send + Sync> Browser for Noting<F> {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        let host = page.url.host().to_owned();
        let opened = (host, thread::current().id(), (self.what)());
        self.opened.lock().unwrap().push(opened);
        Ok(())
    }
}

/// A host on which these are connected, in this order.
fn connected(builder: HostBuilder, accounts: &[(&str, &str)]) -> Host {
    let host = builder.build().unwrap();
    for (adapter, hostname) in accounts {
        host.connect(&ConnectRequest::new(*adapter, *hostname))
            .unwrap();
    }
    host
}

/// A call from somebody whom these know, each under this id.
fn rings(call: &str, known: &[(&str, &str)]) -> CallEvent {
    let event = CallEvent::new(call, Direction::Inbound, CallState::Ringing);
    known.iter().fold(event, |event, (adapter, id)| {
        event.with_match(*adapter, Contact::new(*id, "", ""))
    })
}

fn opened(outcomes: &[AccountOutcome]) -> Vec<(&str, bool)> {
    outcomes
        .iter()
        .map(|it| {
            let is_open = matches!(it.result, PopResult::Opened { .. });
            (it.adapter.as_str(), is_open)
        })
        .collect()
}

const THREE: [(&str, &str); 3] = [
    ("redtail", "smf.crm3.redtailtechnology.com"),
    ("freshdesk", "acme.freshdesk.com"),
    ("pipedrive", "acme.pipedrive.com"),
];

/// In which order is a matter of how long each takes.
#[test]
fn every_account_opens_its_page_once_and_on_the_callers_thread() {
    let sandbox = Sandbox::with(&THREE.map(|(adapter, _)| adapter));
    let browser = Noting::new(|| 0);
    let host = connected(sandbox.builder().browser(browser.clone()), &THREE);
    let mut expected = THREE.map(|(_, host)| (host.to_owned(), thread::current().id(), 0));
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    for call in 0..20 {
        let event = rings(&call.to_string(), &THREE.map(|(adapter, _)| (adapter, "7")));
        let outcomes = host.on_call(&event).unwrap();
        assert_eq!(opened(&outcomes), THREE.map(|(adapter, _)| (adapter, true)));
        let mut pages = browser.take();
        pages.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(pages, expected);
    }
}

/// Panics over the pages of this host, and opens no other.
struct Unwilling(&'static str);

impl Browser for Unwilling {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        assert!(page.url.host() != self.0, "it panics");
        Err(BrowserError {
            url: page.url.as_str().to_owned(),
            source: std::io::Error::other("no display"),
        })
    }
}

#[test]
fn a_browser_that_fails_is_told_for_each_account() {
    let sandbox = Sandbox::with(&THREE.map(|(adapter, _)| adapter));
    let browser = Arc::new(Unwilling(""));
    let host = connected(sandbox.builder().browser(browser), &THREE);
    let known = [("redtail", "7"), ("freshdesk", "7")];
    let outcomes = host.on_call(&rings("1", &known)).unwrap();
    assert_eq!(
        opened(&outcomes)[..2],
        [("redtail", false), ("freshdesk", false)]
    );
    assert!(matches!(outcomes[0].result, PopResult::Failed { .. }));
    assert!(matches!(outcomes[2].result, PopResult::Suppressed(_)));
}

/// As where there is one account. The others' pages, which come before it or after, keep nobody waiting.
#[test]
fn a_browser_that_panics_does_so_for_the_caller() {
    let sandbox = Sandbox::with(&THREE.map(|(adapter, _)| adapter));
    for (_, unwanted) in THREE {
        let browser = Arc::new(Unwilling(unwanted));
        let host = connected(sandbox.builder().browser(browser), &THREE);
        let all = rings(unwanted, &THREE.map(|(adapter, _)| (adapter, "7")));
        let panics = std::panic::AssertUnwindSafe(|| host.on_call(&all));
        assert!(std::panic::catch_unwind(panics).is_err(), "{unwanted}");
        let next = rings("next", &[("redtail", "8")]);
        if unwanted != THREE[0].1 {
            assert!(host.on_call(&next).is_ok(), "nothing is stuck");
        }
    }
}

#[cfg(unix)]
#[test]
fn an_adapter_that_hangs_delays_no_other_account() {
    use super::faults::IMPATIENT;
    use super::isolation::workers_of;
    use callpop_host::worker::Limits;

    let accounts = [
        ("misbehaves", "pages.example.com"),
        ("freshdesk", "acme.freshdesk.com"),
        ("pipedrive", "acme.pipedrive.com"),
    ];
    let sandbox = Arc::new(Sandbox::with(&accounts.map(|(adapter, _)| adapter)));
    let seen = Arc::clone(&sandbox);
    let browser = Noting::new(move || workers_of(&seen).len());
    let limits = Limits {
        page_deadline: IMPATIENT,
        ..Limits::default()
    };
    let builder = sandbox.builder().browser(browser.clone()).limits(limits);
    let host = connected(builder, &accounts);
    let call = |call, id| {
        let known = [("misbehaves", id), ("freshdesk", "7"), ("pipedrive", "7")];
        host.on_call(&rings(call, &known)).unwrap()
    };
    // Each has its worker from now on.
    assert!(opened(&call("1", "nothing")).iter().all(|it| it.1));
    browser.take();
    let outcomes = call("2", "sleeps");
    assert_eq!(
        opened(&outcomes),
        [
            ("misbehaves", false),
            ("freshdesk", true),
            ("pipedrive", true)
        ]
    );
    // The one that hangs is still there.
    let here = thread::current().id();
    let mut pages = browser.take();
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        pages,
        ["acme.freshdesk.com", "acme.pipedrive.com"].map(|host| (host.to_owned(), here, 3))
    );
}
