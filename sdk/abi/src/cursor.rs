//! What a cursor walks over, and how.

use crate::data::soch_bytes;

/// `soch_cursor_options.flags`: in descending order of key.
pub const SOCH_CURSOR_REVERSE: u64 = 1;
/// `soch_cursor_options.flags`: values are not looked at, and may be lent as empty.
pub const SOCH_CURSOR_KEYS_ONLY: u64 = 4294967296;

/// The wishes of whoever opens a cursor. The host owns it; it and its keys live for the call. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_cursor_options {
    /// `sizeof(soch_cursor_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
    pub size: usize,
    /// Some of `SOCH_CURSOR_*` (rule 13).
    pub flags: u64,
    /// The first key that may be among the rows.
    pub start: soch_bytes,
    /// The key before which the rows end. Empty means: at the end of the table. All keys with a prefix are the range from the
    /// prefix to the next one of its length, so that an engine with a filter of prefixes sees there that it may use it.
    pub end: soch_bytes,
}
