//! What the callbacks answer, called as a host calls them.

use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};
use callpop_adapter::{CallLog, Contact};

use crate::ZohoCrm;

/// An account as a user connects it.
fn account() -> Account<ZohoCrm> {
    Account::on("crm.zoho.com")
}

fn caller(id: &str) -> Contact<'static> {
    contact(id).with_type("Leads")
}

fn logged(id: &str) -> CallLog<'static> {
    CallLog::new(id)
}

#[test]
fn the_contacts_page_opens() {
    account()
        .open_contact_page(&caller("7"))
        .assert_opens("https://crm.zoho.com/crm/tab/Leads/7");
}

#[test]
fn a_contact_without_a_type_is_a_contact() {
    account()
        .open_contact_page(&contact("7"))
        .assert_opens("https://crm.zoho.com/crm/tab/Contacts/7");
}

#[test]
fn the_logged_calls_page_opens() {
    account()
        .open_log_page(&logged("42"))
        .assert_opens("https://crm.zoho.com/crm/tab/Calls/42");
}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&caller(id)).assert_carries(id);
        account().open_log_page(&logged(id)).assert_carries(id);
    }
}
