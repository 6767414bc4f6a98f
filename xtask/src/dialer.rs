//! The desktop dialer with everything around it: the demo's CRM, its contacts, a connected account.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::layout::{self, Layout};

/// The adapter of the demo's CRM.
const ADAPTER: &str = "test-crm";
/// What the demo's CRM has, for the contact book.
const RECORDS: &str = "host/src/bin/callpop/demo/test_crm/records.json";
/// What `sipp` does to call, and hear what becomes of it.
const CALL: &str = "host/examples/desktop-dialer/tests/sipp/call.xml";
const PROGRAM: &str = "callpop-desktop-dialer";

/// Builds the dialer, lays it out, and runs it until its window is closed.
pub(crate) fn run(options: &[String]) -> Result<ExitStatus> {
    need_display()?;
    let folder = layout::target_folder()?.join("dialer");
    let layout = Layout::build("dev", &folder)?;
    let program = build(&folder)?;
    // What an earlier run left there belongs to a CRM that is gone.
    let home = folder.join("home");
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| format!("cannot empty {}", home.display()))?;
    }
    let records = read_records()?;
    let demo = Demo::start(&layout.program, &folder)?;
    connect(&layout.program, &folder, &demo.hostname, &records)?;
    write_history(&home.join("dialer"), &records)?;
    layout::copy(Path::new(CALL), &folder.join("call.xml"))?;
    tell_how_to_call(&folder, &demo.hostname, options);
    let status = Command::new(&program)
        .args(["--home".as_ref(), home.as_os_str()])
        .args(["--plugins".as_ref(), folder.join("plugins").as_os_str()])
        .args(["--data".as_ref(), home.join("dialer").as_os_str()])
        .args(options)
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    Ok(status)
}

/// Says what to do where no window can be opened.
fn need_display() -> Result<()> {
    let is_there = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_display = is_there("DISPLAY") || is_there("WAYLAND_DISPLAY");
    if cfg!(target_os = "linux") && !has_display {
        bail!(
            "the dialer opens a window, and this machine has no display (neither DISPLAY nor \
             WAYLAND_DISPLAY is set). Run it on a desktop; or, to try it without seeing it, run \
             `xvfb-run cargo xtask dialer` (Debian's packages xvfb and xauth). \
             `cargo test --package {PROGRAM}` tests it on a screen of its own."
        );
    }
    Ok(())
}

/// The dialer, beside the program `callpop`.
fn build(folder: &Path) -> Result<PathBuf> {
    let status = layout::cargo()
        .args(["build", "--package", PROGRAM, "--bin", PROGRAM])
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the build failed");
    let name = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    let built = layout::target_folder()?.join("debug").join(&name);
    let program = folder.join(&name);
    layout::copy(&built, &program)?;
    Ok(program)
}

/// The running demo's CRM; it ends with this.
struct Demo {
    child: Child,
    /// `127.0.0.1:PORT`
    hostname: String,
}

impl Demo {
    fn start(program: &Path, folder: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args([
                "demo",
                "--no-browser",
                "--wait",
                "86400",
                "--linger",
                "86400",
            ])
            .args(["--plugins".as_ref(), folder.join("plugins").as_os_str()])
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = child.stdout.take().context("the demo has no output")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let hostname = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next())
            .with_context(|| format!("the demo did not start: {line}"))?
            .to_owned();
        // What it says of each page is for nobody here.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        Ok(Self { child, hostname })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_records() -> Result<Vec<Value>> {
    let text = fs::read_to_string(RECORDS).with_context(|| format!("cannot read {RECORDS}"))?;
    let records: Value = serde_json::from_str(&text)?;
    let contacts = records["contacts"].as_array();
    Ok(contacts.context("the demo has contacts")?.clone())
}

/// Connects the demo's CRM, and puts its contacts into the contact book.
fn connect(program: &Path, folder: &Path, hostname: &str, records: &[Value]) -> Result<()> {
    let home = folder.join("home");
    let callpop = |arguments: &[&str]| -> Result<()> {
        let status = Command::new(program)
            .args(["--home".as_ref(), home.as_os_str()])
            .args(["--plugins".as_ref(), folder.join("plugins").as_os_str()])
            .args(arguments)
            .stdout(Stdio::null())
            .status()?;
        ensure!(status.success(), "callpop {} failed", arguments.join(" "));
        Ok(())
    };
    callpop(&["connect", ADAPTER, hostname])?;
    let mut csv = "id,name,phone\n".to_owned();
    for contact in records {
        let text = |member: &str| contact[member].as_str().unwrap_or_default();
        csv += &format!("{},\"{}\",{}\n", text("id"), text("name"), text("e164"));
    }
    let file = home.join("contacts.csv");
    fs::write(&file, csv).with_context(|| format!("cannot write {}", file.display()))?;
    let file = file.to_string_lossy();
    callpop(&["contacts", "import", &file, "--adapter", ADAPTER])
}

/// Calls that the demo's CRM has logged: the latest with each contact.
fn write_history(folder: &Path, records: &[Value]) -> Result<()> {
    const HOUR: u64 = 60 * 60;
    let now = std::time::SystemTime::now();
    let now = now.duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let mut calls = Vec::new();
    for contact in records {
        let timeline = contact["timeline"].as_array();
        let logged = timeline
            .into_iter()
            .flatten()
            .find(|it| it["id"].is_string());
        let Some(logged) = logged else { continue };
        let ago = 2 * HOUR + 20 * HOUR * calls.len() as u64;
        let direction = logged["direction"].as_str().unwrap_or("Inbound");
        calls.push(json!({
            "id": logged["id"], "logId": logged["id"], "title": contact["name"],
            "number": contact["e164"], "direction": direction.to_lowercase(),
            "began": now - ago, "spoke": 312, "ending": "hung-up",
            "matches": [{ "adapter": ADAPTER, "contact": {
                "id": contact["id"], "name": contact["name"], "phone": contact["e164"],
            } }],
        }));
    }
    fs::create_dir_all(folder)?;
    let file = folder.join("history.json");
    fs::write(&file, serde_json::to_vec(&json!({ "calls": calls }))?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Says how it is called, with Debian's `sip-tester`.
#[expect(clippy::print_stdout, reason = "this is for whoever started it")]
fn tell_how_to_call(folder: &Path, hostname: &str, options: &[String]) {
    let listen = options.iter().position(|it| it == "--listen");
    let address = listen.and_then(|at| options.get(at + 1));
    let address = address.map_or("127.0.0.1:5060", String::as_str);
    println!(
        "\nTestCRM runs on http://{hostname} (on this machine only), until the window is closed.\n\
         Call from another terminal, with sipp (Debian's package sip-tester):\n\n  \
         sipp -sf {}/call.xml -key caller +12025550123 -key log 88421 -m 1 {address}\n\n\
         One contact has that number, two have +12025550147, nobody has +12025550199.\n",
        folder.display()
    );
}
