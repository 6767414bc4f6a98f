//! What the callbacks answer, called as a host calls them.

use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};
use callpop_adapter::{CallLog, Contact};

use crate::Salesforce;

/// An account as a user connects it.
fn account() -> Account<Salesforce> {
    Account::on("demo.lightning.force.com")
}

fn caller(id: &str) -> Contact<'static> {
    contact(id).with_type("Lead")
}

fn logged(id: &str) -> CallLog<'static> {
    CallLog::new(id)
}

#[test]
fn the_contacts_page_opens() {
    account()
        .open_contact_page(&caller("7"))
        .assert_opens("https://demo.lightning.force.com/lightning/r/Lead/7/view");
}

#[test]
fn a_contact_without_a_type_is_a_contact() {
    account()
        .open_contact_page(&contact("7"))
        .assert_opens("https://demo.lightning.force.com/lightning/r/Contact/7/view");
}

#[test]
fn the_logged_calls_page_opens() {
    account()
        .open_log_page(&logged("42"))
        .assert_opens("https://demo.lightning.force.com/lightning/r/Task/42/view");
}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&caller(id)).assert_carries(id);
        account().open_log_page(&logged(id)).assert_carries(id);
    }
}
