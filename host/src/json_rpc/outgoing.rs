//! What goes out: frames, one after the other, from a thread of its own. Who adds to it waits while
//! there is too much of it: so a client that does not read is not written to without end.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// So many bytes may wait to be written, and one frame more.
const MAX_BYTES: usize = 4 * 1024 * 1024;

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

    /// Waits until all is written, or for so long; nothing more goes out then.
    pub(super) fn finish(&self, patience: Duration) {
        let end = Instant::now() + patience;
        let mut state = self.lock();
        while !state.is_closed && (state.is_writing || !state.frames.is_empty()) {
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
