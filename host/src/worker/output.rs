//! What an adapter prints: lines in the host's log, bounded in length and number.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, PipeReader, Read};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::plain_text::plain_line;

/// The longest line of an adapter's output that is logged, in bytes.
const MAX_LINE: u64 = 1024;
/// The most lines of an adapter's output that are logged in a second.
const MAX_LINES_PER_SECOND: u32 = 100;
/// How many of the last lines are looked at when a worker has failed.
const KEPT_LINES: usize = 20;

/// How long the last words of a process that is gone may be on the way.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A thread that logs what an adapter prints.
pub(super) struct Output {
    last: Arc<Mutex<VecDeque<String>>>,
    ended: Receiver<()>,
}

impl Output {
    pub(super) fn of(reader: PipeReader, adapter: String) -> Self {
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let (end, ended) = mpsc::channel::<()>();
        let kept = Arc::clone(&last);
        let log = move || {
            // Dropped at the end, which is what `ended` waits for.
            let _end = end;
            log_lines(reader, &adapter, &kept);
        };
        if let Err(error) = thread::Builder::new()
            .name("callpop-output".to_owned())
            .spawn(log)
        {
            // The pipe's end is closed then, and the adapter's prints fail.
            tracing::warn!(%error, "an adapter's output cannot be read");
        }
        Self { last, ended }
    }

    /// Waits until all that a process that is gone has printed is logged.
    pub(super) fn wait(&self) {
        // The process is gone, so its last words are on the way at most.
        let _ = self.ended.recv_timeout(LAST_WORDS);
    }

    /// The last lines that are logged.
    #[cfg(feature = "validation")]
    pub(super) fn last_lines(&self) -> Vec<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().cloned().collect()
    }

    /// Whether the last words were those of Rust's standard library when memory runs out.
    pub(super) fn tells_of_no_memory(&self) -> bool {
        self.wait();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter()
            .any(|line| line.starts_with("memory allocation of ") && line.ends_with(" failed"))
    }
}

fn log_lines(reader: PipeReader, adapter: &str, kept: &Mutex<VecDeque<String>>) {
    let mut reader = BufReader::new(reader);
    let (mut second, mut lines) = (Instant::now(), 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        // A longer line is taken for several.
        match (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if second.elapsed() >= Duration::from_secs(1) {
            if lines > MAX_LINES_PER_SECOND {
                let left_out = lines - MAX_LINES_PER_SECOND;
                tracing::warn!(adapter, left_out, "the adapter prints too much");
            }
            (second, lines) = (Instant::now(), 0);
        }
        lines += 1;
        if lines > MAX_LINES_PER_SECOND {
            continue;
        }
        let line = plain_line(String::from_utf8_lossy(&bytes).trim_end(), 1024);
        tracing::info!(target: "callpop::adapter", adapter, "{line}");
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}
