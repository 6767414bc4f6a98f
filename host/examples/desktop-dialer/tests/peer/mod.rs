//! `sipp`, which plays the other side of calls: one scenario for each.

#![allow(
    dead_code,
    reason = "each of the tests that share this needs a part of it"
)]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use callpop_tests::needed_program;
use tempfile::TempDir;

/// How messages travel.
#[derive(Clone, Copy)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
        }
    }
}

/// Where `sipp` is; `None`, in words, where it is not.
pub(crate) fn sipp() -> Option<PathBuf> {
    needed_program(&["sipp"])
}

/// A running `sipp`.
pub(crate) struct Peer {
    child: Child,
    folder: TempDir,
}

impl Peer {
    /// Makes so many calls, all at once.
    pub(crate) fn calls(
        sipp: &Path,
        scenario: &str,
        to: SocketAddr,
        transport: Transport,
        count: u32,
    ) -> Self {
        let mut command = command(sipp, scenario, transport);
        makes(&mut command, count).arg(to.to_string());
        Self::start(command)
    }

    /// Makes so many calls, and loses one of five datagrams either way.
    pub(crate) fn loses(sipp: &Path, scenario: &str, to: SocketAddr, count: u32) -> Self {
        let mut command = command(sipp, scenario, Transport::Udp);
        makes(&mut command, count)
            .args(["-lost", "20"])
            .arg(to.to_string());
        Self::start(command)
    }

    /// Waits for one call, and where.
    pub(crate) fn is_called(
        sipp: &Path,
        scenario: &str,
        transport: Transport,
    ) -> (Self, SocketAddr) {
        let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = command(sipp, scenario, transport);
        command.args(["-m", "1", "-p", &address.port().to_string()]);
        let peer = Self::start(command);
        peer.wait_until_it_listens(address, transport);
        (peer, address)
    }

    /// Calls from this number, until it is declined or hung up on.
    pub(crate) fn rings(sipp: &Path, to: SocketAddr, caller: &str, log: &str) -> Self {
        let mut command = command(sipp, "call", Transport::Udp);
        command.args(["-key", "caller", caller, "-key", "log", log]);
        command
            .args(["-s", "+12025550100", "-m", "1"])
            .arg(to.to_string());
        Self::start(command)
    }

    /// Waits until its calls are over, and has this done in the meantime, again and again.
    pub(crate) fn ends_content_meanwhile(mut self, mut meanwhile: impl FnMut()) {
        while self.child.try_wait().unwrap().is_none() {
            meanwhile();
        }
        self.ends_content();
    }

    fn start(mut command: Command) -> Self {
        let folder = TempDir::with_prefix("sipp-").unwrap();
        command.current_dir(folder.path());
        let child = command.spawn().unwrap();
        Self { child, folder }
    }

    /// Its port is taken when it listens. Another program's state can only be polled.
    fn wait_until_it_listens(&self, address: SocketAddr, transport: Transport) {
        let is_free = || match transport {
            Transport::Udp => UdpSocket::bind(address).is_ok(),
            Transport::Tcp => std::net::TcpStream::connect(address).is_err(),
        };
        let end = std::time::Instant::now() + callpop_tests::PATIENT;
        while is_free() {
            assert!(std::time::Instant::now() < end, "sipp does not listen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Waits until its calls are over; all of them went as its scenario says.
    pub(crate) fn ends_content(mut self) {
        let status = self.child.wait().unwrap();
        let errors: String = std::fs::read_dir(self.folder.path())
            .unwrap()
            .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
            .collect();
        assert!(status.success(), "{status}: {errors}");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Already ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(sipp: &Path, scenario: &str, transport: Transport) -> Command {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sipp")
        .join(scenario)
        .with_extension("xml");
    let mut command = Command::new(sipp);
    command
        .arg("-sf")
        .arg(scenario)
        .args(["-i", "127.0.0.1", "-nostdin", "-trace_err"])
        .args(["-timeout", "20s", "-timeout_error", "-max_socket", "1000"])
        .args(match transport {
            Transport::Udp => ["-t", "u1"],
            Transport::Tcp => ["-t", "tn"],
        })
        // It draws a screen otherwise.
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Has it make so many calls, all at once.
fn makes(command: &mut Command, count: u32) -> &mut Command {
    let count = count.to_string();
    command
        .args(["-s", "+12025550100", "-r", "1000"])
        .args(["-m", &count, "-l", &count])
}
