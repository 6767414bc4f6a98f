//! Calls, not commands: a dialer tells of its calls, and each page opens once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use callpop_host::{
    AccountOutcome, Browser, BrowserError, CallEvent, CallLog, CallState, ConnectRequest, Contact,
    ContactSource, ContactSourceError, Direction, Host, LogMenu, NumberPattern, Page, PopAccounts,
    PopOrder, PopResult, PopRule, PopSettings, PopWhen, RecordingBrowser, SeveralMatches,
    Suppression,
};
use callpop_tests::Sandbox;

const CALL: &str = "call-1";

/// A host on which these adapters are connected, whose pages are recorded.
fn host(sandbox: &Sandbox) -> (Host, Arc<RecordingBrowser>) {
    let browser = Arc::new(RecordingBrowser::default());
    let host = sandbox.host_with(browser.clone());
    for (adapter, hostname) in [
        ("pipedrive", "acme.pipedrive.com"),
        ("freshdesk", "acme.freshdesk.com"),
    ] {
        host.connect(&ConnectRequest::new(adapter, hostname))
            .unwrap();
    }
    (host, browser)
}

fn sandbox() -> Sandbox {
    Sandbox::with(&["pipedrive", "freshdesk"])
}

fn ringing() -> CallEvent {
    ringing_of(CALL)
}

fn ringing_of(call: &str) -> CallEvent {
    CallEvent::new(call, Direction::Inbound, CallState::Ringing)
        .with_match("pipedrive", Contact::new("7", "John Doe", "+12025550123"))
}

/// What an event led to, in words.
fn said(outcomes: &[AccountOutcome]) -> Vec<String> {
    let result = |result: &PopResult| match result {
        PopResult::Opened { outcomes, left_out } => {
            format!("opened {}, left out {}", outcomes.len(), left_out.len())
        }
        PopResult::OpenedFallback(_) => "opened the fallback page".to_owned(),
        PopResult::Ask(contacts) => format!("ask, {} contacts", contacts.len()),
        PopResult::Suppressed(why) => why.to_string(),
        PopResult::Failed { error, .. } => format!("failed: {error}"),
        _ => String::new(),
    };
    outcomes
        .iter()
        .map(|it| format!("{}: {}", it.adapter, result(&it.result)))
        .collect()
}

#[test]
fn a_call_pops_once_from_the_first_ring_to_the_end() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let mut all = Vec::new();
    for state in [
        CallState::Ringing,
        CallState::Ringing,
        CallState::Connected,
        CallState::Ended,
        CallState::Ringing,
    ] {
        all.push(said(&host.on_call(&ringing().at(state)).unwrap()).join("; "));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    pipedrive: opened 1, left out 0; freshdesk: no contact matches
    pipedrive: its pages were opened already; freshdesk: no contact matches
    pipedrive: its pages were opened already; freshdesk: no contact matches
    pipedrive: the call is over; freshdesk: the call is over
    pipedrive: the call is over; freshdesk: the call is over
    ");
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn a_restart_and_a_warm_transfer_do_not_double_the_page() {
    let sandbox = sandbox();
    let (first, browser) = host(&sandbox);
    first.on_call(&ringing()).unwrap();
    assert_eq!(browser.pages().len(), 1);
    drop(first);
    let (second, browser) = host(&sandbox);
    second.on_call(&ringing().at(CallState::Connected)).unwrap();
    let transferred = ringing_of("call-2");
    second
        .on_call(&transferred.clone().replacing(CALL))
        .unwrap();
    second.on_call(&transferred).unwrap();
    assert!(browser.pages().is_empty());
    // What it replaced is over; another call is another call.
    assert_eq!(
        said(&second.on_call(&ringing()).unwrap())[0],
        "pipedrive: the call is over"
    );
    second.on_call(&ringing_of("call-3")).unwrap();
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn each_account_pops_by_its_own_settings() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let mut on_answer = PopSettings::default();
    on_answer.inbound = PopWhen::Answer;
    host.set_pop_settings("freshdesk", on_answer.clone())
        .unwrap();
    let event = ringing().with_match("freshdesk", Contact::new("8", "John Doe", ""));
    assert_eq!(
        said(&host.on_call(&event).unwrap()),
        [
            "pipedrive: opened 1, left out 0",
            "freshdesk: it pops when the call is answered"
        ]
    );
    host.on_call(&event.at(CallState::Connected)).unwrap();
    let pages = browser.pages();
    let pages: Vec<_> = pages.iter().map(|page| page.url.as_str()).collect();
    assert_eq!(
        pages,
        [
            "https://acme.pipedrive.com/person/7",
            "https://acme.freshdesk.com/a/contacts/8"
        ]
    );
    assert_eq!(host.pop_settings("freshdesk").unwrap(), on_answer);
}

#[test]
fn the_user_selects_one_of_several() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let mut prompt = PopSettings::default();
    prompt.several = SeveralMatches::Prompt;
    host.set_pop_settings("pipedrive", prompt).unwrap();
    let other = Contact::new("8", "Jane Doe", "+12025550123");
    let event = ringing().with_match("pipedrive", other.clone());
    assert_eq!(
        said(&host.on_call(&event).unwrap())[0],
        "pipedrive: ask, 2 contacts"
    );
    assert_eq!(
        said(&host.on_call(&event).unwrap())[0],
        "pipedrive: the user is asked already which contact it is"
    );
    assert!(browser.pages().is_empty());
    let chosen = host.choose(&event, "pipedrive", &other).unwrap();
    assert!(matches!(chosen, PopResult::Opened { .. }), "{chosen:?}");
    let again = host.choose(&event, "pipedrive", &other).unwrap();
    assert!(
        matches!(again, PopResult::Suppressed(Suppression::AlreadyPopped)),
        "{again:?}"
    );
    assert_eq!(
        browser.pages()[0].url.as_str(),
        "https://acme.pipedrive.com/person/8"
    );
    host.on_call(&event.clone().at(CallState::Ended)).unwrap();
    let late = host.choose(&event, "pipedrive", &Contact::new("7", "", ""));
    assert!(matches!(
        late.unwrap(),
        PopResult::Suppressed(Suppression::Ended)
    ));
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn threads_that_tell_of_the_same_call_open_one_page() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                host.on_call(&ringing()).unwrap();
            });
        }
    });
    assert_eq!(browser.pages().len(), 1);
}

/// A browser that cannot be started the first time.
#[derive(Default)]
struct Hesitant {
    has_failed: AtomicBool,
    then: RecordingBrowser,
}

impl Browser for Hesitant {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        if !self.has_failed.swap(true, Ordering::Relaxed) {
            return Err(BrowserError {
                url: page.url.as_str().to_owned(),
                source: std::io::Error::other("not yet"),
            });
        }
        self.then.open(page)
    }
}

#[test]
fn a_page_that_could_not_open_is_tried_again_at_the_next_event() {
    let sandbox = sandbox();
    drop(host(&sandbox));
    let browser = Arc::new(Hesitant::default());
    let host = sandbox.host_with(browser.clone());
    assert!(matches!(
        host.on_call(&ringing()).unwrap()[0].result,
        PopResult::Failed { .. }
    ));
    host.on_call(&ringing().at(CallState::Connected)).unwrap();
    host.on_call(&ringing().at(CallState::Connected)).unwrap();
    assert_eq!(browser.then.pages().len(), 1);
}

#[test]
fn the_legs_of_a_ring_group_open_one_page_and_each_ends_for_itself() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let leg = |id: &str| ringing_of(id).in_group("the caller's call");
    host.on_call(&leg("desk")).unwrap();
    host.on_call(&leg("mobile")).unwrap();
    // Answered on the desk phone, so it stops ringing on the other one.
    host.on_call(&leg("mobile").at(CallState::Ended)).unwrap();
    assert_eq!(
        said(&host.on_call(&leg("desk").at(CallState::Connected)).unwrap())[0],
        "pipedrive: its pages were opened already"
    );
    // An event that leaves the group out is of the same call.
    host.on_call(&ringing_of("desk").at(CallState::Connected))
        .unwrap();
    assert_eq!(
        said(&host.on_call(&leg("mobile")).unwrap())[0],
        "pipedrive: the call is over"
    );
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn the_user_can_set_the_order_and_have_only_the_first_account_pop() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let mut order = PopOrder::default();
    order.order = vec!["freshdesk".to_owned()];
    order.accounts = PopAccounts::First;
    host.set_pop_order(order.clone()).unwrap();
    assert_eq!(host.pop_order().unwrap(), order);
    let event = ringing().with_match("freshdesk", Contact::new("8", "", ""));
    for result in ["opened 1, left out 0", "its pages were opened already"] {
        assert_eq!(
            said(&host.on_call(&event).unwrap()),
            [
                format!("freshdesk: {result}"),
                "pipedrive: another account comes first".to_owned()
            ]
        );
    }
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn a_rule_on_the_dialled_number_keeps_an_account_quiet() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let mut settings = PopSettings::default();
    let pattern = NumberPattern::parse("+1 202 555 01*").unwrap();
    settings.rules = vec![PopRule::new(true).called(pattern), PopRule::new(false)];
    host.set_pop_settings("pipedrive", settings).unwrap();
    let other = ringing().to_number("+4930123");
    assert_eq!(
        said(&host.on_call(&other).unwrap())[0],
        "pipedrive: a rule says that such calls do not pop"
    );
    let ours = ringing_of("call-2").to_number("+12025550100");
    assert_eq!(
        said(&host.on_call(&ours).unwrap())[0],
        "pipedrive: opened 1, left out 0"
    );
    assert_eq!(browser.pages().len(), 1);
}

/// Knows one contact, in one account; or fails.
struct Known(Option<&'static str>);

impl ContactSource for Known {
    fn matches(&self, number: &str) -> Result<BTreeMap<String, Vec<Contact>>, ContactSourceError> {
        let known = self
            .0
            .ok_or_else(|| ContactSourceError::new("the address book cannot be read"))?;
        let mut matches = BTreeMap::new();
        if number == known {
            let contact = Contact::new("7", "John Doe", number);
            matches.insert("pipedrive".to_owned(), vec![contact]);
        }
        Ok(matches)
    }
}

#[test]
fn a_dialer_that_knows_no_contacts_has_them_looked_up() {
    let sandbox = sandbox();
    drop(host(&sandbox));
    let with = |source| {
        let builder = sandbox.builder().contact_source(Arc::new(source));
        builder.build().unwrap()
    };
    let call = |id: &str, number: &str| {
        CallEvent::new(id, Direction::Inbound, CallState::Ringing).from_number(number)
    };
    let knows = with(Known(Some("+12025550123")));
    for (id, number, result) in [
        ("1", "+12025550123", "opened 1, left out 0"),
        ("2", "+12025550199", "no contact matches"),
    ] {
        let outcomes = knows.on_call(&call(id, number)).unwrap();
        assert_eq!(said(&outcomes)[0], format!("pipedrive: {result}"));
    }
    // What the dialer names is taken as it is.
    let named = call("3", "+12025550199").with_match("freshdesk", Contact::new("8", "", ""));
    assert_eq!(
        said(&knows.on_call(&named).unwrap()),
        [
            "pipedrive: no contact matches",
            "freshdesk: opened 1, left out 0"
        ]
    );
    let error = with(Known(None)).on_call(&call("4", "+1")).unwrap_err();
    assert_eq!(
        callpop_host::with_causes(&error),
        "it cannot be told who has the number: the address book cannot be read"
    );
}

#[test]
fn a_rehearsal_opens_and_remembers_nothing() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    host.rehearse_call(&ringing()).unwrap();
    let outcomes = host.rehearse_call(&ringing()).unwrap();
    assert_eq!(said(&outcomes)[0], "pipedrive: opened 1, left out 0");
    let steps: Vec<_> = outcomes[0].steps.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(steps.join("\n"), @"
    the call is ringing
    inbound calls pop on first ring
    1 contact matches: John Doe (7)
    ");
    assert!(browser.pages().is_empty());
    assert!(!sandbox.home().join("calls.jsonl").exists());
}

#[test]
fn a_contact_that_the_user_has_just_created_opens_if_the_settings_say_so() {
    let sandbox = sandbox();
    let (host, browser) = host(&sandbox);
    let contact = Contact::new("9", "New", "");
    let call = CallEvent::new(CALL, Direction::Inbound, CallState::Connected);
    let created = |host: &Host| host.contact_created(&call, "pipedrive", &contact).unwrap();
    assert!(matches!(
        created(&host),
        PopResult::Suppressed(Suppression::Disabled)
    ));
    let mut settings = PopSettings::default();
    settings.open_created = true;
    host.set_pop_settings("pipedrive", settings).unwrap();
    assert!(matches!(created(&host), PopResult::Opened { .. }));
    assert!(matches!(
        created(&host),
        PopResult::Suppressed(Suppression::AlreadyPopped)
    ));
    // It matches from now on, and has been opened.
    let event = call.clone().with_match("pipedrive", contact.clone());
    assert_eq!(
        said(&host.on_call(&event).unwrap())[0],
        "pipedrive: its pages were opened already"
    );
    assert_eq!(browser.pages().len(), 1);
}

#[test]
fn an_adapter_in_quarantine_is_a_reason_of_its_own() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let host = sandbox.host();
    host.connect(&ConnectRequest::new("misbehaves", "pages.example.com"))
        .unwrap();
    let call = |id: &str| {
        let contact = Contact::new("aborts", "", "");
        let event = CallEvent::new(id, Direction::Inbound, CallState::Ringing);
        said(
            &host
                .on_call(&event.with_match("misbehaves", contact))
                .unwrap(),
        )[0]
        .clone()
    };
    let all: Vec<_> = (0..4).map(|id| call(&id.to_string())).collect();
    assert!(all[0].starts_with("misbehaves: failed"), "{all:?}");
    assert_eq!(
        all.last().unwrap(),
        "misbehaves: the adapter is in quarantine"
    );
}

#[test]
fn what_is_kept_of_calls_names_nobody() {
    let sandbox = sandbox();
    let (host, _) = host(&sandbox);
    host.on_call(&ringing()).unwrap();
    let text = std::fs::read_to_string(sandbox.home().join("calls.jsonl")).unwrap();
    assert!(
        !text.contains("John") && !text.contains("2025550123"),
        "{text}"
    );
}

#[test]
fn the_menu_of_a_logged_call() {
    let sandbox = Sandbox::with(&["pipedrive", "freshdesk", "redtail", "bullhorn"]);
    let host = sandbox.host();
    let contact = Contact::new("7", "", "");
    for (adapter, log, contact, menu) in [
        // Its log page is known.
        ("redtail", CallLog::new("9"), None, LogMenu::LogPage),
        // Sources: the reference extension has no log page for Bullhorn.
        (
            "bullhorn",
            CallLog::new("9"),
            Some(&contact),
            LogMenu::ContactPage,
        ),
        (
            "bullhorn",
            CallLog::new("9").with_contact_id("7"),
            None,
            LogMenu::ContactPage,
        ),
        ("bullhorn", CallLog::new("9"), None, LogMenu::Nothing),
    ] {
        assert_eq!(
            host.log_menu(adapter, &log, contact).unwrap(),
            menu,
            "{adapter}"
        );
    }
    assert!(host.log_menu("none", &CallLog::new("9"), None).is_err());
}
