//! Several accounts that open pages for one call. Their adapters are asked beside each other, so that
//! one that hangs keeps no other waiting; pages open on the caller's thread, in the order of the
//! accounts as far as that keeps nobody waiting for long.

use std::collections::BTreeMap;
use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use super::on_call::{AccountOutcome, OnCallError};
use super::{CallOptions, Host};
use crate::browser::{Browser, BrowserError, Page};
use crate::call_event::CallEvent;
use crate::pop_rules::Decided;

/// How long pages wait for those of the accounts before theirs.
const PATIENCE: Duration = Duration::from_millis(250);

/// When and where an account's pages open.
#[derive(Clone, Default)]
pub(super) enum Turn {
    /// At once, on the same thread.
    #[default]
    Alone,
    /// On the caller's thread, after those of the accounts before it.
    Among { place: usize, wishes: Sender<Wish> },
}

/// What an account's thread has to say, with the account's place in the order.
pub(super) enum Wish {
    Open {
        place: usize,
        page: Page,
        opened: Sender<Result<(), BrowserError>>,
    },
    Done {
        place: usize,
    },
}

/// Says that an account is done, also where a thread panics.
struct Done {
    place: usize,
    wishes: Sender<Wish>,
}

/// An account, by who serves it.
enum Served<'scope> {
    Here(Result<AccountOutcome, OnCallError>),
    There(ScopedJoinHandle<'scope, Result<AccountOutcome, OnCallError>>),
}

impl Turn {
    /// Has the page opened.
    pub(super) fn open(&self, browser: &dyn Browser, page: &Page) -> Result<(), BrowserError> {
        let Self::Among { place, wishes } = self else {
            return browser.open(page);
        };
        let (opened, result) = mpsc::channel();
        let wish = Wish::Open {
            place: *place,
            page: page.clone(),
            opened,
        };
        let answer = wishes.send(wish).ok().and_then(|()| result.recv().ok());
        // The browser has panicked over another page.
        answer.unwrap_or_else(|| {
            Err(BrowserError {
                url: page.url.as_str().to_owned(),
                source: io::Error::other("who opens pages has failed"),
            })
        })
    }
}

impl Host {
    /// Carries out what was decided on for each account.
    pub(super) fn carry_out_side_by_side(
        &self,
        event: &CallEvent,
        all: Vec<Decided>,
        options: &CallOptions,
    ) -> Result<Vec<AccountOutcome>, OnCallError> {
        let count = all.len();
        thread::scope(|scope| {
            // In here, so that where the browser panics nobody waits for an answer for ever.
            let (wishes, wished) = mpsc::channel();
            let here = |decided| {
                let outcome = self.account_outcome(event, decided, options, Turn::Alone);
                Served::Here(outcome)
            };
            let serve = |(place, decided): (usize, Decided)| {
                let (wishes, span) = (wishes.clone(), tracing::Span::current());
                let done = Done { place, wishes };
                if !decided.decision.opens() {
                    return here(decided);
                }
                let (own, wishes) = (decided.clone(), done.wishes.clone());
                let there = move || {
                    let _span = span.entered();
                    let _done = done;
                    self.account_outcome(event, own, options, Turn::Among { place, wishes })
                };
                let thread = thread::Builder::new().name("callpop-account".to_owned());
                let started = thread.spawn_scoped(scope, there);
                // Perhaps the system has no thread left.
                started.map_or_else(|_| here(decided), Served::There)
            };
            let served: Vec<_> = all.into_iter().enumerate().map(serve).collect();
            drop(wishes);
            open_in_order(&*self.browser, &wished, count, PATIENCE);
            let outcome = |served| match served {
                Served::Here(outcome) => outcome,
                Served::There(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            };
            served.into_iter().map(outcome).collect()
        })
    }
}

/// Opens the pages that are wished for, until all accounts are done.
fn open_in_order(browser: &dyn Browser, wished: &Receiver<Wish>, count: usize, patience: Duration) {
    let patient_until = Instant::now() + patience;
    let mut is_done = vec![false; count];
    // An account waits for one page before it wishes for the next.
    let mut waiting = BTreeMap::new();
    loop {
        let left = patient_until.saturating_duration_since(Instant::now());
        let turn = is_done.iter().position(|it| !it).unwrap_or(count);
        while let Some(first) = waiting.first_entry()
            && (*first.key() <= turn || left.is_zero())
        {
            let (page, opened): (Page, Sender<_>) = first.remove();
            // Whoever wished for it waits for that.
            let _ = opened.send(browser.open(&page));
        }
        let wish = match waiting.is_empty() {
            true => wished.recv().map_err(RecvTimeoutError::from),
            false => wished.recv_timeout(left),
        };
        match wish {
            Ok(Wish::Open {
                place,
                page,
                opened,
            }) => drop(waiting.insert(place, (page, opened))),
            Ok(Wish::Done { place }) => is_done[place] = true,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        // Nobody waits for it where the browser has panicked.
        let _ = self.wishes.send(Wish::Done { place: self.place });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use callpop_adapter::OpenAs;

    use super::*;
    use crate::Hostname;
    use crate::url_policy::UrlPolicy;

    /// Says which pages open, one by one.
    struct Telling(Mutex<Sender<String>>);

    impl Browser for Telling {
        fn open(&self, page: &Page) -> Result<(), BrowserError> {
            let tell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tell.send(page.url.as_str().to_owned()).unwrap();
            Ok(())
        }
    }

    fn page(path: &str) -> Page {
        let hostname = Hostname::parse("a.example.com").unwrap();
        let policy = UrlPolicy {
            hostname: &hostname,
            hosts: &[],
        };
        let url = format!("https://a.example.com/{path}");
        Page {
            url: policy.check(&url).unwrap(),
            open_as: OpenAs::Tab,
        }
    }

    /// What opens of the pages of three accounts, where the last one wishes first and the first one does
    /// so only when `before` says.
    fn opened(patience: Duration, before: impl FnOnce(&Receiver<String>)) -> Vec<String> {
        let (tell, told) = mpsc::channel();
        let browser = Telling(Mutex::new(tell));
        let (wishes, wished) = mpsc::channel();
        let wish = |wishes: &Sender<Wish>, place: usize| {
            let (opened, _) = mpsc::channel();
            let page = page(&place.to_string());
            for wish in [
                Wish::Open {
                    place,
                    page,
                    opened,
                },
                Wish::Done { place },
            ] {
                wishes.send(wish).unwrap();
            }
        };
        thread::scope(|scope| {
            let browser = &browser;
            scope.spawn(move || open_in_order(browser, &wished, 3, patience));
            wish(&wishes, 2);
            wish(&wishes, 1);
            before(&told);
            wish(&wishes, 0);
            drop(wishes);
        });
        told.try_iter().collect()
    }

    #[test]
    fn pages_wait_for_those_of_the_accounts_before_theirs() {
        let urls = [0, 1, 2].map(|place| format!("https://a.example.com/{place}"));
        assert_eq!(opened(Duration::from_secs(3600), |_| ()), urls);
    }

    #[test]
    fn pages_do_not_wait_for_ever() {
        let first = opened(Duration::ZERO, |told| {
            let mut urls = [told.recv().unwrap(), told.recv().unwrap()];
            urls.sort();
            assert_eq!(urls, [1, 2].map(|it| format!("https://a.example.com/{it}")));
        });
        assert_eq!(first, ["https://a.example.com/0"]);
    }
}
