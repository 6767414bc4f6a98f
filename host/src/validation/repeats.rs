//! The same calls once more: in another worker, in another order, and from several threads at once.

use std::collections::BTreeSet;

use super::codes::Code;
use super::inputs::spoken;
use super::report::Check;
use super::{Examination, Exchange, judging};
use crate::runner::{Answer, Request};

/// How many threads call at once.
const THREADS: usize = 8;
/// How many different calls they make, and how long those may be together, in bytes.
const TOGETHER: (usize, usize) = (32, 64 * 1024);
/// How many calls they make in all: so few that one that computes for a while is not ended for the
/// time that all of them take.
const CALLS: u32 = 1024;

/// Whether a new worker gives the same answers, when it is asked in another order.
pub(super) fn same_answers(examination: &mut Examination<'_>) -> Check {
    let mut check = Check::new("same-answers", "the same input gives the same answer");
    examination.subject.end_worker();
    let exchanges = std::mem::take(&mut examination.exchanges);
    for exchange in exchanges.iter().rev() {
        let callback = exchange.request.callback();
        match examination.subject.call(&exchange.request) {
            Ok(answer) if is_same(&answer, &exchange.answer) => {}
            Ok(answer) => {
                let found = format!(
                    "{} answers {}, and in another worker {}",
                    spoken(callback),
                    shown(&exchange.answer),
                    shown(&answer)
                );
                check.find_with(Code::OtherAnswer, found, callback, &exchange.input);
            }
            Err(failure) => {
                let (code, what) = judging::of_failure(&failure);
                let found = format!("{}, asked once more: {what}", spoken(callback));
                check.find_with(code, found, callback, &exchange.input);
                break;
            }
        }
    }
    examination.exchanges = exchanges;
    check
}

/// Whether several threads get the same answers as one.
pub(super) fn threads(examination: &mut Examination<'_>) -> Check {
    let mut check = Check::new("threads", "eight threads at once get the same answers");
    examination.subject.end_worker();
    let exchanges = picked(&examination.exchanges);
    if exchanges.is_empty() {
        return check.skipped("no call was answered");
    }
    let requests: Vec<Request<'static>> = exchanges
        .iter()
        .map(|exchange| exchange.request.clone())
        .collect();
    let calls = usize::try_from(examination.options.calls.min(CALLS)).unwrap_or(usize::MAX);
    let rounds = (calls / (THREADS * requests.len())).max(2);
    let limit = examination.options.limits.unauthorize_deadline;
    let together = examination
        .subject
        .call_together(THREADS, rounds, &requests, limit);
    let answers = match together {
        Ok(answers) => answers,
        Err(failure) => {
            let (code, what) = judging::of_failure(&failure);
            check.find(
                Code::NotThreadSafe,
                format!("{THREADS} threads at once: {what} ({code})"),
            );
            return check;
        }
    };
    for (exchange, answers) in exchanges.iter().zip(answers) {
        let other = answers
            .iter()
            .find(|answer| !is_same(answer, &exchange.answer));
        if let Some(other) = other {
            let callback = exchange.request.callback();
            let found = format!(
                "{} answers {}, and while others call {}",
                spoken(callback),
                shown(&exchange.answer),
                shown(other)
            );
            check.find_with(Code::NotThreadSafe, found, callback, &exchange.input);
        }
    }
    check
}

/// Some of the calls, from the first to the last.
fn picked(exchanges: &[Exchange]) -> Vec<Exchange> {
    let step = exchanges.len().div_ceil(TOGETHER.0).max(1);
    let mut room = TOGETHER.1;
    let chosen = exchanges.iter().step_by(step);
    chosen
        .filter(|exchange| {
            let fits = exchange.length <= room;
            room = room.saturating_sub(if fits { exchange.length } else { 0 });
            fits
        })
        .cloned()
        .collect()
}

/// Errors may be worded differently, such as with a number in them.
fn is_same(one: &Answer, other: &Answer) -> bool {
    match (one, other) {
        (Answer::Failed(one), Answer::Failed(other)) => one.code() == other.code(),
        _ => one == other,
    }
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Done(actions) => {
            let pages = actions.pages();
            match pages.first() {
                Some(page) => (*page).to_owned(),
                None => format!("{} actions", actions.iter().count()),
            }
        }
        Answer::Failed(error) => format!("{:?}", error.message()),
        Answer::Bad(how) => how.clone(),
    }
}

/// Whether anything was printed.
pub(super) fn output(examination: &mut Examination<'_>) -> Check {
    let mut check = Check::new("output", "nothing is printed");
    examination.subject.end_worker();
    let lines = std::mem::take(&mut examination.subject.printed);
    let different: BTreeSet<_> = lines.iter().collect();
    if let Some(line) = lines.first() {
        let more = different.len() - 1;
        let more = if more > 0 {
            format!(" (and {more} other lines)")
        } else {
            String::new()
        };
        check.find(Code::Prints, format!("it prints {line:?}{more}"));
    }
    check
}
