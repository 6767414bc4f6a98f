//! What Callpop costs, each as a ratio to the least that the same work can cost, measured in turns
//! in the same run. `cargo bench` prints them; `host/benches/README.md` says what they mean.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, and ends where something is not as it should be"
)]

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use callpop_host::internals::{Called, ContactPage};
use callpop_host::{Contact, Hostname, UrlPolicy};
use callpop_tests::{Sandbox, compare, library, program, repeated};
use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;
use url::Url;

const HOSTNAME: &str = "acme.pipedrive.com";
const ID: &str = "1234829292";

/// What is measured, and what measures and prints it.
type Measure = (&'static str, fn(&str));

/// What can be measured; `cargo bench -- start` measures what has that in its name.
const MEASURES: [Measure; 4] = [
    ("callback in-process, to a checked URL", in_process),
    ("round trip to a warm worker", round_trip),
    ("worker's start to the first answer", worker_start),
    ("memory of an idle worker", idle_memory),
];

fn main() {
    let words: Vec<_> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    println!("what                                    ours       floor      ratio  at most");
    for (what, measure) in MEASURES {
        if words.is_empty() || words.iter().any(|word| what.contains(word)) {
            measure(what);
        }
    }
}

fn contact_page() -> ContactPage {
    ContactPage::of(HOSTNAME, Contact::new(ID, "John Doe", "+12025550123"))
}

type BareContactPage =
    unsafe extern "C" fn(*const u8, usize, *const u8, usize, *mut u8, usize) -> usize;

fn in_process(what: &str) {
    let (called, request) = (Called::in_process(library("pipedrive")), contact_page());
    let hostname = Hostname::parse(HOSTNAME).unwrap();
    let policy = UrlPolicy {
        hostname: &hostname,
        hosts: &[],
    };
    // SAFETY: a fixture of our own, whose constructors do nothing.
    let bare = unsafe { libloading::Library::new(library("bare")) }.unwrap();
    // SAFETY: it has this type in the fixture.
    let bare = unsafe { bare.get::<BareContactPage>(b"bare_contact_page\0") }.unwrap();
    let mut room = [0; 2048];
    let mut floor = || {
        // SAFETY: two texts, and room as large as it says.
        let length = unsafe {
            bare(
                HOSTNAME.as_ptr(),
                HOSTNAME.len(),
                ID.as_ptr(),
                ID.len(),
                room.as_mut_ptr(),
                room.len(),
            )
        };
        Url::parse(std::str::from_utf8(&room[..length]).unwrap()).unwrap()
    };
    assert_eq!(called.page(&request, policy).as_str(), floor().as_str());
    let ours = || drop(black_box(called.page(black_box(&request), policy)));
    let mut floor = || drop(black_box(floor()));
    compare(
        what,
        1.3,
        || repeated(10_000, &ours),
        || repeated(10_000, &mut floor),
    );
}

fn round_trip(what: &str) {
    let everywhere = sched_getaffinity(Pid::this()).unwrap();
    let mut here = CpuSet::new();
    here.set(sched_getcpu().unwrap()).unwrap();
    // On one processor, both sides of both: where a system wakes a process on another one that
    // sleeps, that takes several times as long as everything that is measured here.
    sched_setaffinity(Pid::this(), &here).unwrap();
    let sandbox = Sandbox::with(&["pipedrive"]);
    let called = isolated(&sandbox);
    let request = contact_page();
    let (question, answer) = request.frame_lengths(called.actions(&request));
    let mut floor = Floor::start(question, answer);
    let ours = || drop(black_box(called.actions(&request)));
    compare(
        what,
        1.25,
        || repeated(1000, ours),
        || repeated(1000, || floor.ask()),
    );
    sched_setaffinity(Pid::this(), &everywhere).unwrap();
}

fn worker_start(what: &str) {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let request = contact_page();
    compare(
        what,
        1.5,
        || {
            let called = isolated(&sandbox);
            repeated(1, || drop(black_box(called.actions(&request))))
        },
        || {
            let start = Instant::now();
            let _floor = Floor::start(1, 1);
            start.elapsed()
        },
    );
}

fn idle_memory(what: &str) {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let called = isolated(&sandbox);
    drop(called.actions(&contact_page()));
    let mut floor = Floor::start(1, 1);
    floor.ask();
    let worker = called.worker_id().unwrap();
    let (ours, floor) = (
        proportional_set(worker),
        proportional_set(floor.process.id()),
    );
    println!(
        "{what:<38} {ours:>6} KiB {floor:>7} KiB {:>6} KiB   1536 KiB",
        i64::try_from(ours).unwrap() - i64::try_from(floor).unwrap()
    );
}

fn isolated(sandbox: &Sandbox) -> Called {
    let worker = program("callpop-worker").to_owned();
    Called::isolated(library("pipedrive"), worker, &sandbox.home())
}

/// A process that opens the same library and answers over the same kind of channel.
struct Floor {
    process: Child,
    channel: UnixStream,
    question: Vec<u8>,
    answer: Vec<u8>,
}

impl Floor {
    fn start(question: usize, answer: usize) -> Self {
        let (mut channel, theirs) = UnixStream::pair().unwrap();
        let process = Command::new(program("floor"))
            .arg(library("pipedrive"))
            .args([question.to_string(), answer.to_string()])
            .env_clear()
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        channel.read_exact(&mut [0]).unwrap();
        Self {
            process,
            channel,
            question: vec![0; question],
            answer: vec![0; answer],
        }
    }

    fn ask(&mut self) {
        self.channel.write_all(&self.question).unwrap();
        self.channel.read_exact(&mut self.answer).unwrap();
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The proportional set size of a process, in KiB.
fn proportional_set(process: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap();
    let line = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .unwrap();
    line.trim()
        .strip_suffix(" kB")
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}
