//! A call that is told to stop at one of its questions whether it is to go on: whichever that is, it leaves no half of its work.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use core::cell::Cell;
use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::{
    soch_call, soch_status, SOCH_CANCELLED, SOCH_OK, SOCH_SPAN_ID_SIZE, SOCH_TRACE_ID_SIZE,
};
use sochdb_plugin_host::sdk::{Call, Error, ErrorKind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a call is stopped again and again, at another question each time.
const TIME: Duration = Duration::from_millis(600);

struct Questions {
    asked: AtomicU32,
    /// The number of the first one that is answered with a no; later ones are, too.
    no_at: u32,
}

/// Runs `call`, and answers its question number `no_at` with `SOCH_CANCELLED`; the host asks the first one. Returns also whether
/// it came to that.
pub(crate) fn stopped_at<R>(no_at: u32, call: impl FnOnce() -> R) -> (R, bool) {
    let questions = Questions { asked: AtomicU32::new(0), no_at };
    let raw = soch_call {
        size: size_of::<soch_call>(),
        ctx: (&raw const questions).cast_mut().cast(),
        trace_id: [0; SOCH_TRACE_ID_SIZE],
        span_id: [0; SOCH_SPAN_ID_SIZE],
        go_on: Some(go_on),
        remaining_ns: Some(remaining_ns),
        progress: Some(progress),
    };
    // SAFETY: the questions that it leads to last until the call is over.
    let result = unsafe { Call::within(&raw, call) };
    (result, questions.asked.into_inner() >= no_at)
}

unsafe extern "C" fn go_on(ctx: *mut c_void) -> soch_status {
    // SAFETY: whoever was lent the call passes its context on.
    let questions = unsafe { &*ctx.cast::<Questions>() };
    let asked = questions.asked.fetch_add(1, Ordering::Relaxed) + 1;
    if asked < questions.no_at {
        SOCH_OK
    } else {
        SOCH_CANCELLED
    }
}

unsafe extern "C" fn remaining_ns(_: *mut c_void) -> u64 {
    u64::MAX
}

unsafe extern "C" fn progress(_: *mut c_void, _: u64, _: u64) {}

/// Makes `call` again and again, stops it each time at a later question until it asks no more, and has `looked` see what is there
/// then: nothing of a call that was stopped, all of one that was not.
pub(crate) fn stopped_anywhere<T>(
    what: &str,
    target: &mut T,
    mut call: impl FnMut(&mut T) -> Result<(), Error>,
    mut look: impl FnMut(&mut T, bool) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let end = Instant::now() + TIME;
    for step in 1_u32.. {
        // Each of the first questions, which the host's own is not among, and then ever fewer.
        let no_at = if step < 8 { step + 1 } else { 1 << (step - 4) };
        let (result, is_stopped) = stopped_at(no_at, || call(target));
        let is_done = match result {
            Ok(()) => true,
            Err(error) => {
                let is_told = is_stopped && error.kind() == ErrorKind::Cancelled;
                ensure!(is_told, "a {what} that is stopped at question {no_at} ends with: {error}");
                false
            }
        };
        look(target, is_done)?;
        if !is_stopped || Instant::now() > end || step > 20 {
            break;
        }
    }
    Ok(())
}

/// The same with calls that change nothing: one that says `SOCH_OK` gave `whole`, also if it was told to stop.
pub(crate) fn gives_all_or_stops<T, R: PartialEq>(
    what: &str,
    target: &mut T,
    whole: &R,
    mut call: impl FnMut(&mut T) -> Result<R, Error>,
) -> Result<(), NotPassed> {
    let given = Cell::new(None);
    let keep = |target: &mut T| call(target).map(|found| given.set(Some(found)));
    stopped_anywhere(what, target, keep, |_, _| {
        let is_part = given.take().is_some_and(|found| found != *whole);
        ensure!(
            !is_part,
            "a {what} that is stopped gives a part and SOCH_OK; end it with what `go_on` answers (soch_call)"
        );
        Ok(())
    })
}
