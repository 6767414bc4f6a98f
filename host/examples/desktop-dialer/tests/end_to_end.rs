//! The whole of it, as a person sees it: the dialer's own window on a screen that nobody sees, calls
//! from `sipp`, a real Chromium, keys from `xdotool`. What opened is what the demo's CRM was asked for.
//!
//! `CALLPOP_TEST_SCREENSHOTS=FOLDER` puts pictures of it there.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod peer;
mod screen;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use callpop_host::{CallOptions, ConnectRequest, Contact, ContactBook, ImportOptions};
use callpop_tests::{PATIENT, Sandbox, needed_program};
use tempfile::TempDir;

use peer::Peer;
use screen::Screen;

const CONTACTS: &str = "id,name,phone\n1234829292,John Doe,+12025550123\n\
    1234829311,Amina Haddad,+12025550147\n1234829318,Noah Brandt,+12025550147\n";

/// A program that says on its first lines what is of interest, and is ended with the test.
struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Reads lines until one has this in it, and gives it.
    fn line(&mut self, part: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let length = self.output.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended before it said {part:?}");
            if line.contains(part) {
                return line.trim().to_owned();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Chromium with a profile of its own for each page, to be started by what `BROWSER` names.
struct Chromium(TempDir);

impl Chromium {
    fn new(chromium: &Path) -> Self {
        // `BROWSER` is split at spaces, so this folder has none in its name.
        let folder = TempDir::with_prefix("callpop-browser-").unwrap();
        let script = folder.path().join("browser");
        let at = folder.path().display();
        // As root in a container, Chromium runs only without its sandbox.
        let text = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\necho $$ >> '{at}/pids'\n\
             exec '{}' --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
             --disable-background-networking --disable-component-update --disable-sync \
             --user-data-dir=\"$(mktemp -d '{at}/profile.XXXXXX')\" \"$@\"\n",
            chromium.display(),
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn variable(&self) -> PathBuf {
        self.0.path().join("browser")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let ids = fs::read_to_string(self.0.path().join("pids")).unwrap_or_default();
        for id in ids.lines() {
            let _ = Command::new("kill").args(["-s", "KILL", id]).status();
        }
    }
}

/// An account of the demo's CRM with its contacts, an adapter in quarantine, and a history.
fn prepare(sandbox: &Sandbox, crm: &str) {
    let host = sandbox.host();
    host.connect(&ConnectRequest::new("test-crm", crm)).unwrap();
    let book = ContactBook::open(&sandbox.home(), None).unwrap();
    let options = ImportOptions {
        adapter: Some("test-crm".to_owned()),
        ..ImportOptions::default()
    };
    book.import(CONTACTS.as_bytes(), &options, |_| ()).unwrap();
    let request = ConnectRequest::new("misbehaves", "crm.example.com");
    host.connect(&request).unwrap();
    let contact = Contact::new("aborts", "", "");
    while host.quarantined().is_empty() {
        let options = CallOptions::default();
        assert!(
            host.open_contact_page("misbehaves", &contact, &options)
                .is_err()
        );
    }
    host.log_out("misbehaves", &CallOptions::default()).unwrap();
}

/// The calls of the last days, for the pictures.
fn write_history(folder: &Path) {
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let call =
        |id: u32, ago: u64, direction: &str, ending: &str, spoke: u64, contact: [&str; 3]| {
            let [record, title, number] = contact;
            serde_json::json!({
                "id": id.to_string(), "direction": direction, "number": number, "title": title,
                "began": now - ago, "spoke": spoke, "ending": ending, "logId": "88390",
                "matches": [{ "adapter": "test-crm",
                    "contact": { "id": record, "name": title, "phone": number } }],
            })
        };
    let amina = ["1234829311", "Amina Haddad", "+12025550147"];
    let noah = ["1234829318", "Noah Brandt", "+12025550147"];
    let calls = serde_json::json!({ "calls": [
        call(1, 2_700, "inbound", "missed", 0, noah),
        call(2, 9_400, "outbound", "hung-up", 372, amina),
        call(3, 93_000, "inbound", "hung-up", 95, amina),
    ] });
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("history.json"), calls.to_string()).unwrap();
}

/// The dialer on this screen, with this browser.
fn dialer(sandbox: &Sandbox, data: &Path, screen: &Screen, chromium: &Chromium) -> Command {
    let mut dialer = Command::new(env!("CARGO_BIN_EXE_callpop-desktop-dialer"));
    dialer
        .args(["--listen", "127.0.0.1:0", "--theme", "light", "--data"])
        .arg(data)
        .env("DISPLAY", screen.display())
        .env("CALLPOP_HOME", sandbox.home())
        .env("CALLPOP_PLUGINS", sandbox.plugins())
        .env("BROWSER", chromium.variable())
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("CALLPOP_POLICY");
    dialer
}

#[test]
fn a_sip_call_opens_the_contact_its_log_opens_from_the_history_and_logging_out_leaves_nothing() {
    let needed = ["Xvfb", "sipp", "xdotool", "import"].map(|it| needed_program(&[it]));
    let chromium = needed_program(&["chromium", "chromium-browser", "google-chrome"]);
    let ([Some(_), Some(sipp), Some(_), Some(_)], Some(chromium)) = (needed, chromium) else {
        return;
    };
    let chromium = Chromium::new(&chromium);
    let sandbox = Sandbox::with(&["test-crm", "pipedrive", "freshdesk", "misbehaves"]);
    let mut demo = sandbox.command();
    demo.args(["demo", "--no-browser", "--wait", "3600", "--linger", "3600"]);
    let mut demo = Running::start(&mut demo);
    let page = demo.line("Open this page in a browser: ");
    let crm = page
        .split("//")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    prepare(&sandbox, &crm);
    let data = sandbox.home().join("dialer");
    write_history(&data);
    let screen = Screen::start();
    let mut dialer = dialer(&sandbox, &data, &screen, &chromium);
    let mut dialer = Running::start(&mut dialer);
    let listens = dialer.line("Listening at sip:agent@");
    let address = listens.split(['@', ',']).nth(1).unwrap().parse().unwrap();
    let window = screen.window("Callpop Dialer");

    // A call is received: the caller's page opens while it rings.
    let caller = Peer::rings(&sipp, address, "+12025550123", "88421");
    demo.line("The browser shows \"John Doe · TestCRM\"");
    window.picture("ringing");
    window.key("Return");
    // It is answered by then or not; Ctrl+E hangs up once it is.
    caller.ends_content_meanwhile(|| window.key("ctrl+e"));

    // The menu of the call in the history: More, then "Open call log", by keys alone. The pages and
    // the theme's button come before.
    window.key("ctrl+2");
    for _ in 0..6 {
        window.key("Tab");
    }
    window.key("Return");
    window.key("Tab");
    window.picture("history-menu");
    window.key("Return");
    demo.line("The browser asked for /activities/88421");

    window.key("ctrl+3");
    window.picture("settings");
    // The theme's button, with the mouse.
    window.click(97, 643);
    window.key("ctrl+4");
    window.picture("quarantine");

    // Logging out: nothing of the account is left.
    window.key("ctrl+3");
    for _ in 0..6 {
        window.key("Tab");
    }
    window.key("Return");
    let host = sandbox.host();
    let end = Instant::now() + PATIENT;
    while !host.accounts().unwrap().is_empty() {
        // Another program's state can only be polled.
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(Instant::now() < end, "the account is still there");
    }
}
