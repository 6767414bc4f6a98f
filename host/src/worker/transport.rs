//! Frames over a channel: a length of four bytes, little-endian, and that many bytes of JSON.
//!
//! Reading is total: any bytes give a frame or a typed error, and never more memory than the limit.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame, in bytes: room for all stored values of an account, escaped.
pub(super) const MAX_FRAME: usize = 16 * 1024 * 1024;

/// What most frames fit into, in bytes; what allocators have at hand.
const USUAL_FRAME: usize = 1000;

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

/// Writes one frame, as a whole or not at all on a channel that works.
pub(super) fn write_frame(
    channel: &mut impl Write,
    frame: &impl Serialize,
) -> Result<(), FrameError> {
    let mut bytes = Vec::with_capacity(USUAL_FRAME);
    bytes.resize(4, 0);
    serde_json::to_writer(&mut bytes, frame)?;
    let length = bytes.len() - 4;
    let header = u32::try_from(length)
        .ok()
        .filter(|_| length <= MAX_FRAME)
        .ok_or(FrameError::TooLong(length))?;
    bytes[..4].copy_from_slice(&header.to_le_bytes());
    channel.write_all(&bytes)?;
    Ok(channel.flush()?)
}

/// Reads one frame.
pub(super) fn read_frame<T: DeserializeOwned>(channel: &mut impl Read) -> Result<T, FrameError> {
    let mut header = [0; 4];
    channel.read_exact(&mut header)?;
    let length = usize::try_from(u32::from_le_bytes(header)).unwrap_or(usize::MAX);
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    // Grows with what really arrives, so that a lie about the length costs little.
    let mut bytes = Vec::with_capacity(length.min(USUAL_FRAME));
    channel.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(FrameError::Closed);
    }
    Ok(serde_json::from_slice(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::{FrameError, MAX_FRAME, read_frame, write_frame};

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &vec!["a", "ü"]).unwrap();
        write_frame(&mut bytes, &7).unwrap();
        let mut channel = bytes.as_slice();
        assert_eq!(read_frame::<Vec<String>>(&mut channel).unwrap(), ["a", "ü"]);
        assert_eq!(read_frame::<u32>(&mut channel).unwrap(), 7);
        assert!(matches!(
            read_frame::<u32>(&mut channel),
            Err(FrameError::Closed)
        ));
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error() {
        let mut whole = Vec::new();
        write_frame(&mut whole, &"text").unwrap();
        for length in 0..whole.len() {
            assert!(matches!(
                read_frame::<String>(&mut &whole[..length]),
                Err(FrameError::Closed)
            ));
        }
        let lie = u32::MAX.to_le_bytes();
        assert!(matches!(
            read_frame::<String>(&mut lie.as_slice()),
            Err(FrameError::TooLong(_))
        ));
        let not_json = [2, 0, 0, 0, b'{', b'x'];
        assert!(matches!(
            read_frame::<String>(&mut not_json.as_slice()),
            Err(FrameError::Json(_))
        ));
        let huge = "x".repeat(MAX_FRAME);
        assert!(matches!(
            write_frame(&mut Vec::new(), &huge),
            Err(FrameError::TooLong(_))
        ));
    }
}
