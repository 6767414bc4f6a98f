//! What a validation tells: its checks, and what each has found.

use std::path::PathBuf;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::codes::{Code, Level};
use crate::Callback;
use crate::plain_text::plain_line;

/// How many inputs are shown of those that brought the same finding about.
const SHOWN_INPUTS: usize = 3;
/// The longest text of a finding, in characters.
const MAX_TEXT: usize = 400;
/// The longest input that is shown, in characters.
const MAX_INPUT: usize = 60;

/// What a validation has found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// The file.
    #[serde(serialize_with = "shown_path")]
    pub file: PathBuf,
    /// The SHA-256 of its bytes in lower-case hexadecimal, if it could be read.
    pub sha256: Option<String>,
    /// What the adapter says that it is.
    pub adapter: Option<Validated>,
    /// What was looked at, in this order.
    pub checks: Vec<Check>,
    /// What was measured, where its code ran.
    pub measured: Option<Measured>,
}

/// What the adapter says that it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Validated {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its version.
    pub version: semver::Version,
}

/// What was measured over many calls in one worker, the adapter's own code and the way to the
/// worker and back together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Measured {
    /// How many calls.
    pub calls: u32,
    /// The time that half of the calls stayed below, in microseconds.
    pub median_microseconds: u64,
    /// The time of the slowest call, in microseconds.
    pub max_microseconds: u64,
    /// How much more memory the worker had after them, in bytes, where the system tells.
    pub memory_growth: Option<u64>,
    /// How many threads more it had after them, where the system tells.
    pub threads_left: Option<usize>,
}

/// Something that was looked at.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Check {
    /// Its name for programs.
    pub name: &'static str,
    /// What it looks at, for people.
    pub title: &'static str,
    /// Why it was not looked at, if it was not.
    pub skipped: Option<String>,
    /// What was found, in the order in which it was.
    pub findings: Vec<Finding>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing.
    pub code: Code,
    /// What was seen, in a sentence of plain text.
    pub found: String,
    /// In which callback, where it was one.
    pub callback: Option<Callback>,
    /// Some of the inputs that brought it about, as plain text.
    pub inputs: Vec<String>,
    /// How often it was seen.
    pub times: u32,
}

impl Report {
    /// Every finding, with the check that found it.
    pub fn findings(&self) -> impl Iterator<Item = (&Check, &Finding)> {
        let checks = self.checks.iter();
        checks.flat_map(|check| check.findings.iter().map(move |finding| (check, finding)))
    }

    /// How many findings are of this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        let findings = self.findings();
        findings.filter(|(_, it)| it.code.level() == level).count()
    }

    /// Whether a host has no use for the file at all: what it is made of is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        let Some(check) = self.checks.first() else {
            return false;
        };
        check.worst() == Some(Level::Fail)
    }
}

impl Check {
    pub(super) fn new(name: &'static str, title: &'static str) -> Self {
        Self {
            name,
            title,
            skipped: None,
            findings: Vec::new(),
        }
    }

    pub(super) fn skipped(mut self, why: impl Into<String>) -> Self {
        self.skipped = Some(why.into());
        self
    }

    /// The level of the worst finding.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        let levels = self.findings.iter().map(|finding| finding.code.level());
        levels.max()
    }

    /// `skipped`, `failed`, `warned` or `passed`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.worst(), &self.skipped) {
            (Some(Level::Fail), _) => "failed",
            (Some(Level::Warn), _) => "warned",
            (_, Some(_)) => "skipped",
            (_, None) => "passed",
        }
    }

    /// Adds what was found.
    pub(super) fn find(&mut self, code: Code, found: impl AsRef<str>) {
        self.add(code, found.as_ref(), None, None);
    }

    /// Adds what was found in a callback. Of several inputs that bring the same about, the first is
    /// told in full.
    pub(super) fn find_with(
        &mut self,
        code: Code,
        found: impl AsRef<str>,
        callback: Callback,
        input: &str,
    ) {
        self.add(code, found.as_ref(), Some(callback), Some(input));
    }

    fn add(&mut self, code: Code, found: &str, callback: Option<Callback>, input: Option<&str>) {
        let input = input.map(|text| plain_line(text, MAX_INPUT));
        let mut known = self.findings.iter_mut();
        let same = known.find(|it| {
            it.code == code && it.callback == callback && (callback.is_some() || it.found == found)
        });
        if let Some(finding) = same {
            finding.times += 1;
            if finding.inputs.len() < SHOWN_INPUTS {
                finding.inputs.extend(input);
            }
            return;
        }
        self.findings.push(Finding {
            code,
            found: plain_line(found, MAX_TEXT),
            callback,
            inputs: input.into_iter().collect(),
            times: 1,
        });
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Check", 5)?;
        object.serialize_field("check", self.name)?;
        object.serialize_field("title", self.title)?;
        object.serialize_field("state", self.state())?;
        object.serialize_field("skipped", &self.skipped)?;
        object.serialize_field("findings", &self.findings)?;
        object.end()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 8)?;
        object.serialize_field("code", &self.code)?;
        object.serialize_field("level", &self.code.level())?;
        object.serialize_field("found", &self.found)?;
        object.serialize_field("callback", &self.callback)?;
        object.serialize_field("inputs", &self.inputs)?;
        object.serialize_field("times", &self.times)?;
        object.serialize_field("advice", self.code.advice())?;
        object.serialize_field("page", &self.code.page())?;
        object.end()
    }
}

fn shown_path<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
