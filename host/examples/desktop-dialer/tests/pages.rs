//! The pages, as people and screen readers use them: by name and role, on a real host with real
//! workers.

#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod window;

use std::fs;

use callpop_desktop_dialer::calls::Ending;
use callpop_desktop_dialer::sip::{Command, Event};
use callpop_host::{PopSettings, SeveralMatches};
use egui::accesskit::Role;
use egui::{Key, Modifiers};

use window::{AMINA, JOHN, Window, incoming};

#[test]
fn a_call_rings_with_the_contacts_name_and_is_answered_and_hung_up() {
    let mut window = Window::new(&["test-crm"])
        .connected("test-crm")
        .with_contacts();
    window.open();
    window.until("No calls at the moment");
    window.rings("1", JOHN);
    window.until("John Doe");
    window.until("Ringing");
    window.until("Opened in TestCRM");
    window.click("Answer");
    assert_eq!(
        window.commanded(),
        Command::Answer(incoming("1", JOHN).call().clone())
    );
    window.happens(Event::Answered(incoming("1", JOHN).call().clone()));
    window.until_any(|text| text.starts_with("Connected 0:"));
    window.click("Hang up");
    assert_eq!(
        window.commanded(),
        Command::HangUp(incoming("1", JOHN).call().clone())
    );
    window.ends("1", Ending::HungUp);
    window.until("Ended");
    let pages = window.pages();
    assert_eq!(pages, ["http://127.0.0.1:8123/?contactId=1234829292"]);
}

#[test]
fn enter_answers_and_escape_declines() {
    let mut window = Window::new(&["test-crm"]);
    window.open();
    window.rings("1", JOHN);
    window.until("Answer");
    window.key(Modifiers::NONE, Key::Enter);
    assert!(matches!(window.commanded(), Command::Answer(id) if id.0 == "1"));
    window.ends("1", Ending::HungUp);
    window.rings("2", JOHN);
    window.until("Answer");
    window.key(Modifiers::NONE, Key::Escape);
    assert!(matches!(window.commanded(), Command::Decline(id) if id.0 == "2"));
}

#[test]
fn who_types_answers_nothing_with_enter() {
    let mut window = Window::new(&["test-crm"]);
    window.open();
    window.type_into("Number or SIP address", "sip:jo@127.0.0.1:9");
    window.rings("1", JOHN);
    window.until("Answer");
    window.key(Modifiers::NONE, Key::Enter);
    assert!(
        matches!(window.commanded(), Command::Dial { target, .. } if target == "sip:jo@127.0.0.1:9")
    );
}

#[test]
fn a_number_without_a_telephone_system_is_not_dialled_in_words() {
    let mut window = Window::new(&["test-crm"]);
    window.open();
    window.type_into("Number or SIP address", "+1 202 555 0123");
    window.click("Call");
    window
        .until_any(|text| text.starts_with("A number can be dialled only with a telephone system"));
}

#[test]
fn the_menu_of_a_call_opens_its_log_else_its_contact() {
    let mut window = Window::new(&["test-crm", "freshdesk"])
        .connected("test-crm")
        .connected("freshdesk")
        .with_contacts();
    window.open();
    window.rings("1", JOHN);
    window.until("Opened in TestCRM");
    window.ends("1", Ending::Declined);
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("More about John Doe");
    window.click("More about John Doe");
    // TestCRM has a page for a log; Freshdesk has none, so the contact's page is offered.
    window.until("Open contact: John Doe, Freshdesk");
    window.click("Open call log: John Doe, TestCRM");
    window.until("Opened in TestCRM.");
    window.click("More about John Doe");
    window.click("Open contact: John Doe, Freshdesk");
    window.until("Opened in Freshdesk.");
    let pages = window.pages();
    assert!(
        pages.contains(&"http://127.0.0.1:8123/activities/88421".to_owned()),
        "{pages:?}"
    );
    assert_eq!(
        pages.last().unwrap(),
        "https://acme.freshdesk.com/a/contacts/7"
    );
}

#[test]
fn one_crm_needs_no_name_in_the_menu_and_a_call_that_is_not_logged_offers_the_contact() {
    let mut window = Window::new(&["test-crm"])
        .connected("test-crm")
        .with_contacts();
    window.open();
    window.happens(window::incoming_without_log("1", JOHN));
    window.until("Opened in TestCRM");
    window.ends("1", Ending::Missed);
    window.until("History  (1 missed)");
    window.click("History  (1 missed)");
    window.click("More about John Doe");
    window.until("Open contact");
    assert!(!window.shows("Open call log"));
}

/// A window in which a number rings that two contacts have.
fn that_asks_who_it_is() -> Window {
    let mut settings = PopSettings::default();
    settings.several = SeveralMatches::Prompt;
    let mut window = Window::new(&["test-crm"])
        .connected("test-crm")
        .with_contacts()
        .with_pop_settings("test-crm", settings);
    window.open();
    window.rings("1", AMINA);
    window.until("Who is it?");
    window
}

#[test]
fn several_contacts_are_searched_and_one_is_selected() {
    let mut window = that_asks_who_it_is();
    window.until_any(|text| text.starts_with("Amina Haddad"));
    window.type_into("Search by name or id", "noah");
    assert!(!window.shows_any(|text| text.contains("1234829311")));
    window.key(Modifiers::NONE, Key::Enter);
    window.until("Opened in TestCRM");
    assert_eq!(
        window.pages(),
        ["http://127.0.0.1:8123/?contactId=1234829318"]
    );
}

#[test]
fn who_is_nobody_of_the_list_is_skipped_with_escape_and_the_call_still_rings() {
    let mut window = that_asks_who_it_is();
    window.key(Modifiers::NONE, Key::Escape);
    window.until_gone("Who is it?");
    assert!(window.no_command());
    window.until("Answer");
}

#[test]
fn a_crm_is_connected_set_and_logged_out() {
    let mut window = Window::new(&["configurable"]);
    window.open();
    window.key(Modifiers::COMMAND, Key::Num3);
    window.until("Connect a CRM");
    window.choose("CRM to connect", "Configurable");
    window.type_into("Address of your CRM", "https://elsewhere.example.com/");
    window.type_into("Workspace", "north");
    window.click("Connect");
    window.until_any(|text| text.contains("is not a host of Configurable"));
    window.type_into(
        "Address of your CRM",
        "https://acme.configurable.example/people",
    );
    window.click("Connect");
    window.until("Connected to acme.configurable.example.");
    window.until("Settings of Configurable");
    // By type: a choice, a tick, a text; and call-pop's own.
    window.choose("When a call that you receive pops", "On answer");
    window.choose("Open in", "popup");
    window.click_role(Role::CheckBox, "Show the notes");
    window.type_into("Greeting", "Hello");
    window.click("Save");
    window.until("Saved.");
    let host = window.another_host();
    let set = host.adapter_settings("configurable").unwrap();
    let value = |id: &str| {
        let mut all = set.settings.iter().chain(&set.call_pop);
        all.find(|it| it.id == id).unwrap().value.clone().unwrap()
    };
    assert_eq!(value("callPop.inbound"), "answer");
    assert_eq!(value("openIn"), "popup");
    assert_eq!(value("notes"), "true");
    assert_eq!(value("greeting"), "Hello");
    window.click("Logout");
    window.until("Logged out of Configurable.");
    window.until("Connect a CRM");
    assert!(host.accounts().unwrap().is_empty());
}

#[test]
fn what_an_administrator_has_fixed_is_shown_and_cannot_be_changed() {
    let mut window = Window::new(&["test-crm"]).connected("test-crm");
    window.write_home(
        "policy.toml",
        "[adapters.test-crm.callPop]\ninbound = \"answer\"\n",
    );
    window.open();
    window.key(Modifiers::COMMAND, Key::Num3);
    window.until("Managed by your administrator");
    assert!(window.is_disabled(Role::ComboBox, "When a call that you receive pops"));
}

#[test]
fn a_file_that_is_no_adapter_is_refused_in_words() {
    let mut window = Window::new(&["test-crm"]);
    window.write_plugin("broken.so", b"nothing that a system loads");
    window.open();
    window.key(Modifiers::COMMAND, Key::Num4);
    window.until("broken.so");
    window.until("Refused");
    window.until_any(|text| text.starts_with("It is not a dynamic library"));
}

#[test]
fn an_adapter_that_is_put_into_the_folder_is_noticed() {
    let mut window = Window::new(&["test-crm"]);
    window.open();
    window.key(Modifiers::COMMAND, Key::Num4);
    window.until("TestCRM");
    assert!(!window.shows("Pipedrive"));
    fs::copy(
        callpop_tests::library("pipedrive"),
        window.plugins().join("pipedrive.so"),
    )
    .unwrap();
    window.until("Pipedrive");
}

#[test]
fn an_adapter_in_quarantine_is_shown_with_its_reason_and_released() {
    let mut window = Window::new(&["misbehaves"]).connected("misbehaves");
    window.import("misbehaves", "id,name,phone\naborts,Jo Doe,+12025550123\n");
    window.open();
    // Pages are tried once more, so each call counts twice.
    for call in ["1", "2"] {
        window.rings(call, JOHN);
        window.until_any(|text| text.starts_with("Misbehaves could not be opened"));
        window.ends(call, Ending::Declined);
        window.until_gone("Answer");
    }
    window.rings("3", JOHN);
    window.until("Misbehaves is in quarantine");
    window.key(Modifiers::COMMAND, Key::Num4);
    window.until("In quarantine");
    window.until_any(|text| text.contains("failures in five minutes; the last: "));
    window.click("Release");
    window.until("Misbehaves is out of quarantine.");
    window.until("Connected");
    assert!(window.another_host().quarantined().is_empty());
}

/// The window paints, and a call is hung up, while an adapter hangs.
#[test]
fn an_adapter_that_hangs_keeps_nobody_waiting() {
    let mut window = Window::new(&["misbehaves", "test-crm"])
        .connected("misbehaves")
        .with_contacts_of("misbehaves", "id,name,phone\nsleeps,Jo Doe,+12025550123\n");
    window.open();
    window.rings("1", JOHN);
    window.until("Jo Doe");
    // Nothing of this waits for the adapter, which answers when the test is over or never.
    window.click("Answer");
    assert!(matches!(window.commanded(), Command::Answer(_)));
    window.happens(Event::Answered(incoming("1", JOHN).call().clone()));
    window.until_any(|text| text.starts_with("Connected 0:"));
    window.key(Modifiers::COMMAND, Key::Num3);
    window.until("Connect a CRM");
    window.key(Modifiers::COMMAND, Key::Num1);
    window.click("Hang up");
    assert!(matches!(window.commanded(), Command::HangUp(_)));
    window.ends("1", Ending::HungUp);
    window.key(Modifiers::COMMAND, Key::Num2);
    window.until("More about Jo Doe");
    // Another CRM is connected meanwhile.
    window.key(Modifiers::COMMAND, Key::Num3);
    window.choose("CRM to connect", "TestCRM");
    window.type_into("Address of your CRM", "http://127.0.0.1:8123/");
    window.click("Connect");
    window.until("Connected to 127.0.0.1:8123.");
    assert!(window.pages().is_empty(), "it hung all the while");
}

#[test]
fn the_theme_can_be_changed() {
    let mut window = Window::new(&["test-crm"]);
    window.open();
    window.click("Dark theme");
    window.until("Light theme");
    window.click("Light theme");
    window.until("Dark theme");
}

#[test]
fn a_home_that_cannot_be_used_is_told() {
    let mut window = Window::new(&["test-crm"]);
    window.write_home("policy.toml", "this is no policy");
    window.open();
    window.key(Modifiers::COMMAND, Key::Num4);
    window.until_any(|text| text.contains("policy.toml"));
}

#[test]
fn every_page_can_be_walked_with_the_tab_key() {
    let mut window = Window::new(&["test-crm"]).connected("test-crm");
    window.open();
    window.key(Modifiers::COMMAND, Key::Num3);
    window.until("Undo changes");
    let names = window.tab_order(12);
    assert!(names.iter().any(|it| it == "Logout"), "{names:?}");
    assert!(names.iter().all(|it| !it.is_empty()), "{names:?}");
}
