//! What the callbacks answer, called as a host calls them.

use callpop_adapter::CallLog;
use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};

use crate::Zendesk;

/// An account as a user connects it.
fn account() -> Account<Zendesk> {
    Account::on("demo.zendesk.com")
}

fn logged(id: &str) -> CallLog<'static> {
    CallLog::new(id)
}

#[test]
fn the_contacts_page_opens() {
    account()
        .open_contact_page(&contact("7"))
        .assert_opens("https://demo.zendesk.com/agent/users/7");
}

#[test]
fn the_logged_calls_page_opens() {
    account()
        .open_log_page(&logged("42"))
        .assert_opens("https://demo.zendesk.com/agent/tickets/42");
}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&contact(id)).assert_carries(id);
        account().open_log_page(&logged(id)).assert_carries(id);
    }
}
