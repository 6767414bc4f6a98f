//! What a callback answered, and what can be asserted of it.

use std::fmt::Write;

use percent_encoding::percent_decode_str;

use crate::abi::BadReply;
use crate::{Action, Actions, AdapterError, ErrorCode, OpenAs};

/// How often a value can be encoded, in a URL in a URL.
const MAX_DEPTH: usize = 3;

/// What a callback answered, and whether a host would act on it.
///
/// Each assertion says what was expected and what came, at the line of the test that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an answer proves nothing until something is asserted of it"]
pub struct Answer {
    /// The callback and the account, for messages.
    asked: String,
    heard: Heard,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    Actions(Actions),
    /// Actions of which a host performs none, and why.
    Refused(Actions, String),
    Error(AdapterError),
}

impl Answer {
    pub(super) fn new(
        asked: String,
        answered: Result<Result<(Actions, Option<String>), AdapterError>, BadReply>,
    ) -> Self {
        let heard = match answered {
            Ok(Ok((actions, None))) => Heard::Actions(actions),
            Ok(Ok((actions, Some(why)))) => Heard::Refused(actions, why),
            Ok(Err(error)) => Heard::Error(error),
            Err(bad_reply) => Heard::Refused(Actions::none(), bad_reply.to_string()),
        };
        Self { asked, heard }
    }

    /// The actions, if a host would perform them.
    #[must_use]
    pub fn actions(&self) -> Option<&Actions> {
        match &self.heard {
            Heard::Actions(actions) => Some(actions),
            _ => None,
        }
    }

    /// The error, if the callback says no.
    #[must_use]
    pub fn error(&self) -> Option<&AdapterError> {
        match &self.heard {
            Heard::Error(error) => Some(error),
            _ => None,
        }
    }

    /// Asserts that exactly this page opens, in a tab.
    ///
    /// # Panics
    /// If another page opens, or more, or none.
    #[track_caller]
    pub fn assert_opens(&self, url: &str) -> &Self {
        self.assert_pages([(OpenAs::Tab, url)])
    }

    /// Asserts that exactly this page opens, in a window of its own.
    ///
    /// # Panics
    /// If another page opens, or more, or none.
    #[track_caller]
    pub fn assert_opens_popup(&self, url: &str) -> &Self {
        self.assert_pages([(OpenAs::Popup, url)])
    }

    /// Asserts that exactly these pages open, in this order.
    ///
    /// # Panics
    /// If other pages open, or in another order.
    #[track_caller]
    pub fn assert_pages<'url>(
        &self,
        pages: impl IntoIterator<Item = (OpenAs, &'url str)>,
    ) -> &Self {
        let expected: Actions = pages
            .into_iter()
            .map(|(open_as, url)| Action::OpenPage {
                url: url.to_owned(),
                open_as,
            })
            .collect();
        let is_page = |action: &&Action| matches!(action, Action::OpenPage { .. });
        let opened = self.actions().map(|it| it.iter().filter(is_page));
        let holds = opened.is_some_and(|opened| opened.eq(&expected));
        self.assert(holds, &lines(&expected))
    }

    /// Asserts that the answer is exactly these actions, in this order.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn assert_actions(&self, expected: &Actions) -> &Self {
        self.assert(self.actions() == Some(expected), &lines(expected))
    }

    /// Asserts that there is nothing to do, and no error.
    ///
    /// # Panics
    /// If there is.
    #[track_caller]
    pub fn assert_nothing(&self) -> &Self {
        self.assert_actions(&Actions::none())
    }

    /// Asserts that, among others, this value is stored.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn assert_stores(&self, name: &str, value: &str) -> &Self {
        self.assert_among(Actions::none().set_stored(name, value))
    }

    /// Asserts that, among others, the stored value of this name is removed.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn assert_removes(&self, name: &str) -> &Self {
        self.assert_among(Actions::none().remove_stored(name))
    }

    /// Asserts that, among others, the user is told this.
    ///
    /// # Panics
    /// If not.
    #[track_caller]
    pub fn assert_notice(&self, text: &str) -> &Self {
        self.assert_among(Actions::none().notice(text))
    }

    /// Asserts that the callback says no, for this kind of reason and with a message that contains
    /// `text`.
    ///
    /// # Panics
    /// If it does something, or fails otherwise.
    #[track_caller]
    pub fn assert_fails(&self, code: ErrorCode, text: &str) -> &Self {
        let holds = self
            .error()
            .is_some_and(|error| error.code() == code && error.message().contains(text));
        self.assert(
            holds,
            &format!("fails ({code:?}) with a message that contains {text:?}"),
        )
    }

    /// Asserts that a host performs none of the actions, for a reason that contains `why`: a page
    /// elsewhere than on the account's host or one of `adapter.json`, a name that is none.
    ///
    /// # Panics
    /// If a host would perform them, or there are none.
    #[track_caller]
    pub fn assert_refused(&self, why: &str) -> &Self {
        let holds = matches!(&self.heard, Heard::Refused(_, reason) if reason.contains(why));
        self.assert(
            holds,
            &format!("a host refuses it, for a reason that contains {why:?}"),
        )
    }

    /// Asserts that either a host performs the actions, or the callback says no in words: that
    /// whatever it was given has made it neither panic nor ask for what is refused.
    ///
    /// # Panics
    /// If it has.
    #[track_caller]
    pub fn assert_harmless(&self) -> &Self {
        let holds = match &self.heard {
            Heard::Actions(_) => true,
            Heard::Refused(..) => false,
            Heard::Error(error) => error.code() != ErrorCode::Panicked,
        };
        self.assert(holds, "does what a host accepts, or fails without a panic")
    }

    /// Asserts what [`assert_harmless`](Self::assert_harmless) does, and that `value` is carried by
    /// each page that opens: it comes out of the URL again as it was put in, in one place.
    ///
    /// # Panics
    /// If it has become something else, such as two parts of the path.
    #[track_caller]
    pub fn assert_carries(&self, value: &str) -> &Self {
        self.assert_harmless();
        let pages = self.actions().map(Actions::pages).unwrap_or_default();
        let holds = pages.iter().all(|url| carries(url, value));
        self.assert(
            holds,
            &format!("opens a page whose address carries {value:?} in one place"),
        )
    }

    #[track_caller]
    fn assert_among(&self, expected: Actions) -> &Self {
        let holds = self.actions().is_some_and(|actions| {
            expected
                .iter()
                .all(|action| actions.iter().any(|it| it == action))
        });
        self.assert(holds, &format!("among others, {}", lines(&expected)))
    }

    #[track_caller]
    fn assert(&self, holds: bool, expected: &str) -> &Self {
        assert!(
            holds,
            "{}\n  expected: {expected}\n  answered: {}",
            self.asked,
            self.heard.described()
        );
        self
    }
}

impl Heard {
    fn described(&self) -> String {
        match self {
            Self::Actions(actions) => lines(actions),
            Self::Refused(actions, why) => {
                format!(
                    "{}\n            which a host refuses: {why}",
                    lines(actions)
                )
            }
            Self::Error(error) if error.code() == ErrorCode::Panicked => {
                format!("panics: {}", error.message())
            }
            Self::Error(error) => format!("fails ({:?}): {}", error.code(), error.message()),
        }
    }
}

/// Whether a part of the URL is `value`, once it is decoded; a URL in a URL is encoded again.
fn carries(url: &str, value: &str) -> bool {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (path, behind) = match behind_scheme.find(['?', '#']) {
        Some(at) => behind_scheme.split_at(at),
        None => (behind_scheme, ""),
    };
    // In a query or a fragment, `/` may stand for itself.
    let of_path = path.split('/').skip(1);
    let whole = behind.split(['?', '&', '=', '#']);
    let in_parts = behind.split(['?', '&', '=', '#', '/']);
    of_path.chain(whole).chain(in_parts).any(|part| {
        let mut decoded = part.to_owned();
        for _ in 0..MAX_DEPTH {
            let next = percent_decode_str(&decoded)
                .decode_utf8_lossy()
                .into_owned();
            if next == value {
                return true;
            }
            decoded = next;
        }
        false
    })
}

/// The actions, each on a line under the first.
fn lines(actions: &Actions) -> String {
    let mut lines = String::new();
    for action in actions {
        if !lines.is_empty() {
            lines.push_str("\n            ");
        }
        // Writing to a `String` cannot fail.
        let _ = match action {
            Action::OpenPage { url, open_as } => match open_as {
                OpenAs::Tab => write!(lines, "opens {url}"),
                OpenAs::Popup => write!(lines, "opens {url} in a window of its own"),
            },
            Action::SetStored { name, value } => write!(lines, "stores `{name}`: {value:?}"),
            Action::RemoveStored { name } => write!(lines, "removes the stored value `{name}`"),
            Action::Notice { text } => write!(lines, "tells the user {text:?}"),
        };
    }
    if lines.is_empty() {
        lines.push_str("does nothing");
    }
    lines
}
