//! Rust's slices and text as the types that cross, and back.

use crate::data::{soch_bytes, soch_str};
use crate::status::{soch_error, SOCH_ERROR_MESSAGE_SIZE};

impl soch_bytes {
    /// Lends `bytes`.
    #[inline]
    #[must_use]
    pub fn lend(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len() }
    }

    /// The bytes, or None for NULL with a length.
    ///
    /// # Safety
    /// The other side promises that `len` bytes at `ptr` stay as they are for `'a`.
    #[inline]
    #[must_use]
    pub unsafe fn get<'a>(self) -> Option<&'a [u8]> {
        if self.ptr.is_null() {
            return if self.len == 0 { Some(&[]) } else { None };
        }
        if self.len > isize::MAX as usize {
            return None;
        }
        // SAFETY: the caller passes the other side's promise on.
        Some(unsafe { core::slice::from_raw_parts(self.ptr, self.len) })
    }
}

impl soch_str {
    /// Lends `text`.
    #[inline]
    #[must_use]
    pub fn lend(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() }
    }

    /// The text as bytes: whether they are UTF-8 is to be checked.
    #[inline]
    #[must_use]
    pub fn as_bytes(self) -> soch_bytes {
        soch_bytes { ptr: self.ptr.cast(), len: self.len }
    }
}

impl soch_error {
    /// No error yet.
    #[must_use]
    pub fn empty() -> Self {
        Self { code: 0, message: [0; SOCH_ERROR_MESSAGE_SIZE] }
    }
}
