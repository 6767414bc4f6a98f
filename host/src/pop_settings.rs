//! What a user or an administrator decides about call-pop: when calls pop, which, and what.
//!
//! The choices are those of the reference extension's call-pop settings (its user guide, "Screen
//! pop", and `docs/developers/manifest.md`): off, on first ring or on answer, for each direction;
//! for several matches none, all, or let the user select; the fallback page; opening a contact
//! after creating it. Rules on numbers are what softphones have (Avaya's on the dialled number,
//! COMfortel's on the caller's).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wildmatch::WildMatch;

use crate::call_event::{CallEvent, Direction};

/// At which moment a call pops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PopWhen {
    /// At none.
    Disabled,
    /// When it first rings; when it is answered, if nothing was heard of it before.
    FirstRing,
    /// When it is answered.
    Answer,
}

/// What several matched contacts lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SeveralMatches {
    /// No page.
    Disabled,
    /// All their pages.
    OpenAll,
    /// The user selects one.
    Prompt,
}

/// When an account's calls pop, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct PopSettings {
    /// For calls that the user receives.
    pub inbound: PopWhen,
    /// For calls that the user makes.
    pub outbound: PopWhen,
    /// What several matched contacts lead to.
    pub several: SeveralMatches,
    /// Whether the adapter's fallback page opens when no account knows the number. Most adapters
    /// have none.
    pub fallback_page: bool,
    /// Whether a contact opens that the user has just created; see
    /// [`Host::contact_created`](crate::Host::contact_created).
    pub open_created: bool,
    /// The most pages of one call, over all accounts.
    pub max_pages: usize,
    /// Which calls pop: the first rule that fits a call decides, and a call that none fits pops.
    pub rules: Vec<PopRule>,
}

impl Default for PopSettings {
    fn default() -> Self {
        Self {
            inbound: PopWhen::FirstRing,
            outbound: PopWhen::Disabled,
            several: SeveralMatches::OpenAll,
            fallback_page: true,
            open_created: false,
            max_pages: 5,
            rules: Vec::new(),
        }
    }
}

impl PopSettings {
    pub(crate) fn when(&self, direction: Direction) -> PopWhen {
        match direction {
            Direction::Inbound => self.inbound,
            Direction::Outbound => self.outbound,
        }
    }

    /// The first rule that fits the call, and which one it is.
    pub(crate) fn rule_for(&self, event: &CallEvent) -> Option<(usize, &PopRule)> {
        let mut rules = self.rules.iter().enumerate();
        rules.find(|(_, rule)| rule.fits(event))
    }
}

/// Whether calls of some kind pop. What a rule does not name fits every call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct PopRule {
    /// The other side's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub number: Option<NumberPattern>,
    /// The number that was dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-interface", schemars(with = "Option<String>"))]
    pub called: Option<NumberPattern>,
    /// Who called whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Whether calls that fit pop.
    #[serde(default = "yes")]
    pub pop: bool,
}

fn yes() -> bool {
    true
}

impl PopRule {
    /// A rule for every call.
    #[must_use]
    pub fn new(pop: bool) -> Self {
        Self {
            number: None,
            called: None,
            direction: None,
            pop,
        }
    }

    /// The same rule, for these numbers of the other side only.
    #[must_use]
    pub fn number(mut self, pattern: NumberPattern) -> Self {
        self.number = Some(pattern);
        self
    }

    /// The same rule, for these dialled numbers only.
    #[must_use]
    pub fn called(mut self, pattern: NumberPattern) -> Self {
        self.called = Some(pattern);
        self
    }

    /// The same rule, for this direction only.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    fn fits(&self, event: &CallEvent) -> bool {
        let fits = |pattern: &Option<NumberPattern>, number| {
            pattern.as_ref().is_none_or(|it| it.fits(number))
        };
        fits(&self.number, event.other_number())
            && fits(&self.called, event.to.as_deref())
            && self.direction.is_none_or(|it| it == event.direction)
    }
}

impl fmt::Display for PopRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut conditions = Vec::new();
        conditions.extend(self.direction.map(|it| it.to_string()));
        conditions.extend(self.number.as_ref().map(|it| format!("number {it}")));
        conditions.extend(self.called.as_ref().map(|it| format!("called {it}")));
        if conditions.is_empty() {
            conditions.push("every call".to_owned());
        }
        let what = if self.pop { "pops" } else { "does not pop" };
        write!(f, "{}: {what}", conditions.join(", "))
    }
}

/// A pattern of phone numbers: `+49*` for all that begin so, `?` for one character, or `withheld`
/// for a caller who shows none.
///
/// Spaces, brackets, dashes, dots and slashes count neither in the pattern nor in the number, and a
/// `00` at the beginning is a `+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberPattern(String);

/// The pattern for no number at all.
const WITHHELD: &str = "withheld";

impl NumberPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`NumberPatternError`] for everything that fits no number.
    pub fn parse(text: &str) -> Result<Self, NumberPatternError> {
        let pattern = bare(text);
        let is_number = |byte: u8| byte.is_ascii_digit() || b"+*#?".contains(&byte);
        if pattern == WITHHELD || (!pattern.is_empty() && pattern.bytes().all(is_number)) {
            return Ok(Self(pattern));
        }
        Err(NumberPatternError(text.to_owned()))
    }

    fn fits(&self, number: Option<&str>) -> bool {
        let number = number.map(bare).filter(|number| is_shown(number));
        match number {
            Some(number) => self.0 != WITHHELD && WildMatch::new(&self.0).matches(&number),
            None => self.0 == WITHHELD,
        }
    }
}

/// A text that is no pattern of numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no pattern of numbers: write digits with `*` for any that follow and `?` for one \
     (`+49*`), or `withheld`"
)]
pub struct NumberPatternError(String);

/// A number that shows who calls has a digit in it; `anonymous` has none.
fn is_shown(number: &str) -> bool {
    number.contains(|c: char| c.is_ascii_digit())
}

/// The number without what people write into it to read it better, and without the scheme that SIP
/// dialers hand over.
fn bare(number: &str) -> String {
    let number = number.trim();
    let number = ["tel:", "sip:", "sips:"]
        .iter()
        .find_map(|scheme| number.strip_prefix(scheme))
        .unwrap_or(number);
    // The user part of a SIP address.
    let number = number.split(['@', ';']).next().unwrap_or_default();
    let bare: String = number
        .chars()
        .filter(|c| !c.is_whitespace() && !"()-./".contains(*c))
        .collect();
    match bare.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => bare,
    }
}

impl fmt::Display for NumberPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for NumberPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for NumberPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// In which order the accounts are asked, and how many of them pop.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct PopOrder {
    /// The adapters' ids, first to last. Accounts that are not named come after these, in the order
    /// in which they were connected.
    pub order: Vec<String>,
    /// Which of them pop.
    pub accounts: PopAccounts,
}

/// Which of several accounts pop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PopAccounts {
    /// Each one that knows the number.
    #[default]
    All,
    /// The first one that knows the number.
    First,
}

impl PopOrder {
    /// Where the account of this adapter stands in the order; to sort by it, keeping the order of
    /// those that are not named.
    #[must_use]
    pub fn rank(&self, adapter: &str) -> usize {
        let place = self.order.iter().position(|id| id == adapter);
        place.unwrap_or(self.order.len())
    }
}

#[cfg(test)]
mod tests {
    use super::NumberPattern;

    #[test]
    fn patterns_fit_numbers_however_they_are_written() {
        for (pattern, number, fits) in [
            ("+49*", Some("+49 (30) 123-45"), true),
            ("0049 30*", Some("+493012345"), true),
            ("+49*", Some("0049/30.12345"), true),
            ("+49*", Some("tel:+493012345"), true),
            ("10?", Some("sip:101@pbx.example.com;transport=tcp"), true),
            ("10?", Some("1011"), false),
            ("*", Some("7"), true),
            ("+49*", Some("+4812345"), false),
            ("+49*", None, false),
            ("withheld", None, true),
            ("withheld", Some("anonymous"), true),
            ("withheld", Some(""), true),
            ("withheld", Some("7"), false),
            ("*", Some("anonymous"), false),
        ] {
            let parsed = NumberPattern::parse(pattern).unwrap();
            assert_eq!(parsed.fits(number), fits, "{pattern} {number:?}");
        }
    }

    #[test]
    fn what_fits_no_number_is_no_pattern() {
        for text in ["", " ", "John", "+49x", "(-)"] {
            let error = NumberPattern::parse(text).unwrap_err();
            assert!(error.to_string().contains("is no pattern of numbers"));
        }
    }
}
