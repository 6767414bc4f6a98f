//! Frames in pieces of any size, beside any bytes that are none.

use std::io::{self, Read};

use proptest::prelude::*;

use super::{FrameReader, Incoming};

const MAX: usize = 1000;

/// Gives its bytes in pieces of these sizes, over and over.
struct InPieces<'bytes> {
    bytes: &'bytes [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for InPieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes[self.turn % self.sizes.len()];
        self.turn += 1;
        let size = size.min(self.bytes.len()).min(into.len());
        let (now, later) = self.bytes.split_at(size);
        into[..size].copy_from_slice(now);
        self.bytes = later;
        Ok(size)
    }
}

fn all(bytes: &[u8], sizes: &[usize]) -> Vec<Incoming> {
    let source = InPieces {
        bytes,
        sizes: sizes.to_vec(),
        turn: 0,
    };
    let mut reader = FrameReader::new(source, MAX);
    let mut all = Vec::new();
    while let Some(incoming) = reader.read().unwrap() {
        all.push(incoming);
        assert!(reader.buffer.capacity() < 16 * MAX + 4 * super::CHUNK);
    }
    assert_eq!(reader.read().unwrap(), None);
    all
}

fn frame(content: &[u8]) -> Vec<u8> {
    let head = format!("Content-Length: {}\r\n\r\n", content.len());
    [head.as_bytes(), content].concat()
}

fn frames(incoming: &[Incoming]) -> Vec<&[u8]> {
    let frames = incoming.iter().filter_map(|it| match it {
        Incoming::Frame(content) => Some(&**content),
        _ => None,
    });
    frames.collect()
}

#[test]
fn each_way_to_be_no_frame_is_told_once_and_the_next_frame_is_read() {
    for nonsense in [
        "{\"jsonrpc\":\"2.0\"}\r\n",
        "\r\n",
        "\0",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "Content-Length: seven\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: +1\r\n\r\n",
        "Content-Length: \r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "Content-Length : 1\r\n\r\nx",
        "Content-Type: application/json\r\n\r\n",
        "Content-Length: 1\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nx",
        "content-lengthContent-Lengthcontent-length",
    ] {
        let bytes = [nonsense.as_bytes(), &frame(b"one"), &frame(b"two")].concat();
        let incoming = all(&bytes, &[7]);
        assert_eq!(frames(&incoming), [b"one", b"two"], "{nonsense:?}");
        assert_eq!(incoming.len(), 3, "{nonsense:?}: {incoming:?}");
        assert!(
            matches!(incoming[0], Incoming::Malformed(_)),
            "{nonsense:?}"
        );
    }
}

#[test]
fn what_other_clients_write_is_a_frame() {
    for head in [
        "content-length: 3\r\n\r\n",
        "Content-Length:3\r\n\r\n",
        "Content-Length: 3\n\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 3\r\n\r\n",
        "Content-Length: 003\r\nContent-Type: application/json;charset=utf8\r\n\r\n",
    ] {
        let bytes = [head.as_bytes(), b"one"].concat();
        assert_eq!(
            all(&bytes, &[1]),
            [Incoming::Frame(b"one".to_vec())],
            "{head:?}"
        );
    }
}

#[test]
fn what_is_too_long_is_passed_over() {
    let long = frame(&vec![b'x'; 10 * MAX]);
    let bytes = [long, frame(b"one")].concat();
    let expected = [
        Incoming::TooLong(10 * MAX as u64),
        Incoming::Frame(b"one".to_vec()),
    ];
    assert_eq!(all(&bytes, &[999]), expected);
    // What never comes is not waited for.
    let promised = b"Content-Length: 18446744073709551615\r\n\r\n";
    let bytes = [&promised[..], &frame(b"one")].concat();
    let expected = [
        Incoming::TooLong(u64::MAX),
        Incoming::Frame(b"one".to_vec()),
    ];
    assert_eq!(all(&bytes, &[999]), expected);
    // Nor is a header without an end.
    let endless = ["X: y\r\n".repeat(1000).as_bytes(), &frame(b"one")].concat();
    let incoming = all(&endless, &[999]);
    assert_eq!(frames(&incoming), [b"one"]);
    assert_eq!(incoming.len(), 2);
}

#[test]
fn the_end_in_the_middle_of_something_is_told() {
    let whole = frame(b"one");
    for length in 1..whole.len() {
        let incoming = all(&whole[..length], &[3]);
        assert_eq!(incoming.len(), 1, "{length}");
        assert!(matches!(incoming[0], Incoming::Malformed(_)), "{length}");
    }
    assert_eq!(all(b"", &[3]), []);
    let long = frame(&vec![b'x'; 10 * MAX]);
    let incoming = all(&long[..long.len() - 1], &[3]);
    assert!(matches!(
        incoming[..],
        [Incoming::TooLong(_), Incoming::Malformed(_)]
    ));
}

proptest! {
    /// However they are cut into pieces.
    #[test]
    fn frames_are_read_as_they_were_written(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..MAX), 0..8),
        sizes in prop::collection::vec(1..2000_usize, 1..5),
    ) {
        let bytes: Vec<u8> = contents.iter().flat_map(|content| frame(content)).collect();
        let incoming = all(&bytes, &sizes);
        prop_assert_eq!(incoming.len(), contents.len());
        let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(frames(&incoming), contents);
    }

    /// Bytes that are no frame lead to something that can be told, and never keep the next frame
    /// from being read: no line end can stand within its JSON, so it is found.
    #[test]
    fn any_bytes_are_told_of_and_got_over(
        noise in prop::collection::vec(any::<u8>(), 1..5000),
        sizes in prop::collection::vec(1..2000_usize, 1..5),
    ) {
        let bytes = [noise, frame(b"one")].concat();
        let incoming = all(&bytes, &sizes);
        prop_assert!(matches!(incoming[0], Incoming::Malformed(_)));
        prop_assert_eq!(frames(&incoming), [b"one"]);
    }

    /// The same for what looks much like a frame.
    #[test]
    fn what_looks_like_frames_ends_in_order(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "Content-Length: ", "content-length", ":", " ", "\r\n", "\n", "\r", "0", "7", "13",
                "999", "1001", "4294967296", "{}", "[", "\"", "Content-Type: x; charset=", "utf-8",
            ]),
            0..200,
        ),
        sizes in prop::collection::vec(1..2000_usize, 1..5),
    ) {
        let bytes = parts.concat();
        let incoming = all(bytes.as_bytes(), &sizes);
        // However it is cut into pieces, it is the same.
        prop_assert_eq!(&incoming, &all(bytes.as_bytes(), &[1]));
        prop_assert!(bytes.is_empty() || !incoming.is_empty());
    }
}
