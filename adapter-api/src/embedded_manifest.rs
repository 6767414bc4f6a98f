//! How the manifest stands in an adapter's library, so that a host can read it from the file's
//! bytes without running any of them.
//!
//! The library exports one data symbol, [`SYMBOL`]. What it points to:
//!
//! ```text
//! bytes   what
//! 8       "CALLPOP1", the version of this very layout
//! 4       length of the ABI's name, little-endian
//! 4       length of the manifest, little-endian
//! ...     the ABI's name: "abi_stable/1.0"
//! ...     the manifest: adapter.json as it stood beside Cargo.toml, UTF-8
//! ```
//!
//! The lengths are inside, since the symbol tables of PE and Mach-O carry none.

/// The exported symbol's name, as a linker sees it on ELF and PE; Mach-O puts a `_` before it.
pub const SYMBOL: &str = "callpop_adapter_manifest";

/// Marks the beginning and the layout's version.
pub const MAGIC: &[u8; 8] = b"CALLPOP1";

const HEADER_LENGTH: usize = 16;

/// The most that an ABI's name and a manifest may take, in bytes; more is taken for damage.
pub const MAX_LENGTH: usize = 1024 * 1024;

/// The length of [`embed`]'s result, in bytes.
#[must_use]
pub const fn embedded_length(abi: &str, manifest: &str) -> usize {
    HEADER_LENGTH + abi.len() + manifest.len()
}

/// The embedded form of `manifest`; `LENGTH` is [`embedded_length`] of the same values.
#[must_use]
pub const fn embed<const LENGTH: usize>(abi: &str, manifest: &str) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    copy_into(&mut bytes, 0, MAGIC);
    copy_into(&mut bytes, 8, &length_bytes(abi));
    copy_into(&mut bytes, 12, &length_bytes(manifest));
    copy_into(&mut bytes, HEADER_LENGTH, abi.as_bytes());
    copy_into(&mut bytes, HEADER_LENGTH + abi.len(), manifest.as_bytes());
    bytes
}

/// What [`embed`] put in, borrowed from the bytes at the symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded<'bytes> {
    /// The ABI's name.
    pub abi: &'bytes str,
    /// The manifest's text.
    pub manifest: &'bytes str,
}

/// Why bytes are not an embedded manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The marker is not there.
    #[error("the data does not begin with `CALLPOP1`")]
    NoMagic,
    /// A length is beyond what the file holds or what is sensible.
    #[error("the data ends too early, or names a length over {MAX_LENGTH} bytes")]
    Length,
    /// A text is not UTF-8.
    #[error("the text is not UTF-8")]
    Utf8(#[from] std::str::Utf8Error),
}

/// Reads the embedded form from the bytes at the symbol, which may go on behind it.
///
/// # Errors
/// [`DecodeError`] for any bytes that [`embed`] did not make.
pub fn decode(bytes: &[u8]) -> Result<Embedded<'_>, DecodeError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(DecodeError::NoMagic)?;
    let (abi_length, rest) = take_length(rest)?;
    let (manifest_length, rest) = take_length(rest)?;
    let abi = rest.get(..abi_length).ok_or(DecodeError::Length)?;
    let manifest = rest
        .get(abi_length..abi_length + manifest_length)
        .ok_or(DecodeError::Length)?;
    Ok(Embedded {
        abi: std::str::from_utf8(abi)?,
        manifest: std::str::from_utf8(manifest)?,
    })
}

fn take_length(bytes: &[u8]) -> Result<(usize, &[u8]), DecodeError> {
    let (length, rest) = bytes.split_first_chunk().ok_or(DecodeError::Length)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| DecodeError::Length)?;
    if length > MAX_LENGTH {
        return Err(DecodeError::Length);
    }
    Ok((length, rest))
}

const fn length_bytes(text: &str) -> [u8; 4] {
    assert!(text.len() <= MAX_LENGTH, "adapter.json is over 1 MiB");
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the line above keeps it far below; `try_from` is not const"
    )]
    (text.len() as u32).to_le_bytes()
}

const fn copy_into(target: &mut [u8], at: usize, source: &[u8]) {
    let mut index = 0;
    while index < source.len() {
        target[at + index] = source[index];
        index += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, embed, embedded_length};

    const ABI: &str = "abi_stable/1.0";
    const MANIFEST: &str = r#"{"name":"Zürich"}"#;
    const BYTES: [u8; embedded_length(ABI, MANIFEST)] = embed(ABI, MANIFEST);

    #[test]
    fn what_is_embedded_is_read_again_whatever_follows() {
        let mut bytes = BYTES.to_vec();
        bytes.extend([0xff; 9]);
        let embedded = decode(&bytes).unwrap();
        assert_eq!(embedded.abi, ABI);
        assert_eq!(embedded.manifest, MANIFEST);
    }

    #[test]
    fn every_truncation_is_an_error() {
        for length in 0..BYTES.len() {
            assert!(decode(&BYTES[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_length_beyond_reason_is_an_error() {
        let mut bytes = BYTES.to_vec();
        bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode(&bytes), Err(DecodeError::Length));
    }
}
