//! Secret keys in minisign's form: made, read, and signed with. The only file that names `minisign`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use callpop_host::{PublicKey, TrustedBy, TrustedKeys, verify};
use ct_codecs::{Base64, Decoder};
use minisign::{KeyPair, SecretKey, SecretKeyBox};

use crate::failure::{Exit, Failure};

/// What signs, and the public key that verifies it.
pub(crate) struct SigningKey {
    secret: SecretKey,
    pub(crate) public: PublicKey,
}

/// A new key pair as it is written into its two files.
pub(crate) struct NewKey {
    pub(crate) secret: String,
    pub(crate) public: PublicKey,
}

/// What stands where a key's algorithm to protect it is named, if a password protects it.
const PROTECTED: &[u8] = b"Sc";

impl NewKey {
    /// Makes a key pair, protected by this password, or by none.
    pub(crate) fn generate(password: Option<String>) -> Result<Self, Failure> {
        let is_protected = password.is_some();
        let pair = match password {
            Some(password) => KeyPair::generate_encrypted_keypair(Some(password)),
            None => KeyPair::generate_unencrypted_keypair(),
        };
        let pair = pair.map_err(|error| failed(&error))?;
        let comment = if is_protected {
            "minisign encrypted secret key"
        } else {
            "minisign secret key without a password"
        };
        let secret = pair.sk.to_box(Some(comment));
        Ok(Self {
            secret: secret.map_err(|error| failed(&error))?.into_string(),
            public: public(&pair.pk)?,
        })
    }

    /// The text of the `.pub` file.
    pub(crate) fn public_text(&self) -> String {
        let id = self.public.id();
        format!(
            "untrusted comment: minisign public key {id}\n{}\n",
            self.public
        )
    }
}

impl SigningKey {
    /// Reads a secret key. `password` is asked only if one protects the key.
    pub(crate) fn read(
        path: &Path,
        password: impl FnOnce() -> Result<String, Failure>,
    ) -> Result<Self, Failure> {
        let unreadable = |why: String| {
            let message = format!("the secret key {} cannot be used: {why}", path.display());
            Failure::new(Exit::Usage, "invalid-key", message)
        };
        let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let no_key = || {
            unreadable("it is not a secret key of minisign".to_owned())
                .advice("Make one with: callpop keygen FILE")
        };
        let line = text.lines().nth(1).ok_or_else(no_key)?;
        let bytes = Base64::decode_to_vec(line.trim(), None).map_err(|_| no_key())?;
        let is_protected = bytes.get(2..4) == Some(PROTECTED);
        let secret = if is_protected {
            let password = password()?;
            SecretKey::from_box(SecretKeyBox::from(text), Some(password))
                .map_err(|error| unreadable(error.to_string()))?
        } else {
            // `minisign -G -W` leaves the checksum out, which reading the box would insist on. That
            // the key is whole is seen when what it signed is verified.
            SecretKey::from_bytes(&bytes).map_err(|_| no_key())?
        };
        let key = minisign::PublicKey::from_secret_key(&secret).map_err(|_| no_key())?;
        Ok(Self {
            public: public(&key).map_err(|_| no_key())?,
            secret,
        })
    }

    /// The text of a detached signature of these bytes and of this comment, which is one line.
    pub(crate) fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, Failure> {
        let untrusted = format!("signature with the key {}", self.public.id());
        let signed = minisign::sign(
            None,
            &self.secret,
            Cursor::new(bytes),
            Some(comment),
            Some(&untrusted),
        );
        let text = signed.map_err(|error| failed(&error))?.into_string();
        let own = TrustedKeys::none().and(self.public.clone(), None, TrustedBy::User);
        if verify(bytes, &text, &own).is_err() {
            let message = "the secret key is damaged: what it signs cannot be verified";
            return Err(Failure::new(Exit::Usage, "invalid-key", message));
        }
        Ok(text)
    }
}

fn public(key: &minisign::PublicKey) -> Result<PublicKey, Failure> {
    key.to_base64()
        .parse()
        .map_err(|error: callpop_host::PublicKeyError| {
            Failure::new(Exit::Usage, "invalid-key", error.to_string())
        })
}

fn failed(error: &minisign::PError) -> Failure {
    Failure::new(Exit::State, "signing", error.to_string())
}
