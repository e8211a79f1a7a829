//! The life of an instance behind a table. Hosts and the macro use it; authors do not need it.

use crate::error::{Error, Result};
use crate::extension::Extension;
use crate::host::Host;
use crate::machinery::barrier::guard;
use crate::machinery::panics;
use crate::metrics::Metrics;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// The value that an instance pointer leads to.
struct Instance<P> {
    plugin: P,
    tie: Tie,
    /// Whether its host was told that changes need not be alone, so that none may take it for its own from then on.
    changed_beside: AtomicBool,
}

/// The tie to what the host lent. It is cut when it goes, also on the way of a panic.
pub(crate) struct Tie {
    host: Option<Host>,
    metrics: Mutex<Option<Metrics>>,
}

impl Tie {
    pub(crate) fn to(host: Option<Host>) -> Self {
        Self { host, metrics: Mutex::new(None) }
    }
}

impl Drop for Tie {
    fn drop(&mut self) {
        if let Some(host) = &self.host {
            panics::leave(host);
            host.close();
        }
        if let Some(metrics) = self.metrics.get_mut().unwrap_or_else(PoisonError::into_inner) {
            metrics.close();
        }
    }
}

/// Makes an instance. Its tables are those of [`shims`](crate::machinery::shims), its end is [`shutdown`] and [`destroy`]. An
/// extension that is linked in has no host.
pub fn into_raw<P: Extension>(plugin: P, host: Option<Host>) -> *mut c_void {
    tied(plugin, Tie::to(host))
}

pub(crate) fn tied<P: Extension>(plugin: P, tie: Tie) -> *mut c_void {
    Box::into_raw(Box::new(Instance { plugin, tie, changed_beside: AtomicBool::new(false) })).cast()
}

/// Ties the host's metrics to the instance: they end with it.
///
/// # Safety
/// `instance` is one of `P`, and no exclusive call on it is under way.
///
/// # Errors
/// Some are lent already.
pub(crate) unsafe fn lend<P>(instance: *mut c_void, metrics: Metrics) -> Result<()> {
    // SAFETY: the caller promises it.
    let tie = unsafe { &(*instance.cast::<Instance<P>>()).tie };
    let mut lent = tie.metrics.lock().unwrap_or_else(PoisonError::into_inner);
    if lent.is_some() {
        return Err(Error::invalid("metrics were lent to this instance already"));
    }
    *lent = Some(metrics);
    Ok(())
}

/// The extension behind an instance.
///
/// # Safety
/// `instance` is one of `P`, and no exclusive call on it is under way.
#[inline]
pub unsafe fn shared<'a, P>(instance: *mut c_void) -> &'a P {
    // SAFETY: the caller promises it.
    unsafe { &(*instance.cast::<Instance<P>>()).plugin }
}

/// The extension behind an instance.
///
/// # Safety
/// `instance` is one of `P`, and no other call on it is under way.
#[inline]
pub unsafe fn exclusive<'a, P>(instance: *mut c_void) -> &'a mut P {
    // SAFETY: the caller promises it.
    unsafe { &mut (*instance.cast::<Instance<P>>()).plugin }
}

/// Notes that the host is told of concurrent changes.
///
/// # Safety
/// `instance` is one of `P`.
pub(crate) unsafe fn tell_concurrent<P>(instance: *mut c_void) {
    // SAFETY: the caller promises it; no call has this part of an instance for its own.
    unsafe { &(*instance.cast::<Instance<P>>()).changed_beside }.store(true, Relaxed);
}

/// Whether changes of the instance may be beside other calls, whatever the extension says by now.
///
/// # Safety
/// `instance` is one of `P`.
pub(crate) unsafe fn is_concurrent<P>(instance: *mut c_void) -> bool {
    // SAFETY: as for `tell_concurrent`.
    unsafe { &(*instance.cast::<Instance<P>>()).changed_beside }.load(Relaxed)
}

/// Ends the work of an instance of `P`.
///
/// # Safety
/// `instance` is one of `P`, no other call on it is under way, and it comes once.
pub unsafe extern "C" fn shutdown<P: Extension>(instance: *mut c_void, error: *mut soch_error) -> soch_status {
    // SAFETY: the caller promises it.
    unsafe { guard(error, || exclusive::<P>(instance).shutdown()) }
}

/// Frees an instance of `P`.
///
/// # Safety
/// `instance` is one of `P`, no other call on it is under way, and none follows.
pub unsafe extern "C" fn destroy<P: Extension>(instance: *mut c_void) {
    // SAFETY: `instance` came from a Box in `tied`, and the caller promises the rest.
    let mut instance = unsafe { Box::from_raw(instance.cast::<Instance<P>>()) };
    // The host hears of a panic of the plugin's Drop before the tie to it is cut.
    let tie = std::mem::replace(&mut instance.tie, Tie::to(None));
    let end = || {
        drop(instance);
        Ok(())
    };
    // SAFETY: NULL is allowed.
    let _ = unsafe { guard(std::ptr::null_mut(), end) };
    drop(tie);
}
