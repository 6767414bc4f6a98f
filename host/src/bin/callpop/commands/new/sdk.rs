//! Which SDK the new crate is built on, and how its `Cargo.toml` names it.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use super::place::{Place, is_sdk};
use super::unfit;
use crate::failure::Failure;

/// The checkout that this program was built from, while it is there.
const BUILT_FROM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../adapter-api");

/// Where the SDK comes from.
#[derive(Debug)]
pub(super) enum Sdk {
    /// The workspace that the crate is part of.
    Workspace,
    /// A folder, as the crate names it.
    Folder(PathBuf),
    /// A registry.
    Version(String),
}

impl Sdk {
    /// The one that is named, else the nearest.
    pub(super) fn find(named: Option<&str>, place: &Place) -> Result<Self, Failure> {
        if place.is_in_checkout() {
            return match named {
                None => Ok(Self::Workspace),
                Some(_) => Err(unfit(
                    "--sdk",
                    "a checkout of Callpop has its own; leave it out",
                )),
            };
        }
        match named {
            Some(named) => Self::named(named, place),
            None => Ok(nearest()),
        }
    }

    fn named(named: &str, place: &Place) -> Result<Self, Failure> {
        let folder = Path::new(named);
        if folder.is_dir() {
            if !is_sdk(folder) {
                return Err(unfit(
                    "--sdk",
                    format!("{named} has no Cargo.toml of the package `callpop-adapter`"),
                ));
            }
            let absolute =
                std::path::absolute(folder).map_err(|error| unfit("--sdk", error.to_string()))?;
            let path = if folder.is_relative() {
                relative(&place.folder, &absolute)
            } else {
                absolute
            };
            return Ok(Self::Folder(path));
        }
        if semver::VersionReq::parse(named).is_ok() {
            return Ok(Self::Version(named.to_owned()));
        }
        Err(unfit(
            "--sdk",
            format!("{named} is neither a folder nor a version such as 1.0"),
        ))
    }

    /// The dependency, as `Cargo.toml` writes it behind `callpop-adapter`.
    pub(super) fn dependency(&self) -> Result<String, Failure> {
        Ok(match self {
            Self::Workspace => ".workspace = true".to_owned(),
            Self::Version(version) => format!(" = {version:?}"),
            Self::Folder(folder) => {
                let Some(path) = folder.to_str() else {
                    let what = format!("{} is not a path in UTF-8", folder.display());
                    return Err(unfit("--sdk", what));
                };
                // JSON's texts are TOML's too.
                format!(" = {{ path = {} }}", serde_json::Value::from(path))
            }
        })
    }
}

/// `sdk` beside this program, the checkout that it was built from, or a registry.
fn nearest() -> Sdk {
    let program = std::env::current_exe().ok();
    let beside = program.and_then(|program| Some(program.parent()?.join("sdk")));
    let built_from = PathBuf::from(BUILT_FROM);
    let folder = beside.into_iter().chain([built_from]).find(|it| is_sdk(it));
    match folder {
        // Without the `..` in it.
        Some(folder) => Sdk::Folder(std::fs::canonicalize(&folder).map_or(folder, plain)),
        None => {
            use callpop_adapter::abi::{MAJOR, MINOR};
            Sdk::Version(format!("{MAJOR}.{MINOR}"))
        }
    }
}

/// The path as people write it: Windows puts `\\?\` before one that it has looked at.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(text) if text.get(1..2) == Some(":") => PathBuf::from(text),
        _ => path,
    }
}

/// The way from one folder to another.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let same = from
        .components()
        .zip(to.components())
        .take_while(|(from, to)| from == to)
        .count();
    let up = from.components().skip(same).map(|_| Component::ParentDir);
    up.chain(to.components().skip(same)).collect()
}

impl fmt::Display for Sdk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace => f.write_str("the SDK of this checkout"),
            Self::Folder(folder) => write!(f, "the SDK in {}", folder.display()),
            Self::Version(version) => write!(f, "callpop-adapter {version} from the registry"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::relative;

    #[test]
    fn the_way_to_the_sdk_leads_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/new", "/a/callpop/sdk"), Path::new("../callpop/sdk"));
        assert_eq!(way("/a/b/new", "/a/sdk"), Path::new("../../sdk"));
        assert_eq!(way("/a/new", "/a/new/sdk"), Path::new("sdk"));
    }
}
