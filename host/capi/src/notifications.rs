//! What the host tells unasked, until the program takes it. The queue is bounded: a program that
//! never takes from it loses the oldest, and is told how many.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callpop_host::json_interface::{Notification, Warning};

/// So many notifications wait, if nothing is said.
pub(crate) const USUAL_LENGTH: usize = 1024;
/// And so many bytes of them, whatever is said.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The queue of a host.
pub(crate) struct Notifications {
    length: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<String>,
    bytes: usize,
    lost: u64,
    is_closed: bool,
}

/// What taking from the queue came to.
pub(crate) enum Taken {
    /// The oldest notification: `{"method", "params"}`.
    Notification(String),
    /// Nothing came in that time.
    Nothing,
    /// The host is destroyed.
    Closed,
}

impl Notifications {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            length,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Adds one; false if the host is destroyed.
    pub(crate) fn add(&self, notification: &Notification) -> bool {
        let text = written(notification);
        let mut state = self.lock();
        if state.is_closed {
            return false;
        }
        state.bytes += text.len();
        state.waiting.push_back(text);
        while state.waiting.len() > self.length || state.bytes > MAX_BYTES {
            state.take_oldest();
            state.lost += 1;
        }
        drop(state);
        self.changed.notify_one();
        true
    }

    /// Takes the oldest, and waits for one if there is none; without end, if no time is given.
    pub(crate) fn take(&self, patience: Option<Duration>) -> Taken {
        let is_quiet =
            |state: &mut State| state.waiting.is_empty() && state.lost == 0 && !state.is_closed;
        let state = self.lock();
        let mut state = match patience {
            None => self.changed.wait_while(state, is_quiet),
            Some(patience) => self
                .changed
                .wait_timeout_while(state, patience, is_quiet)
                .map(|(state, _)| state)
                .map_err(|poisoned| PoisonError::new(poisoned.into_inner().0)),
        }
        .unwrap_or_else(PoisonError::into_inner);
        if state.is_closed {
            return Taken::Closed;
        }
        let lost = std::mem::take(&mut state.lost);
        if lost > 0 {
            // They were older than all that waits.
            return Taken::Notification(written(&Notification::Warning(Warning::lost(lost))));
        }
        state
            .take_oldest()
            .map_or(Taken::Nothing, Taken::Notification)
    }

    /// Lets everybody go who waits, and takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.waiting.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_oldest(&mut self) -> Option<String> {
        let oldest = self.waiting.pop_front()?;
        self.bytes -= oldest.len();
        Some(oldest)
    }
}

fn written(notification: &Notification) -> String {
    serde_json::to_string(notification).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use callpop_host::json_interface::{Notification, Warning};

    use super::{Notifications, Taken};

    fn taken(queue: &Notifications) -> String {
        match queue.take(None) {
            Taken::Notification(text) => text,
            Taken::Nothing => "nothing".to_owned(),
            Taken::Closed => "closed".to_owned(),
        }
    }

    #[test]
    fn of_too_many_the_oldest_are_lost_and_their_number_is_told_first() {
        let queue = Notifications::new(2);
        for message in ["one", "two", "three", "four"] {
            queue.add(&Notification::Warning(Warning::contact_book(message)));
        }
        assert!(taken(&queue).contains(r#""code":"notifications-lost","message":"2 "#));
        assert!(taken(&queue).contains("three"));
        assert!(taken(&queue).contains("four"));
        assert!(matches!(
            queue.take(Some(std::time::Duration::ZERO)),
            Taken::Nothing
        ));
    }

    #[test]
    fn many_long_ones_are_as_much_as_a_few() {
        let queue = Notifications::new(1000);
        for _ in 0..20 {
            let long = "x".repeat(1024 * 1024);
            queue.add(&Notification::Warning(Warning::contact_book(long)));
        }
        assert!(taken(&queue).contains(r#""message":"13 "#));
    }

    #[test]
    fn who_waits_is_let_go_when_the_host_is_destroyed() {
        let queue = Notifications::new(2);
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| taken(&queue));
            queue.close();
            assert_eq!(waits.join().unwrap(), "closed");
        });
        assert!(!queue.add(&Notification::Warning(Warning::contact_book("late"))));
        assert_eq!(taken(&queue), "closed");
    }
}
