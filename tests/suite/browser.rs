//! A real browser: Chromium, started through the variable `BROWSER` as a user's would be, and asked
//! over its DevTools port what it shows.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use callpop_tests::{Sandbox, needed_program};
use serde_json::Value;
use tempfile::TempDir;

/// Far more than a browser needs to start, even beside a build.
const LIMIT: Duration = Duration::from_secs(60);

/// A headless Chromium with a profile of its own, to be started by what `BROWSER` names.
struct Chromium {
    folder: TempDir,
}

impl Chromium {
    /// `None`, in words, where there is no Chromium.
    fn new() -> Option<Self> {
        let chromium = needed_program(&["chromium", "chromium-browser", "google-chrome"])?;
        // `BROWSER` is split at spaces, so this folder has none in its name.
        let folder = TempDir::with_prefix("callpop-browser-").unwrap();
        let script = folder.path().join("browser");
        let profile = folder.path().join("profile");
        // As root in a container, Chromium runs only without its sandbox.
        let text = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\necho $$ > '{}'\nexec '{}' --headless --no-sandbox \
             --disable-gpu --disable-quic --no-first-run --disable-background-networking \
             --disable-component-update --disable-sync --remote-debugging-port=0 \
             --user-data-dir='{}' \"$@\"\n",
            folder.path().join("pid").display(),
            chromium.display(),
            profile.display(),
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { folder })
    }

    /// What `BROWSER` is to be.
    fn variable(&self) -> PathBuf {
        self.folder.path().join("browser")
    }

    /// Waits until the browser shows a page with this title, and gives its address.
    fn shows(&self, title: &str) -> String {
        let port_file = self.folder.path().join("profile/DevToolsActivePort");
        let port = eventually(|| {
            let text = fs::read_to_string(&port_file).ok()?;
            text.lines().next()?.parse::<u16>().ok()
        });
        eventually(|| {
            let list = format!("http://127.0.0.1:{port}/json/list");
            let text = ureq::get(&list)
                .call()
                .ok()?
                .body_mut()
                .read_to_string()
                .ok()?;
            let pages: Value = serde_json::from_str(&text).ok()?;
            let pages = pages.as_array()?;
            let page = pages.iter().find(|page| page["title"] == title)?;
            Some(page["url"].as_str()?.to_owned())
        })
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if let Ok(id) = fs::read_to_string(self.folder.path().join("pid")) {
            signal("KILL", id.trim());
        }
    }
}

/// A running `callpop demo`.
struct Demo {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Demo {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// Reads lines until one begins with this, and gives what follows.
    fn line(&mut self, start: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let length = self.output.read_line(&mut line).unwrap();
            assert!(length > 0, "the demo ended before it said {start:?}");
            if let Some(rest) = line.trim_end().strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    /// As Ctrl-C does.
    fn interrupt(mut self) {
        signal("INT", &self.child.id().to_string());
        self.line("The demo has ended.");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, id: &str) {
    let status = Command::new("kill").args(["-s", name, id]).status();
    assert!(status.is_ok());
}

/// Asks until there is an answer. Another program's state can only be polled.
fn eventually<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "the browser does not answer");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_demo_opens_the_callers_page_in_a_real_browser() {
    let Some(chromium) = Chromium::new() else {
        return;
    };
    let sandbox = Sandbox::with(&["test-crm"]);
    let mut command = sandbox.command();
    command
        .args(["demo", "--linger", "3600"])
        .env("BROWSER", chromium.variable());
    let mut demo = Demo::start(&mut command);
    let url = demo.line("Opened ");
    demo.line("The browser shows \"John Doe · TestCRM\"");
    assert_eq!(chromium.shows("John Doe · TestCRM"), url);
    demo.interrupt();
    assert!(
        !sandbox.home().exists(),
        "the demo leaves the user's home alone"
    );
}

#[test]
fn a_call_and_a_log_open_their_pages_in_a_real_browser() {
    let (Some(for_contact), Some(for_log)) = (Chromium::new(), Chromium::new()) else {
        return;
    };
    let sandbox = Sandbox::with(&["test-crm"]);
    let mut demo = Demo::start(
        sandbox
            .command()
            .args(["demo", "--no-browser", "--wait", "3600"]),
    );
    let url = demo.line("Open this page in a browser: ");
    let hostname = url::Url::parse(&url).unwrap();
    let hostname = format!("127.0.0.1:{}", hostname.port().unwrap());
    let run = |browser: &Path, arguments: &[&str]| {
        let mut command = sandbox.command();
        command.args(arguments).env("BROWSER", browser);
        let ran = sandbox.finish(&mut command);
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    run(&for_contact.variable(), &["connect", "test-crm", &hostname]);
    let contact = r#"{"id":"1234829311","name":"Amina Haddad","phone":"+12025550147"}"#;
    run(
        &for_contact.variable(),
        &["pop", "test-crm", "--contact", contact],
    );
    assert_eq!(
        for_contact.shows("Amina Haddad · TestCRM"),
        format!("http://{hostname}/?contactId=1234829311")
    );
    run(
        &for_log.variable(),
        &["open-log", "test-crm", "--log-id", "88390"],
    );
    assert_eq!(
        for_log.shows("Call with Amina Haddad · TestCRM"),
        format!("http://{hostname}/activities/88390")
    );
    demo.interrupt();
}

/// The demo's own home, with its contact book, as `callpop ring` is told of it.
#[test]
fn ring_opens_the_callers_page_asks_who_it_is_and_finds_nobody_in_a_real_browser() {
    let (Some(for_demo), Some(known), Some(one_of_two), Some(nobody)) = (
        Chromium::new(),
        Chromium::new(),
        Chromium::new(),
        Chromium::new(),
    ) else {
        return;
    };
    let sandbox = Sandbox::with(&["test-crm"]);
    let mut command = sandbox.command();
    command
        .args(["demo", "--linger", "3600"])
        .env("BROWSER", for_demo.variable());
    let mut demo = Demo::start(&mut command);
    demo.line("Try next, in another terminal:");
    let line = demo.line("  ");
    let home = line.split_once("--home '").unwrap().1;
    let home = home.split_once('\'').unwrap().0.to_owned();
    let ring = |browser: &Chromium, arguments: &[&str]| {
        let mut command = sandbox.command();
        command
            .args(["--home", &home])
            .args(arguments)
            .env("BROWSER", browser.variable());
        command
    };
    let run = |browser: &Chromium, arguments: &[&str]| {
        let ran = sandbox.finish(&mut ring(browser, arguments));
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
    };
    run(&known, &["ring", "+1 (202) 555-0123"]);
    let url = known.shows("John Doe · TestCRM");
    assert!(url.ends_with("/?contactId=1234829292"), "{url}");
    run(&known, &["settings", "test-crm", "callPop.several=prompt"]);
    let ring_it = ring(&one_of_two, &["ring", "+12025550147"]);
    // In a shell, as a user has one: the terminal would end what it runs with it, the browser too.
    let mut question = Command::new("/bin/sh");
    question
        .args(["-c", r#""$@"; read -r _"#, "sh"])
        .arg(ring_it.get_program())
        .args(ring_it.get_args())
        .envs(
            ring_it
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("TERM", "xterm");
    let limit = u64::try_from(LIMIT.as_millis()).unwrap();
    let mut terminal = rexpect::session::spawn_command(question, Some(limit)).unwrap();
    terminal
        .exp_string("Call from +12025550147: who is it? (test-crm)")
        .unwrap();
    terminal.exp_string("Noah Brandt").unwrap();
    terminal.send("noah\r").unwrap();
    terminal.flush().unwrap();
    terminal.exp_string("/?contactId=1234829318").unwrap();
    one_of_two.shows("Noah Brandt · TestCRM");
    let said = run(&nobody, &["ring", "+12025550199"]);
    assert!(said.contains("Nobody has this number."), "{said}");
    nobody.shows("Search for +12025550199 · TestCRM");
    demo.interrupt();
}

#[test]
fn the_demo_ends_by_itself_when_nobody_comes() {
    let sandbox = Sandbox::with(&["test-crm"]);
    let ran = sandbox.run(["demo", "--no-browser", "--wait", "0"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout
            .ends_with("Nobody opened the page within 0 s; the demo ends.\n"),
        "{ran:?}"
    );
}

#[test]
fn the_demo_says_so_when_there_is_no_browser_or_no_adapter() {
    let sandbox = Sandbox::with(&["test-crm"]);
    let ran = sandbox.run(["demo", "--json"]);
    assert_eq!(
        (ran.code, ran.json()["error"]["code"].as_str()),
        (6, Some("no-browser")),
        "{ran:?}"
    );
    let ran = Sandbox::with(&["pipedrive"]).run(["demo"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("cargo xtask demo"), "{ran:?}");
}

#[test]
fn a_browser_that_never_comes_is_told() {
    let sandbox = Sandbox::with(&["test-crm"]);
    let mut command = sandbox.command();
    // A program that starts and shows nothing.
    command
        .args(["demo", "--wait", "0"])
        .env("BROWSER", "/bin/true");
    let ran = sandbox.finish(&mut command);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(
        ran.stderr.contains("did not ask for the page within 0 s"),
        "{ran:?}"
    );
}
