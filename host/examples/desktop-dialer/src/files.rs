//! The thread that reads and writes the dialer's own files, one after the other.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread;

type Work = Box<dyn FnOnce() + Send>;

/// The thread. It ends with this, once everything is written.
pub(crate) struct Files(Sender<Work>);

impl Files {
    pub(crate) fn start() -> io::Result<Self> {
        let (work, to_do) = mpsc::channel::<Work>();
        thread::Builder::new()
            .name("dialer-files".to_owned())
            .spawn(move || to_do.into_iter().for_each(|work| work()))?;
        Ok(Self(work))
    }

    /// Has something done, after what is waiting already.
    pub(crate) fn run(&self, work: impl FnOnce() + Send + 'static) {
        // The thread ends with this alone, unless something panicked; then nothing is written.
        let _ = self.0.send(Box::new(work));
    }
}
