//! Many calls in one worker: how long they take, and what they leave behind.

use std::thread;
use std::time::{Duration, Instant};

use super::codes::Code;
use super::inputs::spoken;
use super::report::{Check, Measured};
use super::subject::Subject;
use super::{Examination, Failure, judging};
use crate::runner::Request;

/// What half of a callback's calls are better faster than. A worker answers within a few ten microseconds.
const MEDIAN: Duration = Duration::from_millis(10);
/// What every call is better faster than: a quarter of a page's deadline, which a user waits.
const MAX: Duration = Duration::from_millis(500);
/// How often a slow call is made once more: the quickest counts, since a machine may be busy.
const AGAIN: u32 = 3;
/// The memory, in bytes, that 10,000 calls may leave behind; it is as much for fewer, since the
/// system gives memory in larger pieces.
const GROWTH: u64 = 1024 * 1024;
/// The calls that `GROWTH` is for.
const CALLS: u64 = 10_000;
/// After so many calls that are too slow, no more are made.
const MAX_SLOW: usize = 3;
/// How long a thread that is about to end may still be there.
const LAST_STEPS: Duration = Duration::from_secs(1);

/// The checks of time, memory and threads.
pub(super) fn checks(
    examination: &mut Examination<'_>,
    requests: &[Request<'static>],
) -> (Vec<Check>, Option<Measured>) {
    let mut time = Check::new("time", "calls are quick");
    let mut memory = Check::new("memory", "memory does not grow");
    let mut left = Check::new("threads-left", "no threads are left behind");
    if requests.is_empty() {
        let why = "no call was answered";
        let checks = [time, memory, left].map(|check| check.skipped(why));
        return (checks.into(), None);
    }
    let (measured, times) = match run(examination, requests) {
        Ok(measured) => measured,
        Err(failure) => {
            let (code, what) = judging::of_failure(&failure);
            time.find(code, format!("when it is called often: {what}"));
            let checks = [memory, left].map(|check| check.skipped("not all calls were answered"));
            return ([time].into_iter().chain(checks).collect(), None);
        }
    };
    check_time(&times, requests, &mut time);
    match measured.memory_growth {
        Some(growth) if growth > allowed_growth(measured.calls) => {
            let calls = measured.calls;
            let per_call = growth / u64::from(calls.max(1));
            let found = format!("{calls} calls took {growth} bytes more, {per_call} each");
            memory.find(Code::MemoryGrowth, found);
        }
        Some(_) => {}
        None => memory.find(
            Code::NotMeasured,
            "this system does not tell how much memory it has",
        ),
    }
    match measured.threads_left {
        Some(0) => {}
        Some(threads) => left.find(
            Code::ThreadsLeft,
            format!("{threads} threads more than before are still there"),
        ),
        None => left.find(
            Code::NotMeasured,
            "this system does not tell how many threads it has",
        ),
    }
    (vec![time, memory, left], Some(measured))
}

fn allowed_growth(calls: u32) -> u64 {
    GROWTH.max(GROWTH * u64::from(calls) / CALLS)
}

/// Half of a callback's calls, and the slowest of them.
fn check_time(times: &Times, requests: &[Request<'static>], check: &mut Check) {
    for (request, times) in requests.iter().zip(&times.0) {
        let callback = request.callback();
        let (median, slowest) = (middle(times), times.last().copied().unwrap_or_default());
        let found = if median > MEDIAN {
            format!(
                "half of its calls took over {} µs; {} µs is the limit",
                median.as_micros(),
                MEDIAN.as_micros()
            )
        } else if slowest > MAX {
            format!(
                "a call took {} µs, and was no faster when made again; {} µs is the limit",
                slowest.as_micros(),
                MAX.as_micros()
            )
        } else {
            continue;
        };
        let found = format!("{}: {found}", spoken(callback));
        check.find_with(Code::Slow, found, callback, "ordinary input");
    }
}

/// How long the calls of each request took, sorted.
struct Times(Vec<Vec<Duration>>);

impl Times {
    fn all(&self) -> Vec<Duration> {
        let mut all = self.0.concat();
        all.sort_unstable();
        all
    }
}

/// The middle one of sorted times.
fn middle(times: &[Duration]) -> Duration {
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn run(
    examination: &mut Examination<'_>,
    requests: &[Request<'static>],
) -> Result<(Measured, Times), Failure> {
    let calls = examination.options.calls;
    let subject = &mut examination.subject;
    subject.end_worker();
    // The first call loads it. What threads there are then, the worker has by itself.
    let not_loaded = |_| Failure::NoWorker;
    subject.load().map_err(not_loaded)?;
    let threads = subject.threads();
    for request in requests.iter().cycle().take(warm_up(calls)) {
        subject.call(request)?;
    }
    let before = subject.memory();
    let mut times = Times(vec![Vec::new(); requests.len()]);
    let mut too_slow = 0;
    for (at, _) in (0..requests.len()).cycle().zip(0..calls) {
        let time = timed(subject, &requests[at])?;
        times.0[at].push(time);
        // One that waits for something is no use to wait for ten thousand times.
        too_slow += usize::from(time > MAX);
        if too_slow >= MAX_SLOW {
            break;
        }
    }
    let growth = subject.memory().zip(before);
    let growth = growth.map(|(after, before)| after.saturating_sub(before));
    times.0.iter_mut().for_each(|times| times.sort_unstable());
    let all = times.all();
    let measured = Measured {
        calls: u32::try_from(all.len()).unwrap_or(u32::MAX),
        median_microseconds: micros(middle(&all)),
        max_microseconds: micros(all.last().copied().unwrap_or_default()),
        memory_growth: growth,
        threads_left: threads.and_then(|before| threads_left(examination, before)),
    };
    Ok((measured, times))
}

/// How long a call takes; if that is too long, the quickest of a few.
fn timed(subject: &mut Subject<'_>, request: &Request<'static>) -> Result<Duration, Failure> {
    let mut once = || {
        let start = Instant::now();
        subject.call(request).map(|_| start.elapsed())
    };
    let mut time = once()?;
    for _ in 0..AGAIN {
        if time <= MAX {
            break;
        }
        time = time.min(once()?);
    }
    Ok(time)
}

/// Calls that let the worker have what it needs once.
fn warm_up(calls: u32) -> usize {
    usize::try_from(calls / 10).unwrap_or(0).clamp(20, 1000)
}

/// Threads that are on their way to their end are waited for.
fn threads_left(examination: &Examination<'_>, before: usize) -> Option<usize> {
    let end = Instant::now() + LAST_STEPS;
    loop {
        let left = examination.subject.threads()?.saturating_sub(before);
        if left == 0 || Instant::now() >= end {
            return Some(left);
        }
        // The system tells of another process's threads only when it is asked.
        thread::sleep(Duration::from_millis(10));
    }
}
