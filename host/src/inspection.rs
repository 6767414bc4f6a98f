//! Everything that can be told of one file without running it.

use std::path::Path;

use crate::discovery::AdapterFile;
use crate::trust::TrustedKeys;

/// What is known of one file.
#[derive(Debug)]
pub struct Inspection {
    /// The file, as it would stand in the catalog.
    pub file: AdapterFile,
    /// The SHA-256 of what runs, in lower-case hexadecimal, if it could be read.
    pub sha256: Option<String>,
}

/// Looks at one file, wherever it is and whatever it is called. Of a package everything is read, also
/// what is for other systems. Who may have signed it and what may run is a host's business:
/// [`Host::inspect`](crate::Host::inspect).
#[must_use]
pub fn inspect(path: &Path) -> Inspection {
    told(AdapterFile::inspect_all(
        path.to_owned(),
        &TrustedKeys::none(),
    ))
}

/// The same of bytes that were read already, of a file with this path.
#[must_use]
pub fn inspect_bytes(path: &Path, bytes: &[u8]) -> Inspection {
    told(AdapterFile::of_bytes(
        path.to_owned(),
        bytes,
        &TrustedKeys::none(),
    ))
}

pub(crate) fn told(file: AdapterFile) -> Inspection {
    Inspection {
        sha256: file.sha256.clone(),
        file,
    }
}
