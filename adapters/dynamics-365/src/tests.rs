//! What the callbacks answer, called as a host calls them.

use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};
use callpop_adapter::{CallLog, Contact};

use crate::Dynamics365;

/// An account as a user connects it.
fn account() -> Account<Dynamics365> {
    Account::on("demo.crm4.dynamics.com")
}

fn caller(id: &str) -> Contact<'static> {
    contact(id).with_type("lead")
}

fn logged(id: &str) -> CallLog<'static> {
    CallLog::new(id)
}

#[test]
fn the_contacts_page_opens() {
    account().open_contact_page(&caller("7")).assert_opens(
        "https://demo.crm4.dynamics.com/main.aspx?etn=lead&pagetype=entityrecord&id=7",
    );
}

#[test]
fn a_contact_without_a_type_is_a_contact_in_the_app_that_is_set() {
    account()
        .with_setting("appId", "b1b2")
        .open_contact_page(&contact("{7}"))
        .assert_opens(
            "https://demo.crm4.dynamics.com/main.aspx?appid=b1b2&etn=contact&pagetype=entityrecord&id=%7B7%7D",
        );
}

#[test]
fn the_logged_calls_page_opens() {
    account().open_log_page(&logged("42")).assert_opens(
        "https://demo.crm4.dynamics.com/main.aspx?etn=phonecall&pagetype=entityrecord&id=42",
    );
}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&caller(id)).assert_carries(id);
        account().open_log_page(&logged(id)).assert_carries(id);
    }
}
