//! A writer that takes its time, so that other calls run while a plugin is in the midst of its own.

use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_status, soch_writer, SOCH_INVALID};
use sochdb_plugin_host::sdk::{Result, VecWriter, Writer};
use std::time::Duration;

/// How long each of its functions waits: long enough for another thread to come by.
pub(crate) const WAIT: Duration = Duration::from_micros(300);

/// Runs `call` with a writer that appends to `output`, and waits before each thing that it does.
pub(crate) fn write_waiting(output: &mut Vec<u8>, call: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<()> {
    let mut target = VecWriter::new(output, u64::MAX);
    let mut to = target.as_raw();
    let raw = soch_writer {
        ctx: (&raw mut to).cast(),
        limit: to.limit,
        write: Some(write),
        reserve: Some(reserve),
        commit: Some(commit),
    };
    // SAFETY: it is this function's writer, which is there until the call is over.
    call(&mut unsafe { Writer::from_raw(&raw) }?)
}

/// The writer behind the context of one that waits.
///
/// # Safety
/// `ctx` is the context of such a writer.
unsafe fn target(ctx: *mut c_void) -> soch_writer {
    std::thread::sleep(WAIT);
    // SAFETY: the caller's promise.
    unsafe { *ctx.cast::<soch_writer>() }
}

unsafe extern "C" fn write(ctx: *mut c_void, bytes: soch_bytes) -> soch_status {
    // SAFETY: whoever was lent the writer passes its context on.
    let to = unsafe { target(ctx) };
    // SAFETY: the same bytes, for the same call.
    to.write.map_or(SOCH_INVALID, |write| unsafe { write(to.ctx, bytes) })
}

unsafe extern "C" fn reserve(ctx: *mut c_void, len: usize, room: *mut *mut u8) -> soch_status {
    // SAFETY: as for `write`.
    let to = unsafe { target(ctx) };
    // SAFETY: the same place for the room, for the same call.
    to.reserve.map_or(SOCH_INVALID, |reserve| unsafe { reserve(to.ctx, len, room) })
}

unsafe extern "C" fn commit(ctx: *mut c_void, len: usize) -> soch_status {
    // SAFETY: as for `write`.
    let to = unsafe { target(ctx) };
    // SAFETY: the room is that of the writer behind this one.
    to.commit.map_or(SOCH_INVALID, |commit| unsafe { commit(to.ctx, len) })
}
