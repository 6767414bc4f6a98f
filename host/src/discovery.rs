//! Finds the adapters in the plugins folders, without running any of their code.

mod file;
mod names;

pub(crate) use file::bytes_that_run;
pub use file::{AdapterFile, AdapterKind, Description, FileState};

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::admission::Admission;
use crate::provenance::signature_path;
use crate::refusal::Refusal;

/// What all the plugins folders hold.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The folders in the order in which they are searched.
    pub folders: Vec<Folder>,
    /// Every file in them, by folder and then by name.
    pub files: Vec<AdapterFile>,
}

/// A plugins folder.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Why it could not be listed.
    pub problem: Option<io::Error>,
}

impl Catalog {
    /// Reads every file in the folders. What cannot be read is in the catalog, with the reason.
    pub(crate) fn scan(folders: &[PathBuf], admission: &Admission) -> Self {
        let read = |path| Some(AdapterFile::read(path, admission));
        let mut catalog = Self::look(folders, &mut { read });
        catalog.settle_same_ids();
        catalog
    }

    /// What `read` gives for every file in the folders; same ids are not settled yet.
    pub(crate) fn look(
        folders: &[PathBuf],
        read: &mut dyn FnMut(PathBuf) -> Option<AdapterFile>,
    ) -> Self {
        let mut catalog = Self::default();
        for folder in folders {
            let listed = files_in(folder);
            let problem = match listed {
                Ok(paths) => {
                    catalog
                        .files
                        .extend(paths.into_iter().filter_map(&mut *read));
                    None
                }
                Err(cause) => Some(cause),
            };
            catalog.folders.push(Folder {
                path: folder.clone(),
                problem,
            });
        }
        catalog
    }

    /// Adds a file that was not found again, where it would stand.
    pub(crate) fn put_back(&mut self, file: AdapterFile) {
        let folders = &self.folders;
        let place = |file: &AdapterFile| {
            let parent = file.path.parent();
            let folder = folders.iter().position(|it| Some(&*it.path) == parent);
            (folder, file.path.clone())
        };
        let at = self.files.partition_point(|it| place(it) < place(&file));
        self.files.insert(at, file);
    }

    /// The ready adapter with this id.
    #[must_use]
    pub fn ready(&self, id: &str) -> Option<(&AdapterFile, &Description)> {
        self.all_ready()
            .find(|(_, description)| description.manifest.id == id)
    }

    /// Every adapter that can be called: the ready ones, and those of which an earlier version stays
    /// in use ([`AdapterFile::stays_in_use`]), with that version's description.
    pub fn all_ready(&self) -> impl Iterator<Item = (&AdapterFile, &Description)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.in_use()?)))
    }

    /// The file at this path.
    pub(crate) fn file(&self, path: &Path) -> Option<&AdapterFile> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(crate) fn file_mut(&mut self, path: &Path) -> Option<&mut AdapterFile> {
        self.files.iter_mut().find(|file| file.path == path)
    }

    /// The file that would be the adapter with this id, were it not refused.
    pub(crate) fn refused(&self, id: &str) -> Option<(&AdapterFile, &Refusal)> {
        self.files.iter().find_map(|file| match &file.state {
            FileState::Refused(refusal) if file.description.as_ref()?.manifest.id == id => {
                Some((file, refusal))
            }
            _ => None,
        })
    }

    /// Of several files with one id, uses the one in the earliest folder; in the same folder, the
    /// one with the highest version; else the one whose name comes first.
    pub(crate) fn settle_same_ids(&mut self) {
        for file in &mut self.files {
            if matches!(file.state, FileState::Refused(Refusal::SameId { .. })) {
                file.state = FileState::Ready;
            }
        }
        let mut same: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, file) in self.files.iter().enumerate() {
            if let (FileState::Ready, Some(description)) = (&file.state, &file.description) {
                let id = description.manifest.id.clone();
                same.entry(id).or_default().push(index);
            }
        }
        for (id, indices) in same {
            let Some(winner) = self.winner(&indices) else {
                continue;
            };
            for loser in indices.into_iter().filter(|index| *index != winner) {
                self.files[loser].state = FileState::Refused(Refusal::SameId {
                    id: id.clone(),
                    winner: self.files[winner].path.clone(),
                    why: self.why_first(winner, loser),
                });
            }
        }
    }

    fn winner(&self, indices: &[usize]) -> Option<usize> {
        let first = *indices.first()?;
        indices
            .iter()
            .copied()
            .take_while(|index| self.parent(*index) == self.parent(first))
            .max_by_key(|index| (self.version(*index), std::cmp::Reverse(*index)))
    }

    fn why_first(&self, winner: usize, loser: usize) -> &'static str {
        if self.parent(winner) != self.parent(loser) {
            "its folder is searched first"
        } else if self.version(winner) != self.version(loser) {
            "its version is higher"
        } else {
            "the versions are equal, and its name comes first"
        }
    }

    fn parent(&self, index: usize) -> Option<&Path> {
        self.files[index].path.parent()
    }

    fn version(&self, index: usize) -> Option<&semver::Version> {
        let description = self.files[index].description.as_ref();
        description.map(|it| &it.manifest.version)
    }
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !is_hidden(path) && !is_signature(path));
    paths.sort();
    Ok(paths)
}

/// Whether it is the signature of a file that is there, with which it is read.
fn is_signature(path: &Path) -> bool {
    let of = path.with_extension("");
    path == signature_path(&of) && of.exists()
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
