//! Where calls run that nobody waits for: beside each other where that is right, one after the other
//! where it is not, and never more than so many.
//!
//! A call into an adapter that hangs takes one thread of those for adapters, and nobody else's.
//! Threads start when there is something to do. One of each kind waits for more a while, since it is
//! quicker than a new one: the telephone may ring.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Beside whom a call may run. Calls of one lane run one after the other, in their order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lane {
    /// It reads or writes a small file at most.
    Quick,
    /// It calls this adapter, or waits for its worker.
    Adapter(String),
    /// It tells of this call.
    Call(String),
    /// It may take long, calls no adapter, and has this name.
    Slow(&'static str),
}

/// The most calls that wait or run.
pub(crate) const MAX_WAITING: usize = 256;
/// The most bytes of their parameters, all together; a single call may have more.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most threads of each kind of lane, in the order of [`kind`].
const MAX_THREADS: [usize; 4] = [1, 32, 8, 16];

/// How long a thread waits for more.
const IDLE: Duration = Duration::from_secs(60);

/// Something to be done.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Calls that wait or run. Once it is dropped, its threads end as soon as there is nothing left to do.
pub(crate) struct Lanes {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Told when something is done.
    done: Condvar,
    /// Told to a thread of a kind that waits, when there is something to do.
    more: [Condvar; MAX_THREADS.len()],
}

#[derive(Default)]
struct State {
    kinds: [Kind; MAX_THREADS.len()],
    count: usize,
    bytes: usize,
    /// Whether nobody will ask for anything more.
    is_over: bool,
}

/// The lanes of one kind.
#[derive(Default)]
struct Kind {
    threads: usize,
    /// How many of the threads wait for something to do.
    idle: usize,
    /// What waits in each lane that is busy; a lane is here as long as one of its calls runs.
    lanes: BTreeMap<Lane, VecDeque<Weighed>>,
    /// The lanes of which a call may run now, in turn.
    ready: VecDeque<Lane>,
}

struct Weighed {
    bytes: usize,
    job: Job,
}

/// There is too much waiting already.
#[derive(Debug)]
pub(crate) struct TooMuch;

impl Lanes {
    pub(crate) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                done: Condvar::new(),
                more: Default::default(),
            }),
        }
    }

    /// Has something done in its lane, after what is in it already. `bytes` is about what it holds
    /// in memory until then.
    pub(crate) fn add(&self, lane: &Lane, bytes: usize, job: Job) -> Result<(), TooMuch> {
        let mut state = self.shared.lock();
        let is_too_much = state.count >= MAX_WAITING || state.bytes + bytes > MAX_BYTES;
        if state.count > 0 && is_too_much {
            return Err(TooMuch);
        }
        let index = kind(lane);
        let kind = &mut state.kinds[index];
        let is_new = !kind.lanes.contains_key(lane);
        if is_new && kind.ready.len() < kind.idle {
            self.shared.more[index].notify_one();
        } else if is_new && kind.threads < MAX_THREADS[index] {
            match self.start_thread(index) {
                Ok(()) => kind.threads += 1,
                // One of those that run will take it.
                Err(_) if kind.threads > 0 => {}
                Err(_) => return Err(TooMuch),
            }
        }
        let queue = kind.lanes.entry(lane.clone()).or_default();
        queue.push_back(Weighed { bytes, job });
        if is_new {
            kind.ready.push_back(lane.clone());
        }
        state.count += 1;
        state.bytes += bytes;
        Ok(())
    }

    /// The thread waits for the lock that its starter holds.
    fn start_thread(&self, index: usize) -> std::io::Result<()> {
        let shared = Arc::clone(&self.shared);
        thread::Builder::new()
            .name("callpop-call".to_owned())
            .spawn(move || shared.work(index))
            .map(drop)
    }

    /// Leaves out what does not run yet.
    pub(crate) fn discard(&self) {
        let mut dropped = Vec::new();
        let mut state = self.shared.lock();
        let State {
            kinds,
            count,
            bytes,
            ..
        } = &mut *state;
        for queue in kinds.iter_mut().flat_map(|kind| kind.lanes.values_mut()) {
            *count -= queue.len();
            *bytes -= queue.iter().map(|weighed| weighed.bytes).sum::<usize>();
            dropped.extend(queue.drain(..));
        }
        drop(state);
        self.shared.done.notify_all();
    }

    /// Waits until all is done; false if it is not after so long.
    pub(crate) fn wait(&self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        let mut state = self.shared.lock();
        while state.count > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.shared.done.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        for more in &self.shared.more {
            more.notify_all();
        }
    }
}

impl Shared {
    /// A thread's life.
    fn work(&self, index: usize) {
        let mut state = self.lock();
        while let Some((lane, weighed)) = state.kinds[index].next() {
            drop(state);
            // The lane goes on whatever is wrong with one of its calls.
            if catch_unwind(AssertUnwindSafe(weighed.job)).is_err() {
                tracing::error!(?lane, "what was to be done has panicked");
            }
            state = self.lock();
            state.count -= 1;
            state.bytes -= weighed.bytes;
            state.kinds[index].done(lane);
            self.done.notify_all();
            state = self.wait_for_more(state, index);
        }
        state.kinds[index].threads -= 1;
    }

    /// Waits until there is something to do, unless another thread of this kind waits already, or
    /// nothing will come.
    fn wait_for_more<'state>(
        &self,
        mut state: MutexGuard<'state, State>,
        index: usize,
    ) -> MutexGuard<'state, State> {
        if state.kinds[index].idle > 0 {
            return state;
        }
        state.kinds[index].idle += 1;
        let waited = self.more[index].wait_timeout_while(state, IDLE, |state| {
            !state.is_over && state.kinds[index].ready.is_empty()
        });
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.kinds[index].idle -= 1;
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kind {
    /// The next call that may run.
    fn next(&mut self) -> Option<(Lane, Weighed)> {
        loop {
            let lane = self.ready.pop_front()?;
            match self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) {
                Some(weighed) => return Some((lane, weighed)),
                // It was left out.
                None => drop(self.lanes.remove(&lane)),
            }
        }
    }

    /// A call of this lane is done.
    fn done(&mut self, lane: Lane) {
        if self.lanes.get(&lane).is_some_and(|queue| !queue.is_empty()) {
            self.ready.push_back(lane);
        } else {
            self.lanes.remove(&lane);
        }
    }
}

/// The kind of a lane, as an index.
fn kind(lane: &Lane) -> usize {
    match lane {
        Lane::Quick => 0,
        Lane::Adapter(_) => 1,
        Lane::Call(_) => 2,
        Lane::Slow(_) => 3,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread::ThreadId;

    use super::*;

    /// Long enough for any machine.
    const LIMIT: Duration = Duration::from_secs(60);

    /// On which thread something is done in this lane, once it waits for more again.
    fn thread_of(lanes: &Lanes, lane: &Lane) -> ThreadId {
        let (tell, told) = mpsc::channel();
        let job = move || tell.send(thread::current().id()).unwrap();
        lanes.add(lane, 0, Box::new(job)).unwrap();
        let thread = told.recv_timeout(LIMIT).unwrap();
        until(|| lanes.shared.lock().kinds[kind(lane)].idle == 1);
        thread
    }

    /// Another thread's state can only be polled.
    fn until(mut is_so: impl FnMut() -> bool) {
        let end = Instant::now() + LIMIT;
        while !is_so() {
            assert!(Instant::now() < end);
            thread::yield_now();
        }
    }

    #[test]
    fn a_thread_that_waits_takes_what_comes_next_and_ends_with_its_lanes() {
        let lanes = Lanes::new();
        let one = thread_of(&lanes, &Lane::Slow("one"));
        assert_eq!(thread_of(&lanes, &Lane::Slow("other")), one);
        assert_ne!(thread_of(&lanes, &Lane::Quick), one);
        let shared = Arc::downgrade(&lanes.shared);
        drop(lanes);
        until(|| shared.strong_count() == 0);
    }

    #[test]
    fn what_was_added_is_done_after_the_lanes_are_dropped() {
        let lanes = Lanes::new();
        let (tell, told) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        let wait = move || assert!(gone.recv().is_err());
        lanes.add(&Lane::Quick, 0, Box::new(wait)).unwrap();
        lanes
            .add(&Lane::Quick, 0, Box::new(move || tell.send(()).unwrap()))
            .unwrap();
        drop(lanes);
        drop(go);
        assert_eq!(told.recv_timeout(LIMIT), Ok(()));
    }
}
