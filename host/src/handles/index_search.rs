//! A search of an index, with all that a caller may ask of it.

use crate::handles::index::Index;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::search::with_raw_search;
use sochdb_plugin_sdk::{ErrorKind, Exactness, IndexExtension, KeyElement, Neighbors, Result, Search};
use std::mem::size_of;

impl Index {
    /// Refuses what the index does not take, and passes the rest on.
    pub(crate) fn search_for(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        let mut search = *search;
        if search.element == self.instance.described.index.element {
            // The plugin need not ask whether it is that of its own keys.
            search.element = KeyElement::Bytes;
        }
        if search.max_distance.is_some_and(f64::is_nan) {
            let text = "`search`: the largest distance is not a number".to_owned();
            return Err(self.instance.error_in("search", ErrorKind::Invalid, text));
        }
        if search.element == KeyElement::Bytes {
            self.instance.takes_indexed("search", search.query)?;
        }
        self.instance.takes_neighbors("search", search.k)?;
        if self.table.search.is_some() {
            return self.search_by_slot(&search, neighbors);
        }
        search.by_nearest(neighbors, |query, k, neighbors| self.nearest_into(query, k, neighbors))
    }

    /// Calls the plugin, and sees to it that it gives no row that the search does not allow.
    pub(crate) fn search_by_slot(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        let slot = self.table.search.expect("the caller saw that it is there");
        let mut result = soch_search_result { size: size_of::<soch_search_result>(), flags: 0, count: 0 };
        let (limits, mut asked) = (self.instance.limits_of_call("search")?, 0);
        let filled = neighbors.fill(|rows, distances, room| {
            asked = search.k.min(room);
            with_raw_search(&search.for_at_most(asked), |raw| {
                // SAFETY: the plugin's function; all is lent for the call, and there is room for `k` rows.
                let call =
                    |instance, error| unsafe { slot(instance, limits, raw, rows, distances, &mut result, error) };
                self.done("search", self.instance.shared("search", call))?;
                Ok(result.count.min(asked))
            })
        });
        filled?;
        if result.count > asked {
            return Err(self.too_many("search", result.count, asked));
        }
        let wrong = |&(row, distance): &(u64, f32)| !search.rows.contains(row) || !search.keeps(distance);
        let found = neighbors.iter().find(wrong);
        if let Some((row, distance)) = found {
            neighbors.keep_while(|_, _| false);
            let how = if search.rows.contains(row) {
                format!("found row {row} at {distance}, farther than the search allows")
            } else {
                format!("found row {row}, which the search does not allow")
            };
            return Err(self.instance.contract_violation("search", &how));
        }
        Ok(if result.flags & SOCH_SEARCH_IS_EXACT != 0 { Exactness::Exact } else { Exactness::Approximate })
    }
}
