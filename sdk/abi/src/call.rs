//! The limits of a call that may take long.

use crate::status::soch_status;
use core::ffi::c_void;

/// Bytes of the id of a trace, as in W3C Trace Context.
pub const SOCH_TRACE_ID_SIZE: usize = 16;
/// Bytes of the id of a span.
pub const SOCH_SPAN_ID_SIZE: usize = 8;

/// The limits of one call that may take long, and where it comes from. The host owns it; it lives until the call returns,
/// and every function is there. A slot that takes one gets NULL from a caller without limits: `soch_go_on` answers for
/// both. Grows at its end.
///
/// A plugin asks `go_on` from time to time, at least every 10 ms, and ends the call with what it answers; until it does, the
/// call goes on. What a caller reads is the same before and after a call that ended so, unless the slot says that a part may
/// stay, as `change_batch` and `build_add` do. A slot without one is never cancelled, as it ends soon by itself: `get`,
/// `put`, `nearest` and the like do the work of one row or one query, `compress` and `decompress` of one input, whose size
/// the caller chooses; `begin_txn` and `txn_put` wait no longer than `wait_ms` says; `open_cursor` leaves the walk to
/// `cursor_next`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_call {
    /// `sizeof(soch_call)` of the host.
    pub size: usize,
    /// The first argument of the functions below.
    pub ctx: *mut c_void,
    /// The trace that the call belongs to, as in W3C Trace Context; all 0 for none.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))] // As in `soch_error`.
    pub trace_id: [u8; SOCH_TRACE_ID_SIZE],
    /// The span that made the call; all 0 for none.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub span_id: [u8; SOCH_SPAN_ID_SIZE],
    /// Whether the call is to go on. `SOCH_CANCELLED` if the caller asked to stop, `SOCH_TIMEOUT` after its deadline: return
    /// that as it is. [any-thread]
    pub go_on: Option<unsafe extern "C" fn(ctx: *mut c_void) -> soch_status>,
    /// Nanoseconds to the deadline: 0 after it, `UINT64_MAX` if there is none. [any-thread]
    pub remaining_ns: Option<unsafe extern "C" fn(ctx: *mut c_void) -> u64>,
    /// Tells the caller how much of the call's work is done, in units of the plugin's choice; a `total` of 0 is not known.
    /// [any-thread]
    pub progress: Option<unsafe extern "C" fn(ctx: *mut c_void, done: u64, total: u64)>,
}
