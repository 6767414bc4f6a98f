//! Which hosts are this machine itself: the only ones that may be reached without TLS.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `host` names this machine: `localhost` and names under it (RFC 6761, section 6.3), the
/// IPv4 network 127.0.0.0/8, or `[::1]`.
///
/// `host` may carry a port, as a hostname of an account may: `127.0.0.1:8080`.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    if let Some(bracketed) = host.strip_prefix('[') {
        return bracketed
            .split_once(']')
            .and_then(|(address, _port)| address.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback());
    }
    let name = match host.bytes().position(|byte| byte == b':') {
        Some(port) => &host[..port],
        None => host,
    };
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    let (before, end) = match name.len().checked_sub("localhost".len()) {
        Some(start) => name.as_bytes().split_at(start),
        None => return false,
    };
    end.eq_ignore_ascii_case(b"localhost") && (before.is_empty() || before.ends_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::is_loopback_host;

    #[test]
    fn loopback_names_and_addresses_are_told_from_others() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "crm.localhost",
            "127.0.0.1",
            "127.9.9.9:8080",
            "[::1]",
            "[::1]:443",
        ] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "128.0.0.1",
            "[::2]",
            "[::1",
            "0.0.0.0",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
