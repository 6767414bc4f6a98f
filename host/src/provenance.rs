//! Who made a file, as far as that can be proved: what discovery finds beside an adapter, for the
//! rules to decide upon.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::signature::{MAX_SIGNATURE_SIZE, SIGNATURE_ENDING, SignatureError, Signer, verify};
use crate::trust::TrustedKeys;

/// Who made a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provenance {
    /// Nobody says.
    #[default]
    Unsigned,
    /// Whoever has a key that is trusted, if for other adapters perhaps:
    /// [`Signer::may_sign`].
    Signed(Signer),
    /// There is a signature, and it proves nothing.
    Unproven(SignatureError),
}

impl Provenance {
    /// That of the file at `path` with these bytes, whose signature stands beside it.
    pub(crate) fn of_file(path: &Path, bytes: &[u8], trusted: &TrustedKeys) -> Self {
        match read(&signature_path(path)) {
            Ok(minisig) => Self::of(bytes, &minisig, trusted),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Unsigned,
            Err(error) => Self::Unproven(SignatureError::Unreadable(error.to_string())),
        }
    }

    /// That of these bytes, whose detached signature has this text.
    pub(crate) fn of(bytes: &[u8], minisig: &str, trusted: &TrustedKeys) -> Self {
        match verify(bytes, minisig, trusted) {
            Ok(signer) => Self::Signed(signer),
            Err(error) => Self::Unproven(error),
        }
    }

    /// Who signed it, if that is proved.
    #[must_use]
    pub fn signer(&self) -> Option<&Signer> {
        match self {
            Self::Signed(signer) => Some(signer),
            _ => None,
        }
    }
}

/// Where the signature of a file stands: beside it.
#[must_use]
pub fn signature_path(file: &Path) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(SIGNATURE_ENDING);
    path.into()
}

/// The text of a signature; more than one can have is cut off, and damaged then.
fn read(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not an ordinary file"));
    }
    let mut bytes = Vec::new();
    let most = MAX_SIGNATURE_SIZE as u64 + 1;
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
