//! Where the new crate goes, and what is around it: a checkout of Callpop, another workspace, or
//! nothing.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::cannot_write;
use crate::failure::{Exit, Failure};

/// A folder that is not there yet, or empty.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) parent: PathBuf,
    /// The folder's name.
    pub(super) name: String,
    surroundings: Surroundings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surroundings {
    /// The folder `adapters` of a checkout of Callpop.
    Checkout,
    /// Another workspace that takes the crate for one of its members.
    Member,
    /// Another workspace that does not.
    Workspace,
    Nothing,
}

impl Place {
    /// The place for `folder`, if nothing is there that would be written over.
    pub(super) fn free(folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display();
        let absolute = std::path::absolute(folder).map_err(|error| cannot_write(folder, &error))?;
        let absolute = without_dots(&absolute);
        let unfit = |what: String| Failure::new(Exit::Usage, "no-folder", what);
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            return Err(unfit(format!("{shown} cannot be the folder of an adapter")));
        };
        let Some(name) = name.to_str() else {
            return Err(unfit(format!("{shown} is not a name in UTF-8")));
        };
        if !parent.is_dir() {
            let parent = parent.display();
            return Err(unfit(format!("the folder {parent} is not there"))
                .advice("Make it first, or name another place"));
        }
        if !is_free(&absolute) {
            let message = format!("{shown} is there already, and not an empty folder");
            return Err(Failure::new(Exit::Usage, "folder-exists", message)
                .advice("Nothing is written over: name another folder"));
        }
        Ok(Self {
            surroundings: surroundings(parent, name),
            parent: parent.to_owned(),
            name: name.to_owned(),
            folder: absolute,
        })
    }

    pub(super) fn is_in_checkout(&self) -> bool {
        self.surroundings == Surroundings::Checkout
    }

    /// Whether the crate must say that it is not of the workspace around it.
    pub(super) fn needs_workspace_of_its_own(&self) -> bool {
        self.surroundings == Surroundings::Workspace
    }

    /// Whether the crate's settings for builds are those of a workspace.
    pub(super) fn is_member(&self) -> bool {
        matches!(
            self.surroundings,
            Surroundings::Checkout | Surroundings::Member
        )
    }
}

fn is_free(folder: &Path) -> bool {
    match fs::symlink_metadata(folder) {
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        Ok(metadata) => {
            metadata.is_dir()
                && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
        }
    }
}

/// The path with `..` and what is before it left out.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn surroundings(parent: &Path, name: &str) -> Surroundings {
    if is_checkouts_adapters(parent) {
        return Surroundings::Checkout;
    }
    for root in parent.ancestors() {
        let Some(workspace) = manifest(root).and_then(|it| it.get("workspace").cloned()) else {
            continue;
        };
        let within = parent.join(name);
        let within = within.strip_prefix(root).unwrap_or(&within);
        let is_in = |list: &str| {
            let paths = workspace.get(list).and_then(toml::Value::as_array);
            let mut paths = paths.into_iter().flatten().filter_map(toml::Value::as_str);
            paths.any(|path| is_meant(path, within))
        };
        return match (is_in("members"), is_in("exclude")) {
            (_, true) => Surroundings::Nothing,
            (true, false) => Surroundings::Member,
            (false, false) => Surroundings::Workspace,
        };
    }
    Surroundings::Nothing
}

/// Whether a workspace means `folder` by this path, in which the last part may be `*`.
fn is_meant(path: &str, folder: &Path) -> bool {
    match path.strip_suffix('*') {
        Some(above) => folder.parent() == Some(Path::new(above.trim_end_matches('/'))),
        None => folder == Path::new(path),
    }
}

fn is_checkouts_adapters(parent: &Path) -> bool {
    let root = match (parent.file_name(), parent.parent()) {
        (Some(name), Some(root)) if name == "adapters" => root,
        _ => return false,
    };
    manifest(root).is_some_and(|it| it.get("workspace").is_some())
        && is_sdk(&root.join("adapter-api"))
}

/// Whether the folder has the SDK's sources.
pub(super) fn is_sdk(folder: &Path) -> bool {
    manifest(folder).is_some_and(|manifest| {
        let name = manifest.get("package").and_then(|it| it.get("name"));
        name.and_then(toml::Value::as_str) == Some("callpop-adapter")
    })
}

fn manifest(folder: &Path) -> Option<toml::Table> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    text.parse().ok()
}
