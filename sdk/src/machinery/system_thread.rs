//! Threads as the system knows them. `std` could do both, for a tenth of a plugin's size and without the names of the host's
//! threads.

use core::ffi::c_void;
#[cfg(unix)]
use core::ffi::{c_char, c_int, CStr};

pub(crate) type Start = extern "C" fn(*mut c_void) -> *mut c_void;

/// The room that a name takes at most, with its NUL.
#[cfg(unix)]
const NAME: usize = 64;

#[cfg(unix)]
extern "C" {
    fn pthread_create(thread: *mut usize, attributes: *const c_void, start: Start, argument: *mut c_void) -> c_int;
    fn pthread_detach(thread: usize) -> c_int;
    fn pthread_self() -> usize;
    fn pthread_getname_np(thread: usize, name: *mut c_char, size: usize) -> c_int;
}

/// Runs `start` on a new thread. False if there is none to be had.
#[cfg(unix)]
pub(crate) fn start(start: Start) -> bool {
    let mut thread = 0;
    // SAFETY: the place is ours, the attributes may be NULL, and `start` takes no argument.
    unsafe {
        let failed = pthread_create(&mut thread, std::ptr::null(), start, std::ptr::null_mut());
        failed == 0 && pthread_detach(thread) == 0
    }
}

#[cfg(not(unix))]
pub(crate) fn start(_: Start) -> bool {
    false
}

/// The name of the calling thread; empty if it has none that is text.
#[cfg(unix)]
pub(crate) fn name() -> String {
    let mut name = [0; NAME];
    // SAFETY: the place has the size that is given; what is written there ends in NUL.
    let failed = unsafe { pthread_getname_np(pthread_self(), name.as_mut_ptr(), name.len()) };
    if failed != 0 {
        return String::new();
    }
    // SAFETY: it ends in NUL, at the latest where it did before.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    name.to_str().unwrap_or_default().to_owned()
}

#[cfg(not(unix))]
pub(crate) fn name() -> String {
    String::new()
}
