//! Data that is lent for a call, and the places where a call puts its results.

use crate::status::soch_status;
use core::ffi::{c_char, c_void};

/// The flags of a call's options that whoever is called must understand (rule 13); it passes over the others.
pub const SOCH_OPTIONS_MUST_UNDERSTAND: u64 = 0xFFFF_FFFF;

/// Bytes lent for the call, at any address (rule 9). `ptr` may be NULL if `len` is 0. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_bytes {
    /// The first byte.
    pub ptr: *const u8,
    /// How many bytes.
    pub len: usize,
}

/// UTF-8 text lent for the call; no NUL at its end. `ptr` may be NULL if `len` is 0. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_str {
    /// The first byte.
    pub ptr: *const c_char,
    /// How many bytes.
    pub len: usize,
}

/// A name and its value: a metric's label, an event's attribute, a log line's field. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_label {
    /// The name.
    pub name: soch_str,
    /// The value.
    pub value: soch_str,
}

/// Where a call puts bytes. The caller owns it; it lives until the call returns. Frozen.
///
/// Any status of these functions but `SOCH_OK` ends the call: return it as it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_writer {
    /// The first argument of the functions below.
    pub ctx: *mut c_void,
    /// The most bytes this call may write in all. More is `SOCH_LIMIT`.
    pub limit: u64,
    /// Appends a copy of `bytes`. [exclusive]
    pub write: Option<unsafe extern "C" fn(ctx: *mut c_void, bytes: soch_bytes) -> soch_status>,
    /// Lends room for `len` bytes at the end, not initialized, until the next call on this writer.
    /// A second `reserve` replaces the first. [exclusive]
    pub reserve: Option<unsafe extern "C" fn(ctx: *mut c_void, len: usize, room: *mut *mut u8) -> soch_status>,
    /// Keeps the first `len` bytes of the reserved room. More than was reserved is `SOCH_INVALID`. [exclusive]
    pub commit: Option<unsafe extern "C" fn(ctx: *mut c_void, len: usize) -> soch_status>,
}
