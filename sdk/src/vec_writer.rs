use crate::machinery::barrier;
use crate::opaque::opaque;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;
use std::ptr::NonNull;

opaque!(VecWriter<'_>);

const GUARD: usize = 64;
const GUARD_BYTE: u8 = 0xA5;

/// The caller's end of a [`Writer`]: appends to a vector, up to a limit, and remembers how the writer was used.
///
/// ```
/// use sochdb_plugin_sdk::{ErrorKind, VecWriter};
///
/// let mut buffer = b"head".to_vec();
/// let mut target = VecWriter::new(&mut buffer, 5);
/// target.writer().write(b"abc")?;
/// assert_eq!(target.writer().write(b"def").unwrap_err().kind(), ErrorKind::Limit);
/// assert_eq!((target.written(), target.is_clean()), (3, false));
/// assert_eq!(buffer, b"headabc");
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
pub struct VecWriter<'a> {
    buffer: &'a mut Vec<u8>,
    start: usize,
    reserved: Option<usize>,
    checking: bool,
    refused: Option<soch_status>,
    violation: Option<&'static str>,
    raw: soch_writer,
}

impl<'a> VecWriter<'a> {
    /// Makes a writer that appends at most `limit` bytes to `buffer`.
    #[inline]
    pub fn new(buffer: &'a mut Vec<u8>, limit: u64) -> Self {
        let start = buffer.len();
        let raw = soch_writer {
            ctx: std::ptr::null_mut(),
            limit,
            write: Some(vec_write),
            reserve: Some(vec_reserve),
            commit: Some(vec_commit),
        };
        Self { buffer, start, reserved: None, checking: false, refused: None, violation: None, raw }
    }

    /// Sets whether guard bytes stand behind each room that is lent, so that a write past the room is found. Off at first,
    /// as it takes time.
    #[inline]
    #[must_use]
    pub fn contract_checks(mut self, on: bool) -> Self {
        // One that was made before has no guard.
        self.reserved = None;
        self.checking = on;
        self
    }

    /// Lends this writer for a call.
    #[inline]
    pub fn writer(&mut self) -> Writer<'_> {
        let this: *mut Self = self;
        // SAFETY: it is this writer, which is borrowed for as long as the other one lives.
        let raw = unsafe {
            (*this).raw.ctx = this.cast();
            NonNull::new_unchecked(std::ptr::addr_of_mut!((*this).raw))
        };
        Writer { raw, lent: PhantomData }
    }

    /// Returns the struct of the C ABI for this writer. It is valid until this writer moves or is used in another way.
    #[inline]
    pub fn as_raw(&mut self) -> soch_writer {
        self.writer().raw()
    }

    /// Returns whether nothing was refused, nothing is reserved, and the writer's contract was kept.
    #[inline]
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.reserved.is_none() && self.refused.is_none() && self.violation.is_none()
    }

    /// Returns how many bytes were written.
    #[inline]
    #[must_use]
    pub fn written(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Returns the first status other than `SOCH_OK` that this writer answered with, such as `SOCH_LIMIT`.
    #[must_use]
    pub fn refused(&self) -> Option<soch_status> {
        self.refused
    }

    /// Returns how the writer's contract was broken, if it was. Ends a reservation that was not committed.
    pub fn violation(&mut self) -> Option<&'static str> {
        self.end_reservation();
        self.violation
    }

    fn end_reservation(&mut self) {
        let len = match self.reserved.take() {
            Some(len) => len,
            None => return,
        };
        if self.checking {
            let guard = self.buffer.len() + len;
            // SAFETY: `reserve` set GUARD bytes behind the room.
            let behind = unsafe { std::slice::from_raw_parts(self.buffer.as_ptr().add(guard), GUARD) };
            if behind.iter().any(|byte| *byte != GUARD_BYTE) {
                self.violation = Some("wrote past the room that it reserved");
            }
        }
    }

    fn fits(&self, len: usize) -> bool {
        (len as u64) <= self.raw.limit.saturating_sub(self.written() as u64)
    }

    fn write(&mut self, bytes: soch_bytes) -> soch_status {
        self.end_reservation();
        // SAFETY: the other side lends the bytes for the call.
        let bytes = match unsafe { bytes.get() } {
            Some(bytes) => bytes,
            None => {
                self.violation = Some("wrote from NULL with a length");
                return SOCH_INVALID;
            }
        };
        if !self.fits(bytes.len()) || self.buffer.try_reserve(bytes.len()).is_err() {
            return SOCH_LIMIT;
        }
        self.buffer.extend_from_slice(bytes);
        SOCH_OK
    }

    fn reserve(&mut self, len: usize, room: *mut *mut u8) -> soch_status {
        self.end_reservation();
        if room.is_null() {
            self.violation = Some("reserved without a place for the result");
            return SOCH_INVALID;
        }
        let guard = if self.checking { GUARD } else { 0 };
        if !self.fits(len) || self.buffer.try_reserve(len.saturating_add(guard)).is_err() {
            return SOCH_LIMIT;
        }
        // SAFETY: `try_reserve` made room for `len + guard` bytes behind the vector's end; `room` is the other
        // side's, for the call.
        unsafe {
            let start = self.buffer.as_mut_ptr().add(self.buffer.len());
            std::ptr::write_bytes(start.add(len), GUARD_BYTE, guard);
            *room = start;
        }
        self.reserved = Some(len);
        SOCH_OK
    }

    fn commit(&mut self, len: usize) -> soch_status {
        let reserved = self.reserved;
        self.end_reservation();
        match reserved {
            Some(reserved) if len <= reserved => {
                // SAFETY: the other side says that it wrote the first `len` bytes of the room.
                unsafe { self.buffer.set_len(self.buffer.len() + len) };
                SOCH_OK
            }
            _ => {
                self.violation = Some("committed more than it reserved");
                SOCH_INVALID
            }
        }
    }
}

/// Runs a callback of the writer at `ctx` behind the barrier, and notes what it refused.
///
/// # Safety
/// `ctx` is what `as_raw` gave, and the writer is alive.
unsafe fn with_writer(ctx: *mut c_void, call: impl FnOnce(&mut VecWriter<'_>) -> soch_status) -> soch_status {
    let mut status = SOCH_OK;
    // SAFETY: NULL is allowed; `ctx` is this function's own promise.
    let barrier = unsafe {
        barrier::guard(std::ptr::null_mut(), || {
            let writer = &mut *ctx.cast::<VecWriter<'_>>();
            status = call(writer);
            if status != SOCH_OK {
                writer.refused = writer.refused.or(Some(status));
            }
            Ok(())
        })
    };
    // A panic here is the writer's owner's, and must not poison the one who writes.
    if barrier == SOCH_OK {
        status
    } else {
        SOCH_FAILED
    }
}

unsafe extern "C" fn vec_write(ctx: *mut c_void, bytes: soch_bytes) -> soch_status {
    // SAFETY: the other side passes the context that came with the function.
    let writer = unsafe { &mut *ctx.cast::<VecWriter<'_>>() };
    let len = writer.buffer.len();
    let room = writer.buffer.capacity() - len;
    if bytes.len <= room && writer.fits(bytes.len) && writer.reserved.is_none() && !bytes.ptr.is_null() {
        // What is most frequent, and cannot panic.
        // SAFETY: the other side lends the bytes for the call, and the vector has room for them.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.ptr, writer.buffer.as_mut_ptr().add(len), bytes.len);
            writer.buffer.set_len(len + bytes.len);
        }
        return SOCH_OK;
    }
    // SAFETY: the other side passes the context that came with the function.
    unsafe { with_writer(ctx, |writer| writer.write(bytes)) }
}

unsafe extern "C" fn vec_reserve(ctx: *mut c_void, len: usize, room: *mut *mut u8) -> soch_status {
    // SAFETY: the other side passes the context that came with the function.
    unsafe { with_writer(ctx, |writer| writer.reserve(len, room)) }
}

unsafe extern "C" fn vec_commit(ctx: *mut c_void, len: usize) -> soch_status {
    // SAFETY: the other side passes the context that came with the function.
    unsafe { with_writer(ctx, |writer| writer.commit(len)) }
}
