//! A search of an index, with everything that a caller may ask of it.

use crate::data::{soch_bytes, soch_label};
use core::ffi::c_void;

/// `soch_search.flags`: the rows must be the nearest ones, whatever that costs: no approximation.
pub const SOCH_SEARCH_EXACT: u64 = 1;
/// `soch_search.flags`: no row farther than `max_distance`.
pub const SOCH_SEARCH_WITHIN: u64 = 2;

/// `soch_search.filter`: every row.
pub const SOCH_FILTER_NONE: u32 = 0;
/// `soch_search.filter`: the rows whose bit is set in `filter_words`: row 0 is the lowest bit of the first word. Rows
/// behind the last word are not allowed.
pub const SOCH_FILTER_BITMAP: u32 = 1;
/// `soch_search.filter`: the rows that `filter_words` lists, ascending, each once.
pub const SOCH_FILTER_SORTED: u32 = 2;
/// `soch_search.filter`: the rows for which `allows` says yes.
pub const SOCH_FILTER_CALLBACK: u32 = 3;

/// A search. The caller owns it, and lends it with all that it leads to for the call. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_search {
    /// `sizeof(soch_search)` of the caller.
    pub size: usize,
    /// Some of `SOCH_SEARCH_EXACT` and `SOCH_SEARCH_WITHIN` (rule 13).
    pub flags: u64,
    /// The query.
    pub query: soch_bytes,
    /// The most rows to find. There is room for so many.
    pub k: usize,
    /// The element that `query` consists of: `SOCH_ELEMENT_BYTES` for a key as this index has them, else one of
    /// `SOCH_ELEMENT_*`, such as a text for an index that makes vectors of texts. One that the index does not take is
    /// `SOCH_UNSUPPORTED` (rule 15).
    pub element: u32,
    /// The form in which the allowed rows are given: one of `SOCH_FILTER_*` (rule 15). Only allowed rows are found: `k` of
    /// them, if there are so many. `soch_search_allows` looks at the filter in any form.
    pub filter: u32,
    /// The words of a bitmap, or row numbers.
    pub filter_words: *const u64,
    /// How many there are at `filter_words`.
    pub filter_count: usize,
    /// The first argument of `allows`.
    pub filter_ctx: *mut c_void,
    /// Returns whether the row is allowed (rule 17): the same each time, for any number. It does not call back into the instance.
    /// NULL unless `filter` is `SOCH_FILTER_CALLBACK`. [any-thread]
    pub allows: Option<unsafe extern "C" fn(ctx: *mut c_void, row: u64) -> i32>,
    /// The parameters of this search, such as `ef` or `nprobe`, with their values as text. One that the index does not
    /// know is `SOCH_UNSUPPORTED`, one with a value that it cannot have is `SOCH_INVALID`.
    pub parameters: *const soch_label,
    /// How many parameters there are.
    pub parameter_count: usize,
    /// The largest distance that a row may have, with `SOCH_SEARCH_WITHIN`. Not NaN.
    pub max_distance: f64,
}

/// `soch_search_result.flags`: the rows are the nearest ones: none that is nearer, allowed and within the distance is
/// missing.
pub const SOCH_SEARCH_IS_EXACT: u64 = 1;

/// The result of a search beside rows and distances. The caller owns it; it sets `size` and all else to 0 (rule 7). Grows
/// at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_search_result {
    /// `sizeof(soch_search_result)` of the caller: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// `SOCH_SEARCH_IS_EXACT`, or 0 if that is not known (rule 14).
    pub flags: u64,
    /// How many rows were written: at most `k`.
    pub count: usize,
}
