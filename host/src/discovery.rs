//! Finds the adapters in the plugins folders, without running any of their code.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Manifest;
use crate::abi_name::AbiName;
use crate::file_stamp::FileStamp;
use crate::library_file::{self, LibraryFile};
use crate::manifest::PageUrls;
use crate::private_copy::sha256_hex;
use crate::refusal::{MAX_FILE_SIZE, Refusal};
use crate::target::Target;
use crate::template_file::{self, MAX_TEMPLATE_FILE_SIZE};

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

/// A file in a plugins folder.
#[derive(Debug, Clone)]
pub struct AdapterFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes, where that is known.
    pub size: Option<u64>,
    /// What was read from it, if it is an adapter's at all.
    pub description: Option<Description>,
    /// The SHA-256 of what was read, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Whether it can be used.
    pub state: FileState,
    /// The version that stays in use although this file is refused: what was in use before it.
    pub stays_in_use: Option<Description>,
    /// As it was just before it was read.
    pub(crate) stamp: Option<FileStamp>,
}

/// What an adapter's file tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The manifest.
    pub manifest: Manifest,
    /// What the adapter is made of.
    pub kind: AdapterKind,
}

/// What an adapter is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdapterKind {
    /// Code: a library.
    Library {
        /// The ABI that it speaks.
        abi: AbiName,
        /// What it is built for.
        target: Target,
    },
    /// Data: the pages as templates.
    Template(PageUrls),
}

/// Whether a file in a plugins folder can be used.
#[derive(Debug, Clone)]
pub enum FileState {
    /// It is an adapter and will be loaded when it is called.
    Ready,
    /// It looks like an adapter and cannot be used.
    Refused(Refusal),
    /// It does not look like an adapter.
    Ignored(&'static str),
}

impl Catalog {
    /// Reads every file in the folders. What cannot be read is in the catalog, with the reason.
    #[must_use]
    pub fn scan(folders: &[PathBuf]) -> Self {
        let mut catalog = Self::look(folders, &mut |path| Some(AdapterFile::read(path)));
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

impl AdapterFile {
    /// What is known of a file before it is read.
    fn unread(path: PathBuf, state: FileState) -> Self {
        Self {
            stamp: FileStamp::at(&path),
            path,
            size: None,
            description: None,
            sha256: None,
            state,
            stays_in_use: None,
        }
    }

    /// Reads one file, whatever it is called.
    pub(crate) fn inspect(path: PathBuf) -> Self {
        let mut file = Self::unread(path, FileState::Ready);
        if let Err(refusal) = file.read_whole() {
            file.state = FileState::Refused(refusal);
        }
        file
    }

    pub(crate) fn read(path: PathBuf) -> Self {
        match reason_to_ignore(&path) {
            Some(why) => Self::unread(path, FileState::Ignored(why)),
            None => Self::inspect(path),
        }
    }

    /// The version that can be called, if there is one.
    pub(crate) fn in_use(&self) -> Option<&Description> {
        match self.state {
            FileState::Ready => self.description.as_ref(),
            FileState::Refused(_) => self.stays_in_use.as_ref(),
            FileState::Ignored(_) => None,
        }
    }

    /// Whether it stands here for a file whose folder is not there.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state, FileState::Refused(Refusal::FolderGone))
    }

    fn read_whole(&mut self) -> Result<(), Refusal> {
        let bytes = read_bytes(&self.path)?;
        self.size = Some(bytes.len() as u64);
        self.sha256 = Some(sha256_hex(&bytes));
        self.describe(&bytes)
    }

    fn describe(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let description = Description::read(&self.path, bytes)?;
        self.description.insert(description).check_usable()
    }
}

impl Description {
    /// What these bytes tell, of a file with this path.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, Refusal> {
        let is_template = template_file::is_named_so(path)
            || (!is_named_like_library(path) && template_file::looks_like_one(bytes));
        if is_template {
            let (manifest, pages) = template_file::read(bytes)?;
            let kind = AdapterKind::Template(pages);
            return Ok(Self { manifest, kind });
        }
        let LibraryFile {
            target,
            abi,
            manifest,
        } = library_file::read(bytes)?;
        let kind = AdapterKind::Library { abi, target };
        Ok(Self { manifest, kind })
    }

    /// Refuses what this host cannot call.
    pub(crate) fn check_usable(&self) -> Result<(), Refusal> {
        match &self.kind {
            AdapterKind::Library { abi, target } => library_file::check_loadable(target, abi),
            AdapterKind::Template(_) => Ok(()),
        }
    }
}

/// The bytes of an ordinary file of sensible size.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    let unreadable = |error| Refusal::Unreadable(Arc::new(error));
    // Opening a pipe would wait for its writer, so the kind is looked at first.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Refusal::Folder);
    }
    if !metadata.is_file() {
        return Err(Refusal::NotAFile);
    }
    let (found, most) = (metadata.len(), most_read(path));
    if found > most {
        return Err(Refusal::TooLarge { found, most });
    }
    fs::read(path).map_err(unreadable)
}

fn most_read(path: &Path) -> u64 {
    if template_file::is_named_so(path) {
        MAX_TEMPLATE_FILE_SIZE
    } else {
        MAX_FILE_SIZE
    }
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !is_hidden(path));
    paths.sort();
    Ok(paths)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The endings of files that are being written or edited.
const TEMPORARY: [&str; 9] = [
    "part",
    "partial",
    "crdownload",
    "download",
    "tmp",
    "temp",
    "swp",
    "swx",
    "bak",
];

/// Files named like a library of any system are looked into, so that one for another system is
/// refused in words instead of being passed over.
fn reason_to_ignore(path: &Path) -> Option<&'static str> {
    if is_named_like_library(path) || template_file::is_named_so(path) {
        return None;
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let is_temporary = |it: &str| extension.eq_ignore_ascii_case(it) || extension.ends_with('~');
    Some(if TEMPORARY.into_iter().any(is_temporary) {
        "a temporary file of an editor, a browser or an installer"
    } else if path.is_dir() {
        "a folder; adapters stand in the plugins folder itself"
    } else {
        "not named like an adapter (.so, .dll, .dylib, .adapter.json)"
    })
}

fn is_named_like_library(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    ["so", "dll", "dylib"].contains(&extension.to_ascii_lowercase().as_str())
}
