//! The boundary, in both directions: lent bytes, text and labels.
//!
//! The SDK's shims and the host's callbacks go through here; authors do not need it.

use crate::error::{Error, Result};
use crate::machinery::list::{try_with_list, with_list};
use sochdb_plugin_abi::*;
use std::borrow::Cow;

/// A value that the other side lent for a call.
pub trait ReadLent<'a>: Sized {
    /// The type of the value once it was checked.
    type Checked;

    /// Checks and reads it.
    ///
    /// # Safety
    /// As for [`soch_bytes::get`].
    ///
    /// # Errors
    /// NULL with a length; a text that is not UTF-8.
    unsafe fn read(self) -> Result<Self::Checked>;
}

impl<'a> ReadLent<'a> for soch_bytes {
    type Checked = &'a [u8];

    #[inline]
    unsafe fn read(self) -> Result<&'a [u8]> {
        // SAFETY: the caller passes the other side's promise on.
        match unsafe { self.get() } {
            Some(bytes) => Ok(bytes),
            None => Err(null_with_length()),
        }
    }
}

#[cold]
fn null_with_length() -> Error {
    Error::invalid("bytes at NULL with a length")
}

impl<'a> ReadLent<'a> for soch_str {
    type Checked = &'a str;

    #[inline]
    unsafe fn read(self) -> Result<&'a str> {
        // SAFETY: the caller passes the other side's promise on.
        let bytes = unsafe { self.as_bytes().read()? };
        text_in_one_place(bytes)
    }
}

// In each place it would be more than the rest.
#[inline(never)]
fn text_in_one_place(bytes: &[u8]) -> Result<&str> {
    text(bytes)
}

#[inline(always)]
fn text(bytes: &[u8]) -> Result<&str> {
    // Names and labels are short and nearly always ASCII, for which the whole check is several times as long.
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(not_utf8)
}

#[cold]
fn not_utf8(error: std::str::Utf8Error) -> Error {
    Error::invalid(format!("text that is not UTF-8: {error}"))
}

/// The message of an error up to its NUL, what is not UTF-8 replaced.
#[must_use]
pub fn error_text(error: &soch_error) -> Cow<'_, str> {
    // SAFETY: c_char and u8 have one layout, and the array is ours.
    let bytes = unsafe { std::slice::from_raw_parts(error.message.as_ptr().cast::<u8>(), error.message.len()) };
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end])
}

/// Writes `value` to a struct of the other side that begins with its size, as far as that has room; the size stays.
///
/// # Safety
/// `T` is a struct of the contract whose first field is its size. `place` is NULL or leads to one as the other side
/// has it, which may be shorter or longer, with its size set.
///
/// # Errors
/// NULL, or a size that has no room for itself.
pub unsafe fn fill<T: Copy>(place: *mut T, value: &T) -> Result<()> {
    const SIZE: usize = std::mem::size_of::<usize>();
    if place.is_null() {
        return Err(Error::invalid("the place of the result is NULL"));
    }
    // SAFETY: the caller promises that it begins with a size, which is set.
    let room = unsafe { place.cast::<usize>().read() }.min(std::mem::size_of::<T>());
    let Some(rest) = room.checked_sub(SIZE) else {
        return Err(Error::invalid("the place of the result says no size"));
    };
    // SAFETY: both have `room` bytes; what is written begins behind the size.
    unsafe {
        let from = (value as *const T).cast::<u8>().add(SIZE);
        place.cast::<u8>().add(SIZE).copy_from_nonoverlapping(from, rest);
    }
    Ok(())
}

/// Lends `labels` in the form that crosses.
#[inline]
pub fn with_raw_labels<R>(labels: &[(&str, &str)], call: impl FnOnce(*const soch_label, usize) -> R) -> R {
    let lend = |(name, value): &(&str, &str)| soch_label { name: soch_str::lend(name), value: soch_str::lend(value) };
    with_list(labels, lend, |labels| call(labels.as_ptr(), labels.len()))
}

/// The other side's array.
///
/// # Safety
/// The other side lends `len` items at `ptr` for `'a`.
///
/// # Errors
/// NULL with a length, or a length that no memory has.
pub unsafe fn slice<'a, T>(ptr: *const T, len: usize) -> Result<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    if ptr.is_null() || len > isize::MAX as usize / std::mem::size_of::<T>().max(1) {
        return Err(Error::invalid(format!("an array of {} items at {:p}", len, ptr)));
    }
    // SAFETY: the caller passes the other side's promise on.
    Ok(unsafe { std::slice::from_raw_parts(ptr, len) })
}

/// Reads lent labels.
///
/// # Safety
/// The other side promises `count` labels at `labels`, and their text, for the call.
///
/// # Errors
/// NULL with a count, or a label that is not text.
pub unsafe fn with_labels<R>(
    labels: *const soch_label,
    count: usize,
    call: impl FnOnce(&[(&str, &str)]) -> Result<R>,
) -> Result<R> {
    // SAFETY: the caller passes the other side's promise on.
    let labels = unsafe { slice(labels, count)? };
    // SAFETY: as above.
    let bytes = |text: soch_str| unsafe { text.as_bytes().read() };
    let read = |label: &soch_label| Ok::<_, Error>((text(bytes(label.name)?)?, text(bytes(label.value)?)?));
    try_with_list(labels, read, call)?
}

/// Reads a lent text and the labels that came with it, and gives them to `call`.
///
/// # Safety
/// As for [`with_labels`], and for the text.
///
/// # Errors
/// As for [`with_labels`]; a text that is not text.
pub unsafe fn with_labeled(
    text: soch_str,
    labels: *const soch_label,
    count: usize,
    call: impl FnOnce(&str, &[(&str, &str)]),
) -> Result<()> {
    // SAFETY: the caller passes the other side's promise on.
    unsafe {
        let text = text.read()?;
        with_labels(labels, count, |labels| {
            call(text, labels);
            Ok(())
        })
    }
}
