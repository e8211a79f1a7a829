//! The limits of calls that may take long, as their caller sets them and as the plugin asks for them.

use crate::instance::Instance;
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{Call, ErrorKind, Result};
use std::any::Any;
use std::fmt;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A wish to stop that any thread can make. Clones share it; it cannot be taken back.
///
/// ```
/// use sochdb_plugin_host::CancelToken;
///
/// let cancel = CancelToken::new();
/// cancel.clone().cancel();
/// assert!(cancel.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Makes a token that nobody cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the calls that have this token to stop. They end when the plugin next asks: a good one does within 50 ms.
    pub fn cancel(&self) {
        self.0.store(true, Relaxed);
    }

    /// Returns whether somebody asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Relaxed)
    }
}

type Progress = dyn Fn(u64, u64) + Send + Sync;

/// The limits of the calls that a scope makes: of those that may take long (scans, walks, commits, flushes, builds), each tells
/// its plugin. One whose time is over before it begins does not reach the plugin.
///
/// A scope inside of another one keeps the limits of both.
///
/// ```
/// use sochdb_plugin_host::sdk::StorageExtension;
/// use sochdb_plugin_host::{CallOptions, CancelToken, Storage};
/// use std::time::Duration;
#[doc = include_str!("../handles/memory_storage.example")]
/// let storage = Storage::new(Memory::default())?;
/// let cancel = CancelToken::new();
/// let options = CallOptions::new().with_timeout(Duration::from_secs(10)).with_cancel(&cancel);
/// options.run(|| storage.compact())?;
///
/// cancel.cancel();
/// let error = options.run(|| storage.compact()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Cancelled);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    timeout: Option<Duration>,
    cancel: Option<CancelToken>,
    progress: Option<Arc<Progress>>,
    trace_id: [u8; SOCH_TRACE_ID_SIZE],
    span_id: [u8; SOCH_SPAN_ID_SIZE],
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallOptions").field("timeout", &self.timeout).field("cancel", &self.cancel).finish()
    }
}

impl CallOptions {
    /// Makes options without any limit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a deadline, `timeout` after the begin of a scope.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// The same with a token that stops the calls.
    #[must_use]
    pub fn with_cancel(self, cancel: &CancelToken) -> Self {
        Self { cancel: Some(cancel.clone()), ..self }
    }

    /// The same with `progress`, which learns how much of a call's work is done, and of how much; 0 is not known. The plugin
    /// calls it from any of its threads. Its panic ends the scope once the calls have returned.
    #[must_use]
    pub fn with_progress(self, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        Self { progress: Some(Arc::new(progress)), ..self }
    }

    /// The same as part of a trace: the trace and the span that makes the calls, as in W3C Trace Context.
    #[must_use]
    pub fn with_trace(self, trace_id: [u8; SOCH_TRACE_ID_SIZE], span_id: [u8; SOCH_SPAN_ID_SIZE]) -> Self {
        Self { trace_id, span_id, ..self }
    }

    /// Runs `calls` on this thread with these limits.
    pub fn run<R>(&self, calls: impl FnOnce() -> R) -> R {
        Call::current(|outer| {
            let deadline = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
            let scope = Scope { options: self, deadline, panicked: Mutex::new(None), outer };
            let own_trace = (self.trace_id, self.span_id);
            let is_own = self.trace_id != [0; SOCH_TRACE_ID_SIZE];
            let (trace_id, span_id) = if is_own { own_trace } else { outer.trace().unwrap_or(own_trace) };
            let raw = soch_call {
                size: size_of::<soch_call>(),
                ctx: (&raw const scope).cast_mut().cast(),
                trace_id,
                span_id,
                go_on: Some(go_on),
                remaining_ns: Some(remaining_ns),
                progress: Some(progress),
            };
            // SAFETY: the scope that it leads to lasts until the calls have returned.
            let result = unsafe { Call::within(&raw, calls) };
            if let Some(payload) = scope.panicked.into_inner() {
                resume_unwind(payload);
            }
            result
        })
    }
}

struct Scope<'a> {
    options: &'a CallOptions,
    deadline: Option<Instant>,
    /// A panic of `progress`, for who made the calls.
    panicked: Mutex<Option<Box<dyn Any + Send>>>,
    /// The call that the scope is in itself.
    outer: Call<'a>,
}

impl Scope<'_> {
    /// # Safety
    /// `ctx` is that of a `soch_call` whose scope lasts.
    unsafe fn of<'a>(ctx: *mut c_void) -> &'a Self {
        // SAFETY: `run` put it there.
        unsafe { &*ctx.cast::<Self>() }
    }
}

unsafe extern "C" fn go_on(ctx: *mut c_void) -> soch_status {
    // SAFETY: the plugin passes the context of its call, which lasts.
    let scope = unsafe { Scope::of(ctx) };
    if scope.options.cancel.as_ref().is_some_and(CancelToken::is_cancelled) || scope.panicked.lock().is_some() {
        return SOCH_CANCELLED;
    }
    if scope.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        return SOCH_TIMEOUT;
    }
    match scope.outer.go_on() {
        Ok(()) => SOCH_OK,
        Err(error) if error.kind() == ErrorKind::Timeout => SOCH_TIMEOUT,
        Err(_) => SOCH_CANCELLED,
    }
}

unsafe extern "C" fn remaining_ns(ctx: *mut c_void) -> u64 {
    // SAFETY: as in `go_on`.
    let scope = unsafe { Scope::of(ctx) };
    let own = scope.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let left = own.into_iter().chain(scope.outer.remaining()).min();
    // The largest number means that there is no deadline.
    left.map_or(u64::MAX, |left| u64::try_from(left.as_nanos()).unwrap_or(u64::MAX).min(u64::MAX - 1))
}

unsafe extern "C" fn progress(ctx: *mut c_void, done: u64, total: u64) {
    // SAFETY: as in `go_on`.
    let scope = unsafe { Scope::of(ctx) };
    match &scope.options.progress {
        Some(tell) => {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| tell(done, total))) {
                scope.panicked.lock().get_or_insert(payload);
            }
        }
        None => scope.outer.progress(done, total),
    }
}

impl Instance {
    /// The limits of the call of this slot that is about to begin or under way, for the plugin.
    ///
    /// # Errors
    /// It is not to go on.
    pub(crate) fn limits_of_call(&self, slot: &str) -> Result<*const soch_call> {
        Call::current(|call| match call.go_on() {
            Ok(()) => Ok(call.as_raw()),
            Err(error) => Err(self.error_in(slot, error.kind(), format!("`{slot}`: {}", error.message()))),
        })
    }
}
