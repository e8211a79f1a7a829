//! Who may sign, and with which keys nobody may.

use ct_codecs::{Base64, Decoder};
use std::fmt;
use std::str::FromStr;

/// Somebody whose signature counts. Who has several keys is there several times, under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publisher {
    /// What the operator calls them.
    pub name: String,
    /// The key that their signatures are checked with.
    pub key: PublicKey,
}

impl Publisher {
    /// The publisher with this name and this key.
    #[must_use]
    pub fn new(name: String, key: PublicKey) -> Self {
        Self { name, key }
    }
}

/// A key whose signatures never count, whatever else says that they do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokedKey {
    /// The key.
    pub key: PublicKey,
    /// The reason, for people.
    pub reason: Option<String>,
}

/// A public key of minisign. `Display` and `FromStr` have the line that `minisign -G` prints, `RW…`.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
    id: [u8; 8],
    bytes: [u8; 32],
    key: minisign_verify::PublicKey,
}

/// A text that is no public key of minisign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// It has another number of characters.
    #[error("a minisign public key has 56 characters, found {found}")]
    Length {
        /// How many characters it has.
        found: usize,
    },
    /// It is no base64.
    #[error("a minisign public key is base64")]
    Base64,
    /// It is something else in base64.
    #[error("a minisign public key begins with RW")]
    Algorithm,
}

impl PublicKey {
    /// The number of the key as minisign prints it: 16 upper-case hexadecimal digits.
    #[must_use]
    pub fn key_id(&self) -> String {
        key_id(self.id)
    }

    /// Whether both verify the same signatures: anybody can write another number into a key.
    #[must_use]
    pub fn is_same_key(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }

    pub(crate) fn id(&self) -> [u8; 8] {
        self.id
    }

    pub(crate) fn key(&self) -> &minisign_verify::PublicKey {
        &self.key
    }
}

/// The number of a key as minisign prints it.
pub(crate) fn key_id(id: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(id))
}

/// Characters of a public key: 2 bytes of algorithm, 8 of number and 32 of key make 56 digits without padding.
const LENGTH: usize = 56;

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let found = text.chars().count();
        if found != LENGTH {
            return Err(PublicKeyError::Length { found });
        }
        let bytes = Base64::decode_to_vec(text, None).map_err(|_| PublicKeyError::Base64)?;
        let (algorithm, rest) = bytes.split_at_checked(2).ok_or(PublicKeyError::Base64)?;
        let id = *rest.first_chunk().ok_or(PublicKeyError::Base64)?;
        let bytes = *rest.last_chunk().ok_or(PublicKeyError::Base64)?;
        if algorithm != b"Ed" {
            return Err(PublicKeyError::Algorithm);
        }
        let key = minisign_verify::PublicKey::from_base64(text).map_err(|_| PublicKeyError::Base64)?;
        Ok(Self { text: text.to_owned(), id, bytes, key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
