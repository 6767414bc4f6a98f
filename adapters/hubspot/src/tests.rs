//! What the callbacks answer, called as a host calls them.

use callpop_adapter::ErrorCode;
use callpop_adapter::testing::{Account, HOSTILE_TEXTS, contact};

use crate::HubSpot;

/// An account as a user connects it.
fn account() -> Account<HubSpot> {
    Account::on("app.hubspot.com").with_setting("portalId", "1234")
}

#[test]
fn the_contacts_page_opens() {
    account()
        .open_contact_page(&contact("7"))
        .assert_opens("https://app.hubspot.com/contacts/1234/record/0-1/7");
}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&contact(id)).assert_carries(id);
    }
}

#[test]
fn a_setting_that_is_missing_is_named() {
    let account = Account::<HubSpot>::on("app.hubspot.com");
    account
        .open_contact_page(&contact("7"))
        .assert_fails(ErrorCode::MissingValue, "portalId");
}
