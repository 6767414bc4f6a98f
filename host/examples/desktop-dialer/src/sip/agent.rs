//! The user agent's own loop: what comes from the network and what the dialer wants done.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::platform::CancellationToken;
use rsipstack::sip::{Method, Transport};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

use super::arrival::{Arrivals, NotingSocket};
use super::dialogs::Dialogs;
use super::identity::Identity;
use super::{Command, Event, Listen, incoming, outgoing};

/// The methods that are understood.
pub(super) const METHODS: [Method; 5] = [
    Method::Invite,
    Method::Ack,
    Method::Cancel,
    Method::Bye,
    Method::Options,
];

/// How long those whom the dialer speaks with are waited for when it ends.
const GOODBYE: Duration = Duration::from_millis(500);

/// Where calls come in: one port for UDP and TCP.
pub(super) struct Sockets {
    pub(super) address: SocketAddr,
    udp: UdpSocket,
    tcp: TcpListener,
}

impl Sockets {
    pub(super) async fn bind(address: SocketAddr) -> io::Result<Self> {
        /// A port that is free for UDP may be in use for TCP.
        const TRIES: usize = 20;
        let mut tries = 0;
        loop {
            let udp = UdpSocket::bind(address).await?;
            let bound = udp.local_addr()?;
            match TcpListener::bind(bound).await {
                Ok(tcp) => {
                    return Ok(Self {
                        address: bound,
                        udp,
                        tcp,
                    });
                }
                Err(_) if address.port() == 0 && tries < TRIES => tries += 1,
                Err(cause) => return Err(cause),
            }
        }
    }
}

/// What every part of the user agent needs.
pub(super) struct Agent {
    pub(super) layer: Arc<DialogLayer>,
    pub(super) dialogs: Dialogs,
    pub(super) identity: Identity,
    pub(super) arrivals: Arrivals,
    happened: Box<dyn Fn(Event) + Send + Sync>,
}

impl Agent {
    pub(super) fn tell(&self, event: Event) {
        (self.happened)(event);
    }
}

/// Listens and does what it is told, until nobody can tell it anything any more.
pub(super) async fn run(
    sockets: Sockets,
    listen: &Listen,
    mut to_do: UnboundedReceiver<Command>,
    happened: impl Fn(Event) + Send + Sync + 'static,
) {
    let ended = CancellationToken::new();
    let arrivals = Arrivals::default();
    let reachable = reachable(sockets.address);
    let transport = TransportLayer::new(ended.clone());
    let udp = NotingSocket {
        socket: sockets.udp,
        arrivals: arrivals.clone(),
        shown: reachable,
    };
    // It fails only if the socket has no address, and it has one.
    let Ok(udp) = UdpConnection::from_socket(Arc::new(udp), None, Some(ended.clone())).await else {
        return;
    };
    transport.add_transport(SipConnection::Udp(udp));
    let endpoint = EndpointBuilder::new()
        .with_user_agent(concat!(
            "Callpop-desktop-dialer/",
            env!("CARGO_PKG_VERSION")
        ))
        .with_allows(METHODS.to_vec())
        .with_transport_layer(transport)
        .with_cancel_token(ended.clone())
        .build();
    let Ok(mut heard) = endpoint.incoming_transactions() else {
        return;
    };
    let agent = Arc::new(Agent {
        layer: Arc::new(DialogLayer::new(Arc::clone(&endpoint.inner))),
        dialogs: Dialogs::default(),
        identity: Identity::new(listen, reachable),
        arrivals,
        happened: Box::new(happened),
    });
    tokio::spawn(accept(
        sockets.tcp,
        reachable,
        Arc::clone(&endpoint.inner),
        ended.clone(),
    ));
    let serving = Arc::clone(&endpoint.inner);
    tokio::spawn(async move { serving.serve().await });
    loop {
        tokio::select! {
            transaction = heard.recv() => match transaction {
                Some(transaction) => incoming::hear(&agent, transaction).await,
                None => break,
            },
            command = to_do.recv() => match command {
                Some(command) => outgoing::perform(&agent, command),
                None => break,
            },
        }
    }
    // Whoever does not answer within that time is left alone.
    let _ = timeout(GOODBYE, outgoing::say_goodbye(&agent)).await;
    ended.cancel();
}

/// Takes connections until the user agent ends.
async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    endpoint: EndpointInnerRef,
    ended: CancellationToken,
) {
    let local = SipAddr {
        r#type: Some(Transport::Tcp),
        addr: address.into(),
    };
    loop {
        let accepted = tokio::select! {
            () = ended.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let connection = accepted.ok().and_then(|(stream, _)| {
            TcpConnection::from_stream(stream, local.clone(), Some(ended.child_token())).ok()
        });
        match connection {
            Some(connection) => endpoint
                .transport_layer
                .add_connection(SipConnection::Tcp(connection)),
            // Out of file descriptors, perhaps: others may end meanwhile.
            None => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// The address that others can reach, where it listens on all of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    // The address of the way out; nothing is sent.
    let out = std::net::UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
        .and_then(|socket| {
            socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
            socket.local_addr()
        })
        .map_or(Ipv4Addr::LOCALHOST.into(), |local| local.ip());
    SocketAddr::new(out, address.port())
}
