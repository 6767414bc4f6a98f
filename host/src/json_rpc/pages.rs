//! Where pages open in a session: in the system's browser, or in the client.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::message::Told;
use super::outgoing::Outgoing;
use crate::browser::{Browser, BrowserError, Page};
use crate::json_interface::Notification;

/// The browser of a session's host.
pub(super) struct SessionPages {
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) system: Arc<dyn Browser>,
    pub(super) to_client: Arc<AtomicBool>,
}

impl Browser for SessionPages {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        if !self.to_client.load(Ordering::Relaxed) {
            return self.system.open(page);
        }
        let notification = Notification::OpenPage(page.clone());
        if self.outgoing.send(&Told::of(&notification)) {
            return Ok(());
        }
        Err(BrowserError {
            url: page.url.as_str().to_owned(),
            source: io::Error::new(io::ErrorKind::BrokenPipe, "the client is gone"),
        })
    }
}
