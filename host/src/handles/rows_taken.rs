//! Rows that a scan gives to the caller's sink: the plugin is held to the limit, and to the sink's answers.

use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{Error, Result, RowSink};
use std::any::Any;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

/// Runs a scan for at most `limit` rows that gives them to `rows`.
pub(crate) fn taking(
    instance: &Instance,
    slot: &str,
    rows: &mut RowSink<'_>,
    limit: usize,
    scan: impl FnOnce(*const soch_row_sink) -> Result<bool>,
) -> Result<()> {
    let mut taken = Taken { instance, slot, rows, left: limit, end: None };
    let sink = soch_row_sink { ctx: (&raw mut taken).cast(), row: Some(take_row) };
    let result = scan(&sink);
    ended(instance, slot, taken.end, result)
}

/// The result of a call that gave to the caller's sink.
pub(super) fn ended(instance: &Instance, slot: &str, end: Option<End>, result: Result<bool>) -> Result<()> {
    match end {
        None if result? => Ok(()),
        None => Err(instance.unexpected_not_found(slot)),
        Some(End::Caller(error)) => Err(error),
        Some(End::Panic(payload)) => resume_unwind(payload),
        Some(End::Violation(how)) => Err(instance.contract_violation(slot, how)),
    }
}

/// Runs the caller's sink, and says how that ended the call, if it did.
pub(super) fn pushed(push: impl FnOnce() -> Result<()>) -> Option<End> {
    match catch_unwind(AssertUnwindSafe(push)) {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(End::Caller(error)),
        Err(payload) => Some(End::Panic(payload)),
    }
}

/// Rows between two questions whether the call is to go on.
const ASK_EVERY: usize = 256;

/// The place where `scan` puts its rows, and how it ended early, if it did.
struct Taken<'a, 'b> {
    instance: &'a Instance,
    slot: &'a str,
    rows: &'a mut RowSink<'b>,
    left: usize,
    end: Option<End>,
}

/// How a call that gave to the caller's sink ended early.
pub(super) enum End {
    /// The caller's sink wants no more.
    Caller(Error),
    /// The caller's sink panicked. The plugin is not told, as it is not to blame.
    Panic(Box<dyn Any + Send>),
    /// The plugin broke the contract.
    Violation(&'static str),
}

impl Taken<'_, '_> {
    fn take(&mut self, key: soch_bytes, value: soch_bytes) -> Option<End> {
        match self.end.take() {
            None => {}
            Some(End::Caller(_)) => return Some(End::Violation("went on after the sink had ended the scan")),
            earlier => return earlier,
        }
        if self.left == 0 {
            return Some(End::Violation("gave more rows than the limit"));
        }
        if self.left.is_multiple_of(ASK_EVERY) {
            if let Err(error) = self.instance.limits_of_call(self.slot) {
                return Some(End::Caller(error));
            }
        }
        self.left -= 1;
        // SAFETY: the plugin lends the row for the call.
        let (Some(key), Some(value)) = (unsafe { key.get() }, unsafe { value.get() }) else {
            return Some(End::Violation("gave a row at NULL with a length"));
        };
        pushed(|| self.rows.push(key, value))
    }
}

unsafe extern "C" fn take_row(ctx: *mut c_void, key: soch_bytes, value: soch_bytes) -> soch_status {
    // SAFETY: the plugin passes the sink's context, which lives until `scan` returns.
    let taken = unsafe { &mut *ctx.cast::<Taken<'_, '_>>() };
    taken.end = taken.take(key, value);
    if taken.end.is_none() {
        SOCH_OK
    } else {
        SOCH_CANCELLED
    }
}
