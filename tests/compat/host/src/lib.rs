//! Asks a library of the compat adapter for everything that the ABI can do, and says what came.

use callpop_host::{
    CallError, CallEvent, CallLog, CallOptions, CallState, ConnectRequest, Contact, Direction,
    Host, Outcome, PopResult, StoredChangeKind, with_causes,
};

const HOSTNAME: &str = "acme.compat.example";

/// What a library of the ABI 1.0 answers in any host, for as long as it loads.
pub const EXPECTED: &str = include_str!("expected.txt");

/// What the adapter with this id answers in this host: a line for each question.
///
/// The adapter's account is connected, and logged out in the end. The host's pages should open
/// nowhere.
#[must_use]
pub fn answers(host: &Host, adapter: &str) -> String {
    let mut answers = String::new();
    let mut say = |question: &str, answer: String| answers += &format!("{question}: {answer}\n");
    let request = ConnectRequest::new(adapter, HOSTNAME)
        .set("workspace", "Müller & Co")
        .set("token", "secret")
        .set("user_urls", r#"{"ats":"https://ats.compat.example"}"#);
    if let Err(error) = host.connect(&request) {
        return with_causes(&error);
    }
    let full = Contact::new("a/b?c#d", "Jö \"Doe\"", "+12025550123")
        .with_type("Lead")
        .with_extra("company", "A & B");
    let options = CallOptions::default();
    let page = |contact: &Contact| said(host.open_contact_page(adapter, contact, &options));
    say("a contact with everything", page(&full));
    say(
        "a contact with an id alone",
        page(&Contact::new("7", "", "")),
    );
    for id in [
        "not supported",
        "missing value",
        "invalid input",
        "internal",
        "panics",
    ] {
        say(id, page(&Contact::new(id, "Jo", "")));
    }
    say("after the panic", page(&Contact::new("8", "", "")));
    let event = CallEvent::new("a call", Direction::Inbound, CallState::Ringing)
        .from_number("+12025550123")
        .with_match(adapter, Contact::new("9", "", ""));
    say("a call", called(host, &event));
    let log = CallLog::new("42")
        .with_contact_id("7")
        .with_contact_type("Person")
        .with_extra("minutes", "3");
    let open_log = |log| said(host.open_log_page(adapter, log, None, &options));
    say("a log with everything", open_log(&log));
    say("a log with an id alone", open_log(&CallLog::new("43")));
    let logged_out = |host: &Host| match host.log_out(adapter, &options) {
        Ok(done) => match done.problem {
            Some(problem) => failed(&problem),
            None => told(&done.outcome),
        },
        Err(error) => failed(&error),
    };
    // Once with the values, and once when they are gone.
    say("logging out", logged_out(host));
    if let Err(error) = host.connect(&request) {
        return with_causes(&error);
    }
    say("every action", page(&Contact::new("every action", "", "")));
    say("logging out again", logged_out(host));
    answers
}

fn called(host: &Host, event: &CallEvent) -> String {
    let outcomes = match host.on_call(event) {
        Ok(outcomes) => outcomes,
        Err(error) => return with_causes(&error),
    };
    let told_of = |result: &PopResult| match result {
        PopResult::Opened { outcomes, .. } => outcomes.iter().map(told).collect(),
        other => format!("{other:?}"),
    };
    outcomes.iter().map(|it| told_of(&it.result)).collect()
}

fn said(result: Result<Outcome, CallError>) -> String {
    match result {
        Ok(outcome) => told(&outcome),
        Err(error) => failed(&error),
    }
}

/// What was done, each thing in its order.
fn told(outcome: &Outcome) -> String {
    let pages = outcome
        .opened
        .iter()
        .map(|page| format!("{:?} {}", page.open_as, page.url.as_str()));
    let stored = outcome.stored.iter().map(|it| match it.change {
        StoredChangeKind::Set => format!("set {}", it.name),
        StoredChangeKind::Removed => format!("removed {}", it.name),
    });
    let notices = outcome.notices.iter().map(|text| format!("said {text:?}"));
    let all: Vec<_> = pages.chain(stored).chain(notices).collect();
    all.join(", ")
}

/// The class of what went wrong, and its words; the place of a panic differs from build to build.
fn failed(error: &CallError) -> String {
    let text = match error {
        CallError::Run { source, .. } => format!("{}: {source}", source.class()),
        other => with_causes(other),
    };
    let without_place = text.split(" (").next().unwrap_or_default();
    without_place.to_owned()
}
