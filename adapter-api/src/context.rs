//! What a callback may know besides the call: the account's hostname, settings and stored values.

use serde::{Deserialize, Serialize};

use crate::{AdapterError, NamedTexts, PageUrl, Text};

/// The account that a callback works for.
///
/// The host makes it; a vendor's tests make one with [`Context::new`] and the `with_` functions.
/// The host lends its texts for the length of the call, so they are not copied: that is what the
/// lifetime says, which need not be written (`context: &Context`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Context<'call> {
    /// The CRM host the account lives on, checked by the host: `acme.pipedrive.com`,
    /// `127.0.0.1:8080`.
    #[serde(borrow)]
    pub hostname: Text<'call>,
    /// What the adapter or the dialer stored for this account, by name.
    #[serde(default, skip_serializing_if = "NamedTexts::is_empty")]
    pub stored: NamedTexts<'call>,
    /// What the user or an administrator set for this account, by the id in the manifest.
    #[serde(default, skip_serializing_if = "NamedTexts::is_empty")]
    pub settings: NamedTexts<'call>,
    /// Room for what later versions of the host tell, by name.
    #[serde(default, skip_serializing_if = "NamedTexts::is_empty")]
    pub extras: NamedTexts<'call>,
}

impl Context<'_> {
    /// An account on `hostname`, without settings and stored values.
    #[must_use]
    pub fn new(hostname: impl Into<String>) -> Self {
        Self {
            hostname: hostname.into().into(),
            ..Self::default()
        }
    }

    /// The same account with one more stored value.
    #[must_use]
    pub fn with_stored(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.stored.insert(name.into().into(), value.into().into());
        self
    }

    /// The same account with one more setting.
    #[must_use]
    pub fn with_setting(mut self, id: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.insert(id.into().into(), value.into().into());
        self
    }

    /// The start of every URL of the account: `https://{hostname}`, or `http://` where the
    /// hostname is this machine itself.
    pub fn url(&self) -> PageUrl {
        PageUrl::of_host(&self.hostname)
    }

    /// The stored value called `name`.
    ///
    /// A dot reaches into a value that is a JSON object: `user_urls.atsUrl` is the member `atsUrl`
    /// of the stored value `user_urls`.
    #[must_use]
    pub fn stored(&self, name: &str) -> Option<Text<'_>> {
        if let Some(value) = self.stored.get(name) {
            return Some(value.as_str().into());
        }
        let (outer, path) = name.split_once('.')?;
        let object: serde_json::Value = serde_json::from_str(self.stored.get(outer)?).ok()?;
        match path.split('.').try_fold(&object, |at, key| at.get(key))? {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.clone().into()),
            other => Some(other.to_string().into()),
        }
    }

    /// The stored value called `name`, which the page cannot do without.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue), naming the value, if it is not
    /// there or empty.
    pub fn require_stored(&self, name: &str) -> Result<Text<'_>, AdapterError> {
        self.stored(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| AdapterError::missing_value(name))
    }

    /// The setting with this id.
    #[must_use]
    pub fn setting(&self, id: &str) -> Option<&str> {
        self.settings.get(id).map(Text::as_str)
    }

    /// The setting with this id, which the page cannot do without.
    ///
    /// # Errors
    /// [`ErrorCode::MissingValue`](crate::ErrorCode::MissingValue), naming the setting, if it is
    /// not there or empty.
    pub fn require_setting(&self, id: &str) -> Result<&str, AdapterError> {
        self.setting(id)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| AdapterError::missing_value(id))
    }
}

#[cfg(test)]
mod tests {
    use super::Context;

    #[test]
    fn a_dotted_name_reaches_into_a_stored_object() {
        let context =
            Context::new("h").with_stored("user_urls", r#"{"atsUrl":"https://cls42","n":3}"#);
        assert_eq!(
            context.stored("user_urls.atsUrl").as_deref(),
            Some("https://cls42")
        );
        assert_eq!(context.stored("user_urls.n").as_deref(), Some("3"));
        assert_eq!(context.stored("user_urls.none"), None);
        assert_eq!(context.stored("nothing.atsUrl"), None);
    }

    #[test]
    fn a_stored_value_that_is_no_object_has_no_members() {
        let context = Context::new("h").with_stored("user_urls", "not json");
        assert_eq!(context.stored("user_urls.atsUrl"), None);
    }

    #[test]
    fn a_required_value_that_is_empty_is_missing() {
        let context = Context::new("h").with_setting("locationId", "");
        let error = context.require_setting("locationId").unwrap_err();
        assert_eq!(error.message(), "the value `locationId` is missing");
    }
}
