use crate::error::{Error, ErrorKind, Result};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

opaque!(Writer<'_>);

/// A writer that a call puts its bytes into: a buffer of the caller, with the caller's limit.
///
/// ```
/// use sochdb_plugin_sdk::VecWriter;
///
/// let mut buffer = Vec::new();
/// let mut target = VecWriter::new(&mut buffer, 1 << 20);
/// let mut output = target.writer();
/// output.write(b"head ")?;
/// output.write_with(100, |room| {
///     room[..4].copy_from_slice(b"body");
///     Ok(4)
/// })?;
/// assert_eq!(buffer, b"head body");
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
pub struct Writer<'a> {
    // Not a reference: the caller's functions change what is around it.
    pub(crate) raw: NonNull<soch_writer>,
    pub(crate) lent: PhantomData<&'a mut ()>,
}

impl<'a> Writer<'a> {
    /// Makes a writer from one of the C ABI.
    ///
    /// # Safety
    /// `raw` is NULL or a writer of the caller, for `'a`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if `raw` is NULL.
    #[inline]
    pub unsafe fn from_raw(raw: *const soch_writer) -> Result<Self> {
        match NonNull::new(raw as *mut soch_writer) {
            Some(raw) => Ok(Self { raw, lent: PhantomData }),
            None => Err(no_writer()),
        }
    }

    /// Returns the struct of the C ABI for this writer, valid as long as the writer.
    #[inline]
    #[must_use]
    pub fn as_raw(&self) -> *const soch_writer {
        self.raw.as_ptr()
    }

    #[inline]
    pub(crate) fn raw(&self) -> soch_writer {
        // SAFETY: whoever made this promised a writer that lives as long.
        unsafe { *self.raw.as_ptr() }
    }

    /// Returns the most bytes that this call may write in all, those included that it has written.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.raw().limit
    }

    /// Appends `bytes`, of which the caller takes a copy. Few large writes cost less than many small ones.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if that is more than [`Writer::limit`], or than memory has; return it as it is.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let raw = self.raw();
        let write = match raw.write {
            Some(write) => write,
            None => return Err(lacks_a_function()),
        };
        // SAFETY: the caller's function, with the context that came with it.
        accepted(unsafe { write(raw.ctx, soch_bytes::lend(bytes)) })
    }

    /// Lends `fill` a room of `len` zeros in the caller's buffer, and appends its first bytes, as many as `fill` returns.
    /// The bytes need no copy.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if `len` bytes are more than [`Writer::limit`], or than memory has; an error of `fill`, with
    /// nothing appended; [`ErrorKind::Invalid`] if `fill` returns more than `len`.
    pub fn write_with(&mut self, len: usize, fill: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<()> {
        self.write_with_uninit(len, |room| {
            // SAFETY: zeros are bytes, and the slice is that of the room.
            let room = unsafe {
                std::ptr::write_bytes(room.as_mut_ptr(), 0, room.len());
                std::slice::from_raw_parts_mut(room.as_mut_ptr().cast::<u8>(), room.len())
            };
            let filled = fill(room)?;
            match room.get(..filled) {
                Some(written) => Ok(written),
                None => Err(does_not_fit(filled, room.len())),
            }
        })
    }

    /// Appends as [`Writer::write_with`] does, but does not fill the room with zeros first, which a fast codec would
    /// notice. `fill` returns the beginning of the room that it wrote, as bytes.
    ///
    /// # Errors
    /// Those of [`Writer::write_with`]; [`ErrorKind::Invalid`] for bytes that are not the beginning of the room.
    pub fn write_with_uninit(
        &mut self,
        len: usize,
        fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<&[u8]>,
    ) -> Result<()> {
        let raw = self.raw();
        let (reserve, commit) = match (raw.reserve, raw.commit) {
            (Some(reserve), Some(commit)) => (reserve, commit),
            _ => return Err(lacks_a_function()),
        };
        let mut room = std::ptr::null_mut();
        // SAFETY: the caller's function, with the context that came with it.
        accepted(unsafe { reserve(raw.ctx, len, &mut room) })?;
        if room.is_null() {
            return Err(Error::invalid("the writer lent no room"));
        }
        // SAFETY: the caller lends `len` bytes at `room` until the next call on the writer.
        let filled = fill(unsafe { std::slice::from_raw_parts_mut(room.cast(), len) })?;
        if filled.len() > len || (filled.as_ptr() != room && !filled.is_empty()) {
            return Err(Error::invalid("what was written is not the beginning of the room that was reserved"));
        }
        // SAFETY: as for `reserve`.
        accepted(unsafe { commit(raw.ctx, filled.len()) })
    }
}

#[cold]
fn does_not_fit(filled: usize, len: usize) -> Error {
    Error::invalid(format!("{filled} bytes do not fit into the {len} that were reserved"))
}

#[cold]
fn no_writer() -> Error {
    Error::invalid("the writer is NULL")
}

#[cold]
fn lacks_a_function() -> Error {
    Error::invalid("the writer lacks a function")
}

#[inline]
fn accepted(status: soch_status) -> Result<()> {
    if status == SOCH_OK {
        Ok(())
    } else {
        Err(refusal(status))
    }
}

#[cold]
fn refusal(status: soch_status) -> Error {
    match status {
        SOCH_LIMIT => Error::new(ErrorKind::Limit, "the output is larger than the caller's limit"),
        status => Error::new(ErrorKind::from_status(status), format!("the caller's writer returned status {status}")),
    }
}
