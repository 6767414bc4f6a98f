//! Several threads that call one adapter at once, as a dialer's do that runs it in-process.

use std::io;
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;

use crate::runner::{Answer, InProcess, Request};

/// Has `threads` make all the calls, each `rounds` times, and gives the different answers that came
/// to each call.
pub(super) fn answers(
    runner: &InProcess,
    threads: usize,
    rounds: usize,
    requests: &[Request<'_>],
) -> io::Result<Vec<Vec<Answer>>> {
    let seen: Vec<Mutex<Vec<Answer>>> = requests.iter().map(|_| Mutex::default()).collect();
    let gate = RwLock::new(());
    thread::scope(|scope| {
        // They wait at the gate until the last one is there.
        let closed = gate.write().unwrap_or_else(PoisonError::into_inner);
        for thread in 0..threads {
            let (gate, seen) = (&gate, &seen);
            thread::Builder::new().spawn_scoped(scope, move || {
                drop(gate.read());
                for round in 0..rounds {
                    for step in 0..requests.len() {
                        // Each begins elsewhere, so that different calls meet.
                        let at = (step + thread + round) % requests.len();
                        note(&seen[at], runner.answer(&requests[at]));
                    }
                }
            })?;
        }
        drop(closed);
        Ok::<_, io::Error>(())
    })?;
    let seen = seen.into_iter();
    Ok(seen
        .map(|answers| answers.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect())
}

fn note(seen: &Mutex<Vec<Answer>>, answer: Answer) {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if !seen.contains(&answer) {
        seen.push(answer);
    }
}
