//! Why a callback cannot do what it is asked.

use serde::{Deserialize, Serialize};

/// The kind of an [`AdapterError`].
///
/// Crosses the boundary as an integer; see `abi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The CRM has no such page.
    NotSupported,
    /// A value that the page needs is not there: a stored value, a setting, a contact's type.
    MissingValue,
    /// A value is there and cannot be used.
    InvalidInput,
    /// The adapter's own fault.
    Internal,
    /// The callback panicked; set by the SDK, never by a vendor.
    Panicked,
}

/// Why a callback cannot do what it is asked, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct AdapterError {
    code: ErrorCode,
    message: String,
}

impl AdapterError {
    /// An error of any kind. The functions below say the same in fewer words.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The CRM has no such page; `message` says which.
    #[must_use]
    pub fn not_supported(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotSupported, message)
    }

    /// The value called `name` is not there: `user_urls.atsUrl`, `contact.type`.
    #[must_use]
    pub fn missing_value(name: &str) -> Self {
        Self::new(
            ErrorCode::MissingValue,
            format!("the value `{name}` is missing"),
        )
    }

    /// A value is there and cannot be used; `message` says which and why.
    #[must_use]
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// The adapter's own fault.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }

    #[cfg(feature = "abi-1-1-preview")]
    pub(crate) fn no_search_page() -> Self {
        Self::not_supported("this CRM has no page for a number that nobody has")
    }

    /// The kind of the error.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The words for the user.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
