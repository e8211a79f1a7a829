//! The step `digest`: the SHA-256 of the sealed bytes.

use crate::base::escape::hex;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 digest. `Display` writes 64 lower-case hexadecimal digits, and `FromStr` reads them in either case.
///
/// ```
/// use sochdb_plugin_host::Digest;
///
/// let digest = Digest::of(b"abc");
/// assert!(digest.to_string().starts_with("ba7816bf8f01cfea"));
/// assert_eq!(digest.to_string().parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Computes the digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The reason why a text is no SHA-256 in hexadecimal digits.
///
/// ```
/// use sochdb_plugin_host::{Digest, DigestError};
///
/// assert_eq!("abc".parse::<Digest>(), Err(DigestError::Length { found: 3 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// The text does not have 64 characters.
    #[error("expected 64 hexadecimal digits, found {found} characters")]
    Length {
        /// The number of characters that it has.
        found: usize,
    },
    /// A character of the text is no hexadecimal digit.
    #[error("expected 64 hexadecimal digits, found {found:?} as number {position}")]
    Digit {
        /// The character.
        found: char,
        /// The place of the character in the text, counted from 1.
        position: usize,
    },
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let found = text.chars().count();
        if found != 64 {
            return Err(DigestError::Length { found });
        }
        let mut bytes = [0; 32];
        for (index, found) in text.chars().enumerate() {
            let digit = found.to_digit(16).ok_or(DigestError::Digit { found, position: index + 1 })?;
            // Two digits a byte; a digit is at most 15.
            bytes[index / 2] = bytes[index / 2] << 4 | digit as u8;
        }
        Ok(Self(bytes))
    }
}
