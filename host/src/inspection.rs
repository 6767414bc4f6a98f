//! Everything that can be told of one file without running it.

use std::path::Path;

use crate::discovery::AdapterFile;

/// What is known of one file.
#[derive(Debug)]
pub struct Inspection {
    /// The file, as it would stand in the catalog.
    pub file: AdapterFile,
    /// The SHA-256 of its bytes in lower-case hexadecimal, if it could be read.
    pub sha256: Option<String>,
}

/// Looks at one file, wherever it is and whatever it is called.
#[must_use]
pub fn inspect(path: &Path) -> Inspection {
    let file = AdapterFile::inspect(path.to_owned());
    Inspection {
        sha256: file.sha256.clone(),
        file,
    }
}
