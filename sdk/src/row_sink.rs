use crate::error::{Error, ErrorKind, Result};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;

opaque!(RowSink<'_>);

type TakeRow<'a> = dyn FnMut(&[u8], &[u8]) -> Result<()> + 'a;

/// A taker of the rows that a scan gives, one at a time.
///
/// ```
/// use sochdb_plugin_sdk::{Error, ErrorKind, RowSink};
///
/// let mut bytes = 0;
/// let mut take = |key: &[u8], value: &[u8]| {
///     bytes += key.len() + value.len();
///     if bytes > 8 { Err(Error::new(ErrorKind::Cancelled, "enough")) } else { Ok(()) }
/// };
/// let mut rows = RowSink::new(&mut take);
/// assert!(rows.push(b"key", b"value").is_ok());
/// assert_eq!(rows.push(b"next", b"value").unwrap_err().kind(), ErrorKind::Cancelled);
/// ```
pub struct RowSink<'a> {
    to: Sink<'a>,
}

enum Sink<'a> {
    Foreign(soch_row_sink, PhantomData<&'a mut ()>),
    Closure(&'a mut TakeRow<'a>),
}

impl<'a> RowSink<'a> {
    /// Makes a sink that gives each row's key and value to `take`. An error of `take` ends the scan. `take` must not call
    /// the storage that is scanned, which may hold its locks.
    pub fn new<F: FnMut(&[u8], &[u8]) -> Result<()> + 'a>(take: &'a mut F) -> Self {
        Self { to: Sink::Closure(take) }
    }

    /// Makes a sink from one of the C ABI.
    ///
    /// # Safety
    /// `raw` is NULL or a sink of the caller, for `'a`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if `raw` or its function is NULL.
    pub unsafe fn from_raw(raw: *const soch_row_sink) -> Result<Self> {
        // SAFETY: the caller promises it.
        let raw = unsafe { raw.as_ref() }.filter(|raw| raw.row.is_some());
        let raw = raw.ok_or_else(|| Error::invalid("the row sink is NULL or lacks its function"))?;
        Ok(Self { to: Sink::Foreign(*raw, PhantomData) })
    }

    /// Gives the sink one row, lent for this call.
    ///
    /// # Errors
    /// What ends the scan, as the caller wants no more rows: return it as it is.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        match &mut self.to {
            Sink::Closure(take) => take(key, value),
            Sink::Foreign(raw, _) => {
                let row = raw.row.expect("checked in from_raw");
                // SAFETY: the caller's function, with the context that came with it.
                match unsafe { row(raw.ctx, soch_bytes::lend(key), soch_bytes::lend(value)) } {
                    SOCH_OK => Ok(()),
                    status => Err(Error::new(ErrorKind::from_status(status), "the caller ended the scan")),
                }
            }
        }
    }
}
