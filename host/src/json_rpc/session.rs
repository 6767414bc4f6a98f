//! A session: from the first frame to the last answer.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::MAX_FRAME;
use super::frame_reader::FrameReader;
use super::hearing::Hearing;
use super::message::{Id, Told};
use super::outgoing::Outgoing;
use super::pages::SessionPages;
use crate::browser::Browser;
use crate::host::Host;
use crate::json_interface::{JsonInterface, Notification};

/// How a session came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The client asked for it.
    Shutdown,
    /// The client closed its end, between two frames.
    InputEnded,
    /// The input ended in the middle of a frame, or of something that was no frame.
    CutOff,
    /// It was stopped by [`Stopper::stop`].
    Stopped,
}

/// What ends a session.
pub(super) enum Event {
    /// The client asked for it, and waits for the answer.
    Shutdown(Option<Id>),
    Input {
        is_whole: bool,
    },
    Stop,
}

/// Ends a session from outside.
#[derive(Debug, Clone)]
pub struct Stopper(Sender<Event>);

impl Stopper {
    /// Ends the session: what runs has a moment, what waits is left out.
    pub fn stop(&self) {
        // Nobody hears it if the session has ended.
        let _ = self.0.send(Event::Stop);
    }
}

/// A session over two streams.
pub struct Session {
    outgoing: Arc<Outgoing>,
    to_client: Arc<AtomicBool>,
    end: Sender<Event>,
    ended: Receiver<Event>,
}

impl Session {
    /// A session that writes to `output`, on a thread of its own.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn new(output: impl Write + Send + 'static) -> std::io::Result<Self> {
        let outgoing: Arc<Outgoing> = Arc::default();
        let to_write = Arc::clone(&outgoing);
        thread::Builder::new()
            .name("callpop-writer".to_owned())
            .spawn(move || to_write.write_to(output))?;
        let (end, ended) = mpsc::channel();
        Ok(Self {
            outgoing,
            to_client: Arc::default(),
            end,
            ended,
        })
    }

    /// Where the pages of this session's host open: in this browser, unless the client opens them.
    #[must_use]
    pub fn browser(&self, system: Arc<dyn Browser>) -> Arc<dyn Browser> {
        Arc::new(SessionPages {
            outgoing: Arc::clone(&self.outgoing),
            system,
            to_client: Arc::clone(&self.to_client),
        })
    }

    /// Tells the client something.
    #[must_use]
    pub fn teller(&self) -> Arc<dyn Fn(Notification) + Send + Sync> {
        let outgoing = Arc::clone(&self.outgoing);
        Arc::new(move |notification| {
            outgoing.send(&Told::of(&notification));
        })
    }

    /// What ends this session from outside.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.end.clone())
    }

    /// Serves the client that writes to `input` until one of the two ends it. What was asked for is
    /// done and answered before, as far as that takes no longer than an adapter may.
    ///
    /// The thread that reads goes on until its input ends.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn serve(
        self,
        host: Arc<Host>,
        input: impl Read + Send + 'static,
    ) -> std::io::Result<Ending> {
        let teller = self.teller();
        let interface = JsonInterface::new(host, move |notification| teller(notification));
        let hearing = Hearing::new(interface, self.outgoing, self.to_client, self.end);
        let hearing = Arc::new(hearing);
        let heard = Arc::clone(&hearing);
        thread::Builder::new()
            .name("callpop-reader".to_owned())
            .spawn(move || heard.read(FrameReader::new(input, MAX_FRAME)))?;
        // The sender is in `hearing`.
        let event = self.ended.recv().unwrap_or(Event::Stop);
        Ok(hearing.finish(event))
    }
}
