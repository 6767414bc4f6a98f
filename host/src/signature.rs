//! Who signed some bytes: public keys and detached signatures in minisign's form. The only file that
//! names `minisign_verify`.
//!
//! Source: <https://jedisct1.github.io/minisign/>, "Signature format" and "Public key format".

use std::fmt;
use std::str::FromStr;

use ct_codecs::{Base64, Decoder, Encoder};
use minisign_verify::Signature;
use serde::{Deserialize, Serialize};

use crate::plain_text::plain_line;
use crate::trust::{TrustedKeys, VendorId};

/// What is added to a file's name for that of its signature.
pub const SIGNATURE_ENDING: &str = ".minisig";

/// The longest signature file that is read, in bytes; minisign's own comments are at most 8 KiB.
pub(crate) const MAX_SIGNATURE_SIZE: usize = 16 * 1024;

/// The longest trusted comment that is passed on, in characters.
const MAX_COMMENT: usize = 1000;

/// How a public key and a signature begin that we can verify: Ed25519.
const ED25519: [u8; 2] = *b"Ed";
/// And a signature over a file's BLAKE2b hash, which every minisign since 0.10 makes.
const PREHASHED: [u8; 2] = *b"ED";

/// The number by which minisign tells keys apart. Whoever makes a key chooses it, so two keys may
/// have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u64);

impl fmt::Display for KeyId {
    /// As minisign writes it: `95BF80C5C0D01638`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A public key: what verifies a vendor's signatures.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    id: KeyId,
    text: String,
    key: minisign_verify::PublicKey,
}

/// A text that is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not a public key of minisign, which is a line of 56 letters that begins with `RW`")]
pub struct PublicKeyError;

impl PublicKey {
    /// The number that minisign shows for it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The key as one line of Base64: `RWQ...`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    /// Reads the line of Base64, or the text of a `.pub` file, in which it is the second line.
    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut line = lines.next().ok_or(PublicKeyError)?;
        if line.starts_with("untrusted comment:") {
            line = lines.next().ok_or(PublicKeyError)?;
        }
        if lines.next().is_some() {
            return Err(PublicKeyError);
        }
        let mut bytes = [0; 42];
        let bytes = Base64::decode(&mut bytes, line, None).map_err(|_| PublicKeyError)?;
        let (algorithm, id) = (bytes.get(..2), id_in(bytes));
        if bytes.len() != 42 || algorithm != Some(&ED25519) {
            return Err(PublicKeyError);
        }
        let text = Base64::encode_to_string(bytes).map_err(|_| PublicKeyError)?;
        Ok(Self {
            id: id.ok_or(PublicKeyError)?,
            key: minisign_verify::PublicKey::from_base64(&text).map_err(|_| PublicKeyError)?,
            text,
        })
    }
}

impl TryFrom<String> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(text: String) -> Result<Self, PublicKeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.text
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.text)
    }
}

/// Whose signature it is, once it was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signer {
    /// The key that the signature was made with.
    pub key: PublicKey,
    /// What the signer says of the file, signed as well: `file:acme.so`, `id:acme`, ...
    pub comment: String,
    /// The vendors whose adapters the key is trusted for; None stands for every vendor.
    pub(crate) vendors: Vec<Option<VendorId>>,
}

impl Signer {
    /// Whether this key is trusted to sign the adapter with this id.
    #[must_use]
    pub fn may_sign(&self, adapter: &str) -> bool {
        self.vendors
            .iter()
            .any(|vendor| vendor.as_ref().is_none_or(|it| it.covers(adapter)))
    }
}

/// Why nobody is known to have signed some bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature cannot be read as a file.
    #[error("its signature cannot be read: {0}")]
    Unreadable(String),
    /// It is not in minisign's form: damaged, or cut off.
    #[error("its signature is damaged or cut off: it is not in minisign's form")]
    Damaged,
    /// It signs the file itself, as minisign did before 0.10, and not the file's hash.
    #[error(
        "its signature is in the form that minisign made before its version 0.10; \
         sign it anew with: callpop sign"
    )]
    Legacy(KeyId),
    /// It is by a key that is not trusted.
    #[error("it is signed with the key {0}, which is not trusted here")]
    UnknownKey(KeyId),
    /// It names a trusted key, and is not by that key, or of other bytes.
    #[error(
        "its signature does not fit: what the key {0} signed is something else, \
         or the signature was changed"
    )]
    DoesNotFit(KeyId),
}

impl SignatureError {
    /// The error's name for programs; it never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable-signature",
            Self::Damaged => "damaged-signature",
            Self::Legacy(_) => "legacy-signature",
            Self::UnknownKey(_) => "unknown-key",
            Self::DoesNotFit(_) => "signature-does-not-fit",
        }
    }
}

/// Tells which of the trusted keys signed these bytes. `minisig` is the text of the detached
/// signature, as `callpop sign` and `minisign -S` write it.
///
/// That the key is trusted for the adapter in question is the next thing to ask:
/// [`Signer::may_sign`].
///
/// # Errors
/// [`SignatureError`] if none did.
pub fn verify(
    bytes: &[u8],
    minisig: &str,
    trusted: &TrustedKeys,
) -> Result<Signer, SignatureError> {
    let (signature, id) = read(minisig)?;
    let mut is_known = false;
    // Whoever makes a key chooses its number, so that several may have this one.
    for key in trusted.with_id(id) {
        is_known = true;
        if key.key.verify(bytes, &signature, false).is_ok() {
            return Ok(Signer {
                key: key.clone(),
                // minisign writes a tab between its parts.
                comment: plain_line(&signature.trusted_comment().replace('\t', " "), MAX_COMMENT),
                vendors: trusted.vendors_of(key),
            });
        }
    }
    Err(if is_known {
        SignatureError::DoesNotFit(id)
    } else {
        SignatureError::UnknownKey(id)
    })
}

/// The signature, and the number of the key that it says it is by.
fn read(minisig: &str) -> Result<(Signature, KeyId), SignatureError> {
    let damaged = || SignatureError::Damaged;
    if minisig.len() > MAX_SIGNATURE_SIZE {
        return Err(damaged());
    }
    let signature = Signature::decode(minisig).map_err(|_| damaged())?;
    let line = minisig.lines().nth(1).ok_or_else(damaged)?;
    let mut bytes = [0; 74];
    let bytes = Base64::decode(&mut bytes, line, None).map_err(|_| damaged())?;
    let id = id_in(bytes).ok_or_else(damaged)?;
    match bytes.first_chunk() {
        Some(&PREHASHED) => Ok((signature, id)),
        // Its first two letters are not signed, so a signature of 64 bytes could pass for one of a
        // file that has them as its hash. There is no need to tell the two apart: nobody has to
        // make this form.
        Some(&ED25519) => Err(SignatureError::Legacy(id)),
        _ => Err(damaged()),
    }
}

/// The number of the key, which stands behind the algorithm's two letters.
fn id_in(bytes: &[u8]) -> Option<KeyId> {
    let number = bytes.get(2..)?.first_chunk()?;
    Some(KeyId(u64::from_le_bytes(*number)))
}
