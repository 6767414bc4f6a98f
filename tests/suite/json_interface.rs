//! The host's functions by name, with JSON in and out, as a program in another language calls them.

use std::fs;
use std::sync::{Arc, Mutex};

use callpop_host::json_interface::{JsonInterface, Lane, Notification, openrpc};
use callpop_host::{Browser, HostBuilder, RecordingBrowser, Requirement};
use callpop_tests::Sandbox;
use serde_json::{Value, json};

/// An interface, what it told, and the pages that it opened.
struct Caller {
    interface: JsonInterface,
    told: Arc<Mutex<Vec<Notification>>>,
    browser: Arc<RecordingBrowser>,
}

impl Caller {
    fn in_sandbox(sandbox: &Sandbox) -> Self {
        Self::of(sandbox.builder())
    }

    fn of(builder: HostBuilder) -> Self {
        let browser = Arc::new(RecordingBrowser::default());
        let told: Arc<Mutex<Vec<Notification>>> = Arc::default();
        let tell = told.clone();
        let builder = builder.browser(browser.clone() as Arc<dyn Browser>);
        let host = builder.build().unwrap();
        let interface = JsonInterface::new(Arc::new(host), move |notification| {
            tell.lock().unwrap().push(notification);
        });
        Self {
            interface,
            told,
            browser,
        }
    }

    fn result(&self, method: &str, params: Value) -> Value {
        let result = self.interface.call(method, &params.to_string());
        let result = result.unwrap_or_else(|failure| panic!("{method}: {failure:?}"));
        serde_json::from_str(&result).unwrap()
    }

    /// `-32602 invalid-params: the parameters ...`
    fn failure(&self, method: &str, params: &str) -> String {
        let failure = self.interface.call(method, params).unwrap_err();
        let told = format!("{} {}: {failure}", failure.code, failure.data.code);
        // As it stands in a response.
        let object = json!(failure);
        assert_eq!(object["data"]["code"], failure.data.code);
        told
    }

    fn told(&self) -> Vec<Value> {
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        told.iter().map(|it| json!(it)).collect()
    }
}

fn event(state: &str) -> Value {
    json!({
        "callId": "call-1", "direction": "inbound", "state": state, "from": "+12025550123",
        "matches": { "pipedrive": [
            { "id": 7, "name": "Jo Doe", "phone": "+12025550123", "team": "east" },
            { "id": "8", "name": "Jon Doe" },
        ] },
    })
}

#[test]
fn a_whole_call_goes_by_names() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let caller = Caller::in_sandbox(&sandbox);
    let catalog = caller.result("adapters", json!({}));
    assert_eq!(catalog["files"][0]["state"], "ready");
    assert_eq!(catalog["files"][0]["manifest"]["id"], "pipedrive");

    let account = caller.result(
        "connect",
        json!({ "adapter": "pipedrive", "host": "https://acme.pipedrive.com/person/7" }),
    );
    assert_eq!(account["hostname"], "acme.pipedrive.com");
    let settings = caller.result(
        "setAdapterSettings",
        json!({ "adapter": "pipedrive", "values": { "callPop.several": "prompt" } }),
    );
    assert_eq!(settings["adapter"], "pipedrive");

    let asked = caller.result("callEvent", json!({ "event": event("ringing") }));
    assert_eq!(asked["accounts"][0]["result"], "ask");
    let told = caller.told();
    assert_eq!(told[0]["method"], "callpop/ask");
    assert_eq!(told[1]["method"], "callpop/outcome");
    assert_eq!(told[1]["params"]["callId"], "call-1");

    // What was told goes back as it came; the contact's extras are still there.
    let mut choice = told[0]["params"].clone();
    let contacts = choice.as_object_mut().unwrap().remove("contacts").unwrap();
    assert_eq!(contacts[0]["team"], "east");
    choice["contact"] = contacts[0].clone();
    let chosen = caller.result("choose", choice);
    assert_eq!(chosen["result"], "opened");
    assert_eq!(
        chosen["outcomes"][0]["opened"][0]["url"],
        "https://acme.pipedrive.com/person/7"
    );
    assert_eq!(caller.told()[0]["params"]["result"], "opened");

    let log = json!({ "adapter": "pipedrive", "log": { "logId": 42, "contactId": "7" } });
    assert_eq!(
        caller.result("logMenu", log.clone()),
        json!({ "opens": "log-page" })
    );
    let opened = caller.result("openLogPage", log);
    assert_eq!(
        opened["opened"][0]["url"],
        "https://acme.pipedrive.com/activities/42"
    );

    let history = caller.result("history", json!({ "limit": 2 }));
    let results: Vec<&Value> = history["entries"].as_array().unwrap().iter().collect();
    assert_eq!(results.len(), 2);
    assert_eq!(results[1]["callback"], "openLogPage");

    let out = caller.result("logOut", json!({ "adapter": "pipedrive" }));
    assert_eq!(out["forgotten"]["hostname"], "acme.pipedrive.com");
    assert_eq!(out["problem"], Value::Null);
    assert_eq!(caller.browser.pages().len(), 2);
    assert_eq!(caller.result("accounts", json!({}))["accounts"], json!([]));
}

#[test]
fn a_rehearsal_tells_nobody() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let caller = Caller::in_sandbox(&sandbox);
    let account = json!({ "adapter": "pipedrive", "host": "acme.pipedrive.com" });
    caller.result("connect", account);
    let rehearsed = caller.result(
        "rehearseCall",
        json!({ "event": event("ringing"), "explain": true }),
    );
    let outcome = &rehearsed["accounts"][0];
    assert_eq!(outcome["result"], "opened");
    assert!(!outcome["steps"].as_array().unwrap().is_empty());
    assert!(caller.told().is_empty());
    assert!(caller.browser.pages().is_empty());
}

#[test]
fn what_cannot_be_done_is_a_failure_with_a_name() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let caller = Caller::in_sandbox(&sandbox);
    let failures = [
        ("popp", ""),
        ("accounts", "7"),
        ("accounts", "[1]"),
        ("accounts", "{"),
        ("connect", r#"{"adapter":"pipedrive"}"#),
        (
            "connect",
            r#"{"adapter":"pipedrive","host":"h","dry_run":true}"#,
        ),
        (
            "connect",
            r#"{"adapter":"acme-crm","host":"acme.example.com"}"#,
        ),
        (
            "connect",
            r#"{"adapter":"pipedrive","host":"acme.example.com"}"#,
        ),
        (
            "openContactPage",
            r#"{"adapter":"pipedrive","contact":{"id":"7"}}"#,
        ),
        (
            "openContactPage",
            r#"{"adapter":"pipedrive","contact":{"name":"Jo"}}"#,
        ),
        (
            "openLogPage",
            r#"{"adapter":"pipedrive","log":{"logId":[]}}"#,
        ),
        (
            "callEvent",
            r#"{"event":{"callId":"","direction":"inbound","state":"ringing"}}"#,
        ),
        (
            "callEvent",
            r#"{"event":{"callId":"1","direction":"inbound","state":"ringing","time":"now"}}"#,
        ),
        (
            "grantPermission",
            r#"{"adapter":"pipedrive","permission":"network"}"#,
        ),
        ("setPopOrder", r#"{"order":["pipedrive"]}"#),
        ("watch", r#"{"pollSeconds":0}"#),
        ("history", r#"{"limit":5001}"#),
        ("history", r#"{"since":"yesterday"}"#),
        ("removeContacts", "{}"),
        ("setCountry", r#"{"country":"Utopia"}"#),
        ("importContacts", r#"{"path":"/nonexistent/file.csv"}"#),
    ];
    let said: Vec<String> = failures
        .iter()
        .map(|(method, params)| format!("{method}: {}", caller.failure(method, params)))
        .collect();
    let folder = sandbox.plugins().to_string_lossy().into_owned();
    let said = said.join("\n").replace(&folder, "[plugins]");
    // What the system says of a file is not the same everywhere.
    let said = said.split(" cannot be read: ").next().unwrap();
    insta::assert_snapshot!(said, @r#"
    popp: -32601 no-such-method: there is no method `popp`
    accounts: -32602 invalid-params: parameters are given by name, in an object
    accounts: -32602 invalid-params: parameters are given by name, in an object
    accounts: -32602 invalid-params: the parameters do not fit: EOF while parsing an object at line 1 column 1
    connect: -32602 invalid-params: the parameters do not fit: missing field `host` at line 1 column 23
    connect: -32602 invalid-params: the parameters do not fit: unknown field `dry_run`, expected one of `adapter`, `host`, `values`, `dryRun` at line 1 column 43
    connect: 3 no-such-adapter: there is no adapter `acme-crm` in [plugins]; there are: pipedrive
    connect: 2 invalid-hostname: `acme.example.com` is not a host of Pipedrive; its accounts live on *.pipedrive.com
    openContactPage: 2 not-connected: `pipedrive` is not connected; connect it, or name a hostname for this call
    openContactPage: -32602 invalid-params: the parameters do not fit: the contact has no `id`; without one its page cannot be told at line 1 column 47
    openLogPage: -32602 invalid-params: the parameters do not fit: the log's `logId` is not a text at line 1 column 42
    callEvent: -32602 invalid-params: the call has no id: `callId` is empty
    callEvent: -32602 invalid-params: `time` is not written by RFC 3339 in UTC: timestamp format is invalid
    grantPermission: 2 not-asked-for: `pipedrive` is not an adapter that asks for `network`
    setPopOrder: 2 not-connected: `pipedrive` is not connected, so it has no place in the order
    watch: -32602 invalid-params: `pollSeconds` is not from 1 to 3600
    history: -32602 invalid-params: `limit` is over 5000
    history: -32602 invalid-params: `since` is not written by RFC 3339 in UTC: timestamp format is invalid
    removeContacts: -32602 invalid-params: name an `adapter`, or say `all`: one of the two
    setCountry: 2 invalid-value: `Utopia` is no country; write its two letters, such as US, GB or DE
    importContacts: 2 unreadable-file: the file /nonexistent/file.csv
    "#);
}

#[test]
fn parameters_say_beside_whom_a_call_may_run() {
    let lane = |method: &str, params: Value| {
        let prepared = JsonInterface::prepare(method, &params.to_string()).unwrap();
        prepared.lane().clone()
    };
    assert_eq!(lane("accounts", json!({})), Lane::Quick);
    assert_eq!(
        lane(
            "logMenu",
            json!({ "adapter": "a", "log": { "logId": "1" } })
        ),
        Lane::Quick
    );
    assert_eq!(
        lane("logOut", json!({ "adapter": "a" })),
        Lane::Adapter("a".to_owned())
    );
    assert_eq!(
        lane("callEvent", json!({ "event": event("ringing") })),
        Lane::Call("call-1".to_owned())
    );
    assert_eq!(lane("rescan", json!({})), Lane::Slow("rescan"));
}

#[test]
fn a_damaged_file_is_told_of() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.home()).unwrap();
    std::fs::write(sandbox.home().join("accounts.json"), "{").unwrap();
    let caller = Caller::in_sandbox(&sandbox);
    caller.result("accounts", json!({}));
    let told = caller.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["method"], "callpop/warning");
    assert_eq!(told[0]["params"]["code"], "kept-aside");
    let now = told[0]["params"]["now"].as_str().unwrap();
    assert_eq!(std::fs::read(now).unwrap(), b"{");
}

#[test]
fn changes_in_a_watched_folder_are_told() {
    let sandbox = Sandbox::new();
    let caller = Caller::in_sandbox(&sandbox);
    caller.result("watch", json!({ "pollSeconds": 1 }));
    sandbox.write(
        "acme.adapter.json",
        r#"{"id":"acme-crm","name":"Acme","version":"1.0.0","vendor":"Acme","hosts":["*.example.com"],"contactPageUrl":"https://{hostname}/{contactId}"}"#,
    );
    let changes = caller.result("rescan", json!({}));
    assert_eq!(changes[0]["change"], "added");
    assert_eq!(changes[0]["adapter"], "acme-crm");
    std::fs::remove_file(sandbox.plugins().join("acme.adapter.json")).unwrap();
    // The watch tells of it, or of the one before if it was quicker than the scan.
    while !caller
        .told()
        .iter()
        .any(|it| it["params"]["change"] == "retired")
    {
        std::thread::yield_now();
    }
    caller.result("unwatch", json!({}));
}

#[test]
fn the_description_names_every_method_and_its_references_lead_somewhere() {
    let document = openrpc();
    let described: Vec<&str> = document["methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|method| method["name"].as_str().unwrap())
        .collect();
    for method in JsonInterface::methods() {
        assert!(described.contains(&method), "{method}");
    }
    let text = document.to_string();
    let mut references = 0;
    for rest in text.split(r##""$ref":"#"##).skip(1) {
        let pointer = rest.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        references += 1;
    }
    assert!(references > 20, "{references}");
}

/// What may run is decided by names as well: a change is shown and accepted, a key trusted, a package
/// installed and taken out.
#[test]
fn a_change_is_shown_before_it_is_accepted() {
    let sandbox = Sandbox::new();
    let package = sandbox.plugins().with_file_name("versioned.callpop");
    let install = |caller: &Caller, number: usize, accept: bool| {
        fs::write(&package, super::packages::package(number)).unwrap();
        let params = json!({ "path": package, "accept": accept });
        caller.interface.call("installPackage", &params.to_string())
    };
    let builder = sandbox.builder().require(Requirement::Pinned);
    let caller = Caller::of(builder);
    assert_eq!(caller.result("requirements", json!({})), json!(["pinned"]));
    assert!(install(&caller, 101, false).is_ok());
    let open = json!({
        "adapter": "versioned", "contact": { "id": "7" }, "hostname": "acme.versioned.example"
    });
    caller.result("openContactPage", open.clone());

    // Another file under its id.
    let of = json!({ "adapter": "versioned" });
    assert_eq!(caller.result("waitingChange", of.clone()), Value::Null);
    let failure = install(&caller, 102, false).unwrap_err();
    assert_eq!((failure.code, failure.data.code), (3, "not-accepted"));
    let placed = sandbox.plugins().join("versioned.callpop");
    fs::write(&placed, fs::read(&package).unwrap()).unwrap();
    caller.result("rescan", json!({}));
    let change = caller.result("waitingChange", of.clone());
    assert_eq!(change["old"]["version"], "1.0.101");
    assert_eq!(change["new"]["version"], "1.0.102");
    assert_eq!(change["new"]["signer"], Value::Null);
    assert_eq!(change["path"], json!(placed));

    let accept = |sha256: &Value| json!({ "adapter": "versioned", "sha256": sha256 });
    let wrong = accept(&change["old"]["sha256"]);
    assert_eq!(caller.result("acceptChange", wrong), json!(false));
    let right = accept(&change["new"]["sha256"]);
    assert_eq!(caller.result("acceptChange", right.clone()), json!(true));
    assert_eq!(caller.result("acceptChange", right), json!(false));
    caller.result("openContactPage", open);
    assert_eq!(caller.result("waitingChange", of.clone()), Value::Null);

    // With what the user has seen, at once.
    let installed = install(&caller, 103, true).unwrap();
    assert!(installed.contains(r#""before":"1.0.102""#), "{installed}");
    let downgrade = install(&caller, 102, true).unwrap_err();
    assert_eq!((downgrade.code, downgrade.data.code), (3, "downgrade"));
    let removed = caller.result("uninstallAdapter", of.clone());
    assert_eq!(removed["removed"], json!([placed]));
    let failure = caller.failure("uninstallAdapter", &of.to_string());
    assert!(failure.starts_with("3 no-such-adapter"), "{failure}");
}

#[test]
fn keys_are_trusted_and_no_longer() {
    let sandbox = Sandbox::new();
    let caller = Caller::in_sandbox(&sandbox);
    let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    let of_vendor = json!({ "key": key, "vendor": "acme" });
    assert_eq!(caller.result("trustKey", of_vendor.clone()), json!(true));
    assert_eq!(caller.result("trustKey", of_vendor.clone()), json!(false));
    assert_eq!(
        caller.result("trustedKeys", json!({})),
        json!([{ "key": key, "keyId": "E7620F1842B4E81F", "vendor": "acme", "trustedBy": "user" }])
    );
    assert_eq!(caller.result("distrustKey", of_vendor.clone()), json!(true));
    assert_eq!(caller.result("distrustKey", of_vendor), json!(false));
    for (params, why) in [
        (json!({ "key": "RWQ" }), "`key` is no public key"),
        (json!({ "key": key, "vendor": "A B" }), "`vendor` is none"),
    ] {
        let failure = caller.failure("trustKey", &params.to_string());
        assert!(failure.starts_with("-32602 invalid-params"), "{failure}");
        assert!(failure.contains(why), "{failure}");
    }
    let failure = caller.failure("installPackage", r#"{"path":"/nonexistent"}"#);
    assert!(failure.starts_with("2 unreadable-file"), "{failure}");
}
