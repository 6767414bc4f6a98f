//! The user agent against a peer that is not ours: `sipp`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

mod peer;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};

use callpop_desktop_dialer::calls::{CallId, Ending};
use callpop_desktop_dialer::sip::{Command, Event, Listen, UserAgent};
use callpop_tests::PATIENT;

use peer::{Peer, Transport, sipp};

/// What the user does when something happens to a call.
type Reaction = fn(&Event) -> Option<Command>;

struct Dialer {
    agent: Arc<OnceLock<UserAgent>>,
    events: Receiver<Event>,
    address: SocketAddr,
}

impl Dialer {
    fn new(react: Reaction) -> Self {
        let listen = Listen {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            user: "agent".to_owned(),
            proxy: None,
        };
        let (told, events) = mpsc::channel();
        let agent = Arc::new(OnceLock::<UserAgent>::new());
        let reacting = Arc::downgrade(&agent);
        let started = UserAgent::start(&listen, move |event| {
            if let (Some(command), Some(agent)) = (react(&event), reacting.upgrade()) {
                agent.wait().command(command);
            }
            // The test may have heard enough.
            let _ = told.send(event);
        });
        let started = started.unwrap();
        let address = started.address();
        agent.set(started).unwrap();
        Self {
            agent,
            events,
            address,
        }
    }

    fn next(&self) -> Event {
        self.events.recv_timeout(PATIENT).unwrap()
    }

    /// How so many calls ended.
    fn endings(&self, count: usize) -> Vec<Ending> {
        let mut endings = BTreeMap::<CallId, Ending>::new();
        while endings.len() < count {
            if let Event::Ended(id, ending) = self.next() {
                assert!(endings.insert(id, ending).is_none(), "it ended twice");
            }
        }
        endings.into_values().collect()
    }

    fn dial(&self, address: SocketAddr, transport: Transport) -> CallId {
        let id = CallId("dialled".to_owned());
        self.agent.wait().command(Command::Dial {
            id: id.clone(),
            target: format!("sip:callee@{address}{}", transport.parameter()),
        });
        id
    }
}

fn nothing(_: &Event) -> Option<Command> {
    None
}

fn answer(event: &Event) -> Option<Command> {
    matches!(event, Event::Incoming { .. }).then(|| Command::Answer(event.call().clone()))
}

fn decline(event: &Event) -> Option<Command> {
    matches!(event, Event::Incoming { .. }).then(|| Command::Decline(event.call().clone()))
}

fn answer_and_hang_up(event: &Event) -> Option<Command> {
    match event {
        Event::Answered(id) => Some(Command::HangUp(id.clone())),
        event => answer(event),
    }
}

#[test]
fn a_call_rings_is_answered_and_the_caller_hangs_up() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(answer);
    let peer = Peer::calls(&sipp, "answered", dialer.address, Transport::Udp, 1);
    let Event::Incoming {
        id,
        number,
        name,
        dialled,
        log_id,
        ..
    } = dialer.next()
    else {
        panic!("no call came first");
    };
    assert_eq!(number.as_deref(), Some("+12025550123"));
    assert_eq!(name.as_deref(), Some("John at Northwind"));
    assert_eq!(dialled.as_deref(), Some("+12025550100"));
    assert_eq!(log_id.as_deref(), Some("88421"));
    assert_eq!(dialer.next(), Event::Answered(id.clone()));
    assert_eq!(dialer.next(), Event::Ended(id, Ending::HungUp));
    peer.ends_content();
}

#[test]
fn the_user_hangs_up() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(answer_and_hang_up);
    let peer = Peer::calls(&sipp, "hung-up-on", dialer.address, Transport::Udp, 1);
    assert_eq!(dialer.endings(1), [Ending::HungUp]);
    peer.ends_content();
}

#[test]
fn the_user_declines() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(decline);
    let peer = Peer::calls(&sipp, "declined", dialer.address, Transport::Udp, 1);
    assert_eq!(dialer.endings(1), [Ending::Declined]);
    peer.ends_content();
}

#[test]
fn the_caller_gives_up() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(nothing);
    let peer = Peer::calls(&sipp, "cancelled", dialer.address, Transport::Udp, 1);
    assert_eq!(dialer.endings(1), [Ending::Missed]);
    peer.ends_content();
}

#[test]
fn several_calls_go_on_at_once_over_udp_and_tcp() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(answer);
    let udp = Peer::calls(&sipp, "answered", dialer.address, Transport::Udp, 10);
    let tcp = Peer::calls(&sipp, "answered", dialer.address, Transport::Tcp, 10);
    assert_eq!(dialer.endings(20), [Ending::HungUp; 20]);
    udp.ends_content();
    tcp.ends_content();
}

#[test]
fn over_tcp_a_call_is_declined_hung_up_and_given_up_as_well() {
    let Some(sipp) = sipp() else { return };
    let tcp = Transport::Tcp;
    for (react, scenario, ending) in [
        (decline as Reaction, "declined", Ending::Declined),
        (answer_and_hang_up, "hung-up-on", Ending::HungUp),
        (nothing, "cancelled", Ending::Missed),
    ] {
        let dialer = Dialer::new(react);
        let peer = Peer::calls(&sipp, scenario, dialer.address, tcp, 1);
        assert_eq!(dialer.endings(1), [ending], "{scenario}");
        peer.ends_content();
    }
}

#[test]
fn datagrams_that_are_lost_are_sent_again() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(answer);
    let peer = Peer::loses(&sipp, "answered-after-losses", dialer.address, 20);
    assert_eq!(dialer.endings(20), [Ending::HungUp; 20]);
    peer.ends_content();
}

#[test]
fn it_says_what_it_can() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(nothing);
    for transport in [Transport::Udp, Transport::Tcp] {
        Peer::calls(&sipp, "options", dialer.address, transport, 1).ends_content();
    }
}

#[test]
fn a_call_out_rings_is_answered_and_ends_from_either_side() {
    let Some(sipp) = sipp() else { return };
    for (react, scenario) in [
        (answer_and_hang_up as Reaction, "answers"),
        (nothing, "answers-and-hangs-up"),
    ] {
        for transport in [Transport::Udp, Transport::Tcp] {
            let dialer = Dialer::new(react);
            let (peer, address) = Peer::is_called(&sipp, scenario, transport);
            let id = dialer.dial(address, transport);
            assert_eq!(dialer.next(), Event::Rings(id.clone()));
            assert_eq!(dialer.next(), Event::Answered(id.clone()));
            assert_eq!(dialer.next(), Event::Ended(id, Ending::HungUp));
            peer.ends_content();
        }
    }
}

#[test]
fn a_call_out_finds_the_other_side_busy() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(nothing);
    let (peer, address) = Peer::is_called(&sipp, "busy", Transport::Udp);
    let id = dialer.dial(address, Transport::Udp);
    assert_eq!(dialer.next(), Event::Ended(id, Ending::Refused));
    peer.ends_content();
}

#[test]
fn the_user_gives_up_a_call_out() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(|event| match event {
        Event::Rings(id) => Some(Command::HangUp(id.clone())),
        _ => None,
    });
    let (peer, address) = Peer::is_called(&sipp, "rings", Transport::Udp);
    let id = dialer.dial(address, Transport::Udp);
    assert_eq!(dialer.next(), Event::Rings(id.clone()));
    assert_eq!(dialer.next(), Event::Ended(id, Ending::Cancelled));
    peer.ends_content();
}

#[test]
fn a_call_out_to_nobody_fails() {
    let dialer = Dialer::new(nothing);
    // A port that was free a moment ago.
    let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let id = dialer.dial(address, Transport::Tcp);
    assert_eq!(dialer.next(), Event::Ended(id, Ending::Failed));
}

#[test]
fn the_dialer_says_goodbye_when_it_ends() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(answer);
    let peer = Peer::calls(&sipp, "hung-up-on", dialer.address, Transport::Udp, 1);
    assert!(matches!(dialer.next(), Event::Incoming { .. }));
    assert!(matches!(dialer.next(), Event::Answered(_)));
    drop(dialer);
    peer.ends_content();
}

/// Bytes that are no SIP, or nearly.
fn malformed() -> Vec<Vec<u8>> {
    let invite = include_bytes!("sipp/malformed.txt");
    let mut all: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\r\n\r\n".to_vec(),
        b"INVITE ".to_vec(),
        b"INVITE sip:agent@127.0.0.1 SIP/2.0\r\n\r\n".to_vec(),
        b"SIP/2.0 200 OK\r\n\r\n".to_vec(),
        b"ACK sip:agent@127.0.0.1 SIP/2.0\r\nVia: x\r\n\r\n".to_vec(),
        vec![0xff; 60_000],
        (0..=255).collect(),
    ];
    // Cut off at each byte, and with each byte another.
    for at in 0..invite.len() {
        all.push(invite[..at].to_vec());
        let mut other = invite.to_vec();
        other[at] ^= 0x55;
        all.push(other);
    }
    all
}

#[test]
fn malformed_messages_do_not_end_it() {
    let Some(sipp) = sipp() else { return };
    let dialer = Dialer::new(decline);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for message in malformed() {
        socket.send_to(&message, dialer.address).unwrap();
    }
    for message in malformed().iter().step_by(50) {
        let mut stream = TcpStream::connect(dialer.address).unwrap();
        // It may hang up on what is no SIP.
        let _ = stream.write_all(message);
    }
    let udp = Peer::calls(&sipp, "declined", dialer.address, Transport::Udp, 1);
    udp.ends_content();
    let tcp = Peer::calls(&sipp, "declined", dialer.address, Transport::Tcp, 1);
    tcp.ends_content();
}

#[test]
fn one_address_is_listened_at_once() {
    let dialer = Dialer::new(nothing);
    let listen = Listen {
        address: dialer.address,
        user: "agent".to_owned(),
        proxy: None,
    };
    let error = UserAgent::start(&listen, |_| ()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
