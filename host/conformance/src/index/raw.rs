//! Searches as a plugin is asked for them, into places of the caller's with others behind them that are nobody's.

use sochdb_plugin_host::sdk::abi::{soch_search, soch_search_result, SOCH_UNSUPPORTED};
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

    /// What the first `count` places from `from` hold, unless something is written behind the caller's.
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

/// What a search writes, and what it says of that; without what the host sees to.
pub(crate) fn searched(index: &Index, raw: &soch_search) -> Result<Vec<(RowId, f32)>, Error> {
    let mut places = Places::new(raw.k);
    let mut result = soch_search_result { size: size_of::<soch_search_result>(), flags: 0, count: 0 };
    index.alone("search", |table, instance, error| {
        let Some(slot) = table.search else { return SOCH_UNSUPPORTED };
        // SAFETY: the plugin's function on its own instance, with places for `k` rows; all is lent for the call.
        unsafe { slot(instance, std::ptr::null(), raw, places.rows(), places.distances(), &mut result, error) }
    })?;
    places.written(0, result.count)
}
