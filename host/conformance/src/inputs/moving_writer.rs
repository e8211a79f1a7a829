//! A writer whose room is elsewhere each time, and holds nothing any more as soon as it was committed: what a plugin wrote is not its own.

use crate::inputs::refusing::REFUSAL;
use core::ffi::c_void;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_status, soch_writer, SOCH_INVALID, SOCH_LIMIT, SOCH_OK};
use std::ptr;

/// The bytes that a committed room holds.
const TAKEN: u8 = 0xDD;

/// The writer's side that is not the plugin's.
#[derive(Default)]
pub(crate) struct MovingWriter {
    output: Vec<u8>,
    room: Vec<u8>,
    limit: u64,
    refuses: bool,
}

impl MovingWriter {
    /// One that takes at most `limit` bytes.
    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// One that lends room, and refuses what is written there, or at once.
    pub(crate) fn refusing() -> Self {
        Self { refuses: true, ..Self::new(1 << 30) }
    }

    /// The writer that a plugin gets: while it has that, nobody looks at `self`.
    pub(crate) fn as_raw(&mut self) -> soch_writer {
        let (ctx, limit) = (ptr::from_mut(self).cast(), self.limit);
        soch_writer { ctx, limit, write: Some(write), reserve: Some(reserve), commit: Some(commit) }
    }

    /// The bytes that were written.
    pub(crate) fn output(&self) -> &[u8] {
        &self.output
    }

    fn take(&mut self, bytes: &[u8]) -> soch_status {
        if self.refuses {
            return REFUSAL;
        }
        if (self.output.len() + bytes.len()) as u64 > self.limit {
            return SOCH_LIMIT;
        }
        self.output.extend_from_slice(bytes);
        SOCH_OK
    }
}

/// The writer behind its context.
///
/// # Safety
/// `ctx` is the context of such a writer, which is lent.
unsafe fn behind<'a>(ctx: *mut c_void) -> &'a mut MovingWriter {
    // SAFETY: the caller's promise; the plugin makes one call at a time ([exclusive]).
    unsafe { &mut *ctx.cast::<MovingWriter>() }
}

unsafe extern "C" fn write(ctx: *mut c_void, bytes: soch_bytes) -> soch_status {
    // SAFETY: whoever was lent the writer passes its context on.
    let writer = unsafe { behind(ctx) };
    // SAFETY: the plugin lends the bytes for this call.
    writer.take(if bytes.len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(bytes.ptr, bytes.len) } })
}

unsafe extern "C" fn reserve(ctx: *mut c_void, len: usize, room: *mut *mut u8) -> soch_status {
    // SAFETY: as for `write`.
    let writer = unsafe { behind(ctx) };
    if len as u64 > writer.limit {
        return SOCH_LIMIT;
    }
    // Made before the other one is gone, so it has another place.
    writer.room = vec![TAKEN; len.max(1)];
    writer.room.truncate(len);
    // SAFETY: the plugin's own place for the room.
    unsafe { *room = writer.room.as_mut_ptr() };
    SOCH_OK
}

unsafe extern "C" fn commit(ctx: *mut c_void, len: usize) -> soch_status {
    // SAFETY: as for `write`.
    let writer = unsafe { behind(ctx) };
    if len > writer.room.len() {
        return SOCH_INVALID;
    }
    let mut room = std::mem::take(&mut writer.room);
    let status = writer.take(&room[..len]);
    room.fill(TAKEN);
    // Not freed before the next one is there.
    writer.room = room;
    writer.room.clear();
    status
}
