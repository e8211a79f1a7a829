//! The step `digest`: the SHA-256 of the sealed bytes.

use crate::base::escape::hex;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256. `Display` writes it as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// That of `bytes`.
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

/// A text that is no SHA-256 in hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// It has another number of characters.
    #[error("expected 64 hexadecimal digits, found {found} characters")]
    Length {
        /// How many characters it has.
        found: usize,
    },
    /// One of its characters is no hexadecimal digit.
    #[error("expected 64 hexadecimal digits, found {found:?} as number {position}")]
    Digit {
        /// The character.
        found: char,
        /// Which one it is, counted from 1.
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
