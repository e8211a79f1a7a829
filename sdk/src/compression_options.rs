use crate::error::{Error, Result};
use crate::machinery::boundary::ReadLent;
use sochdb_plugin_abi::*;
use std::mem::size_of;

/// The options of one call of a codec.
///
/// ```
/// use sochdb_plugin_sdk::CompressionOptions;
///
/// let options = CompressionOptions::new().with_level(19).with_dictionary(b"what many inputs have in common");
/// assert_eq!(options.level, Some(19));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressionOptions<'a> {
    /// The level of this call; None for the one that was set.
    pub level: Option<i32>,
    /// The dictionary that compressing and decompressing have in common; empty for none.
    pub dictionary: &'a [u8],
}

impl<'a> CompressionOptions<'a> {
    /// Makes options that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a level for this call.
    #[must_use]
    pub fn with_level(self, level: i32) -> Self {
        Self { level: Some(level), ..self }
    }

    /// The same with a dictionary.
    #[must_use]
    pub fn with_dictionary(self, dictionary: &'a [u8]) -> Self {
        Self { dictionary, ..self }
    }

    /// Returns the struct of the C ABI, which lends the dictionary.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_compression_options {
        soch_compression_options {
            size: size_of::<soch_compression_options>(),
            flags: if self.level.is_some() { SOCH_COMPRESS_AT_LEVEL } else { 0 },
            level: self.level.unwrap_or(0),
            reserved: 0,
            dictionary: soch_bytes::lend(self.dictionary),
        }
    }

    /// Reads the struct of the C ABI.
    ///
    /// # Safety
    /// The other side lends it and its dictionary for `'a`, and every field of its first version is there.
    ///
    /// # Errors
    /// A flag that must be understood and is not known here; NULL.
    #[doc(hidden)]
    pub unsafe fn from_raw(raw: *const soch_compression_options) -> Result<Self> {
        // SAFETY: the caller promises it.
        let Some(raw) = (unsafe { raw.as_ref() }) else { return Err(Error::invalid("the options are at NULL")) };
        if raw.flags & SOCH_OPTIONS_MUST_UNDERSTAND & !SOCH_COMPRESS_AT_LEVEL != 0 {
            return Err(Error::unsupported("an option that this codec does not know"));
        }
        let level = (raw.flags & SOCH_COMPRESS_AT_LEVEL != 0).then_some(raw.level);
        // SAFETY: as above.
        Ok(Self { level, dictionary: unsafe { raw.dictionary.read()? } })
    }
}
