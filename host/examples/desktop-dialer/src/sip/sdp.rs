//! Session descriptions that say: no audio. Streams are inactive, or refused (RFC 8866, RFC 3264).

use std::net::SocketAddr;

pub(super) const CONTENT_TYPE: &str = "application/sdp";

/// The port for "nowhere": discard.
const NOWHERE: u16 = 9;
/// The most streams of an offer that are answered.
const MAX_STREAMS: usize = 16;

/// What the dialer offers: one stream of audio on which nothing flows.
pub(super) fn offer(address: SocketAddr) -> Vec<u8> {
    let stream = format!("m=audio {NOWHERE} RTP/AVP 0\r\na=inactive\r\n");
    session(address, &stream).into_bytes()
}

/// The answer to an offer, stream by stream: audio is inactive, everything else is refused. Without
/// an offer it is one.
pub(super) fn answer(offered: &[u8], address: SocketAddr) -> Vec<u8> {
    let offered = String::from_utf8_lossy(offered);
    let streams: String = offered
        .lines()
        .filter_map(|line| line.trim_end().strip_prefix("m="))
        .take(MAX_STREAMS)
        .filter_map(answered)
        .collect();
    if streams.is_empty() {
        return offer(address);
    }
    session(address, &streams).into_bytes()
}

/// The answer to one stream, `MEDIA PORT PROTOCOL FORMAT…`.
fn answered(stream: &str) -> Option<String> {
    let mut words = stream.split_ascii_whitespace();
    let (media, port) = (words.next()?, words.next()?);
    let (protocol, format) = (words.next()?, words.next()?);
    if media == "audio" && port != "0" {
        return Some(format!(
            "m=audio {NOWHERE} {protocol} {format}\r\na=inactive\r\n"
        ));
    }
    Some(format!("m={media} 0 {protocol} {format}\r\n"))
}

fn session(address: SocketAddr, streams: &str) -> String {
    let family = if address.is_ipv6() { "IP6" } else { "IP4" };
    let host = address.ip();
    format!(
        "v=0\r\no=- 1 1 IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n{streams}"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

    use super::*;

    fn streams(offered: &str) -> Vec<String> {
        let address = "127.0.0.1:5060".parse().unwrap();
        let answer = String::from_utf8(answer(offered.as_bytes(), address)).unwrap();
        assert!(answer.starts_with("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"));
        let streams = answer.split("t=0 0\r\n").nth(1).unwrap();
        streams.lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn audio_is_inactive_and_the_rest_is_refused() {
        let offered = "v=0\r\nm=audio 4000 RTP/SAVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n\
                       m=video 4002 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\n";
        assert_eq!(
            streams(offered),
            [
                "m=audio 9 RTP/SAVP 8",
                "a=inactive",
                "m=video 0 RTP/AVP 96",
                "m=audio 0 RTP/AVP 0"
            ]
        );
    }

    #[test]
    fn without_an_offer_the_answer_is_one() {
        for offered in ["", "v=0\r\n", "m=\r\n", "m=audio 1\r\n"] {
            assert_eq!(streams(offered), ["m=audio 9 RTP/AVP 0", "a=inactive"]);
        }
    }
}
