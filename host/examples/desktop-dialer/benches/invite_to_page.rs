//! From the arrival of a call's INVITE to the start of the browser's process: with Callpop, and for the
//! floor, the same dialer calling `webbrowser::open` with a fixed URL. Twice: with a browser that is found
//! as on desktops, by `xdg-settings`, and with one that the variable `BROWSER` names, which needs no
//! looking for.

#![allow(missing_docs, reason = "a benchmark is nobody's library")]
#![allow(clippy::print_stdout, reason = "what it measures is for who runs it")]

#[cfg(target_os = "linux")]
mod measured {
    use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
    use std::os::unix::net::UnixDatagram;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{self, Receiver};
    use std::thread;
    use std::time::{Duration, Instant};

    use callpop_desktop_dialer::calls::CallId;
    use callpop_desktop_dialer::crm::{Setup, Told};
    use callpop_desktop_dialer::desk::{Desk, Update};
    use callpop_desktop_dialer::sip::{Command, Event, Listen, UserAgent};
    use callpop_host::{AuditResult, ConnectRequest, ContactBook, Host, ImportOptions};
    use callpop_tests::{Sandbox, library_name, workspace};
    use nix::time::{ClockId, clock_gettime};

    /// So many calls are measured of each kind.
    const CALLS: usize = 200;
    /// So many before these, which are not.
    const WARM_UP: usize = 20;
    /// What the floor opens; what Callpop opens is as long.
    const FIXED: &str = "https://acme.pipedrive.com/person/1234829292";
    const CALLER: &str = "+12025550123";
    const LIMIT: Duration = Duration::from_secs(10);

    /// The monotonic clock, in nanoseconds; `Instant` is the same clock on Linux.
    fn now() -> i128 {
        let now = clock_gettime(ClockId::CLOCK_MONOTONIC).expect("Linux has it");
        i128::from(now.tv_sec()) * 1_000_000_000 + i128::from(now.tv_nsec())
    }

    /// The same moment on that clock.
    fn on_clock(at: Instant) -> i128 {
        let age = at.elapsed();
        now() - i128::try_from(age.as_nanos()).unwrap_or_default()
    }

    /// A place with one adapter, an account of it, and a contact whose number calls.
    fn prepare() -> Sandbox {
        let sandbox = Sandbox::new();
        // Nothing else is built for this.
        let built = callpop_tests::build(workspace(), ["--package", "callpop-adapter-pipedrive"]);
        sandbox.add(&built["pipedrive (cdylib)"], &library_name("pipedrive"));
        let host = host(&sandbox);
        let request = ConnectRequest::new("pipedrive", "acme.pipedrive.com");
        host.connect(&request).expect("an account");
        let book = ContactBook::open(&sandbox.home(), None).expect("a contact book");
        let options = ImportOptions {
            adapter: Some("pipedrive".to_owned()),
            ..ImportOptions::default()
        };
        let csv = format!("id,name,phone\n1234829292,John Doe,{CALLER}\n");
        book.import(csv.as_bytes(), &options, |_| ())
            .expect("a contact");
        sandbox
    }

    /// A host over the same home, beside that of the dialer.
    fn host(sandbox: &Sandbox) -> Host {
        let builder = Host::builder()
            .home(sandbox.home())
            .plugins_folder(sandbox.plugins());
        builder.build().expect("a host")
    }

    /// The caller: sends one INVITE after the other, each when the one before was declined.
    struct Caller {
        socket: UdpSocket,
        dialer: SocketAddr,
        calls: usize,
    }

    impl Caller {
        fn send(&self, method: &str, to_tag: &str) {
            let own = self.socket.local_addr().expect("it is bound");
            let (dialer, call) = (self.dialer, self.calls);
            let message = format!(
                "{method} sip:agent@{dialer} SIP/2.0\r\n\
                 Via: SIP/2.0/UDP {own};branch=z9hG4bK{call}\r\n\
                 From: <sip:{CALLER}@{own}>;tag=t{call}\r\n\
                 To: <sip:agent@{dialer}>{to_tag}\r\n\
                 Call-ID: {call}-{}@bench\r\nCSeq: 1 {method}\r\n\
                 Contact: <sip:{CALLER}@{own}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
                own.port(),
            );
            let sent = self.socket.send_to(message.as_bytes(), self.dialer);
            sent.expect("loopback takes it");
        }

        /// Waits until the call is refused, and says that it has heard.
        fn hear_refusal(&mut self) {
            let mut buffer = [0; 4096];
            loop {
                let length = uninterrupted(|| self.socket.recv(&mut buffer));
                let answer = String::from_utf8_lossy(&buffer[..length]);
                let of_this = answer.contains(&format!("Call-ID: {}-", self.calls));
                if of_this && answer.starts_with("SIP/2.0 603") {
                    let to = answer.lines().find(|line| line.starts_with("To:"));
                    let tag = to.and_then(|to| to.split_once(";tag=")).expect("a tag").1;
                    self.send("ACK", &format!(";tag={tag}"));
                    self.calls += 1;
                    return;
                }
            }
        }
    }

    /// Receives, whatever signals come meanwhile: with a limit, the system does not go on by itself.
    fn uninterrupted(mut receive: impl FnMut() -> std::io::Result<usize>) -> usize {
        loop {
            match receive() {
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                received => return received.expect("something comes in time"),
            }
        }
    }

    fn percentile(sorted: &[f64], part: usize) -> f64 {
        sorted[(sorted.len() * part / 100).min(sorted.len() - 1)]
    }

    fn report(name: &str, times: &mut [f64]) -> f64 {
        times.sort_by(f64::total_cmp);
        let (median, p99) = (percentile(times, 50), percentile(times, 99));
        println!("{name:28} median {median:8.1} µs   99th percentile {p99:8.1} µs");
        median
    }

    /// The dialer, without its window, and its caller.
    struct Measured {
        agent: UserAgent,
        desk: Desk,
        caller: Caller,
        /// Whether calls go to the floor instead.
        is_floor: Arc<AtomicBool>,
        /// When calls arrived.
        arrivals: Receiver<(CallId, Instant)>,
        /// Where the browser's process says when it began.
        noted: UnixDatagram,
        sandbox: Sandbox,
    }

    impl Measured {
        fn start() -> Self {
            let notes = std::env::var_os("CALLPOP_NOTE_TO").expect("`main` has set it");
            let noted = UnixDatagram::bind(notes).expect("a socket");
            noted.set_read_timeout(Some(LIMIT)).expect("a limit");
            let sandbox = prepare();
            let desk = desk(&sandbox);
            let is_floor = Arc::new(AtomicBool::new(false));
            let (arrived, arrivals) = mpsc::channel();
            let listen = Listen {
                address: (Ipv4Addr::LOCALHOST, 0).into(),
                user: "agent".to_owned(),
                proxy: None,
            };
            let (floors, heard) = (Arc::clone(&is_floor), desk.clone());
            let agent = UserAgent::start(&listen, move |event| {
                let call = event.call().clone();
                let incoming = match &event {
                    Event::Incoming { arrived, .. } => Some(*arrived),
                    _ => None,
                };
                if !floors.load(Ordering::Relaxed) {
                    heard.heard(event);
                } else if incoming.is_some() {
                    // It may wait for the browser, and the telephone may not.
                    thread::spawn(|| webbrowser::open(FIXED).expect("a browser"));
                }
                if let Some(at) = incoming {
                    let _ = arrived.send((call, at));
                }
            })
            .expect("a port");
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            socket.set_read_timeout(Some(LIMIT)).expect("a limit");
            let caller = Caller {
                socket,
                dialer: agent.address(),
                calls: 0,
            };
            Self {
                agent,
                desk,
                caller,
                is_floor,
                arrivals,
                noted,
                sandbox,
            }
        }

        /// A call, from its arrival to the start of the browser's process, in microseconds.
        fn call(&mut self, is_floor: bool) -> f64 {
            self.is_floor.store(is_floor, Ordering::Relaxed);
            self.caller.send("INVITE", "");
            let (call, at) = self.arrivals.recv_timeout(LIMIT).expect("a call");
            let mut note = [0; 16];
            uninterrupted(|| self.noted.recv(&mut note));
            let taken = i128::from_le_bytes(note) - on_clock(at);
            self.agent.command(Command::Decline(call));
            self.caller.hear_refusal();
            // Calls come one by one: nothing of this one is left to do when the next arrives.
            assert!(self.desk.crm().wait(LIMIT), "it is done in time");
            taken as f64 / 1000.0
        }
    }

    /// The dialer without its window, once its host is there.
    fn desk(sandbox: &Sandbox) -> Desk {
        let (told, ready) = mpsc::channel();
        let setup = Setup {
            home: Some(sandbox.home()),
            plugins: vec![sandbox.plugins()],
            more: Some(Box::new(|builder| {
                builder.worker_program(env!("CARGO_BIN_EXE_callpop-desktop-dialer"))
            })),
        };
        let desk = Desk::new(setup, sandbox.home().join("dialer"), None, move |update| {
            if let Update::Crm(Told::Overview(_)) = update {
                let _ = told.send(());
            }
        });
        ready.recv_timeout(LIMIT).expect("the host is there");
        desk.expect("threads")
    }

    pub(crate) fn run() {
        let mut measured = Measured::start();
        let (mut ours, mut floor, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..WARM_UP + CALLS {
            // Each goes first in every other round.
            let is_floor_first = round % 2 == 1;
            let first = measured.call(is_floor_first);
            let second = measured.call(!is_floor_first);
            let (with, least) = if is_floor_first {
                (second, first)
            } else {
                (first, second)
            };
            if round >= WARM_UP {
                ours.push(with);
                floor.push(least);
                ratios.push(with / least);
            }
        }
        let opened = opened(&measured.sandbox);
        assert_eq!(opened, WARM_UP + CALLS, "each call opened its page");
        println!("INVITE to the browser's process, {CALLS} calls of each kind, in turns:");
        let median = report("with Callpop", &mut ours);
        let least = report("floor: webbrowser::open", &mut floor);
        ratios.sort_by(f64::total_cmp);
        println!(
            "ratio of the medians {:.3}, median of the ratios {:.3}, goal 1.05",
            median / least,
            percentile(&ratios, 50)
        );
    }

    /// How many pages opened, as the host's history has it.
    fn opened(sandbox: &Sandbox) -> usize {
        let history = host(sandbox).history().expect("a history");
        history
            .entries
            .iter()
            .filter(|entry| entry.result == AuditResult::Opened)
            .count()
    }
}

/// How a browser is named to the system, and that to the reader.
#[cfg(target_os = "linux")]
const WAYS: [(&str, Way); 2] = [
    ("As desktops do, where `BROWSER` is not set", Way::Desktop),
    ("Where `BROWSER` names the program", Way::Variable),
];

#[cfg(target_os = "linux")]
#[derive(Clone, Copy)]
enum Way {
    Desktop,
    Variable,
}

/// Has a program that is to be started find the browser, in this way.
#[cfg(target_os = "linux")]
fn name_browser(
    program: &mut std::process::Command,
    way: Way,
    folder: &std::path::Path,
) -> std::io::Result<()> {
    use std::fs;

    let note_start = env!("CARGO_BIN_EXE_note-start");
    if let Way::Variable = way {
        program.env("BROWSER", note_start);
        return Ok(());
    }
    // Sources: the Desktop Entry Specification, and the Association between MIME types and
    // applications, both of freedesktop.org.
    let types = [
        "x-scheme-handler/http",
        "x-scheme-handler/https",
        "text/html",
    ];
    let applications = folder.join("applications");
    fs::create_dir_all(&applications)?;
    let entry = format!(
        "[Desktop Entry]\nType=Application\nName=note-start\nExec={note_start} %u\nMimeType={};\n",
        types.join(";")
    );
    fs::write(applications.join("note-start.desktop"), entry)?;
    let defaults = types
        .map(|it| format!("{it}=note-start.desktop\n"))
        .concat();
    fs::write(
        folder.join("mimeapps.list"),
        format!("[Default Applications]\n{defaults}"),
    )?;
    program
        .env_remove("BROWSER")
        .env_remove("XDG_CURRENT_DESKTOP")
        .env("XDG_CONFIG_HOME", folder)
        .env("XDG_DATA_HOME", folder);
    Ok(())
}

fn main() {
    #[cfg(target_os = "linux")]
    {
        if std::env::var_os("CALLPOP_NOTE_TO").is_some() {
            return measured::run();
        }
        // Started again: what a program's environment is, is decided before it has threads.
        let own = std::env::current_exe().expect("this program");
        for (words, way) in WAYS {
            // It says itself that it is left out.
            let asks = matches!(way, Way::Desktop);
            if asks && callpop_tests::needed_program(&["xdg-settings"]).is_none() {
                continue;
            }
            let folder = tempfile::tempdir().expect("a folder");
            let mut program = std::process::Command::new(&own);
            program.env("CALLPOP_NOTE_TO", folder.path().join("notes"));
            name_browser(&mut program, way, folder.path()).expect("the folder can be written to");
            println!("{words}:");
            let status = program.status().expect("this program starts");
            if !status.success() {
                std::process::exit(status.code().unwrap_or(1));
            }
        }
    }
}
