//! Floods, and the ways to end: what is in memory stays little, and nothing is left over.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::process::{Command, Stdio};

use callpop_tests::{PATIENT, Sandbox, program};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde_json::{Value, json};

use super::{Dialer, TEMPLATES, frame, with_templates};
use crate::isolation::{is_alive, kill};

/// The most memory that a session may have had resident, in KiB; it starts with about a third.
const MOST_MEMORY: u64 = 96 * 1024;

/// The most memory that a process had resident so far, in KiB.
fn most_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

/// The same bytes for the same seed.
fn random_bytes(mut seed: u64, count: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        bytes.extend_from_slice(&seed.to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}

#[test]
fn a_million_random_bytes_are_answered_and_got_over() {
    let sandbox = with_templates();
    for seed in 1..=5_u64 {
        let mut dialer = Dialer::of(&sandbox);
        dialer.write(&random_bytes(seed, 1_000_000));
        let answer = dialer.next();
        assert_eq!(answer["error"]["code"], -32700, "{seed}");
        dialer.result("accounts", json!({}));
        assert!(most_memory(dialer.process.id()) < MOST_MEMORY);
        assert_eq!(dialer.end(), (vec![], Some(0)), "{seed}");
    }
}

#[test]
fn random_bytes_in_frames_are_answered_one_by_one() {
    let sandbox = with_templates();
    let mut dialer = Dialer::of(&sandbox);
    for seed in 1..=1000 {
        let content = random_bytes(seed, 1000);
        let head = b"Content-Length: 1000\r\n\r\n";
        dialer.write(&[&head[..], &content].concat());
        assert_eq!(dialer.next()["error"]["code"], -32700);
    }
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

/// A client that writes and does not read is kept waiting, and what waits for it stays little.
#[test]
fn a_client_that_does_not_read_is_not_written_to_without_end() {
    let sandbox = with_templates();
    let mut command = sandbox.command();
    let command = command.arg("serve").stdin(Stdio::piped());
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "protocolVersion": 1 } });
    input.write_all(&frame(&hello.to_string())).unwrap();
    let flags = fcntl(input.as_fd(), FcntlArg::F_GETFL).unwrap();
    let flags = OFlag::from_bits_retain(flags) | OFlag::O_NONBLOCK;
    fcntl(input.as_fd(), FcntlArg::F_SETFL(flags)).unwrap();
    assert!(input.as_raw_fd() > 2);

    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "adapters", "params": {} });
    let request = frame(&request.to_string());
    let many = request.repeat(1000);
    let (mut written, mut rest) = (0, &many[..]);
    let is_kept_waiting = loop {
        match input.write(rest) {
            Ok(count) => {
                written += count;
                rest = &rest[count..];
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let mut ready = [PollFd::new(input.as_fd(), PollFlags::POLLOUT)];
                // Nobody reads; so where there is no room after a while, there will be none.
                if poll(&mut ready, PollTimeout::from(3000_u16)).unwrap() == 0 {
                    break true;
                }
            }
            Err(error) => panic!("{error}"),
        }
        if rest.is_empty() {
            rest = &many;
        }
        if written > 64 * 1024 * 1024 {
            break false;
        }
    };
    assert!(is_kept_waiting);
    assert!(most_memory(process.id()) < MOST_MEMORY);

    // It reads after all: every whole request is answered.
    let asked = written / request.len();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let mut answers = Vec::new();
        while let Some(message) = super::message(&mut output) {
            answers.push(message);
        }
        answers
    });
    drop(input);
    let code = process.wait().unwrap().code();
    let answers = reader.join().unwrap();
    let is_answer = |it: &&Value| {
        it["id"] == 1 && (it["result"].is_object() || it["error"]["data"]["code"] == "busy")
    };
    assert_eq!(answers.iter().filter(is_answer).count(), asked);
    // The last one was not written to its end.
    let is_cut_off = written % request.len() != 0;
    assert_eq!(code, Some(if is_cut_off { 2 } else { 0 }));
}

#[test]
fn what_waits_is_bounded_however_large_it_is() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    sandbox.write("acme.adapter.json", TEMPLATES);
    let mut dialer = Dialer::of(&sandbox);
    let account = json!({ "adapter": "misbehaves", "host": "crm.example.com" });
    dialer.result("connect", account);
    // The first one keeps the lane; those behind it have half a megabyte each.
    let padding = "x".repeat(500_000);
    let ids: Vec<u64> = (0..100)
        .map(|_| {
            let contact = json!({ "id": "sleeps", "padding": padding });
            dialer.ask(
                "openContactPage",
                json!({ "adapter": "misbehaves", "contact": contact }),
            )
        })
        .collect();
    let codes: Vec<String> = ids
        .iter()
        .map(|id| {
            let answer = dialer.answer(*id);
            answer["error"]["data"]["code"].as_str().unwrap().to_owned()
        })
        .collect();
    // How many depends on how fast they are written.
    assert!(codes.iter().any(|code| code == "busy"), "{codes:?}");
    assert_eq!(codes[0], "deadline");
    assert!(most_memory(dialer.process.id()) < MOST_MEMORY);
    assert_eq!(dialer.end(), (vec![], Some(0)));
}

/// A session in which a worker sleeps over a call; the session's process, and the worker's.
fn with_a_sleeping_worker(sandbox: &Sandbox) -> (Dialer, Vec<u32>) {
    let mut dialer = Dialer::of(sandbox);
    let account = json!({ "adapter": "misbehaves", "host": "crm.example.com" });
    dialer.result("connect", account);
    let page = |id: &str| json!({ "adapter": "misbehaves", "contact": { "id": id } });
    dialer.result("openContactPage", page("7"));
    dialer.next();
    dialer.ask("openContactPage", page("sleeps"));
    let workers = children(dialer.process.id());
    assert_eq!(workers.len(), 1);
    (dialer, workers)
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.unwrap().path().join("children")).ok())
        .flat_map(|children| {
            let ids = children.split_whitespace().map(|id| id.parse().unwrap());
            ids.collect::<Vec<u32>>()
        })
        .collect()
}

fn wait_for_the_end_of(processes: &[u32]) {
    let start = std::time::Instant::now();
    while processes.iter().any(|process| is_alive(*process)) {
        assert!(start.elapsed() < PATIENT, "{processes:?} are still there");
        std::thread::yield_now();
    }
}

#[test]
fn the_end_of_the_input_ends_all_of_it_with_calls_in_flight() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (dialer, workers) = with_a_sleeping_worker(&sandbox);
    let (answers, code) = dialer.end();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["error"]["data"]["code"], "deadline");
    assert_eq!(code, Some(0));
    wait_for_the_end_of(&workers);
}

#[test]
fn a_signal_ends_all_of_it_in_order() {
    for signal in ["TERM", "INT"] {
        let sandbox = Sandbox::with(&["misbehaves"]);
        let (mut dialer, workers) = with_a_sleeping_worker(&sandbox);
        kill(dialer.process.id(), signal);
        assert_eq!(dialer.process.wait().unwrap().code(), Some(0), "{signal}");
        wait_for_the_end_of(&workers);
    }
}

#[test]
fn a_session_that_is_killed_leaves_no_worker() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let (mut dialer, workers) = with_a_sleeping_worker(&sandbox);
    dialer.process.kill().unwrap();
    dialer.process.wait().unwrap();
    wait_for_the_end_of(&workers);
}

/// The dialer is a shell here, whose end is the end of the pipes between the two.
#[test]
fn a_dialer_that_is_killed_leaves_nothing() {
    let sandbox = Sandbox::with(&["misbehaves"]);
    let folder = sandbox.plugins().parent().unwrap().to_owned();
    let message = |id: u64, method: &str, params: Value| {
        let object = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        frame(&object.to_string())
    };
    let hello = json!({ "protocolVersion": 1, "pages": "client" });
    fs::write(folder.join("hello"), message(1, "initialize", hello)).unwrap();
    let page = |id: &str| {
        let hostname = "crm.example.com";
        json!({ "adapter": "misbehaves", "contact": { "id": id }, "hostname": hostname })
    };
    let calls = [
        message(3, "openContactPage", page("7")),
        message(4, "openContactPage", page("sleeps")),
    ];
    fs::write(folder.join("calls"), calls.concat()).unwrap();
    let script = "
        mkfifo to from
        exec 3<>to 4<>from
        \"$CALLPOP\" serve <to >from 3>&- 4>&- &
        echo $!
        cat hello >&3
        read line
        cat calls >&3
        while read -r line; do
            case $line in *openPage*) echo opened; break ;; esac
        done <&4
        read line
    ";
    let mut shell = Command::new("/bin/sh");
    let mut dialer = shell
        .args(["-c", script])
        .current_dir(&folder)
        .env("CALLPOP", program("callpop"))
        .env("CALLPOP_HOME", sandbox.home())
        .env("CALLPOP_PLUGINS", sandbox.plugins())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(dialer.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let session: u32 = line.trim().parse().unwrap();
    dialer.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    // The page of the first call is open, so its worker is there.
    line.clear();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "opened\n");
    let workers = children(session);
    assert!(!workers.is_empty());
    dialer.kill().unwrap();
    dialer.wait().unwrap();
    wait_for_the_end_of(&[session]);
    wait_for_the_end_of(&workers);
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
}
