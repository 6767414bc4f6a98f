//! Adapters that are files of templates: the same pages as libraries, through the same program.

use std::fmt::Write;

use callpop_host::{CallLog, CallOptions, ConnectRequest, Contact, Host, Outcome};
use callpop_tests::Sandbox;
use serde_json::{Value, json};

/// A shipped adapter rebuilt as templates, and what it is tried with.
struct Rebuilt {
    id: &'static str,
    hostname: &'static str,
    /// The pages, as in a file of templates.
    pages: Value,
    contact_type: &'static str,
    values: &'static [(&'static str, &'static str)],
}

/// Sources of the patterns: the reference extension's former callbacks
/// (`client/src/platformModules/*.js`) and its manifest (`src/connectors/manifest.json`).
fn rebuilt() -> Vec<Rebuilt> {
    let none: &[(&str, &str)] = &[];
    [
        (
            "test-crm",
            "crm.example.com",
            json!({
                "contactPageUrl": "https://{hostname}?contactId={contactId}",
                "logPageUrl": "https://{hostname}/activities/{logId}"
            }),
            "",
            none,
        ),
        (
            "pipedrive",
            "acme.pipedrive.com",
            json!({
                "contactPageUrl": "https://{hostname}/person/{contactId}",
                "logPageUrl": "https://{hostname}/activities/{logId}"
            }),
            "",
            none,
        ),
        (
            "insightly",
            "crm.na1.insightly.com",
            json!({
                "contactPageUrl": "https://{hostname}/list/{contactType}/?blade=/details/{contactType|lower}/{contactId}",
                "logPageUrl": "https://{hostname}/list/{contactType}/?blade=/details/Event/{logId}"
            }),
            "Lead",
            none,
        ),
        (
            "clio",
            "eu.app.clio.com",
            json!({
                "contactPageUrl": "https://{hostname}/nc/#/contacts/{contactId}",
                "logPageUrl": "https://{hostname}/nc/#/contacts/{contactId}/communications"
            }),
            "",
            none,
        ),
        (
            "netsuite",
            "1234567.app.netsuite.com",
            json!({
                "contactPageUrl": "https://{hostname}/app/common/entity/{contactType}.nl?id={contactId}",
                "logPageUrl": "https://{hostname}/app/crm/calendar/call.nl?id={logId}"
            }),
            "custjob",
            none,
        ),
        (
            "gohighlevel",
            "app.gohighlevel.com",
            json!({
                "contactPageUrl": "https://{hostname}/v2/location/{locationId}/contacts/detail/{contactId}"
            }),
            "",
            &[("locationId", "L/7")],
        ),
        (
            "bullhorn",
            "app.bullhornstaffing.com",
            json!({
                "contactPageUrl": "{user_urls.atsUrl}/BullhornStaffing/OpenWindow.cfm?Entity={contactType}&id={contactId}&view=Overview",
                "openAs": "popup"
            }),
            "Candidate",
            &[("user_urls.atsUrl", "https://cls42.bullhornstaffing.com/")],
        ),
        (
            "google-sheets",
            "docs.google.com",
            json!({ "logPageUrl": "https://{hostname}/spreadsheets/d/{logId}" }),
            "",
            none,
        ),
    ]
    .into_iter()
    .map(|(id, hostname, pages, contact_type, values)| Rebuilt {
        id,
        hostname,
        pages,
        contact_type,
        values,
    })
    .collect()
}

impl Rebuilt {
    /// The file of templates: the library's own manifest, with the pages.
    fn file(&self) -> Value {
        let path = format!(
            "{}/../adapters/{}/adapter.json",
            env!("CARGO_MANIFEST_DIR"),
            self.id
        );
        let text = std::fs::read_to_string(path).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        let members = file.as_object_mut().unwrap();
        members.remove("canOpenContactPage");
        members.remove("canOpenLogPage");
        members.insert("id".to_owned(), format!("{}-template", self.id).into());
        members.extend(self.pages.as_object().unwrap().clone());
        file
    }

    fn connect(&self, host: &Host, adapter: &str) {
        let request = ConnectRequest::new(adapter, self.hostname);
        let request = self
            .values
            .iter()
            .fold(request, |it, (key, value)| it.set(*key, *value));
        host.connect(&request).unwrap();
    }

    /// What opens for a contact and for a log with these ids.
    fn opened(&self, host: &Host, adapter: &str, id: &str) -> [Result<Outcome, String>; 2] {
        let contact = Contact::new(id, "Jo Doe", "+12025550123").with_type(self.contact_type);
        let log = CallLog::new(id);
        let options = CallOptions {
            hostname: None,
            dry_run: true,
        };
        let said = |it: Result<Outcome, callpop_host::CallError>| {
            it.map_err(|error| callpop_host::with_causes(&error).replace(adapter, "the-adapter"))
        };
        [
            said(host.open_contact_page(adapter, &contact, &options)),
            said(host.open_log_page(adapter, &log, Some(&contact), &options)),
        ]
    }
}

#[test]
fn templates_open_what_the_libraries_open() {
    let all = rebuilt();
    let ids: Vec<_> = all.iter().map(|it| it.id).collect();
    let sandbox = Sandbox::with(&ids);
    for crm in &all {
        sandbox.write(&format!("{}.adapter.json", crm.id), crm.file().to_string());
    }
    let host = sandbox.host();
    let mut pages = String::new();
    for crm in &all {
        let template = format!("{}-template", crm.id);
        crm.connect(&host, crm.id);
        crm.connect(&host, &template);
        for id in [
            "123",
            "../../admin?x=1#y",
            "a b&c=d+e%f{g}",
            "ü/\u{202e}\"<>",
            ".",
            "..",
            "%2e%2e",
        ] {
            let library = crm.opened(&host, crm.id, id);
            let opened = crm.opened(&host, &template, id);
            for (library, opened) in library.iter().zip(&opened) {
                match (library, opened) {
                    (Ok(library), Ok(opened)) => assert_eq!(library.opened, opened.opened),
                    (Err(_), Err(_)) => {}
                    _ => panic!("{}, {id:?}: {library:?}, and {opened:?}", crm.id),
                }
            }
            for page in opened.iter().flatten().flat_map(|it| &it.opened) {
                if id == "123" {
                    writeln!(
                        pages,
                        "{}: {} {:?}",
                        crm.id,
                        page.url.as_str(),
                        page.open_as
                    )
                    .unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(pages, @"
    test-crm: https://crm.example.com/?contactId=123 Tab
    test-crm: https://crm.example.com/activities/123 Tab
    pipedrive: https://acme.pipedrive.com/person/123 Tab
    pipedrive: https://acme.pipedrive.com/activities/123 Tab
    insightly: https://crm.na1.insightly.com/list/Lead/?blade=/details/lead/123 Tab
    insightly: https://crm.na1.insightly.com/list/Lead/?blade=/details/Event/123 Tab
    clio: https://eu.app.clio.com/nc/#/contacts/123 Tab
    clio: https://eu.app.clio.com/nc/#/contacts/123/communications Tab
    netsuite: https://1234567.app.netsuite.com/app/common/entity/custjob.nl?id=123 Tab
    netsuite: https://1234567.app.netsuite.com/app/crm/calendar/call.nl?id=123 Tab
    gohighlevel: https://app.gohighlevel.com/v2/location/L%2F7/contacts/detail/123 Tab
    gohighlevel: https://app.gohighlevel.com/v2/location/L%2F7/contacts/detail/123 Tab
    bullhorn: https://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Candidate&id=123&view=Overview Popup
    bullhorn: https://cls42.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?Entity=Candidate&id=123&view=Overview Popup
    google-sheets: https://docs.google.com/spreadsheets/d/123 Tab
    ");
}

fn acme() -> Value {
    json!({
        "id": "acme",
        "name": "Acme CRM",
        "version": "1.2.0",
        "vendor": "Acme Inc.",
        "description": "Opens the person and the activity.",
        "hosts": ["*.acme.example"],
        "settings": [{ "id": "board", "name": "Board", "required": true }],
        "contactPageUrl": "https://{hostname}/b/{board}/person/{contactId}?dept={extra.department}",
        "logPageUrl": "https://{hostname}/activity/{logId}?of={contactId}",
        "fallbackContactPageUrl": "https://{hostname}/search?q={phone}"
    })
}

#[test]
fn a_file_of_templates_is_an_adapter_like_any_other() {
    let sandbox = Sandbox::new();
    sandbox.write("acme.adapter.json", format!("\u{feff}{:#}\n", acme()));
    let file = sandbox.plugins().join("acme.adapter.json");
    let contact = r#"{"id":"a/b","name":"Jo Doe","phone":"+12025550123","department":"R&D"}"#;
    let mut said = String::new();
    for arguments in [
        &["adapters"][..],
        &["inspect", file.to_str().unwrap()],
        &["connect", "acme", "jo.acme.example"],
        &[
            "connect",
            "acme",
            "https://jo.acme.example/x",
            "--set",
            "board=7 8",
        ],
        &["pop", "acme", "--contact", contact, "--dry-run"],
        &["pop", "acme", "--contact", r#"{"id":"7"}"#, "--dry-run"],
        &[
            "open-log",
            "acme",
            "--log-id",
            "9",
            "--contact",
            contact,
            "--dry-run",
        ],
        &["open-log", "acme", "--log-id", "9", "--dry-run"],
        &[
            "pop",
            "acme",
            "--contact",
            contact,
            "--hostname",
            "evil.example",
            "--dry-run",
        ],
        &["logout", "acme"],
    ] {
        let shown = arguments.iter().filter(|it| !it.starts_with('{'));
        let shown: Vec<_> = shown.copied().collect();
        let shown = shown.join(" ").replace(file.to_str().unwrap(), "FILE");
        writeln!(said, "$ {shown}\n{}", sandbox.run(arguments).text()).unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    $ adapters
    exit 0
    --- stdout
    ID    NAME      VERSION  HOSTS           FILE
    acme  Acme CRM  1.2.0    *.acme.example  acme.adapter.json

    $ inspect FILE
    exit 0
    --- stdout
    Acme CRM 1.2.0
    Opens the person and the activity.

    id            acme
    vendor        Acme Inc.
    hosts         *.acme.example
    contact page  yes
    log page      yes
    no-match URL  https://{hostname}/search?q={phone}
    setting       board: Board (required)
    made of       templates, no code
    contact URL   https://{hostname}/b/{board}/person/{contactId}?dept={extra.department}
    log URL       https://{hostname}/activity/{logId}?of={contactId}
    size          517 bytes
    sha256        3cd117dbd3048777c6da8bea75817da61caef5068f68001f639f9c23353e529e
    signed by     nobody
    state         ready

    $ connect acme jo.acme.example
    exit 2
    --- stderr
    error: `acme` needs the setting `board` (Board)
      Give it with: --set board=VALUE

    $ connect acme https://jo.acme.example/x --set board=7 8
    exit 0
    --- stdout
    Connected `acme` to jo.acme.example.
    Try a call: callpop pop acme --dry-run --contact '{"id":"7"}'

    $ pop acme --contact --dry-run
    exit 0
    --- stdout
    Would open https://jo.acme.example/b/7%208/person/a%2Fb?dept=R%26D

    $ pop acme --contact --dry-run
    exit 4
    --- stderr
    error: the adapter `acme` failed: the value `contact.department` is missing
      Name it in --contact '{"id":"...", ...}'

    $ open-log acme --log-id 9 --contact --dry-run
    exit 0
    --- stdout
    Would open https://jo.acme.example/activity/9?of=a/b

    $ open-log acme --log-id 9 --dry-run
    exit 4
    --- stderr
    error: the adapter `acme` failed: the value `contact.id` is missing
      Name it in --contact '{"id":"...", ...}'

    $ pop acme --contact --hostname evil.example --dry-run
    exit 2
    --- stderr
    error: `evil.example` is not a host of Acme CRM; its accounts live on *.acme.example

    $ logout acme
    exit 0
    --- stdout
    Logged out of jo.acme.example.
    "#);
    let inspected = sandbox
        .run(["inspect", file.to_str().unwrap(), "--json"])
        .json();
    assert_eq!(inspected["kind"], "template");
    assert_eq!(inspected["pages"]["logPageUrl"], acme()["logPageUrl"]);
    assert_eq!(inspected["abi"], Value::Null);
    let listed = sandbox.run(["adapters", "--json"]).json();
    assert_eq!(
        listed["files"][0]["manifest"]["fallbackContactPageUrl"],
        acme()["fallbackContactPageUrl"]
    );
}

#[test]
fn a_call_opens_the_page_that_is_meant_for_calls() {
    use callpop_host::{CallEvent, CallState, Direction, RecordingBrowser};
    let sandbox = Sandbox::new();
    let mut file = acme();
    file["settings"] = json!([]);
    file["contactPageUrl"] = json!("https://{hostname}/person/{contactId}");
    file["callPopUrl"] =
        json!("https://{hostname}/pop/{direction}?id={contactId}&from={phone}&to={calledNumber}");
    sandbox.write("acme.adapter.json", file.to_string());
    let browser = std::sync::Arc::new(RecordingBrowser::default());
    let host = sandbox.host_with(browser.clone());
    host.connect(&ConnectRequest::new("acme", "jo.acme.example"))
        .unwrap();
    let contact = Contact::new("7", "Jo Doe", "+12025550123");
    host.open_contact_page("acme", &contact, &CallOptions::default())
        .unwrap();
    let event = CallEvent::new("call-1", Direction::Inbound, CallState::Ringing)
        .from_number("+12025550123")
        .to_number("+12025550199")
        .with_match("acme", contact);
    host.on_call(&event).unwrap();
    let pages: Vec<_> = browser
        .pages()
        .iter()
        .map(|it| it.url.as_str().to_owned())
        .collect();
    insta::assert_snapshot!(pages.join("\n"), @"
    https://jo.acme.example/person/7
    https://jo.acme.example/pop/inbound?id=7&from=%2B12025550123&to=%2B12025550199
    ");
}

#[test]
fn a_changed_file_is_used_after_the_next_look() {
    let sandbox = Sandbox::new();
    sandbox.write("acme.adapter.json", acme().to_string());
    let host = sandbox.host();
    let page = || {
        let options = CallOptions {
            hostname: Some("jo.acme.example".to_owned()),
            dry_run: true,
        };
        let outcome = host.open_contact_page("acme", &Contact::new("7", "", ""), &options);
        outcome
            .map(|it| it.opened[0].url.as_str().to_owned())
            .map_err(|it| it.to_string())
    };
    let mut changed = acme();
    changed["contactPageUrl"] = json!("https://{hostname}/new/{contactId}");
    changed["version"] = json!("1.3.0");
    sandbox.write("acme.adapter.json", changed.to_string());
    // What was found is what is called, and it wants a value that the new one does not.
    assert!(page().unwrap_err().contains("`board` is missing"));
    host.rescan();
    assert_eq!(page().unwrap(), "https://jo.acme.example/new/7");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_templates_is_refused_in_words() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let mut library = std::fs::read(callpop_tests::library("pipedrive")).unwrap();
    // As long on every machine.
    library.resize(2 * 1024 * 1024, 0);
    let with = |member: &str, value: Value| {
        let mut file = acme();
        file[member] = value;
        format!("{file:#}")
    };
    for (name, bytes) in [
        ("empty.adapter.json", Vec::new()),
        (
            "half.adapter.json",
            acme().to_string().as_bytes()[..100].to_vec(),
        ),
        ("library.adapter.json", library),
        ("large.adapter.json", vec![b' '; 1024 * 1024 + 1]),
        ("list.adapter.json", b"[]".to_vec()),
        (
            "typo.adapter.json",
            with("contactPageUrl", json!("https://{hostname}/{contactID}")).into(),
        ),
        (
            "script.adapter.json",
            with("logPageUrl", json!("javascript:alert({logId})")).into(),
        ),
        ("old.ADAPTER.JSON", with("version", json!("1.1.0")).into()),
        ("new.adapter.json", with("version", json!("1.2.0")).into()),
        ("other.json", b"{}".to_vec()),
        (".adapter.json", b"{}".to_vec()),
        ("template.so", acme().to_string().into()),
    ] {
        sandbox.write(name, bytes);
    }
    std::fs::create_dir(sandbox.plugins().join("folder.adapter.json")).unwrap();
    insta::assert_snapshot!(sandbox.run(["adapters"]).text(), @"
    exit 0
    --- stdout
    ID         NAME       VERSION  HOSTS            FILE
    acme       Acme CRM   1.2.0    *.acme.example   new.adapter.json
    pipedrive  Pipedrive  0.1.0    *.pipedrive.com  pipedrive.so

    Refused
      [plugins]/empty.adapter.json
        it is empty; was it copied to the end?
      [plugins]/folder.adapter.json
        it is a folder; the library itself stands in the plugins folder
      [plugins]/half.adapter.json
        it is not a valid file of templates: line 1, column 100: EOF while parsing a string
      [plugins]/large.adapter.json
        it has 1048577 bytes; at most 1048576 are read
      [plugins]/library.adapter.json
        it has 2097152 bytes; at most 1048576 are read
      [plugins]/list.adapter.json
        it is not a valid file of templates: line 1, column 2: invalid length 0, expected struct Manifest with 16 elements
      [plugins]/old.ADAPTER.JSON
        the adapter `acme` is taken from [plugins]/new.adapter.json instead: its version is higher
      [plugins]/script.adapter.json
        it is not a valid file of templates: line 18, column 43: at character 1: the scheme is `javascript`; only https is opened, so begin with `https://{hostname}`
      [plugins]/template.so
        it is not a dynamic library: it begins like no system's libraries do
      [plugins]/typo.adapter.json
        it is not a valid file of templates: line 17, column 3: `{contactID}` in `contactPageUrl` is neither a token, nor a setting or stored value of this adapter; there are: {hostname}, {contactId}, {contactType}, {contactName}, {contactPhone}, {phone}, {calledNumber}, {direction}, {logId}, {thirdPartyAppointmentId}, {board}, {extra.NAME}

    Ignored
      other.json: not named like an adapter (.so, .dll, .dylib, .adapter.json, .callpop)
    ");
    let listed = sandbox.run(["adapters", "--json"]).json();
    let codes: Vec<String> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["state"], it["reason"]["code"]))
        .collect();
    insta::assert_snapshot!(codes.join("\n"), @r#"
    "refused" "empty"
    "refused" "folder"
    "refused" "damaged-template"
    "refused" "too-large"
    "refused" "too-large"
    "refused" "damaged-template"
    "ready" null
    "refused" "same-id"
    "ignored" "ignored"
    "ready" null
    "refused" "damaged-template"
    "refused" "not-a-library"
    "refused" "damaged-template"
    "#);
}
