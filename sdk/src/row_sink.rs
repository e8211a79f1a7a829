use crate::error::{Error, ErrorKind, Result};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;

opaque!(RowSink<'_>);

type TakeRow<'a> = dyn FnMut(&[u8], &[u8]) -> Result<()> + 'a;

/// Where a scan puts its rows.
pub struct RowSink<'a> {
    to: Sink<'a>,
}

enum Sink<'a> {
    Foreign(soch_row_sink, PhantomData<&'a mut ()>),
    Closure(&'a mut TakeRow<'a>),
}

impl<'a> RowSink<'a> {
    /// Gives each row's key and value to `take`, which must not call the storage that is scanned: it may hold its locks.
    pub fn new<F: FnMut(&[u8], &[u8]) -> Result<()> + 'a>(take: &'a mut F) -> Self {
        Self { to: Sink::Closure(take) }
    }

    /// Takes a sink from the other side.
    ///
    /// # Safety
    /// `raw` is NULL or a sink of the caller, for `'a`.
    ///
    /// # Errors
    /// NULL, or its function is.
    pub unsafe fn from_raw(raw: *const soch_row_sink) -> Result<Self> {
        // SAFETY: the caller promises it.
        let raw = unsafe { raw.as_ref() }.filter(|raw| raw.row.is_some());
        let raw = raw.ok_or_else(|| Error::invalid("the row sink is NULL or lacks its function"))?;
        Ok(Self { to: Sink::Foreign(*raw, PhantomData) })
    }

    /// Gives it one row.
    ///
    /// # Errors
    /// The caller wants no more: return it as it is.
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
