//! The dialer's own view of pages, instead of the system's browser.

use std::io;

use callpop_host::{Browser, BrowserError, Page};

/// Hands each page over to the thread with the window; false if that is gone.
pub(crate) struct OwnView<F>(pub(crate) F);

impl<F: Fn(Page) -> bool + Send + Sync> Browser for OwnView<F> {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        if (self.0)(page.clone()) {
            return Ok(());
        }
        Err(BrowserError {
            url: page.url.as_str().to_owned(),
            source: io::Error::other("the window is closed"),
        })
    }
}
