//! Keeps what is in use up with what the plugins folders hold, on a thread of its own.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::Host;
use super::version::InUse;
use crate::discovery::{AdapterFile, Catalog};
use crate::folder_change::FolderChange;
use crate::folder_watch::{FolderEvents, Rules, Settling, Wake, WatchOptions};

/// Watches the plugins folders until it is dropped, which waits for the look that is under way.
#[must_use = "the folders are watched as long as this lives"]
pub struct FolderWatch {
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Watches the plugins folders: a new adapter can be called, a changed one is upgraded, a
    /// removed one is retired, without a call failing for it. `on_change` is told of each change
    /// once it is carried out, on the thread that watches, named `callpop-watch`; a change has to
    /// wait until it returns, and calls do not.
    ///
    /// From here on no call reads the folders: what is ready has its private copy.
    ///
    /// # Errors
    /// The system's, if it gives no thread. Where it has no events to give, the folders are looked
    /// at every [`poll_interval`](WatchOptions::poll_interval).
    pub fn watch(
        self: &Arc<Self>,
        options: &WatchOptions,
        on_change: impl FnMut(FolderChange) + Send + 'static,
    ) -> std::io::Result<FolderWatch> {
        let (wake, woken) = mpsc::channel();
        let mut events = if options.events {
            FolderEvents::of(&self.folders, wake.clone())
        } else {
            FolderEvents::none()
        };
        events.follow(&self.folders);
        self.make_copies(&self.in_use());
        let watcher = Watcher {
            host: Arc::downgrade(self),
            options: options.clone(),
            events,
            settling: Settling::new(options),
            on_change,
        };
        let thread = thread::Builder::new()
            .name("callpop-watch".to_owned())
            .spawn(move || watcher.run(&woken))?;
        Ok(FolderWatch {
            wake,
            thread: Some(thread),
        })
    }

    /// Makes the private copies of what is in use. What cannot be copied is as it was: a call reads
    /// it, and says what is wrong.
    fn make_copies(&self, in_use: &InUse) {
        for (adapter, placed) in &in_use.versions {
            if placed.version.is_template() {
                continue;
            }
            if let Err(error) = placed.version.copy(&placed.path, &self.copies) {
                tracing::warn!(adapter, %error, "no private copy was made");
            }
        }
    }
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::Stop);
        let Some(thread) = self.thread.take() else {
            return;
        };
        // What is told of a change may drop this, and cannot wait for itself.
        if thread.thread().id() != thread::current().id() {
            let _ = thread.join();
        }
    }
}

struct Watcher<F> {
    host: Weak<Host>,
    options: WatchOptions,
    events: FolderEvents,
    settling: Settling,
    on_change: F,
}

impl<F: FnMut(FolderChange)> Watcher<F> {
    fn run(mut self, woken: &Receiver<Wake>) {
        // What changed since the host was built.
        let mut due = Instant::now();
        loop {
            match woken.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Wake::Look) => due = due.min(Instant::now() + self.options.settle),
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let Some(host) = self.host.upgrade() else {
                        return;
                    };
                    for change in self.look(&host) {
                        (self.on_change)(change);
                    }
                    let poll = Instant::now() + self.options.poll_interval;
                    due = self.settling.take_due().map_or(poll, |due| due.min(poll));
                }
            }
        }
    }

    fn look(&mut self, host: &Host) -> Vec<FolderChange> {
        let _one_at_a_time = host.lock_looking();
        self.events.follow(&host.folders);
        let (before, decided_by) = {
            let in_use = host.in_use();
            (in_use.catalog.clone(), in_use.admission.clone())
        };
        let admission = host.admission();
        let rules = Rules {
            are_new: admission != *decided_by,
            admission: &admission,
        };
        let now = Instant::now();
        let mut catalog = Catalog::look(&host.folders, &mut |path| {
            let file = before.file(&path);
            self.settling.read(path, file, rules, now)
        });
        self.put_back_those_away(&mut catalog, &before, now);
        let changes = host.adopt(catalog, admission);
        host.make_copies(&host.in_use());
        changes
    }

    /// A file that is replaced may be away for a moment, and stays what it was for that long.
    fn put_back_those_away(&mut self, catalog: &mut Catalog, before: &Catalog, now: Instant) {
        for file in &before.files {
            let Some(description) = file.in_use() else {
                continue;
            };
            let is_listed = |path: &Path| {
                let mut folders = catalog.folders.iter();
                folders
                    .any(|folder| folder.problem.is_none() && path.parent() == Some(&folder.path))
            };
            let is_there = catalog.file(&file.path).is_some();
            if is_there || !is_listed(&file.path) {
                continue;
            }
            // Renamed or replaced by one of another name, which is used at once.
            let is_elsewhere = catalog.ready(&description.manifest.id).is_some();
            if !is_elsewhere && !self.settling.is_gone(&file.path, now) {
                catalog.put_back(AdapterFile::clone(file));
            }
        }
    }
}
