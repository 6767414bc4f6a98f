//! What the ten shipped adapters open, through their real libraries.

use std::fmt::Write;

use callpop_host::{CallError, CallLog, CallOptions, ConnectRequest, Contact, Host, Outcome, with_causes};
use callpop_tests::Sandbox;

/// Adapter, a hostname of it, the contact's type.
const ADAPTERS: [(&str, &str, &str); 10] = [
    ("test-crm", "crm.example.com", ""),
    ("pipedrive", "acme.pipedrive.com", ""),
    ("insightly", "crm.na1.insightly.com", "Contact"),
    ("clio", "eu.app.clio.com", "Person"),
    ("redtail", "crm.redtailtechnology.com", ""),
    ("bullhorn", "app.bullhornstaffing.com", "Candidate"),
    ("netsuite", "1234567.app.netsuite.com", "custjob"),
    ("google-sheets", "docs.google.com", ""),
    ("gohighlevel", "app.gohighlevel.com", "contact"),
    ("freshdesk", "acme.freshdesk.com", "contact"),
];

fn host(sandbox: &Sandbox) -> Host {
    Host::builder()
        .home(sandbox.home())
        .plugins_folder(sandbox.plugins())
        .build()
        .unwrap()
}

fn dry(hostname: &str) -> CallOptions {
    CallOptions {
        hostname: Some(hostname.to_owned()),
        dry_run: true,
    }
}

fn shown(outcome: Result<Outcome, CallError>) -> String {
    match outcome {
        Ok(outcome) => outcome
            .opened
            .iter()
            .map(|page| serde_json::to_value(page).unwrap())
            .map(|page| format!("{} {}", page["as"].as_str().unwrap(), page["url"].as_str().unwrap()))
            .collect(),
        Err(error) => format!("({})", with_causes(&error)),
    }
}

#[test]
fn each_opens_its_pages() {
    let sandbox = Sandbox::with(&ADAPTERS.map(|(adapter, ..)| adapter));
    let host = host(&sandbox);
    let bullhorn = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com")
        .set("user_urls.atsUrl", "https://cls42.bullhornstaffing.com/")
        .set("user_name", "jo");
    host.connect(&bullhorn).unwrap();
    let gohighlevel = ConnectRequest::new("gohighlevel", "app.gohighlevel.com").set("locationId", "LOC7");
    host.connect(&gohighlevel).unwrap();
    let mut table = String::new();
    for (adapter, hostname, contact_type) in ADAPTERS {
        let contact = Contact::new("123", "Jo Doe", "+12025550123").with_type(contact_type);
        let log = CallLog::new("456");
        let contact_page = host.open_contact_page(adapter, &contact, &dry(hostname));
        let log_page = host.open_log_page(adapter, &log, Some(&contact), &dry(hostname));
        writeln!(table, "{adapter}\n  contact  {}\n  log      {}", shown(contact_page), shown(log_page)).unwrap();
    }
    insta::assert_snapshot!(table, @"");
}

#[test]
fn each_says_what_it_misses() {
    let sandbox = Sandbox::with(&ADAPTERS.map(|(adapter, ..)| adapter));
    let host = host(&sandbox);
    let contact = Contact::new("123", "Jo Doe", "+12025550123");
    let page = |adapter: &str, hostname: &str, contact: &Contact| {
        format!("{adapter}: {}\n", shown(host.open_contact_page(adapter, contact, &dry(hostname))))
    };
    let log = |adapter: &str, hostname: &str| {
        let log = CallLog::new("456");
        format!("{adapter} log: {}\n", shown(host.open_log_page(adapter, &log, None, &dry(hostname))))
    };
    let said = [
        page("insightly", "crm.na1.insightly.com", &contact),
        page("insightly", "crm.na1.insightly.com", &contact.clone().with_type("Organisation")),
        page("insightly", "crm.na1.insightly.com", &contact.clone().with_type("lead")),
        log("insightly", "crm.na1.insightly.com"),
        log("clio", "app.clio.com"),
        page("bullhorn", "app.bullhornstaffing.com", &contact.clone().with_type("Lead")),
        log("bullhorn", "app.bullhornstaffing.com"),
        page("netsuite", "1234567.app.netsuite.com", &contact),
        page("netsuite", "1234567.app.netsuite.com", &contact.clone().with_type("../../x")),
        page("gohighlevel", "app.gohighlevel.com", &contact),
        page("gohighlevel", "app.gohighlevel.com", &contact.clone().with_extra("locationId", "L/8")),
        page("google-sheets", "docs.google.com", &contact),
    ];
    insta::assert_snapshot!(said.concat(), @"");
}

#[test]
fn bullhorn_opens_pages_on_its_own_servers_alone() {
    let sandbox = Sandbox::with(&["bullhorn"]);
    let host = host(&sandbox);
    let contact = Contact::new("123", "Jo Doe", "").with_type("Lead");
    let options = CallOptions { hostname: None, dry_run: true };
    let mut said = String::new();
    for ats_url in ["https://evil.example", "http://cls42.bullhornstaffing.com", "javascript:alert(1)", "https://cls42.bullhornstaffing.com/app"] {
        let request = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com").set("user_urls.atsUrl", ats_url);
        host.connect(&request).unwrap();
        writeln!(said, "{ats_url}: {}", shown(host.open_contact_page("bullhorn", &contact, &options))).unwrap();
    }
    insta::assert_snapshot!(said, @"");
}

#[test]
fn bullhorn_removes_its_two_stored_values() {
    let sandbox = Sandbox::with(&["bullhorn"]);
    let host = host(&sandbox);
    let request = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com")
        .set("user_urls.atsUrl", "https://cls42.bullhornstaffing.com")
        .set("user_name", "jo");
    host.connect(&request).unwrap();
    let log_out = host.log_out("bullhorn", &CallOptions::default()).unwrap();
    let removed: Vec<_> = log_out.outcome.stored.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(removed, ["user_name", "user_urls"]);
    assert!(log_out.problem.is_none());
}
