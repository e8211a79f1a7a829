use crate::error::{Error, ErrorKind, Result};
use sochdb_plugin_abi::*;
use std::cell::Cell;
use std::ptr::NonNull;
use std::time::Duration;

/// The limits of the call that a method is in, and where it comes from. The methods that may take long (`scan_into`,
/// `next_batch`, `commit`, `flush`, `compact`, `build`, `range_into`) ask it from time to time, at least every 10 ms, and end
/// with its error.
///
/// Any thread may ask, as long as the call lasts.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// use sochdb_plugin_sdk::Call;
///
/// fn sort_all(parts: &mut [Vec<u64>]) -> Result<()> {
///     Call::current(|call| {
///         let total = parts.len() as u64;
///         for (done, part) in (1..).zip(parts) {
///             call.go_on()?;
///             part.sort_unstable();
///             call.progress(done, total);
///         }
///         Ok(())
///     })
/// }
/// sort_all(&mut [vec![3, 1], vec![2]])?; // No host called, so there is no limit.
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// None if the caller set no limits.
    raw: Option<&'a soch_call>,
}

// SAFETY: the host promises that any thread may call its functions until the call returns, and nothing else is in it.
unsafe impl Send for Call<'_> {}
// SAFETY: as above.
unsafe impl Sync for Call<'_> {}

thread_local! {
    /// The limits of the innermost call on this thread.
    static CURRENT: Cell<Option<NonNull<soch_call>>> = const { Cell::new(None) };
}

/// Makes a call the current one of this thread, and the one before again when it is dropped.
struct Entered(Option<NonNull<soch_call>>);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.with(|current| current.set(self.0));
    }
}

impl Call<'_> {
    /// Runs `method` in the call that the host passed, or in none.
    ///
    /// # Safety
    /// `call` is NULL or the host's, until `method` returns.
    #[doc(hidden)]
    #[inline]
    pub unsafe fn within<R>(call: *const soch_call, method: impl FnOnce() -> R) -> R {
        let _entered = Entered(CURRENT.with(|current| current.replace(NonNull::new(call.cast_mut()))));
        method()
    }

    /// Lends the call that this thread is in; one without limits if there is none, or none that has limits.
    pub fn current<R>(look: impl FnOnce(Call<'_>) -> R) -> R {
        // SAFETY: `within` set it, is still running and took the host's promise.
        look(Call { raw: CURRENT.with(Cell::get).map(|call| unsafe { call.as_ref() }) })
    }

    /// Returns whether the call is to go on.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`] if the caller asked to stop, [`ErrorKind::Timeout`] after its deadline: return it as it is.
    pub fn go_on(self) -> Result<()> {
        let Some(raw) = self.raw else { return Ok(()) };
        // SAFETY: the host lends its function and its context for the call.
        match raw.go_on.map_or(SOCH_OK, |go_on| unsafe { go_on(raw.ctx) }) {
            SOCH_OK => Ok(()),
            SOCH_TIMEOUT => Err(Error::new(ErrorKind::Timeout, "the deadline of the call has passed")),
            _ => Err(Error::new(ErrorKind::Cancelled, "the caller asked to stop")),
        }
    }

    /// Returns the time to the call's deadline, zero after it; None if it has no deadline.
    #[must_use]
    pub fn remaining(self) -> Option<Duration> {
        let raw = self.raw?;
        // SAFETY: as in `go_on`.
        let left = raw.remaining_ns.map_or(u64::MAX, |remaining| unsafe { remaining(raw.ctx) });
        (left != u64::MAX).then_some(Duration::from_nanos(left))
    }

    /// Tells the caller how much of the work is done, in units of the extension's choice; a `total` of 0 is not known.
    pub fn progress(self, done: u64, total: u64) {
        if let Some((raw, progress)) = self.raw.and_then(|raw| Some((raw, raw.progress?))) {
            // SAFETY: as in `go_on`.
            unsafe { progress(raw.ctx, done, total) }
        }
    }

    /// Returns the trace and the span that made the call, as in W3C Trace Context; None if it belongs to no trace.
    #[must_use]
    pub fn trace(self) -> Option<([u8; SOCH_TRACE_ID_SIZE], [u8; SOCH_SPAN_ID_SIZE])> {
        self.raw.filter(|raw| raw.trace_id != [0; SOCH_TRACE_ID_SIZE]).map(|raw| (raw.trace_id, raw.span_id))
    }

    /// Returns the struct of the C ABI; NULL for a call without limits.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(self) -> *const soch_call {
        self.raw.map_or(std::ptr::null(), |raw| raw)
    }
}
