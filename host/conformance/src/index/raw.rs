//! Searches as a plugin is asked for them, into places of the caller's with others behind them that are nobody's.

use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_search, soch_search_result, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{Error, RowId};
use sochdb_plugin_host::Index;

/// So many places are behind those of the caller.
const BEHIND: usize = 64;
const NO_ROW: RowId = 0xA5A5_5A5A_A5A5_5A5A;
/// No distance: no answer is NaN.
const NO_DISTANCE: u32 = 0x7FC5_A5A5;

/// Places for rows and their distances, and some behind them.
pub(crate) struct Places {
    count: usize,
    rows: Vec<RowId>,
    distances: Vec<f32>,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        let all = count + BEHIND;
        Self { count, rows: vec![NO_ROW; all], distances: vec![f32::from_bits(NO_DISTANCE); all] }
    }

    pub(crate) fn rows(&mut self) -> *mut RowId {
        self.rows.as_mut_ptr()
    }

    pub(crate) fn distances(&mut self) -> *mut f32 {
        self.distances.as_mut_ptr()
    }

    /// The rows in the first `count` places from `from`, unless something is written behind the caller's.
    pub(crate) fn written(&self, from: usize, count: usize) -> Result<Vec<(RowId, f32)>, Error> {
        let rows = self.rows[self.count..].iter().all(|row| *row == NO_ROW);
        let distances = self.distances[self.count..].iter().all(|distance| distance.to_bits() == NO_DISTANCE);
        if !rows || !distances || from + count > self.count {
            return Err(Error::failed(format!(
                "it writes behind the {} places of the caller, or counts {count} rows of place {from} on; it writes at most `k`",
                self.count
            )));
        }
        Ok(self.rows.iter().copied().zip(self.distances.iter().copied()).skip(from).take(count).collect())
    }
}

/// Calls `search`, and returns the rows that are written, which the host did not look at.
pub(crate) fn searched(index: &Index, raw: &soch_search) -> Result<Vec<(RowId, f32)>, Error> {
    let mut result = soch_search_result { size: size_of::<soch_search_result>(), flags: 0, count: 0 };
    // SAFETY: both are whole, and have their own sizes.
    unsafe { searched_into(index, raw, &raw mut result) }
}

/// Does the same with a result of the caller's.
///
/// # Safety
/// As many bytes are at `raw` and at `result` as their `size` says, with what the search leads to.
pub(crate) unsafe fn searched_into(
    index: &Index,
    raw: *const soch_search,
    result: *mut soch_search_result,
) -> Result<Vec<(RowId, f32)>, Error> {
    // SAFETY: the caller's promise.
    let mut places = Places::new(unsafe { (*raw).k });
    index.alone("search", |table, instance, error| {
        let Some(slot) = table.search else { return SOCH_UNSUPPORTED };
        // SAFETY: the plugin's function on its own instance, with places for `k` rows; all is lent for the call.
        unsafe { slot(instance, std::ptr::null(), raw, places.rows(), places.distances(), result, error) }
    })?;
    // SAFETY: as above.
    places.written(0, unsafe { (*result).count })
}

/// Calls `nearest`, and returns the rows that are written.
pub(crate) fn nearest(index: &Index, query: &[u8], k: usize) -> Result<Vec<(RowId, f32)>, Error> {
    let (mut places, mut count) = (Places::new(k), 0);
    index.alone("nearest", |table, instance, error| {
        let Some(slot) = table.nearest else { return SOCH_UNSUPPORTED };
        let query = soch_bytes::lend(query);
        // SAFETY: as for a search.
        unsafe { slot(instance, query, k, places.rows(), places.distances(), &raw mut count, error) }
    })?;
    places.written(0, count)
}

/// Calls `nearest_batch`, and returns the rows that are written for each query.
pub(crate) fn nearest_batch(index: &Index, queries: &[&[u8]], k: usize) -> Result<Vec<Vec<(RowId, f32)>>, Error> {
    let lent: Vec<soch_bytes> = queries.iter().map(|query| soch_bytes::lend(query)).collect();
    let (mut places, mut counts) = (Places::new(k * lent.len()), vec![0; lent.len()]);
    index.alone("nearest_batch", |table, instance, error| {
        let Some(slot) = table.nearest_batch else { return SOCH_UNSUPPORTED };
        let (rows, distances, counts) = (places.rows(), places.distances(), counts.as_mut_ptr());
        // SAFETY: as for a search, with `k` places and one count for each query.
        unsafe { slot(instance, std::ptr::null(), lent.as_ptr(), lent.len(), k, rows, distances, counts, error) }
    })?;
    counts.iter().enumerate().map(|(at, count)| places.written(at * k, *count)).collect()
}
