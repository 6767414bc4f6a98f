//! `callpop serve`, driven over its pipes as a dialer drives it: whole calls, nonsense, floods,
//! adapters that hang or die, and every way to end.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use callpop_host::json_interface::{JsonInterface, openrpc};
use callpop_tests::{PATIENT, Sandbox, workspace};
use serde_json::{Value, json};

#[cfg(unix)]
mod described;
#[cfg(target_os = "linux")]
mod ends;
#[cfg(unix)]
mod node;

const TEMPLATES: &str = r#"{
    "id": "acme-crm", "name": "Acme", "version": "1.0.0", "vendor": "Acme",
    "hosts": ["*.example.com"], "permissions": ["network"],
    "contactPageUrl": "https://{hostname}/contacts/{contactId}",
    "logPageUrl": "https://{hostname}/calls/{logId}"
}"#;

fn frame(content: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{content}", content.len()).into_bytes()
}

/// The next message.
fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut head = String::new();
    if output.read_line(&mut head).unwrap() == 0 {
        return None;
    }
    let length = head.strip_prefix("Content-Length: ").unwrap().trim_end();
    let mut content = vec![0; length.parse::<usize>().unwrap() + 2];
    output.read_exact(&mut content).unwrap();
    assert_eq!(&content[..2], b"\r\n");
    Some(serde_json::from_slice(&content[2..]).unwrap())
}

/// A dialer that speaks to `callpop serve`.
struct Dialer {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What came while something else was waited for.
    aside: VecDeque<Value>,
    last_id: u64,
}

impl Dialer {
    /// One that has not begun yet.
    fn unintroduced(command: &mut Command) -> Self {
        let mut process = command
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (tell, messages) = mpsc::channel();
        thread::spawn(move || {
            while let Some(message) = message(&mut output) {
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            input: process.stdin.take(),
            process,
            messages,
            aside: VecDeque::new(),
            last_id: 0,
        }
    }

    /// One that opens pages itself.
    fn of(sandbox: &Sandbox) -> Self {
        let mut dialer = Self::unintroduced(&mut sandbox.command());
        let session = dialer.result(
            "initialize",
            json!({ "protocolVersion": 1, "pages": "client" }),
        );
        assert_eq!(session["protocolVersion"], 1);
        dialer
    }

    fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.write(&frame(&request.to_string()));
        id
    }

    fn next(&mut self) -> Value {
        match self.aside.pop_front() {
            Some(message) => message,
            None => self.messages.recv_timeout(PATIENT).unwrap(),
        }
    }

    /// The answer to a request, whatever comes before it.
    fn answer(&mut self, id: u64) -> Value {
        let mut before = VecDeque::new();
        let answer = loop {
            let message = self.next();
            if message["id"] == id {
                break message;
            }
            before.push_back(message);
        };
        before.append(&mut self.aside);
        self.aside = before;
        answer
    }

    fn result(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let mut answer = self.answer(id);
        assert_eq!(answer["error"], Value::Null, "{method}");
        answer["result"].take()
    }

    fn failure(&mut self, method: &str, params: Value) -> String {
        let id = self.ask(method, params);
        self.answer(id)["error"]["data"]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Ends the input, and gives what still came and the exit code.
    fn end(mut self) -> (Vec<Value>, Option<i32>) {
        self.input = None;
        let mut rest: Vec<Value> = self.aside.drain(..).collect();
        while let Ok(message) = self.messages.recv_timeout(PATIENT) {
            rest.push(message);
        }
        (rest, self.process.wait().unwrap().code())
    }
}

fn with_templates() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("acme.adapter.json", TEMPLATES);
    sandbox
}

fn two_matches(call: &str) -> Value {
    json!({
        "callId": call, "direction": "inbound", "state": "ringing", "from": "+12025550123",
        "matches": { "acme-crm": [{ "id": "7", "name": "Jo Doe" }, { "id": "8", "name": "Jon Doe" }] },
    })
}

#[test]
fn a_session_goes_from_the_handshake_to_its_end() {
    let sandbox = with_templates();
    let mut dialer = Dialer::unintroduced(&mut sandbox.command());
    assert_eq!(dialer.failure("accounts", json!({})), "not-initialized");
    let wrong = json!({ "protocolVersion": 2 });
    assert_eq!(dialer.failure("initialize", wrong), "protocol-version");
    let session = dialer.result(
        "initialize",
        json!({ "protocolVersion": 1, "client": { "name": "test" }, "pages": "client" }),
    );
    let methods: Vec<_> = session["methods"].as_array().unwrap().iter().collect();
    assert!(methods.into_iter().eq(JsonInterface::methods()));
    let again = json!({ "protocolVersion": 1 });
    assert_eq!(dialer.failure("initialize", again), "already-initialized");

    dialer.result(
        "connect",
        json!({ "adapter": "acme-crm", "host": "a.example.com" }),
    );
    dialer.result(
        "setAdapterSettings",
        json!({ "adapter": "acme-crm", "values": { "callPop.several": "prompt" } }),
    );
    // Sent without an id: what it leads to comes as notifications.
    let event =
        json!({ "jsonrpc": "2.0", "method": "callEvent", "params": { "event": two_matches("1") } });
    dialer.write(&frame(&event.to_string()));
    let ask = dialer.next();
    assert_eq!(ask["method"], "callpop/ask");
    assert_eq!(dialer.next()["params"]["result"], "ask");
    let mut choice = ask["params"].clone();
    let contacts = choice.as_object_mut().unwrap().remove("contacts").unwrap();
    choice["contact"] = contacts[1].clone();
    let chosen = dialer.result("choose", choice);
    assert_eq!(chosen["result"], "opened");
    let page = dialer.next();
    assert_eq!(page["method"], "callpop/openPage");
    assert_eq!(page["params"]["url"], "https://a.example.com/contacts/8");
    assert_eq!(dialer.next()["method"], "callpop/outcome");

    // One that fails has no answer either.
    let nobody = json!({ "jsonrpc": "2.0", "method": "logOut", "params": { "adapter": "nobody" } });
    dialer.write(&frame(&nobody.to_string()));
    let warning = dialer.next();
    assert_eq!(warning["method"], "callpop/warning");
    assert_eq!(warning["params"]["code"], "no-such-adapter");
    assert_eq!(warning["params"]["method"], "logOut");

    assert_eq!(dialer.result("shutdown", json!({})), Value::Null);
    assert_eq!(dialer.process.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn pages_open_in_the_systems_browser_unless_the_client_opens_them() {
    let sandbox = with_templates();
    let mut dialer = Dialer::unintroduced(&mut sandbox.command());
    dialer.result("initialize", json!({ "protocolVersion": 1 }));
    dialer.result(
        "connect",
        json!({ "adapter": "acme-crm", "host": "a.example.com" }),
    );
    let contact = json!({ "adapter": "acme-crm", "contact": { "id": "7" } });
    // There is none here.
    assert_eq!(dialer.failure("openContactPage", contact), "no-browser");
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

#[test]
fn a_batch_is_answered_as_one() {
    let sandbox = with_templates();
    let mut dialer = Dialer::of(&sandbox);
    let batch = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "accounts" },
        { "jsonrpc": "2.0", "method": "accounts" },
        { "jsonrpc": "2.0", "id": null, "method": "nothing" },
        { "jsonrpc": "2.0", "id": 1.5, "method": "accounts", "params": [] },
        { "jsonrpc": "2.0", "result": 7, "id": 3 },
        { "jsonrpc": "1.0", "id": 4, "method": "accounts" },
        17,
    ]);
    dialer.write(&frame(&batch.to_string()));
    let answers = dialer.next();
    let mut told: Vec<String> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["id"], it["error"]["data"]["code"]))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "\"a\" null",
            "1.5 null",
            "4 \"invalid-request\"",
            "null \"invalid-request\"",
            "null \"no-such-method\"",
        ]
    );
    // One of notifications alone is not answered, and one that is too long is so at once.
    dialer.write(&frame(r#"[{"jsonrpc":"2.0","method":"accounts"}]"#));
    dialer.write(&frame(&format!("[{}1]", "1,".repeat(100))));
    assert_eq!(dialer.next()["error"]["data"]["code"], "batch-too-long");
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

#[test]
fn whatever_comes_is_answered_and_the_next_request_too() {
    let sandbox = with_templates();
    let mut dialer = Dialer::of(&sandbox);
    let deep = "[".repeat(100_000);
    let long_id = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"accounts"}}"#,
        "x".repeat(5000)
    );
    let long_name = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#,
        "x".repeat(5000)
    );
    let deep_params = format!(
        r#"{{"jsonrpc":"2.0","id":null,"method":"openContactPage","params":{{"adapter":"a","contact":{{"id":"1","x":{}1{}}}}}}}"#,
        "[".repeat(1000),
        "]".repeat(1000)
    );
    let contents: [(&str, &[u8]); 14] = [
        ("parse-error", b""),
        ("parse-error", b"{"),
        ("parse-error", b"\"\xff\xfe\""),
        ("parse-error", b"{} {}"),
        ("parse-error", deep.as_bytes()),
        ("invalid-request", b"[]"),
        ("invalid-request", b"null"),
        ("invalid-request", b"{}"),
        (
            "invalid-request",
            br#"{"jsonrpc":"2.0","id":{},"method":"accounts"}"#,
        ),
        (
            "invalid-request",
            br#"{"jsonrpc":"2.0","id":null,"method":7}"#,
        ),
        (
            "invalid-request",
            br#"{"jsonrpc":"2.0","id":null,"method":"accounts","params":7}"#,
        ),
        (
            "invalid-request",
            br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"accounts"}"#,
        ),
        ("invalid-request", long_id.as_bytes()),
        ("invalid-params", deep_params.as_bytes()),
    ];
    for (code, content) in contents {
        let head = format!("Content-Length: {}\r\n\r\n", content.len());
        dialer.write(&[head.as_bytes(), content].concat());
        let answer = dialer.next();
        let shown = String::from_utf8_lossy(&content[..content.len().min(80)]);
        assert_eq!(answer["error"]["data"]["code"], code, "{shown}: {answer}");
        assert_eq!(answer["id"], Value::Null, "{shown}");
        dialer.result("accounts", json!({}));
    }
    dialer.write(&frame(&long_name));
    let answer = dialer.next();
    assert_eq!(answer["error"]["data"]["code"], "invalid-request");
    assert_eq!(answer["id"], 1);
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

#[test]
fn an_input_that_ends_in_the_middle_is_told_and_the_exit_code_says_so() {
    let sandbox = with_templates();
    for rest in ["Content-Length: 20\r\n\r\n{", "Content-Len", "nonsense"] {
        let mut dialer = Dialer::of(&sandbox);
        dialer.write(rest.as_bytes());
        let (answers, code) = dialer.end();
        assert_eq!(answers.len(), 1, "{rest}: {answers:?}");
        assert_eq!(answers[0]["error"]["data"]["code"], "malformed-frame");
        assert_eq!(code, Some(2), "{rest}");
    }
}

#[test]
fn a_hanging_adapter_keeps_nobody_else_waiting() {
    let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
    sandbox.write("acme.adapter.json", TEMPLATES);
    let mut dialer = Dialer::of(&sandbox);
    for (adapter, host) in [
        ("misbehaves", "crm.example.com"),
        ("pipedrive", "acme.pipedrive.com"),
    ] {
        dialer.result("connect", json!({ "adapter": adapter, "host": host }));
    }
    // More of them than there are threads of any kind; its worker sleeps for an hour.
    let hanging: Vec<u64> = (0..40)
        .map(|number| {
            let contact = json!({ "id": format!("sleeps~{number}") });
            let params = json!({ "adapter": "misbehaves", "contact": contact });
            dialer.ask("openContactPage", params)
        })
        .collect();
    let menu = json!({ "adapter": "misbehaves", "log": { "logId": "1" } });
    let menu = dialer.ask("logMenu", menu);
    let page = json!({ "adapter": "pipedrive", "contact": { "id": "7" } });
    let page = dialer.ask("openContactPage", page);
    let history = dialer.ask("history", json!({}));
    let mut others = vec![menu, page, history];
    while !others.is_empty() {
        let message = dialer.next();
        if message["method"] == "callpop/openPage" {
            continue;
        }
        let id = message["id"].as_u64().unwrap();
        assert!(!hanging.contains(&id), "{message} came before {others:?}");
        assert_eq!(message["error"], Value::Null);
        others.retain(|it| *it != id);
    }
    // They end by the deadline, and after three of them by quarantine.
    let codes: Vec<String> = hanging
        .iter()
        .map(|id| {
            let answer = dialer.answer(*id);
            answer["error"]["data"]["code"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(codes[..3], ["deadline", "deadline", "deadline"]);
    assert!(
        codes[3..].iter().all(|code| code == "quarantined"),
        "{codes:?}"
    );
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

#[test]
fn an_adapter_that_dies_is_an_error_and_no_more() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let mut dialer = Dialer::of(&sandbox);
    let account = json!({ "adapter": "misbehaves", "host": "crm.example.com" });
    dialer.result("connect", account);
    let page = |id: &str| json!({ "adapter": "misbehaves", "contact": { "id": id } });
    let id = dialer.ask("openContactPage", page("aborts"));
    let answer = dialer.answer(id);
    assert_eq!(answer["error"]["code"], 4);
    assert_eq!(answer["error"]["data"]["code"], "crashed");
    let opened = dialer.result("openContactPage", page("7"));
    assert_eq!(
        opened["opened"][0]["url"],
        "https://crm.example.com/person/7"
    );
    assert_eq!(dialer.next()["method"], "callpop/openPage");
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

/// Each event of a call waits for the one before it, also behind an adapter that is slow to start.
#[test]
fn the_events_of_one_call_keep_their_order() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let mut dialer = Dialer::of(&sandbox);
    let account = json!({ "adapter": "pipedrive", "host": "acme.pipedrive.com" });
    dialer.result("connect", account);
    let calls = 20;
    for state in ["ringing", "connected", "ended"] {
        for call in 0..calls {
            let event = json!({
                "callId": format!("call-{call}"), "direction": "inbound", "state": state,
                "matches": { "pipedrive": [{ "id": call }] },
            });
            dialer.ask("callEvent", json!({ "event": event }));
        }
    }
    let (messages, code) = dialer.end();
    assert_eq!(code, Some(0));
    for call in 0..calls {
        let results: Vec<&Value> = messages
            .iter()
            .filter(|it| it["params"]["callId"] == format!("call-{call}"))
            .map(|it| &it["params"]["result"])
            .collect();
        assert_eq!(results, ["opened", "suppressed", "suppressed"], "{call}");
    }
    let pages = messages
        .iter()
        .filter(|it| it["method"] == "callpop/openPage");
    assert_eq!(pages.count(), calls);
}

#[cfg(unix)]
#[test]
fn what_an_adapter_in_this_process_prints_is_not_between_the_frames() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    std::fs::create_dir_all(sandbox.home()).unwrap();
    std::fs::write(
        sandbox.home().join("settings.json"),
        r#"{"format":1,"inProcess":["misbehaves"]}"#,
    )
    .unwrap();
    let mut dialer = Dialer::unintroduced(sandbox.command().stderr(Stdio::null()));
    dialer.result(
        "initialize",
        json!({ "protocolVersion": 1, "pages": "client" }),
    );
    let account = json!({ "adapter": "misbehaves", "host": "crm.example.com" });
    dialer.result("connect", account);
    let page = json!({ "adapter": "misbehaves", "contact": { "id": "prints" } });
    let opened = dialer.result("openContactPage", page);
    assert_eq!(opened["opened"].as_array().unwrap().len(), 1);
    let (rest, code) = dialer.end();
    assert_eq!((rest.len(), code), (1, Some(0)));
}

#[test]
fn a_number_that_the_dialer_does_not_know_is_looked_up() {
    let sandbox = with_templates();
    let mut dialer = Dialer::of(&sandbox);
    dialer.result(
        "connect",
        json!({ "adapter": "acme-crm", "host": "a.example.com" }),
    );
    let path = sandbox.plugins().with_file_name("contacts.csv");
    std::fs::write(&path, "id,name,phone\n7,Jo Doe,+12025550123\n9,,\n").unwrap();
    let imported = dialer.result(
        "importContacts",
        json!({ "path": path, "adapter": "acme-crm" }),
    );
    assert_eq!(imported["imported"], 1, "{imported}");
    assert_eq!(
        dialer.result("contactCounts", json!({})),
        json!({ "acme-crm": 1 })
    );
    let event = json!({
        "callId": "1", "direction": "inbound", "state": "ringing", "from": "+12025550123"
    });
    let told = dialer.result("callEvent", json!({ "event": event }));
    assert_eq!(told["accounts"][0]["result"], "opened");
    assert_eq!(
        dialer.next()["params"]["url"],
        "https://a.example.com/contacts/7"
    );
    dialer.next();

    // A book that cannot be asked is warned of, and is no reason to be silent.
    let book = sandbox.home().join("contacts.sqlite");
    std::fs::remove_file(&book).unwrap();
    std::fs::create_dir(&book).unwrap();
    let event = json!({
        "callId": "2", "direction": "inbound", "state": "ringing", "from": "+12025550123"
    });
    let told = dialer.result("callEvent", json!({ "event": event }));
    assert_eq!(told["accounts"][0]["reason"]["code"], "no-match");
    assert_eq!(dialer.next()["params"]["code"], "contact-book");
}

#[test]
fn the_program_prints_the_description_that_is_kept() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["serve", "--describe"]);
    assert_eq!(ran.code, 0);
    let file = workspace().join("docs/openrpc.json");
    if std::env::var_os("CALLPOP_TEST_WRITE").is_some() {
        std::fs::write(&file, &ran.stdout).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        kept.replace("\r\n", "\n"),
        ran.stdout,
        "CALLPOP_TEST_WRITE=1 writes it anew"
    );
    assert_eq!(ran.json(), openrpc());
    // Nothing is served in a rehearsal.
    let ran = sandbox.run(["serve", "--dry-run"]);
    assert_eq!(ran.code, 2);
}
