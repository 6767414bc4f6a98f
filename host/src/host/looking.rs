//! How what was found in the plugins folders becomes what is in use: one atomic switch, and nothing
//! in use is given up for something that does not work.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::Host;
use super::version::{InUse, Placed};
use crate::admission::Admission;
use crate::causes::with_causes;
use crate::discovery::{AdapterFile, Catalog, FileState};
use crate::error::CallError;
use crate::folder_change::FolderChange;
use crate::loading::LoadError;
use crate::refusal::Refusal;
use crate::runner::{RunError, RunnerError};
use crate::worker::WorkerFailure;

/// Why a new version cannot be used.
pub(super) struct Unusable {
    pub(super) why: String,
    /// Whether it is the file's fault: it is not tried again before it changes.
    is_final: bool,
}

impl Host {
    /// Looks at the plugins folders again, at once, and tells what changed. An adapter whose
    /// content changed is loaded, and used from the next call on; calls that are under way finish
    /// with what they began. If the new file is refused or does not load, the version before stays
    /// in use, as long as it was called already or is watched ([`watch`](Self::watch)).
    pub fn rescan(&self) -> Vec<FolderChange> {
        let _one_at_a_time = self.lock_looking();
        let admission = self.admission();
        let catalog = Catalog::look(&self.folders, &mut |path| {
            Some(AdapterFile::read(path, &admission))
        });
        self.adopt(catalog, admission)
    }

    pub(super) fn in_use(&self) -> Arc<InUse> {
        Arc::clone(&self.in_use.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes what was found, and decided by these rules, what is in use. To be called by one thread
    /// at a time.
    pub(super) fn adopt(&self, mut catalog: Catalog, admission: Admission) -> Vec<FolderChange> {
        let before = self.in_use();
        for file in &mut catalog.files {
            // What stays in use is found anew.
            file.stays_in_use = None;
        }
        keep_those_of_folders_that_are_gone(&mut catalog, &before);
        let mut versions = self.winners(&mut catalog, &before);
        for (id, placed) in &before.versions {
            if !versions.contains_key(id) && stays(id, placed, &mut catalog, &admission) {
                versions.insert(id.clone(), placed.clone());
            }
        }
        catalog
            .files
            .retain(|file| file.stays_in_use.is_some() || !file.is_away());
        let after = InUse {
            catalog: Arc::new(catalog),
            versions,
            admission: Arc::new(admission),
        };
        let changes = changes(&before, &after);
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(after);
        // With the last call that is under way ends what ran a version that is not in use any more.
        drop(before);
        if !changes.is_empty() {
            self.copies.sweep();
        }
        changes
    }

    /// The ready adapters. One that takes another version's place is tried first, and refused in
    /// the catalog if it cannot be used.
    fn winners(&self, catalog: &mut Catalog, before: &InUse) -> HashMap<String, Placed> {
        let mut tried: HashMap<PathBuf, Placed> = HashMap::new();
        loop {
            catalog.settle_same_ids();
            let mut versions = HashMap::new();
            let mut refused = None;
            for (file, description) in catalog.all_ready() {
                let id = &description.manifest.id;
                let Some(mut placed) = tried.get(&file.path).cloned().or_else(|| Placed::of(file))
                else {
                    continue;
                };
                match before.versions.get(id) {
                    Some(old) if old.version.sha256 == placed.version.sha256 => {
                        placed.version = Arc::clone(&old.version);
                    }
                    Some(old) if old.version.needs_no_file() && !tried.contains_key(&file.path) => {
                        if let Err(unusable) = self.try_out(id, &placed) {
                            refused = Some((file.path.clone(), unusable));
                            break;
                        }
                        tried.insert(file.path.clone(), placed.clone());
                    }
                    _ => {}
                }
                versions.insert(id.clone(), placed);
            }
            match refused {
                None => return versions,
                Some((path, unusable)) => refuse(catalog, &path, unusable),
            }
        }
    }

    /// Has the version loaded where it will run: what is tried is what is used.
    pub(super) fn try_out(&self, id: &str, placed: &Placed) -> Result<(), Unusable> {
        let runner = self.runner(id, placed).map_err(|error| Unusable {
            is_final: is_fault_of_the_file(&error),
            why: match error {
                CallError::Load { source, .. } => load_reason(&source),
                other => with_causes(&other),
            },
        })?;
        runner.warm_up().map_err(|error| match error {
            RunnerError::Load(error) => Unusable {
                why: load_reason(&error),
                is_final: true,
            },
            RunnerError::Run(error) => Unusable {
                why: with_causes(&error),
                is_final: !matches!(error, RunError::Worker(WorkerFailure::LaunchFailed { .. })),
            },
        })
    }
}

fn is_fault_of_the_file(error: &CallError) -> bool {
    let CallError::Load { source, .. } = error else {
        return false;
    };
    matches!(**source, LoadError::System { .. } | LoadError::Abi { .. })
}

/// The reason alone, without the private copy's path.
fn load_reason(error: &LoadError) -> String {
    match error {
        LoadError::System { what, .. } | LoadError::Abi { what, .. } => what.clone(),
        other => with_causes(other),
    }
}

fn refuse(catalog: &mut Catalog, path: &Path, unusable: Unusable) {
    if let Some(file) = catalog.file_mut(path) {
        file.state = FileState::Refused(Refusal::DoesNotLoad(unusable.why));
        if !unusable.is_final {
            // As if it had not been read.
            file.stamp = None;
        }
    }
}

/// Has the files of a folder that cannot be listed stand in the catalog as they did, refused.
fn keep_those_of_folders_that_are_gone(catalog: &mut Catalog, before: &InUse) {
    let is_gone = |path: &Path| {
        let folders = catalog.folders.iter();
        let gone = folders.filter(|folder| folder.problem.is_some());
        gone.into_iter()
            .any(|folder| path.parent() == Some(&folder.path))
    };
    let files = before.catalog.files.iter();
    let of_them: Vec<_> = files
        .filter(|file| file.in_use().is_some() && is_gone(&file.path))
        .cloned()
        .collect();
    for mut file in of_them {
        file.state = FileState::Refused(Refusal::FolderGone);
        file.stays_in_use = None;
        catalog.put_back(file);
    }
}

/// Whether the version stays in use although nothing in the folders is it: since its file is
/// refused, which the catalog is told. It does not stay if it may not run any more itself, since a
/// key is trusted no more, or another version was accepted.
fn stays(id: &str, placed: &Placed, catalog: &mut Catalog, admission: &Admission) -> bool {
    let Some(file) = catalog.file_mut(&placed.path) else {
        return false;
    };
    let is_refused = matches!(file.state, FileState::Refused(_));
    let is_other = |it: &crate::Description| it.manifest.id != id;
    let is_another = file.description.as_ref().is_some_and(is_other);
    let may_run = || {
        admission
            .judge(&placed.path, placed.version.candidate())
            .is_ok()
    };
    let stays = is_refused && !is_another && placed.version.needs_no_file() && may_run();
    if stays {
        file.stays_in_use = Some(placed.version.description.clone());
    }
    stays
}

fn changes(before: &InUse, after: &InUse) -> Vec<FolderChange> {
    let mut changes = folder_changes(before, after);
    let mut in_use: Vec<_> = after.versions.iter().collect();
    in_use.sort_by_key(|(id, _)| *id);
    for (id, placed) in in_use {
        let changed = version_change(id, before.versions.get(id), placed);
        changes.extend(changed.or_else(|| restored(id, placed, before, after)));
    }
    let mut retired: Vec<_> = before.versions.iter().collect();
    retired.retain(|(id, _)| !after.versions.contains_key(*id));
    retired.sort_by_key(|(id, _)| *id);
    changes.extend(
        retired
            .into_iter()
            .map(|(id, placed)| FolderChange::Retired {
                adapter: id.clone(),
                version: placed.version.description.manifest.version.clone(),
                path: placed.path.clone(),
            }),
    );
    for file in &after.catalog.files {
        changes.extend(refusal_change(file, before.catalog.file(&file.path)));
    }
    changes
}

fn folder_changes(before: &InUse, after: &InUse) -> Vec<FolderChange> {
    let both = before.catalog.folders.iter().zip(&after.catalog.folders);
    let changes = both.filter_map(|(before, after)| {
        let path = after.path.clone();
        match (&before.problem, &after.problem) {
            (None, Some(problem)) => Some(FolderChange::FolderGone {
                path,
                reason: problem.to_string(),
            }),
            (Some(_), None) => Some(FolderChange::FolderBack { path }),
            _ => None,
        }
    });
    changes.collect()
}

fn version_change(id: &str, before: Option<&Placed>, after: &Placed) -> Option<FolderChange> {
    let adapter = id.to_owned();
    let path = after.path.clone();
    let version = |placed: &Placed| placed.version.description.manifest.version.clone();
    match before {
        None => Some(FolderChange::Added {
            adapter,
            version: version(after),
            path,
        }),
        Some(before) if before.version.sha256 != after.version.sha256 => {
            Some(FolderChange::Upgraded {
                adapter,
                from: version(before),
                to: version(after),
                path,
            })
        }
        Some(before) if before.path != after.path => Some(FolderChange::Moved {
            adapter,
            version: version(after),
            from: before.path.clone(),
            path,
        }),
        Some(_) => None,
    }
}

/// Tells that the file of a version that stayed in use is good again.
fn restored(id: &str, placed: &Placed, before: &InUse, after: &InUse) -> Option<FolderChange> {
    let stayed = |in_use: &InUse| {
        let file = in_use.catalog.file(&placed.path)?;
        file.stays_in_use.as_ref().map(|_| file.is_away())
    };
    // That a folder is back is told already.
    if stayed(before) != Some(false) || stayed(after).is_some() {
        return None;
    }
    Some(FolderChange::Restored {
        adapter: id.to_owned(),
        version: placed.version.description.manifest.version.clone(),
        path: placed.path.clone(),
    })
}

/// Tells of a refusal once.
fn refusal_change(file: &AdapterFile, before: Option<&AdapterFile>) -> Option<FolderChange> {
    let reason_of = |file: &AdapterFile| match &file.state {
        // The folder's own change tells.
        FileState::Refused(Refusal::FolderGone) => None,
        FileState::Refused(refusal) => Some((refusal.code(), with_causes(refusal))),
        _ => None,
    };
    let (code, reason) = reason_of(file)?;
    let is_told = before.is_some_and(|before| {
        let is_same = reason_of(before).is_some_and(|(_, before)| before == reason);
        is_same && before.stays_in_use == file.stays_in_use
    });
    if is_told {
        return None;
    }
    let path = file.path.clone();
    Some(match &file.stays_in_use {
        Some(description) => FolderChange::KeptOld {
            adapter: description.manifest.id.clone(),
            version: description.manifest.version.clone(),
            path,
            code,
            reason,
        },
        None => FolderChange::Refused { path, code, reason },
    })
}
