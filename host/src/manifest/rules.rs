//! The rules for a manifest's members, one function per rule of the schema.
//!
//! A text is checked while the reader still stands at its end, so that the error has its line and
//! column.

use std::fmt;

use callpop_adapter::names::is_value_name;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

const MAX_LIST: usize = 64;
const MAX_NAME: usize = 64;
const MAX_LINE: usize = 100;
const MAX_TEXT: usize = 500;

/// Whether a text can be an adapter's id.
pub(crate) fn is_id(text: &str) -> bool {
    fn is_part(part: &str) -> bool {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }
    text.len() <= MAX_NAME && text.split('-').all(is_part)
}

pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    fitting(
        deserializer,
        is_id,
        "an id is small letters and digits, in parts joined by `-`, at most 64",
    )
}

pub(super) fn version<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<semver::Version, D::Error> {
    read(deserializer, |text| {
        if text.len() > MAX_NAME {
            return Err(format!("a version is at most {MAX_NAME} long"));
        }
        text.parse()
            .map_err(|cause| format!("{text:?} is not a version such as 1.0.0: {cause}"))
    })
}

pub(super) fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    fitting(
        deserializer,
        |text| !text.is_empty() && is_plain(text, MAX_LINE),
        "this is one line of 1 to 100 characters, none of them a control character",
    )
}

pub(super) fn some_line<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    line(deserializer).map(Some)
}

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    fitting(
        deserializer,
        |text| is_plain(text, MAX_TEXT),
        "this is at most 500 characters, none of them a control character",
    )
}

/// The text that a setting's value may be.
pub(super) fn checked_text(text: &str) -> Result<String, String> {
    if is_plain(text, MAX_TEXT) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "this is at most {MAX_TEXT} characters, none of them a control character"
    ))
}

pub(super) fn website<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    fn fits(text: &str) -> bool {
        let rest = text.strip_prefix("https://").unwrap_or_default();
        is_plain(text, MAX_TEXT)
            && !text.contains(char::is_whitespace)
            && !rest.is_empty()
            && !rest.starts_with('/')
    }
    let rule = "this is an https address of at most 500 characters";
    fitting(deserializer, fits, rule).map(Some)
}

pub(super) fn value_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    fitting(
        deserializer,
        is_value_name,
        "a value's name is a letter and then letters, digits, `_` and `-`, at most 64",
    )
}

pub(super) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.len() > MAX_LIST {
        return Err(D::Error::custom(format!(
            "a list has at most {MAX_LIST} items"
        )));
    }
    Ok(list)
}

/// A member that need not be there, but is not `null`.
pub(super) fn some<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

pub(super) fn some_list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    list(deserializer).map(Some)
}

/// Reads a text and makes of it what `make` does; the error is in words.
pub(super) fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    make: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Text<F>(F);

    impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(make))
}

fn fitting<'de, D: Deserializer<'de>>(
    deserializer: D,
    fits: impl FnOnce(&str) -> bool,
    rule: &str,
) -> Result<String, D::Error> {
    read(deserializer, |text| {
        if fits(text) {
            return Ok(text.to_owned());
        }
        let start: String = text.chars().take(40).collect();
        Err(format!("{start:?} does not fit: {rule}"))
    })
}

fn is_plain(text: &str, max: usize) -> bool {
    text.chars().count() <= max && !text.contains(char::is_control)
}
