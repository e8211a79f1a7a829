//! The boundary, in both directions: the panic barrier, lent bytes and text, errors.
//!
//! The SDK's shims and the host's callbacks go through here; authors do not need it.

use crate::error::{Error, ErrorKind, Result};
use crate::machinery::list::{try_with_list, with_list};
use sochdb_plugin_abi::*;
use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};

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

fn set_error(error: &mut soch_error, code: i32, message: &str) {
    let mut end = message.len().min(SOCH_ERROR_MESSAGE_SIZE - 1);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    for (place, byte) in error.message.iter_mut().zip(message[..end].bytes().chain(Some(0))) {
        *place = byte as c_char;
    }
    error.code = code;
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

/// The panic barrier: runs `call`, and turns its error or its panic into a status and a text in `error`.
///
/// # Safety
/// `error` is NULL or the caller's, for the call.
#[inline]
pub unsafe fn guard(error: *mut soch_error, call: impl FnOnce() -> Result<()>) -> soch_status {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => SOCH_OK,
        // SAFETY: the caller promises it.
        Ok(Err(failure)) => unsafe { report(error, failure) },
        // SAFETY: as above.
        Err(payload) => unsafe { report_panic(error, payload) },
    }
}

/// Runs `call`, and gives its panic as a text.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> std::result::Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(panic_message)
}

/// # Safety
/// As for [`guard`].
#[cold]
#[inline(never)]
unsafe fn report(error: *mut soch_error, failure: Error) -> soch_status {
    // SAFETY: the caller promises it.
    if let Some(error) = unsafe { error.as_mut() } {
        set_error(error, failure.code(), failure.message());
    }
    match failure.kind() {
        // Only a panic of this extension's own poisons it, not one that it heard of.
        ErrorKind::Panicked => SOCH_FAILED,
        kind => kind.status(),
    }
}

/// # Safety
/// As for [`guard`].
#[cold]
#[inline(never)]
unsafe fn report_panic(error: *mut soch_error, payload: Box<dyn Any + Send>) -> soch_status {
    let failure = Error::failed(panic_message(payload));
    // SAFETY: the caller promises it.
    unsafe { report(error, failure) };
    SOCH_PANICKED
}

thread_local! {
    static PANIC_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the place of a panic for its error, and keeps it off the host's standard error. Only for a library that
/// has a standard library of its own.
pub(crate) fn route_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
            // A panic while the thread ends finds the place gone; then only the message is kept.
            let _ = PANIC_PLACE.try_with(|cell| *cell.borrow_mut() = place);
        }));
    });
}

fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let place = PANIC_PLACE.try_with(|cell| cell.borrow_mut().take()).ok().flatten().unwrap_or_default();
    let payload = match payload.downcast::<&'static str>() {
        Ok(text) => return format!("panicked{place}: {text}"),
        Err(payload) => payload,
    };
    match payload.downcast::<String>() {
        Ok(text) => format!("panicked{place}: {text}"),
        Err(other) => {
            // Its Drop may panic again, and nothing may leave from here.
            std::mem::forget(other);
            format!("panicked{place}, without a text")
        }
    }
}
