//! Two times beside each other: what benchmarks tell.

use std::time::{Duration, Instant};

/// The rounds in which both are measured, one after the other.
const ROUNDS: usize = 41;

/// Prints the medians of both times and of their ratio, measured in turns.
#[allow(clippy::print_stdout, reason = "a benchmark's result")]
pub fn compare(
    what: &str,
    at_most: f64,
    mut ours: impl FnMut() -> Duration,
    mut floor: impl FnMut() -> Duration,
) {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mut measured: Vec<[f64; 3]> = (0..=ROUNDS)
        .map(|_| {
            let (ours, floor) = (micros(ours()), micros(floor()));
            [ours, floor, ours / floor]
        })
        .collect();
    // The first round warms up.
    measured.remove(0);
    let median = |index: usize| {
        let mut values: Vec<f64> = measured.iter().map(|round| round[index]).collect();
        values.sort_by(f64::total_cmp);
        values[ROUNDS / 2]
    };
    println!(
        "{what:<38} {:>7.2} µs {:>8.2} µs {:>7.2}    {at_most}",
        median(0),
        median(1),
        median(2)
    );
}

/// The mean time of the work, done so many times.
pub fn repeated(times: u32, mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    start.elapsed() / times
}
