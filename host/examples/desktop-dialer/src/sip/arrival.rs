//! The socket for UDP, which remembers when it took a call's datagram.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rsipstack::platform::net::UdpSocket;

/// So many arrivals are remembered: those of datagrams that were not looked at yet.
const MAX_REMEMBERED: usize = 256;

/// When the datagrams with calls arrived, by who sent them and what is in their beginning.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals(Arc<Mutex<VecDeque<(SocketAddr, Instant)>>>);

impl Arrivals {
    fn note(&self, from: SocketAddr) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() == MAX_REMEMBERED {
            noted.pop_front();
        }
        noted.push_back((from, Instant::now()));
    }

    /// When the oldest call from there arrived that was not asked for yet. Datagrams are looked at
    /// in the order in which they come.
    pub(super) fn take(&self, from: SocketAddr) -> Option<Instant> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = noted.iter().position(|(it, _)| *it == from)?;
        noted.remove(index).map(|(_, at)| at)
    }
}

/// A socket that notes the arrival of calls.
pub(super) struct NotingSocket {
    pub(super) socket: tokio::net::UdpSocket,
    pub(super) arrivals: Arrivals,
    /// The address that others can reach, by which it names itself.
    pub(super) shown: SocketAddr,
}

#[async_trait::async_trait]
impl UdpSocket for NotingSocket {
    async fn recv_from(&self, buf: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        let (length, from) = self.socket.recv_from(buf).await?;
        if buf[..length].starts_with(b"INVITE ") {
            self.arrivals.note(from);
        }
        Ok((length, from))
    }

    async fn send_to(&self, buf: &[u8], addr: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(buf, addr).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.shown)
    }
}
