//! Publishers and their keys, and the keys that nobody may sign with.

use ct_codecs::{Base64, Decoder};
use std::fmt;
use std::str::FromStr;

/// A publisher: somebody whose signature counts. One with several keys is there several times, under one name.
///
/// ```
/// use sochdb_plugin_host::trust::{Publisher, PublicKeyError};
///
/// let key = "RWShKqUUzRp5zAo5rHtX0vnR+epZO2FyDONiFVEKoJInPKcGse8S7RMP".parse()?;
/// assert_eq!(Publisher::new("acme".into(), key).key.key_id(), "CC791ACD14A52AA1");
/// # Ok::<(), PublicKeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publisher {
    /// The name that the operator gives them.
    pub name: String,
    /// The key that their signatures are checked with.
    pub key: PublicKey,
}

impl Publisher {
    /// Makes the publisher with this name and this key.
    #[must_use]
    pub fn new(name: String, key: PublicKey) -> Self {
        Self { name, key }
    }
}

/// A key whose signatures never count, whatever else says that they do.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let file = TrustFile::parse(br#"
/// [[revoked_key]]
/// key = "RWShKqUUzRp5zAo5rHtX0vnR+epZO2FyDONiFVEKoJInPKcGse8S7RMP"
/// reason = "stolen"
/// "#)?;
/// assert_eq!(file.revoked_keys[0].key.key_id(), "CC791ACD14A52AA1");
/// # Ok::<(), sochdb_plugin_host::trust::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokedKey {
    /// The key.
    pub key: PublicKey,
    /// The reason, for people.
    pub reason: Option<String>,
}

/// A public key of minisign. `Display` writes and `FromStr` reads the line that `minisign -G` prints, `RW…`.
///
/// ```
/// use sochdb_plugin_host::trust::PublicKey;
///
/// let key: PublicKey = "RWShKqUUzRp5zAo5rHtX0vnR+epZO2FyDONiFVEKoJInPKcGse8S7RMP".parse()?;
/// assert!(key.to_string().starts_with("RW"));
/// # Ok::<(), sochdb_plugin_host::trust::PublicKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
    id: [u8; 8],
    bytes: [u8; 32],
    key: minisign_verify::PublicKey,
}

/// The reason why a text is no public key of minisign.
///
/// ```
/// use sochdb_plugin_host::trust::{PublicKey, PublicKeyError};
///
/// assert_eq!("RW".parse::<PublicKey>(), Err(PublicKeyError::Length { found: 2 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The text does not have 56 characters.
    #[error("a minisign public key has 56 characters, found {found}: the second line of a file .pub")]
    Length {
        /// The number of characters that it has.
        found: usize,
    },
    /// The text is no base64.
    #[error("a minisign public key is base64")]
    Base64,
    /// The text is something else in base64.
    #[error("a minisign public key begins with RW")]
    Algorithm,
}

impl PublicKey {
    /// Returns the number of the key as minisign prints it: 16 upper-case hexadecimal digits.
    #[must_use]
    pub fn key_id(&self) -> String {
        key_id(self.id)
    }

    /// Whether both keys verify the same signatures, whatever their numbers: anybody can write another number into a key.
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
