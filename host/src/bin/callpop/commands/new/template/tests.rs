//! What the callbacks answer, called as a host calls them.

{{ sample.uses }}

use crate::{{ type_name }};

/// An account as a user connects it.
fn account() -> Account<{{ type_name }}> {
{{ sample.account }}
}
{% if sample.contact %}

fn caller(id: &str) -> Contact<'static> {
{{ sample.contact }}
}
{% endif %}
{% if log_page %}

fn logged(id: &str) -> CallLog<'static> {
{{ sample.log }}
}
{% endif %}
{% if contact_page %}

#[test]
fn the_contacts_page_opens() {
{{ contact_page.opens }}
}
{% endif %}
{% if log_page %}

#[test]
fn the_logged_calls_page_opens() {
{{ log_page.opens }}
}
{% endif %}

#[test]
fn no_id_opens_another_page_than_its_own() {
    for id in HOSTILE_TEXTS {
{% if contact_page %}
        account().open_contact_page(&{{ "caller" if sample.contact else "contact" }}(id)).{{ "assert_carries(id)" if contact_page.carries_id else "assert_harmless()" }};
{% endif %}
{% if log_page %}
        account().open_log_page(&logged(id)).{{ "assert_carries(id)" if log_page.carries_id else "assert_harmless()" }};
{% endif %}
    }
}
{% if settings %}

#[test]
fn a_setting_that_is_missing_is_named() {
    let account = Account::<{{ type_name }}>::on({{ sample.hostname|rust }});
{% if contact_page and contact_page.missing %}
    account
        .open_contact_page(&{{ "caller" if sample.contact else "contact" }}("7"))
        .assert_fails(ErrorCode::MissingValue, {{ contact_page.missing|rust }});
{% endif %}
{% if log_page and log_page.missing %}
    account
        .open_log_page(&logged("42"))
        .assert_fails(ErrorCode::MissingValue, {{ log_page.missing|rust }});
{% endif %}
}
{% endif %}
{% if not is_in_checkout %}

#[test]
fn the_manifest_has_the_crates_version() {
    let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
    assert!(include_str!("../adapter.json").contains(version));
}
{% endif %}
