//! The life of an instance behind a table. Hosts and the macro use it; authors do not need it.

use crate::abi::*;
use crate::boundary::guard;
use crate::{Extension, Host};
use core::ffi::c_void;

/// What an instance pointer leads to.
struct Instance<P> {
    plugin: P,
    // Behind the plugin: it is dropped after it, also if the plugin's Drop panics.
    _tie: Tie,
}

/// Cuts the tie to the host when it goes, also on the way of a panic.
pub(crate) struct Tie(pub(crate) Option<Host>);

impl Drop for Tie {
    fn drop(&mut self) {
        if let Some(host) = &self.0 {
            host.close();
        }
    }
}

/// Makes an instance. Its tables are those of [`shims`](crate::shims), its end is [`shutdown`] and [`destroy`]. An
/// extension that is linked in has no host.
pub fn into_raw<P: Extension>(plugin: P, host: Option<Host>) -> *mut c_void {
    tied(plugin, Tie(host))
}

pub(crate) fn tied<P: Extension>(plugin: P, tie: Tie) -> *mut c_void {
    Box::into_raw(Box::new(Instance { plugin, _tie: tie })).cast()
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
    let end = || {
        // SAFETY: `instance` came from a Box in `into_raw`, and the caller promises the rest.
        drop(unsafe { Box::from_raw(instance.cast::<Instance<P>>()) });
        Ok(())
    };
    // SAFETY: NULL is allowed. A panic of the plugin's Drop ends here; there is nobody to tell.
    let _ = unsafe { guard(std::ptr::null_mut(), end) };
}
