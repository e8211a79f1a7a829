//! The table of a type for each kind: functions that pass what crosses to the traits, each behind the panic barrier.

mod builder;
mod compression;
mod index;
mod observability;
mod reader;
mod records;
mod storage;
mod table;
mod transaction;

use crate::machinery::barrier::guard;
use crate::machinery::boundary::slice;
use crate::*;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

macro_rules! tables {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {$(
        struct $handle<P>(PhantomData<P>);

        impl<P: $bound> $handle<P> {
            const TABLE: $table = crate::machinery::shims::$kind::table::<P>();
        }

        #[doc = concat!("The table of `P`, which is ", $what, ".")]
        pub const fn $kind<P: $bound>() -> &'static $table {
            &$handle::<P>::TABLE
        }
    )+};
}

for_each_kind!(tables);

/// The barrier of a call that may find nothing.
///
/// # Safety
/// As for [`guard`].
#[inline]
unsafe fn found(error: *mut soch_error, call: impl FnOnce() -> Result<bool>) -> soch_status {
    let mut status = SOCH_OK;
    // SAFETY: the caller promises it.
    let ended = unsafe {
        guard(error, || {
            if !call()? {
                status = SOCH_NOT_FOUND;
            }
            Ok(())
        })
    };
    if ended == SOCH_OK {
        status
    } else {
        ended
    }
}

/// The caller's array of `len` places.
///
/// # Safety
/// The caller lends `len` places at `ptr` for `'a`.
unsafe fn room<'a, T>(ptr: *mut T, len: usize) -> Result<&'a mut [MaybeUninit<T>]> {
    if len == 0 {
        return Ok(&mut []);
    }
    // SAFETY: the caller passes the host's promise on; the check is the same for a place that is written.
    unsafe {
        slice(ptr, len)?;
        Ok(std::slice::from_raw_parts_mut(ptr.cast(), len))
    }
}

/// Frees what a handle leads to, behind the barrier: there is nobody to tell of a panic.
///
/// # Safety
/// `handle` came from [`keep`] of the same type, and this comes once.
unsafe fn release<T>(handle: *mut c_void) {
    let end = || {
        // SAFETY: the caller promises it.
        drop(unsafe { Box::from_raw(handle.cast::<T>()) });
        Ok(())
    };
    // SAFETY: NULL is allowed.
    let _ = unsafe { guard(std::ptr::null_mut(), end) };
}

/// Makes a handle that leads to `value`.
fn keep<T>(value: T) -> *mut c_void {
    Box::into_raw(Box::new(value)).cast()
}
