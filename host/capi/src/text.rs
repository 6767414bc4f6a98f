//! A text that a program holds: as C reads it, and by its members if it is JSON.

use std::sync::OnceLock;

use serde_json::Value;

/// A text, which a program holds.
pub(crate) struct TextEntry {
    /// Its bytes, and a NUL. If it is no JSON, it may have others inside.
    bytes: Box<[u8]>,
    json: OnceLock<Value>,
}

impl TextEntry {
    pub(crate) fn new(text: String) -> Self {
        let mut bytes = text.into_bytes();
        bytes.push(0);
        Self {
            bytes: bytes.into(),
            json: OnceLock::new(),
        }
    }

    /// Its bytes, and a NUL.
    pub(crate) fn with_nul(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.split_last().map_or(&[], |(_, text)| text)
    }

    /// The member of a JSON text at a JSON pointer (RFC 6901), such as `/accounts/0/hostname`: a
    /// string as it is, anything else as JSON.
    pub(crate) fn member(&self, pointer: &str) -> Option<String> {
        let json = self.json.get_or_init(|| {
            // What is no JSON has no members.
            serde_json::from_slice(self.as_bytes()).unwrap_or_default()
        });
        Some(match json.pointer(pointer)? {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::TextEntry;

    #[test]
    fn members_are_found_by_their_pointers() {
        let text = TextEntry::new(r#"{"a":[{"b/c":"d\u0000e"},null,7,{"x":1}]}"#.to_owned());
        assert_eq!(text.member("/a/0/b~1c").as_deref(), Some("d\0e"));
        assert_eq!(text.member("/a/1"), None);
        assert_eq!(text.member("/a/2").as_deref(), Some("7"));
        assert_eq!(text.member("/a/3").as_deref(), Some(r#"{"x":1}"#));
        for nowhere in ["/b", "a", "/a/9", "/a/-1"] {
            assert_eq!(text.member(nowhere), None, "{nowhere}");
        }
        assert_eq!(TextEntry::new("no JSON".to_owned()).member(""), None);
    }
}
