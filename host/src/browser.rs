//! Where pages open: the system's browser, the dialer's own view, or a record for tests.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use callpop_adapter::OpenAs;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::url_policy::AcceptedUrl;

/// A page that the policy has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its address.
    pub url: AcceptedUrl,
    /// How it is to be shown.
    pub open_as: OpenAs,
}

impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut page = serializer.serialize_struct("Page", 2)?;
        page.serialize_field("url", self.url.as_str())?;
        page.serialize_field(
            "as",
            match self.open_as {
                OpenAs::Popup => "popup",
                _ => "tab",
            },
        )?;
        page.end()
    }
}

/// How a page stands in JSON.
#[cfg(feature = "json-interface")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Page")]
pub(crate) struct PageForm {
    /// Its address.
    #[schemars(rename = "url")]
    _url: String,
    /// How it is to be shown.
    #[schemars(rename = "as")]
    _open_as: OpenAsForm,
}

/// How a page is to be shown, as it stands in JSON.
#[cfg(feature = "json-interface")]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "OpenAs", rename_all = "lowercase")]
#[expect(dead_code, reason = "its schema is what it is for")]
pub(crate) enum OpenAsForm {
    /// In a tab.
    Tab,
    /// In a window of its own, where the browser has such.
    Popup,
}

/// The page could not be shown; the user can still open it by hand.
#[derive(Debug, thiserror::Error)]
#[error("no browser could be started for {url}")]
pub struct BrowserError {
    /// The page's address.
    pub url: String,
    /// Why.
    pub source: std::io::Error,
}

/// Shows pages.
///
/// A dialer with a browser view of its own implements this. It is called from the thread that
/// called the host, and should answer as soon as the page is on its way.
pub trait Browser: Send + Sync {
    /// Shows a page.
    ///
    /// # Errors
    /// [`BrowserError`] if it cannot be shown.
    fn open(&self, page: &Page) -> Result<(), BrowserError>;
}

/// The system's default browser; on Linux and the BSDs, what the variable `BROWSER` names comes
/// first. It has no way to ask for a window of its own, so a popup opens as a tab.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemBrowser;

/// How long the start of the system's browser is waited for. Some ways to start one wait for its
/// end (a text browser does), and then the page is open by now.
const START_LIMIT: Duration = Duration::from_secs(5);

impl Browser for SystemBrowser {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        let failed = |source| BrowserError {
            url: page.url.as_str().to_owned(),
            source,
        };
        let (done, result) = mpsc::channel();
        let url = page.url.as_str().to_owned();
        thread::Builder::new()
            .name("callpop-browser".to_owned())
            // The receiver is gone if the start took too long; nobody needs the result then.
            .spawn(move || drop(done.send(webbrowser::open(&url))))
            .map_err(failed)?;
        result
            .recv_timeout(START_LIMIT)
            .unwrap_or(Ok(()))
            .map_err(failed)
    }
}

/// Whether the system seems to have a browser. None is started to find out.
pub(crate) fn system_browser_exists() -> bool {
    webbrowser::Browser::Default.exists()
}

/// Remembers the pages instead of showing them.
#[derive(Debug, Default)]
pub struct RecordingBrowser {
    pages: Mutex<Vec<Page>>,
}

impl RecordingBrowser {
    /// The pages so far, in order.
    #[must_use]
    pub fn pages(&self) -> Vec<Page> {
        self.pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Browser for RecordingBrowser {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        self.pages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(page.clone());
        Ok(())
    }
}
