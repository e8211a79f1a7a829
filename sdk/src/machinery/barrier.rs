//! The panic barrier: errors and panics of a call on their way to the other side.

use crate::error::{Error, ErrorKind, Result};
use crate::machinery::panics;
use sochdb_plugin_abi::*;
use std::any::Any;
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};

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
    let text = panic_message(payload);
    if error.is_null() {
        panics::keep_for_the_host(&text);
    }
    // SAFETY: the caller promises it.
    unsafe { report(error, Error::failed(text)) };
    panics::tell_caught();
    SOCH_PANICKED
}

fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let message = panics::message().unwrap_or_else(|| format!("panicked: {}", panics::text(&*payload)));
    if !payload.is::<&'static str>() && !payload.is::<String>() {
        // Its Drop may panic again, and nothing may leave from here.
        std::mem::forget(payload);
    }
    message
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
