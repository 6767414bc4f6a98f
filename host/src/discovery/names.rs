//! Which files in a plugins folder are looked into, by their names.

use std::path::Path;

use crate::{package, template_file};

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
pub(super) fn reason_to_ignore(path: &Path) -> Option<&'static str> {
    if is_named_like_library(path)
        || template_file::is_named_so(path)
        || package::is_package_name(path)
    {
        return None;
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let is_temporary = |it: &str| extension.eq_ignore_ascii_case(it) || extension.ends_with('~');
    Some(if TEMPORARY.into_iter().any(is_temporary) {
        "a temporary file of an editor, a browser or an installer"
    } else if path.is_dir() {
        "a folder; adapters stand in the plugins folder itself"
    } else {
        "not named like an adapter (.so, .dll, .dylib, .adapter.json, .callpop)"
    })
}

pub(super) fn is_named_like_library(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    ["so", "dll", "dylib"].contains(&extension.to_ascii_lowercase().as_str())
}
