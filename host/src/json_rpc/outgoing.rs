//! What goes out: frames, one after the other, from a thread of its own. Who adds to it waits while
//! there is too much of it: so a client that does not read is not written to without end.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// So many bytes may wait to be written, and one frame more.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How long to wait for a client to read what is left for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Patience {
    /// All of it has to be read in this time.
    InAll(Duration),
    /// As long as it reads: each frame has this time.
    ForEachFrame(Duration),
}

/// Frames that wait to be written.
#[derive(Default)]
pub(super) struct Outgoing {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a frame is being written.
    is_writing: bool,
    /// Whether nothing more goes out.
    is_closed: bool,
}

impl Outgoing {
    /// Adds a frame with this content; false if nobody reads any more.
    pub(super) fn send(&self, content: &impl Serialize) -> bool {
        match serde_json::to_vec(content) {
            Ok(content) => self.add(&content),
            Err(error) => {
                tracing::error!(%error, "a message could not be written as JSON");
                false
            }
        }
    }

    fn add(&self, content: &[u8]) -> bool {
        let mut frame = format!("Content-Length: {}\r\n\r\n", content.len()).into_bytes();
        frame.extend_from_slice(content);
        let mut state = self.lock();
        while state.bytes > MAX_BYTES && !state.is_closed {
            state = self.wait(state);
        }
        if state.is_closed {
            return false;
        }
        state.bytes += frame.len();
        state.frames.push_back(frame);
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Writes what is added, until it is closed or cannot be written.
    pub(super) fn write_to(&self, mut output: impl Write) {
        let mut state = self.lock();
        loop {
            if let Some(frame) = state.frames.pop_front() {
                state.is_writing = true;
                drop(state);
                let written = output.write_all(&frame).and_then(|()| output.flush());
                state = self.lock();
                state.is_writing = false;
                state.bytes = state.bytes.saturating_sub(frame.len());
                if let Err(error) = written {
                    tracing::debug!(%error, "nobody reads any more");
                    state.close();
                }
                self.changed.notify_all();
            } else if state.is_closed {
                return;
            } else {
                state = self.wait(state);
            }
        }
    }

    /// Waits until all is written, as long as there is patience; nothing more goes out then.
    pub(super) fn finish(&self, patience: Patience) {
        let (Patience::InAll(time) | Patience::ForEachFrame(time)) = patience;
        let mut end = Instant::now() + time;
        let mut state = self.lock();
        let mut bytes = state.bytes;
        while !state.is_closed && (state.is_writing || !state.frames.is_empty()) {
            if matches!(patience, Patience::ForEachFrame(_)) && state.bytes < bytes {
                bytes = state.bytes;
                end = Instant::now() + time;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.close();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let waited = self.changed.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self) {
        self.is_closed = true;
        self.bytes = 0;
        self.frames.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::thread;

    use super::*;

    /// A client that takes half a second to read a frame; each that it has read.
    struct Slow<'read>(&'read Mutex<usize>);

    impl Write for Slow<'_> {
        fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
            thread::sleep(Duration::from_millis(500));
            *self.0.lock().unwrap() += 1;
            Ok(frame.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// How many of six frames are read by a client that is waited for with this patience.
    fn read_with(patience: Patience) -> usize {
        let (outgoing, read) = (Outgoing::default(), Mutex::new(0));
        assert!((0..6).all(|frame| outgoing.send(&frame)));
        thread::scope(|scope| {
            scope.spawn(|| outgoing.write_to(Slow(&read)));
            outgoing.finish(patience);
        });
        read.into_inner().unwrap()
    }

    #[test]
    fn a_client_that_reads_slowly_gets_all_that_is_for_it() {
        let two_seconds = Duration::from_secs(2);
        assert_eq!(read_with(Patience::ForEachFrame(two_seconds)), 6);
    }

    #[test]
    fn a_session_that_is_stopped_waits_for_no_slow_client() {
        assert!(read_with(Patience::InAll(Duration::from_secs(1))) < 6);
    }
}
