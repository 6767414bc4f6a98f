//! What is seen of a call while it is carried out, for whoever tells of it afterwards.

use std::cell::{OnceCell, RefCell};

use crate::url_policy::AcceptedUrl;

/// What is seen of a call.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) version: OnceCell<String>,
    pub(super) sha256: OnceCell<String>,
    pub(super) opened: RefCell<Vec<AcceptedUrl>>,
}

impl Seen {
    /// A library with this hash runs.
    pub(super) fn library(&self, sha256: Option<&str>) {
        if let Some(sha256) = sha256 {
            let _ = self.sha256.set(sha256.to_owned());
        }
    }

    /// A page has opened.
    pub(super) fn opened(&self, url: &AcceptedUrl) {
        self.opened.borrow_mut().push(url.clone());
    }

    /// All that was seen while an adapter of this version was called.
    pub(super) fn take_over(&self, version: String, called: &Self) {
        let _ = self.version.set(version);
        self.library(called.sha256.get().map(String::as_str));
        self.opened.replace(called.opened.take());
    }
}
