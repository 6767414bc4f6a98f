//! Reads frames as the Language Server Protocol has them: header fields, an empty line, and as many
//! bytes as `Content-Length` says.
//!
//! What comes may be anything. So nothing is stored beyond two small limits, each fault is told
//! once, and then the next frame is looked for: a line end cannot stand in a JSON text, so what
//! looks like the field `Content-Length` in a line of its own is the beginning of a frame.

use std::io::{self, ErrorKind, Read};

/// The longest header of a frame, in bytes.
const MAX_HEADER: usize = 4096;
/// The most fields in it.
const MAX_FIELDS: usize = 16;
/// A frame that says it is longer is not passed over to its end: nobody knows whether it comes.
const MAX_PASSED_OVER: u64 = 1 << 30;
/// How a frame begins, in lower case.
const FIELD: &[u8] = b"content-length";
/// How much is read at once.
const CHUNK: usize = 16 * 1024;

/// Something that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A frame's content.
    Frame(Vec<u8>),
    /// A frame that is longer than may be, in bytes; it is passed over.
    TooLong(u64),
    /// Something that is no frame, and why. The next frame is looked for.
    Malformed(String),
}

/// Reads frames from anything that gives bytes.
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    max_frame: usize,
    /// Where what comes is read to, cleared once: little may come at a time.
    piece: Box<[u8]>,
    /// What was read and is not used yet.
    buffer: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A frame's header comes next.
    Header,
    /// So many bytes of a frame that is too long.
    PassingOver(u64),
    /// A fault was told, and the next frame is looked for.
    Lost,
    /// It has ended.
    Ended,
}

/// What a header says.
enum Header {
    /// Where it ends, and the length of what follows.
    Complete { end: usize, length: u64 },
    /// It goes on.
    Partial,
    /// It is none, and where the next may begin.
    Malformed { end: usize, why: String },
}

impl<R: Read> FrameReader<R> {
    /// Reads frames of at most so many bytes.
    pub fn new(source: R, max_frame: usize) -> Self {
        Self {
            source,
            max_frame,
            piece: vec![0; CHUNK].into_boxed_slice(),
            buffer: Vec::new(),
            state: State::Header,
        }
    }

    /// Waits for what comes next; `None` at the end.
    ///
    /// # Errors
    /// The source's own. Reading on is possible.
    pub fn read(&mut self) -> io::Result<Option<Incoming>> {
        loop {
            match self.state {
                State::Header => match header(&self.buffer) {
                    Header::Complete { end, length } => {
                        self.buffer.drain(..end);
                        return self.content(length).map(Some);
                    }
                    Header::Malformed { end, why } => {
                        self.buffer.drain(..end);
                        self.state = State::Lost;
                        return Ok(Some(Incoming::Malformed(why)));
                    }
                    Header::Partial => {
                        if !self.fill()? {
                            return Ok(self.end());
                        }
                    }
                },
                State::Lost => {
                    if !self.find()? {
                        self.state = State::Ended;
                    }
                }
                State::PassingOver(left) => {
                    let left = self.pass_over(left);
                    if left == 0 {
                        self.state = State::Header;
                    } else {
                        self.state = State::PassingOver(left);
                        if !self.fill()? {
                            return Ok(self.end());
                        }
                    }
                }
                State::Ended => return Ok(None),
            }
        }
    }

    /// The end of the source, which may be in the middle of something.
    fn end(&mut self) -> Option<Incoming> {
        let is_between_frames = self.state == State::Header && self.buffer.is_empty();
        self.state = State::Ended;
        (!is_between_frames).then(|| self.cut_off())
    }

    /// The end in the middle of a frame.
    fn cut_off(&mut self) -> Incoming {
        self.state = State::Ended;
        self.buffer = Vec::new();
        Incoming::Malformed("the input ends in the middle of a frame".to_owned())
    }

    /// The content of a frame whose header is read.
    fn content(&mut self, length: u64) -> io::Result<Incoming> {
        let fitting = usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.max_frame);
        let Some(length) = fitting else {
            self.state = if length <= MAX_PASSED_OVER {
                State::PassingOver(length)
            } else {
                State::Lost
            };
            return Ok(Incoming::TooLong(length));
        };
        // It grows as bytes come, not by what a header promises.
        while self.buffer.len() < length {
            if !self.fill()? {
                return Ok(self.cut_off());
            }
        }
        let rest = self.buffer.split_off(length);
        Ok(Incoming::Frame(std::mem::replace(&mut self.buffer, rest)))
    }

    /// Leaves out so many bytes; how many are still to come.
    fn pass_over(&mut self, left: u64) -> u64 {
        match usize::try_from(left) {
            Ok(left) if left <= self.buffer.len() => {
                self.buffer.drain(..left);
                0
            }
            _ => {
                let left = left - self.buffer.len() as u64;
                self.buffer.clear();
                left
            }
        }
    }

    /// Looks for the beginning of a frame; false if there is none to the end.
    fn find(&mut self) -> io::Result<bool> {
        loop {
            while let Some(at) = position(&self.buffer) {
                self.buffer.drain(..at);
                match header(&self.buffer) {
                    Header::Complete { .. } => {
                        self.state = State::Header;
                        return Ok(true);
                    }
                    // It looked like one.
                    Header::Malformed { end, .. } => {
                        self.buffer.drain(..end.max(FIELD.len()));
                    }
                    Header::Partial => break,
                }
            }
            if position(&self.buffer).is_none() {
                // The field's name may go on in what comes next.
                let kept = self.buffer.len().min(FIELD.len() - 1);
                self.buffer.drain(..self.buffer.len() - kept);
            }
            if !self.fill()? {
                return Ok(false);
            }
        }
    }

    /// Reads more; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let read = loop {
            match self.source.read(&mut self.piece) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffer.extend_from_slice(&self.piece[..read]);
        Ok(read > 0)
    }
}

/// Where the name of the field stands.
fn position(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(FIELD.len())
        .position(|window| window.eq_ignore_ascii_case(FIELD))
}

fn header(bytes: &[u8]) -> Header {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let within = &bytes[..bytes.len().min(MAX_HEADER)];
    match httparse::parse_headers(within, &mut fields) {
        Ok(httparse::Status::Complete((end, fields))) => match length(fields) {
            Ok(Some(length)) => Header::Complete { end, length },
            Ok(None) => Header::Malformed {
                // It may stand behind something that is none of it.
                end: 0,
                why: "a frame's header has no `Content-Length`".to_owned(),
            },
            Err(why) => Header::Malformed { end, why },
        },
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEADER => Header::Partial,
        Ok(httparse::Status::Partial) => Header::Malformed {
            end: 0,
            why: format!("a frame's header is longer than {MAX_HEADER} bytes"),
        },
        Err(error) => Header::Malformed {
            end: 0,
            why: format!(
                "a frame begins with `Content-Length: ` and a number, and this does not: {error}"
            ),
        },
    }
}

/// The length that the fields name, if they name one.
fn length(fields: &[httparse::Header<'_>]) -> Result<Option<u64>, String> {
    let mut length = None;
    for field in fields {
        let value = String::from_utf8_lossy(field.value);
        let value = value.trim();
        if field.name.eq_ignore_ascii_case("content-length") {
            // `parse` takes a sign, which is no digit.
            let is_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let parsed = value.parse::<u64>().ok().filter(|_| is_digits);
            let parsed = parsed.ok_or_else(|| {
                let value = crate::plain_line(value, 50);
                format!("{value:?} is no length of a frame")
            })?;
            if length.replace(parsed).is_some() {
                return Err("a frame's header has two lengths".to_owned());
            }
        }
        // `utf8` is what early clients of the protocol wrote.
        let names_charset = field.name.eq_ignore_ascii_case("content-type")
            && value.to_ascii_lowercase().contains("charset=");
        let lower = value.to_ascii_lowercase();
        if names_charset && !lower.contains("charset=utf-8") && !lower.contains("charset=utf8") {
            return Err("a frame's content is in another character set than UTF-8".to_owned());
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
