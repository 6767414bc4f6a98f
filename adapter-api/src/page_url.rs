//! The URL of a page, built so that a value stays where it is put.
//!
//! Every value is percent-encoded for its place as it is put in (RFC 3986, section 2): only the
//! unreserved characters stand for themselves, so `../../admin?x=1#y` stays one path segment.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Actions, AdapterError, CallbackResult, is_loopback_host};

/// Everything but RFC 3986's unreserved characters.
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// As [`SEGMENT`], but `/` stands for itself, as it may in a query or a fragment (RFC 3986,
/// sections 3.4 and 3.5): `?blade=/details/contact/7` stays readable.
pub(crate) const TEXT: &AsciiSet = &SEGMENT.remove(b'/');

/// As [`TEXT`], for a URL that stands in another: `+` stays what it is there.
pub(crate) const NESTED: &AsciiSet = &TEXT.remove(b'+');

/// The room for what follows a base address, in bytes: more than most pages need.
const USUAL_PATH: usize = 64;

/// `text` with everything encoded that is in `set`.
pub(crate) fn percent_encoded<'text>(
    text: &'text str,
    set: &'static AsciiSet,
) -> impl Iterator<Item = &'text str> {
    utf8_percent_encode(text, set)
}

/// A page's URL in the making.
///
/// Starts from the account ([`Context::url`](crate::Context::url)), grows by parts, and ends in
/// [`open`](Self::open), [`open_popup`](Self::open_popup) or [`build`](Self::build). A part that
/// cannot be put in is reported there, so that the parts can be chained.
///
/// ```
/// # use callpop_adapter::Context;
/// let url = Context::new("acme.example.com")
///     .url()
///     .path(["app", "contact.nl"])
///     .query("id", "7 & 8")
///     .build()?;
/// assert_eq!(url, "https://acme.example.com/app/contact.nl?id=7%20%26%208");
/// # Ok::<(), callpop_adapter::AdapterError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a URL does nothing until it is opened or built"]
pub struct PageUrl {
    text: String,
    /// Where the query begins in `text`, and where the fragment does.
    query: usize,
    fragment: usize,
    failure: Option<AdapterError>,
}

impl PageUrl {
    /// Starts from a host: `http` if it is this machine itself, else `https`.
    pub fn of_host(hostname: &str) -> Self {
        let scheme = if is_loopback_host(hostname) {
            "http://"
        } else {
            "https://"
        };
        Self::of_parts(scheme, hostname)
    }

    /// Starts from a base address, such as a stored value that the CRM gave at login:
    /// `https://cls42.example.com`, or with a path. Slashes at its end do not matter.
    pub fn of_base(base: &str) -> Self {
        Self::of_parts("", base)
    }

    fn of_parts(scheme: &str, rest: &str) -> Self {
        let mut text = String::with_capacity(scheme.len() + rest.len() + USUAL_PATH);
        text.push_str(scheme);
        text.push_str(rest);
        let failure = (!is_base_address(&text)).then(|| {
            AdapterError::invalid_input(format!(
                "{text:?} is not the address of a web server (https://host)"
            ))
        });
        while text.ends_with('/') {
            text.pop();
        }
        Self {
            query: text.len(),
            fragment: text.len(),
            text,
            failure,
        }
    }

    /// Adds path segments, each encoded as one: a `/` inside a value does not split it.
    ///
    /// A segment that is empty, `.` or `..` would open another page than the one that is meant
    /// (browsers resolve dots even when encoded), so it is an error.
    pub fn path<S: AsRef<str>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        let after = self.text.split_off(self.query);
        if let Err(error) = push_path(&mut self.text, segments) {
            self.fail(error);
        }
        self.path_ends_before(&after)
    }

    /// Ends the path with a slash, where a CRM wants one before the query or the fragment.
    pub fn slash(mut self) -> Self {
        let after = self.text.split_off(self.query);
        self.text.push('/');
        self.path_ends_before(&after)
    }

    /// Adds `name=value` to the query; the value comes out again as it was put in.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let after = self.text.split_off(self.fragment);
        let is_first = self.fragment == self.query;
        self.text.push(if is_first { '?' } else { '&' });
        self.text
            .extend(utf8_percent_encode(name, SEGMENT).chain(["="]));
        self.text.extend(utf8_percent_encode(value, TEXT));
        self.fragment = self.text.len();
        self.text.push_str(&after);
        self
    }

    /// Adds `name=/a/b` to the query, for a CRM that routes by a path in its query.
    ///
    /// The segments are encoded as in [`path`](Self::path) and then as a query value, which the
    /// CRM undoes in the other order.
    pub fn query_path<S: AsRef<str>>(
        mut self,
        name: &str,
        segments: impl IntoIterator<Item = S>,
    ) -> Self {
        match path_text(segments) {
            Ok(path) => self.query(name, &path),
            Err(error) => {
                self.fail(error);
                self
            }
        }
    }

    /// Sets the fragment to a path, for a CRM that routes by it: `#/contacts/7`.
    pub fn fragment_path<S: AsRef<str>>(mut self, segments: impl IntoIterator<Item = S>) -> Self {
        self.text.truncate(self.fragment);
        self.text.push('#');
        if let Err(error) = push_path(&mut self.text, segments) {
            self.fail(error);
        }
        self
    }

    /// Sets the fragment to a text.
    pub fn fragment(mut self, text: &str) -> Self {
        self.text.truncate(self.fragment);
        self.text.push('#');
        self.text.extend(utf8_percent_encode(text, TEXT));
        self
    }

    /// The finished URL.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) for the first part that could
    /// not be put in.
    pub fn build(self) -> Result<String, AdapterError> {
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.text),
        }
    }

    /// The actions that open this page in a tab.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn open(self) -> CallbackResult {
        Ok(Actions::none().open_tab(self.build()?))
    }

    /// The actions that open this page in a window of its own.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn open_popup(self) -> CallbackResult {
        Ok(Actions::none().open_popup(self.build()?))
    }

    /// Puts what stands behind the path there again.
    fn path_ends_before(mut self, after: &str) -> Self {
        let query_length = self.fragment - self.query;
        self.query = self.text.len();
        self.fragment = self.query + query_length;
        self.text.push_str(after);
        self
    }

    /// Keeps the first failure, which is the one to mend.
    fn fail(&mut self, error: AdapterError) {
        self.failure.get_or_insert(error);
    }
}

/// The segments as a path, each encoded and led by a slash: `/details/contact/a%2Fb`.
///
/// # Errors
/// [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) for a segment that is empty, `.` or
/// `..`.
pub fn path_text<S: AsRef<str>>(
    segments: impl IntoIterator<Item = S>,
) -> Result<String, AdapterError> {
    let mut path = String::new();
    push_path(&mut path, segments)?;
    Ok(path)
}

/// Adds to `text` what [`path_text`] gives.
fn push_path<S: AsRef<str>>(
    text: &mut String,
    segments: impl IntoIterator<Item = S>,
) -> Result<(), AdapterError> {
    let start = text.len();
    for segment in segments {
        let segment = segment.as_ref();
        if matches!(segment, "" | "." | "..") {
            return Err(AdapterError::invalid_input(format!(
                "{segment:?} cannot be a part of a page's address (after {:?})",
                &text[start..]
            )));
        }
        text.push('/');
        text.extend(utf8_percent_encode(segment, SEGMENT));
    }
    Ok(())
}

/// Whether `base` is a scheme, a host and perhaps a path, with nothing in it that would make a
/// browser read it differently. The host checks the finished URL with a whole parser.
fn is_base_address(base: &str) -> bool {
    let rest = base
        .strip_prefix("https://")
        .or_else(|| base.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(
                        byte,
                        b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'[' | b']' | b'%'
                    )
            })
    })
}

#[cfg(test)]
mod tests {
    use super::PageUrl;
    use crate::{Context, ErrorCode};
    use proptest::prelude::*;

    fn acme() -> PageUrl {
        Context::new("acme.example.com").url()
    }

    #[test]
    fn a_hostile_id_stays_one_segment() {
        let url = acme()
            .path(["person", "../../admin?x=1#y"])
            .build()
            .unwrap();
        assert_eq!(
            url,
            "https://acme.example.com/person/..%2F..%2Fadmin%3Fx%3D1%23y"
        );
    }

    #[test]
    fn loopback_gets_http_and_the_rest_https() {
        for (hostname, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("localhost", "http://localhost"),
            ("[::1]:9", "http://[::1]:9"),
            ("acme.example.com:8443", "https://acme.example.com:8443"),
        ] {
            assert_eq!(Context::new(hostname).url().build().unwrap(), url);
        }
    }

    #[test]
    fn dots_and_nothing_are_no_segment() {
        for segment in ["", ".", ".."] {
            let error = acme()
                .path(["person", segment])
                .query("a", "b")
                .build()
                .unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidInput);
        }
    }

    #[test]
    fn a_base_that_is_no_address_is_refused() {
        for base in [
            "",
            "cls42.example.com",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://user@host",
            "https://host?x",
            "https://host#x",
            "https://host\\x",
            "https://ho st",
        ] {
            assert!(
                PageUrl::of_base(base).path(["x"]).build().is_err(),
                "{base}"
            );
        }
    }

    #[test]
    fn a_base_may_end_in_slashes_and_have_a_path() {
        let url = PageUrl::of_base("https://cls42.example.com/app//")
            .path(["x"])
            .build()
            .unwrap();
        assert_eq!(url, "https://cls42.example.com/app/x");
    }

    #[test]
    fn query_and_fragment_paths_are_encoded_for_both_places() {
        let url = acme()
            .path(["list"])
            .slash()
            .query_path("blade", ["details", "a/b"])
            .fragment_path(["contacts", "c/d"])
            .build()
            .unwrap();
        assert_eq!(
            url,
            "https://acme.example.com/list/?blade=/details/a%252Fb#/contacts/c%2Fd"
        );
    }

    #[test]
    fn parts_come_in_any_order() {
        let url = acme()
            .fragment("old")
            .query("a", "1")
            .path(["x"])
            .fragment("new")
            .query("b", "2")
            .slash()
            .path(["y"])
            .build()
            .unwrap();
        assert_eq!(url, "https://acme.example.com/x//y?a=1&b=2#new");
    }

    proptest! {
        #[test]
        fn what_is_put_in_comes_out_again(segment in ".+", value in ".*", fragment in ".*") {
            prop_assume!(segment != "." && segment != "..");
            let text = acme().path([&segment]).query("q", &value).fragment(&fragment).build().unwrap();
            let url = url::Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), &text);
            prop_assert_eq!(url.host_str(), Some("acme.example.com"));
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 1);
            let decode = |text| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decode(segments[0]), segment);
            let pairs: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, vec![("q".to_owned(), value)]);
            prop_assert_eq!(decode(url.fragment().unwrap()), fragment);
        }
    }
}
