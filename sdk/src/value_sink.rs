use crate::error::{Error, ErrorKind, Result};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;

opaque!(ValueSink<'_>);

type TakeValue<'a> = dyn FnMut(usize, &[u8]) -> Result<()> + 'a;

/// A taker of the values that [`StorageExtension::multi_get_into`](crate::StorageExtension::multi_get_into) finds, one at a
/// time.
///
/// ```
/// use sochdb_plugin_sdk::{Error, ErrorKind, ValueSink};
///
/// let mut found = [None, None];
/// let mut take = |at: usize, value: &[u8]| {
///     let place = found.get_mut(at).ok_or_else(|| Error::new(ErrorKind::Limit, "only two keys were asked for"))?;
///     *place = Some(value.to_vec());
///     Ok(())
/// };
/// let mut values = ValueSink::new(&mut take);
/// assert!(values.push(1, b"of the second key").is_ok());
/// assert_eq!(values.push(2, b"of no key").unwrap_err().kind(), ErrorKind::Limit);
/// ```
pub struct ValueSink<'a> {
    to: Sink<'a>,
}

enum Sink<'a> {
    Foreign(soch_value_sink, PhantomData<&'a mut ()>),
    Closure(&'a mut TakeValue<'a>),
}

impl<'a> ValueSink<'a> {
    /// Makes a sink that gives the place of each key that was found, from 0 on, and its value to `take`. An error of `take`
    /// ends the call. `take` must not call the storage, which may hold its locks.
    pub fn new<F: FnMut(usize, &[u8]) -> Result<()> + 'a>(take: &'a mut F) -> Self {
        Self { to: Sink::Closure(take) }
    }

    /// Makes a sink from one of the C ABI.
    ///
    /// # Safety
    /// `raw` is NULL or a sink of the caller, for `'a`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if `raw` or its function is NULL.
    pub unsafe fn from_raw(raw: *const soch_value_sink) -> Result<Self> {
        // SAFETY: the caller promises it.
        let raw = unsafe { raw.as_ref() }.filter(|raw| raw.value.is_some());
        let raw = raw.ok_or_else(|| Error::invalid("the value sink is NULL or lacks its function"))?;
        Ok(Self { to: Sink::Foreign(*raw, PhantomData) })
    }

    /// Gives the sink the value of the key at place `at`, from 0 on, lent for this call.
    ///
    /// # Errors
    /// What ends the call, as the caller wants no more values: return it as it is.
    pub fn push(&mut self, at: usize, value: &[u8]) -> Result<()> {
        match &mut self.to {
            Sink::Closure(take) => take(at, value),
            Sink::Foreign(raw, _) => {
                let take = raw.value.expect("checked in from_raw");
                // SAFETY: the caller's function, with the context that came with it.
                match unsafe { take(raw.ctx, at, soch_bytes::lend(value)) } {
                    SOCH_OK => Ok(()),
                    status => Err(Error::new(ErrorKind::from_status(status), "the caller wants no more values")),
                }
            }
        }
    }
}
