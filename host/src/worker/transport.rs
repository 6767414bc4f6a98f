//! Frames over a channel: a length of four bytes, little-endian, and that many bytes of JSON.
//!
//! Reading is total: any bytes give a frame or a typed error, and never more memory than the limit.

use std::io::{self, Read, Write};
#[cfg(any(unix, test, feature = "internals"))]
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The longest frame, in bytes: room for all stored values of an account, escaped.
pub(super) const MAX_FRAME: usize = 16 * 1024 * 1024;

/// What most frames fit into, in bytes.
const USUAL_FRAME: usize = 1000;

/// What is read ahead at most, in bytes, where no frame is longer.
#[cfg(any(unix, test, feature = "internals"))]
const BUFFER: usize = 4096;

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// The other side closed the channel, between two frames or in the middle of one.
    #[error("the channel was closed")]
    Closed,
    /// The channel failed.
    #[error(transparent)]
    Io(io::Error),
    /// Longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes; at most {MAX_FRAME} are read")]
    TooLong(usize),
    /// Not a text.
    #[error("a frame that is not UTF-8: {0}")]
    Utf8(#[from] std::str::Utf8Error),
    /// Not what is expected.
    #[error("a frame that cannot be read: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset => Self::Closed,
            _ => Self::Io(error),
        }
    }
}

/// Writes one frame, as a whole or not at all on a channel that works, after those that stand in
/// `bytes` already. That is memory for frames, to be used again, and empty then.
pub(super) fn write_frame(
    channel: &mut impl Write,
    bytes: &mut Vec<u8>,
    frame: &impl Serialize,
) -> Result<(), FrameError> {
    encode(bytes, frame)?;
    let written = channel.write_all(bytes).and_then(|()| channel.flush());
    bytes.clear();
    // What a long frame took is given back.
    bytes.shrink_to(USUAL_FRAME);
    Ok(written?)
}

/// Adds a frame to `bytes`: its length and its body. If that fails, they stay as they are.
pub(super) fn encode(bytes: &mut Vec<u8>, frame: &impl Serialize) -> Result<(), FrameError> {
    let start = bytes.len();
    let added = append(bytes, frame);
    if added.is_err() {
        bytes.truncate(start);
    }
    added
}

fn append(bytes: &mut Vec<u8>, frame: &impl Serialize) -> Result<(), FrameError> {
    bytes.reserve(USUAL_FRAME);
    let start = bytes.len();
    bytes.extend([0; 4]);
    let body = bytes.len();
    serde_json::to_writer(&mut *bytes, frame)?;
    let length = bytes.len() - body;
    let header = u32::try_from(length)
        .ok()
        .filter(|_| length <= MAX_FRAME)
        .ok_or(FrameError::TooLong(length))?;
    bytes[start..body].copy_from_slice(&header.to_le_bytes());
    Ok(())
}

/// Reads the body of one frame, for a thread that passes it on.
#[cfg(windows)]
pub(super) fn read_body(channel: &mut impl Read) -> Result<Vec<u8>, FrameError> {
    let mut header = [0; 4];
    channel.read_exact(&mut header)?;
    let length = checked_length(header)?;
    // Grows with what really arrives, so that a lie about the length costs little.
    let mut bytes = Vec::with_capacity(length.min(USUAL_FRAME));
    channel.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(FrameError::Closed);
    }
    Ok(bytes)
}

fn checked_length(header: [u8; 4]) -> Result<usize, FrameError> {
    let length = usize::try_from(u32::from_le_bytes(header)).unwrap_or(usize::MAX);
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    Ok(length)
}

/// What a frame's body says. Its texts are borrowed, where they are written without escapes.
pub(super) fn decode<'body, T: Deserialize<'body>>(body: &'body [u8]) -> Result<T, FrameError> {
    // As a whole, which costs less than text by text.
    let text = std::str::from_utf8(body)?;
    Ok(serde_json::from_str(text)?)
}

/// Reads frames where one thread reads and answers them: the usual ones with one call of the
/// system each, and without copying them.
#[cfg(any(unix, test, feature = "internals"))]
pub(super) struct FrameReader<R> {
    channel: R,
    buffer: Vec<u8>,
    /// Which part of the buffer was read and not given yet.
    ahead: Range<usize>,
}

#[cfg(any(unix, test, feature = "internals"))]
impl<R: Read> FrameReader<R> {
    pub(super) fn new(channel: R) -> Self {
        Self {
            channel,
            buffer: vec![0; BUFFER],
            ahead: 0..0,
        }
    }

    /// Where it reads from; to write to a channel of both directions.
    #[cfg(unix)]
    pub(super) fn get_mut(&mut self) -> &mut R {
        &mut self.channel
    }

    /// Whether something was read that was not given yet.
    #[cfg(unix)]
    pub(super) fn is_ahead(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Reads one frame, which is borrowed until the next one is read.
    pub(super) fn read<'frame, T: Deserialize<'frame>>(&'frame mut self) -> Result<T, FrameError> {
        self.tidy();
        let header = self.take(4)?;
        let length = self.length_of(&header)?;
        let body = self.take(length)?;
        decode(&self.buffer[body])
    }

    /// Makes room, and gives back what a long frame took.
    fn tidy(&mut self) {
        if self.ahead.is_empty() {
            self.ahead = 0..0;
            if self.buffer.len() > BUFFER {
                self.buffer = vec![0; BUFFER];
            }
        }
    }

    fn length_of(&self, header: &Range<usize>) -> Result<usize, FrameError> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.buffer[header.clone()]);
        checked_length(bytes)
    }

    /// Where the next `count` bytes stand in the buffer, once they have been read.
    fn take(&mut self, count: usize) -> Result<Range<usize>, FrameError> {
        while self.ahead.len() < count {
            self.read_more(count)?;
        }
        let start = self.ahead.start;
        self.ahead.start += count;
        Ok(start..self.ahead.start)
    }

    fn read_more(&mut self, wanted: usize) -> Result<(), FrameError> {
        if self.ahead.start > 0 && self.ahead.start + wanted > self.buffer.len() {
            self.buffer.copy_within(self.ahead.clone(), 0);
            self.ahead = 0..self.ahead.len();
        }
        if self.ahead.end == self.buffer.len() {
            // Grows with what really arrives, so that a lie about the length costs little.
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = match self.channel.read(&mut self.buffer[self.ahead.end..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            read => read?,
        };
        if read == 0 {
            return Err(FrameError::Closed);
        }
        self.ahead.end += read;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameError, FrameReader, MAX_FRAME, encode, write_frame};

    fn written(frame: &impl serde::Serialize) -> Vec<u8> {
        let mut channel = Vec::new();
        write_frame(&mut channel, &mut Vec::new(), frame).unwrap();
        channel
    }

    #[test]
    fn what_is_written_is_read() {
        // The second is longer than what is buffered.
        let long = "l".repeat(100_000);
        let bytes = [written(&vec!["a", "ü"]), written(&long), written(&7)].concat();
        let mut reader = FrameReader::new(bytes.as_slice());
        assert_eq!(reader.read::<Vec<&str>>().unwrap(), ["a", "ü"]);
        assert_eq!(reader.read::<&str>().unwrap(), long);
        assert_eq!(reader.read::<u32>().unwrap(), 7);
        assert!(matches!(reader.read::<u32>(), Err(FrameError::Closed)));
    }

    #[test]
    fn a_frame_goes_along_with_the_next_one() {
        let mut bytes = Vec::new();
        encode(&mut bytes, &"first").unwrap();
        // What cannot be written takes nothing with it.
        let huge = "x".repeat(MAX_FRAME);
        assert!(matches!(
            encode(&mut bytes, &huge),
            Err(FrameError::TooLong(_))
        ));
        let mut channel = Vec::new();
        write_frame(&mut channel, &mut bytes, &"second").unwrap();
        assert!(bytes.is_empty());
        let mut reader = FrameReader::new(channel.as_slice());
        assert_eq!(reader.read::<&str>().unwrap(), "first");
        assert_eq!(reader.read::<&str>().unwrap(), "second");
        assert!(matches!(reader.read::<&str>(), Err(FrameError::Closed)));
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error() {
        let read = |bytes: &[u8]| FrameReader::new(bytes).read::<String>();
        let whole = written(&"text");
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(FrameError::Closed)));
        }
        let lie = u32::MAX.to_le_bytes();
        assert!(matches!(read(&lie), Err(FrameError::TooLong(_))));
        let not_json = [2, 0, 0, 0, b'{', b'x'];
        assert!(matches!(read(&not_json), Err(FrameError::Json(_))));
        let huge = "x".repeat(MAX_FRAME);
        assert!(matches!(
            write_frame(&mut Vec::new(), &mut Vec::new(), &huge),
            Err(FrameError::TooLong(_))
        ));
    }
}
