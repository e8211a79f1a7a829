//! A call whose questions take their time, so that other calls run while a plugin is in the midst of its own.

use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::{soch_call, soch_status, SOCH_OK, SOCH_SPAN_ID_SIZE, SOCH_TRACE_ID_SIZE};
use sochdb_plugin_host::sdk::Call;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How long an answer takes: long enough for another thread to come by.
const WAIT: Duration = Duration::from_micros(200);
/// As many answers take that long: a call that asks more often than others is not to be slower for that.
const MOST: u32 = 40;

/// Runs `call`, which is told to go on each time that it asks, after a while.
pub(crate) fn ask_waiting<R>(call: impl FnOnce() -> R) -> R {
    let asked = AtomicU32::new(0);
    let raw = soch_call {
        size: size_of::<soch_call>(),
        ctx: (&raw const asked).cast_mut().cast(),
        trace_id: [0; SOCH_TRACE_ID_SIZE],
        span_id: [0; SOCH_SPAN_ID_SIZE],
        go_on: Some(go_on),
        remaining_ns: Some(remaining_ns),
        progress: Some(progress),
    };
    // SAFETY: what it leads to lasts until the call is over.
    unsafe { Call::within(&raw, call) }
}

/// # Safety
/// `ctx` is the context of such a call.
unsafe fn wait(ctx: *mut c_void) {
    // SAFETY: the caller's promise.
    let asked = unsafe { &*ctx.cast::<AtomicU32>() };
    if asked.fetch_add(1, Ordering::Relaxed) < MOST {
        std::thread::sleep(WAIT);
    }
}

unsafe extern "C" fn go_on(ctx: *mut c_void) -> soch_status {
    // SAFETY: whoever was lent the call passes its context on.
    unsafe { wait(ctx) };
    SOCH_OK
}

unsafe extern "C" fn remaining_ns(_: *mut c_void) -> u64 {
    u64::MAX
}

unsafe extern "C" fn progress(ctx: *mut c_void, _: u64, _: u64) {
    // SAFETY: as for `go_on`.
    unsafe { wait(ctx) };
}
