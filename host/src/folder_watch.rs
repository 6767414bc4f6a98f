//! When to look at the plugins folders, and which of their files can be judged. The only file that
//! names `notify`.
//!
//! The system's events say no more than "look": what happened is found by looking. So it makes no
//! difference which events a system has, in what order they come, and whether some are lost, as on
//! network drives, where a look now and then makes up for all of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::admission::Admission;
use crate::discovery::{AdapterFile, FileState};
use crate::file_stamp::FileStamp;

/// How plugins folders are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchOptions {
    /// How long a file must have stayed as it is before it is read. Installers and editors write,
    /// remove and rename in several steps.
    pub settle: Duration,
    /// How long a file must have stayed as it is before it is refused or taken for removed; a copy
    /// over a network pauses.
    pub patience: Duration,
    /// How often the folders are looked at without an event: network drives have none.
    pub poll_interval: Duration,
    /// Whether the system's events are used at all.
    pub events: bool,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            settle: Duration::from_millis(200),
            patience: Duration::from_secs(1),
            poll_interval: Duration::from_secs(5),
            events: true,
        }
    }
}

/// What wakes the thread that watches.
pub(crate) enum Wake {
    /// Something happened in a folder.
    Look,
    /// Nobody watches any more.
    Stop,
}

/// The system's events, where it has any.
pub(crate) struct FolderEvents(Option<RecommendedWatcher>);

impl FolderEvents {
    /// Has `wake` told of everything that happens in `folders`, and to them.
    pub(crate) fn of(folders: &[PathBuf], wake: Sender<Wake>) -> Self {
        let ours = folders.to_vec();
        let tell = move |event: notify::Result<Event>| {
            if event.map_or(true, |event| concerns(&event, &ours)) {
                // Nobody may be listening any more.
                let _ = wake.send(Wake::Look);
            }
        };
        let watcher = notify::recommended_watcher(tell);
        let watcher = watcher.inspect_err(|error| {
            tracing::warn!(%error, "the system tells of no changes; the plugins folders are polled");
        });
        Self(watcher.ok())
    }

    /// No events at all.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Follows folders that came, went or were made anew since. To be called before each look, so
    /// that what happens after the look has its event.
    pub(crate) fn follow(&mut self, folders: &[PathBuf]) {
        let Some(watcher) = &mut self.0 else {
            return;
        };
        for folder in folders {
            // The nearest folder above that is there tells when this one comes or goes.
            let above = folder.ancestors().skip(1).find(|it| it.is_dir());
            for path in std::iter::once(folder.as_path()).chain(above) {
                if let Err(error) = watcher.watch(path, RecursiveMode::NonRecursive) {
                    tracing::debug!(path = %path.display(), %error, "no events of a folder");
                }
            }
        }
    }
}

/// Whether an event may mean that one of the folders changed. Reading them is an event too.
fn concerns(event: &Event, folders: &[PathBuf]) -> bool {
    let is_change = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    };
    let is_ours = |path: &PathBuf| {
        folders
            .iter()
            .any(|folder| path.starts_with(folder) || folder.starts_with(path))
    };
    is_change && (event.paths.is_empty() || event.paths.iter().any(is_ours))
}

/// By which rules a look decides, and whether they are others than at the look before.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'look> {
    pub(crate) admission: &'look Admission,
    pub(crate) are_new: bool,
}

/// Which files have stayed as they are for long enough to be judged.
#[derive(Debug)]
pub(crate) struct Settling {
    settle: Duration,
    patience: Duration,
    /// How each file that changed was last seen, and since when it is so; None is "not there".
    seen: HashMap<PathBuf, (Option<FileStamp>, Instant)>,
    due: Option<Instant>,
}

impl Settling {
    pub(crate) fn new(options: &WatchOptions) -> Self {
        Self {
            settle: options.settle,
            patience: options.patience,
            seen: HashMap::new(),
            due: None,
        }
    }

    /// The file as it is to stand in the catalog: read anew if it changed and has settled, or if the
    /// rules changed, else as it was `before`, and not at all if it was not there.
    pub(crate) fn read(
        &mut self,
        path: PathBuf,
        before: Option<&AdapterFile>,
        rules: Rules<'_>,
        now: Instant,
    ) -> Option<AdapterFile> {
        let stamp = FileStamp::at(&path);
        if let Some(file) = before.filter(|file| file.stamp == stamp && !file.is_away()) {
            self.seen.remove(&path);
            return Some(if rules.are_new {
                AdapterFile::read(path, rules.admission)
            } else {
                file.clone()
            });
        }
        if !self.has_stayed(&path, stamp, self.settle, now) {
            return before.cloned();
        }
        let file = AdapterFile::read(path, rules.admission);
        let is_refused = matches!(file.state, FileState::Refused(_));
        if is_refused && !self.has_stayed(&file.path, stamp, self.patience, now) {
            return before.cloned();
        }
        self.seen.remove(&file.path);
        Some(file)
    }

    /// Whether a file that is not there is gone for good: one that is replaced may be away for a
    /// moment.
    pub(crate) fn is_gone(&mut self, path: &Path, now: Instant) -> bool {
        let is_gone = self.has_stayed(path, None, self.patience, now);
        if is_gone {
            self.seen.remove(path);
        }
        is_gone
    }

    /// When the next file will have settled.
    pub(crate) fn take_due(&mut self) -> Option<Instant> {
        self.due.take()
    }

    fn has_stayed(
        &mut self,
        path: &Path,
        stamp: Option<FileStamp>,
        how_long: Duration,
        now: Instant,
    ) -> bool {
        let seen = self.seen.entry(path.to_owned()).or_insert((stamp, now));
        if seen.0 != stamp {
            *seen = (stamp, now);
        }
        let end = seen.1 + how_long;
        if now < end {
            self.due = Some(self.due.map_or(end, |due| due.min(end)));
        }
        now >= end
    }
}

#[cfg(test)]
mod tests;
