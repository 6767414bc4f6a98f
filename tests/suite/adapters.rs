//! What the fifteen shipped adapters open, through their real libraries.

use std::fmt::Write;

use callpop_host::{
    CallError, CallLog, CallOptions, ConnectRequest, Contact, Outcome, with_causes,
};
use callpop_tests::Sandbox;

/// Adapter, a hostname of it, the contact's type.
const ADAPTERS: [(&str, &str, &str); 15] = [
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
    ("salesforce", "acme.lightning.force.com", "Lead"),
    ("hubspot", "app-eu1.hubspot.com", ""),
    ("zoho-crm", "crm.zoho.eu", ""),
    ("zendesk", "acme.zendesk.com", ""),
    ("dynamics-365", "acme.crm4.dynamics.com", "account"),
];

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
            .map(|page| {
                format!(
                    "{} {}",
                    page["as"].as_str().unwrap(),
                    page["url"].as_str().unwrap()
                )
            })
            .collect(),
        Err(error) => format!("({})", with_causes(&error)),
    }
}

#[test]
fn each_opens_its_pages() {
    let sandbox = Sandbox::with(&callpop_tests::adapters());
    let host = sandbox.host();
    let bullhorn = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com")
        .set("user_urls.atsUrl", "https://cls42.bullhornstaffing.com/")
        .set("user_name", "jo");
    host.connect(&bullhorn).unwrap();
    let gohighlevel =
        ConnectRequest::new("gohighlevel", "app.gohighlevel.com").set("locationId", "LOC7");
    host.connect(&gohighlevel).unwrap();
    let hubspot = ConnectRequest::new("hubspot", "app-eu1.hubspot.com").set("portalId", "9876");
    host.connect(&hubspot).unwrap();
    let app = ConnectRequest::new("dynamics-365", "acme.crm4.dynamics.com").set("appId", "b1b2");
    host.connect(&app).unwrap();
    let mut table = String::new();
    for (adapter, hostname, contact_type) in ADAPTERS {
        let contact = Contact::new("123", "Jo Doe", "+12025550123").with_type(contact_type);
        let log = CallLog::new("456");
        let contact_page = host.open_contact_page(adapter, &contact, &dry(hostname));
        let log_page = host.open_log_page(adapter, &log, Some(&contact), &dry(hostname));
        writeln!(
            table,
            "{adapter}\n  contact  {}\n  log      {}",
            shown(contact_page),
            shown(log_page)
        )
        .unwrap();
    }
    insta::assert_snapshot!(table, @"
    test-crm
      contact  tab https://crm.example.com/?contactId=123
      log      tab https://crm.example.com/activities/456
    pipedrive
      contact  tab https://acme.pipedrive.com/person/123
      log      tab https://acme.pipedrive.com/activities/456
    insightly
      contact  tab https://crm.na1.insightly.com/list/Contact/?blade=/details/contact/123
      log      tab https://crm.na1.insightly.com/list/Contact/?blade=/details/Event/456
    clio
      contact  tab https://eu.app.clio.com/nc/#/contacts/123
      log      tab https://eu.app.clio.com/nc/#/contacts/123/communications
    redtail
      contact  tab https://crm.redtailtechnology.com/contacts/123
      log      tab https://crm.redtailtechnology.com/activities/456
    bullhorn
      contact  popup https://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Candidate&id=123&view=Overview
      log      popup https://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Candidate&id=123&view=Overview
    netsuite
      contact  tab https://1234567.app.netsuite.com/app/common/entity/custjob.nl?id=123
      log      tab https://1234567.app.netsuite.com/app/crm/calendar/call.nl?id=456
    google-sheets
      contact  (Google Sheets has no page for a contact)
      log      tab https://docs.google.com/spreadsheets/d/456
    gohighlevel
      contact  tab https://app.gohighlevel.com/v2/location/LOC7/contacts/detail/123
      log      tab https://app.gohighlevel.com/v2/location/LOC7/contacts/detail/123
    freshdesk
      contact  tab https://acme.freshdesk.com/a/contacts/123
      log      tab https://acme.freshdesk.com/a/contacts/123
    salesforce
      contact  tab https://acme.lightning.force.com/lightning/r/Lead/123/view
      log      tab https://acme.lightning.force.com/lightning/r/Task/456/view
    hubspot
      contact  tab https://app-eu1.hubspot.com/contacts/9876/record/0-1/123
      log      tab https://app-eu1.hubspot.com/contacts/9876/record/0-1/123
    zoho-crm
      contact  tab https://crm.zoho.eu/crm/tab/Contacts/123
      log      tab https://crm.zoho.eu/crm/tab/Calls/456
    zendesk
      contact  tab https://acme.zendesk.com/agent/users/123
      log      tab https://acme.zendesk.com/agent/tickets/456
    dynamics-365
      contact  tab https://acme.crm4.dynamics.com/main.aspx?appid=b1b2&etn=account&pagetype=entityrecord&id=123
      log      tab https://acme.crm4.dynamics.com/main.aspx?appid=b1b2&etn=phonecall&pagetype=entityrecord&id=456
    ");
}

#[test]
fn each_says_what_it_misses() {
    let sandbox = Sandbox::with(&callpop_tests::adapters());
    let host = sandbox.host();
    let contact = Contact::new("123", "Jo Doe", "+12025550123");
    let page = |adapter: &str, hostname: &str, contact: &Contact| {
        format!(
            "{adapter}: {}\n",
            shown(host.open_contact_page(adapter, contact, &dry(hostname)))
        )
    };
    let log = |adapter: &str, hostname: &str| {
        let log = CallLog::new("456");
        format!(
            "{adapter} log: {}\n",
            shown(host.open_log_page(adapter, &log, None, &dry(hostname)))
        )
    };
    let said = [
        page("insightly", "crm.na1.insightly.com", &contact),
        page(
            "insightly",
            "crm.na1.insightly.com",
            &contact.clone().with_type("Organisation"),
        ),
        page(
            "insightly",
            "crm.na1.insightly.com",
            &contact.clone().with_type("lead"),
        ),
        log("insightly", "crm.na1.insightly.com"),
        log("clio", "app.clio.com"),
        page(
            "bullhorn",
            "app.bullhornstaffing.com",
            &contact.clone().with_type("Lead"),
        ),
        log("bullhorn", "app.bullhornstaffing.com"),
        page("netsuite", "1234567.app.netsuite.com", &contact),
        page(
            "netsuite",
            "1234567.app.netsuite.com",
            &contact.clone().with_type("../../x"),
        ),
        page("gohighlevel", "app.gohighlevel.com", &contact),
        page(
            "gohighlevel",
            "app.gohighlevel.com",
            &contact.clone().with_extra("locationId", "L/8"),
        ),
        page("google-sheets", "docs.google.com", &contact),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    insightly: (the adapter `insightly` failed: the value `contact.type` is missing)
    insightly: (the adapter `insightly` failed: Insightly opens a Contact or a Lead, and this is a "Organisation")
    insightly: tab https://crm.na1.insightly.com/list/Lead/?blade=/details/lead/123
    insightly log: (the adapter `insightly` failed: the value `contact.type` is missing)
    clio log: (the adapter `clio` failed: the value `contact.id` is missing)
    bullhorn: (the adapter `bullhorn` failed: the value `user_urls.atsUrl` is missing)
    bullhorn log: (Bullhorn has no page for a log, and the log does not name a contact to open instead)
    netsuite: (the adapter `netsuite` failed: the value `contact.type` is missing)
    netsuite: tab https://1234567.app.netsuite.com/app/common/entity/..%2F..%2Fx.nl?id=123
    gohighlevel: (the adapter `gohighlevel` failed: the value `locationId` is missing)
    gohighlevel: tab https://app.gohighlevel.com/v2/location/L%2F8/contacts/detail/123
    google-sheets: (Google Sheets has no page for a contact)
    "#);
}

#[test]
fn bullhorn_opens_pages_on_its_own_servers_alone() {
    let sandbox = Sandbox::with(&["bullhorn"]);
    let host = sandbox.host();
    let contact = Contact::new("123", "Jo Doe", "").with_type("Lead");
    let options = CallOptions {
        hostname: None,
        dry_run: true,
    };
    let mut said = String::new();
    for ats_url in [
        "https://evil.example",
        "http://cls42.bullhornstaffing.com",
        "javascript:alert(1)",
        "https://cls42.bullhornstaffing.com/app",
    ] {
        let request = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com")
            .set("user_urls.atsUrl", ats_url);
        host.connect(&request).unwrap();
        writeln!(
            said,
            "{ats_url}: {}",
            shown(host.open_contact_page("bullhorn", &contact, &options))
        )
        .unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    https://evil.example: (what the adapter `bullhorn` wants is refused: the page "https://evil.example/BullhornStaffing/OpenWindow.cfm?Entity=Lead&id=123&view=Overview" is not opened: its host `evil.example` is neither the account's, app.bullhornstaffing.com, nor one of the adapter's)
    http://cls42.bullhornstaffing.com: (what the adapter `bullhorn` wants is refused: the page "http://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Lead&id=123&view=Overview" is not opened: its scheme is `http`; only https is opened (and http on this machine itself))
    javascript:alert(1): (the adapter `bullhorn` failed: "javascript:alert(1)" is not the address of a web server (https://host))
    https://cls42.bullhornstaffing.com/app: popup https://cls42.bullhornstaffing.com/app/BullhornStaffing/OpenWindow.cfm?Entity=Lead&id=123&view=Overview
    "#);
}

#[test]
fn bullhorn_removes_its_two_stored_values() {
    let sandbox = Sandbox::with(&["bullhorn"]);
    let host = sandbox.host();
    let request = ConnectRequest::new("bullhorn", "app.bullhornstaffing.com")
        .set("user_urls.atsUrl", "https://cls42.bullhornstaffing.com")
        .set("user_name", "jo");
    host.connect(&request).unwrap();
    let log_out = host.log_out("bullhorn", &CallOptions::default()).unwrap();
    let removed: Vec<_> = log_out
        .outcome
        .stored
        .iter()
        .map(|change| change.name.as_str())
        .collect();
    assert_eq!(removed, ["user_name", "user_urls"]);
    assert!(log_out.problem.is_none());
}
