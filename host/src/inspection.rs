//! Everything that can be told of one file without running it.

use std::path::Path;

use crate::discovery::AdapterFile;
use crate::private_copy::sha256_hex;

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
    let (file, bytes) = AdapterFile::inspect(path);
    Inspection {
        file,
        sha256: bytes.as_deref().map(sha256_hex),
    }
}
