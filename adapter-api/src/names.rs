//! Which names can be: for hosts, and for a vendor's tests, which are to judge alike.

/// The longest name of a setting or a stored value, in bytes.
const MAX_VALUE_NAME: usize = 64;

/// Whether `text` may name a setting or a stored value.
#[must_use]
pub fn is_value_name(text: &str) -> bool {
    text.len() <= MAX_VALUE_NAME
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Whether `label` is one label of a host name in its lower-case ASCII form (RFC 1123).
#[must_use]
pub fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
