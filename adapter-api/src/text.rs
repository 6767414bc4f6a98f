//! A text of a call: one that the host lends, so that it is not copied, or one of its own.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A text of a call. It is used like a `String` that is only read: `&contact.id` is a `&str`.
///
/// The host lends its texts to a callback for the length of the call, so that they are not copied.
/// What is to be kept is copied by `to_string()`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'call>(#[serde(borrow)] Cow<'call, str>);

/// Texts by name: settings, stored values, extras. `texts.get("locationId")` is one of them.
pub type NamedTexts<'call> = BTreeMap<Text<'call>, Text<'call>>;

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'call> From<&'call str> for Text<'call> {
    fn from(text: &'call str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'call> From<&'call String> for Text<'call> {
    fn from(text: &'call String) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.into_owned()
    }
}

impl From<&Text<'_>> for String {
    fn from(text: &Text<'_>) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Text<'_> {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

#[cfg(test)]
mod tests {
    use super::{NamedTexts, Text};

    #[test]
    fn a_text_is_read_from_json_without_a_copy_unless_it_has_escapes() {
        let json = r#"["plain","with \"quotes\""]"#;
        let [plain, escaped]: [Text<'_>; 2] = serde_json::from_str(json).unwrap();
        assert!(json.as_bytes().as_ptr_range().contains(&plain.as_ptr()));
        assert_eq!(escaped, "with \"quotes\"");
    }

    #[test]
    fn a_text_is_used_like_a_string() {
        let text = Text::from("Jo Doe");
        assert_eq!(text, String::from(&text));
        assert_eq!(format!("{text:>8} {text:?}"), "  Jo Doe \"Jo Doe\"");
        let texts = NamedTexts::from([("a".into(), text)]);
        assert_eq!(texts.get("a").map(Text::as_str), Some("Jo Doe"));
        assert_eq!(texts.get("b"), None);
    }
}
