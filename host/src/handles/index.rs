use crate::handles::macros::{handle, slot};
use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::{
    ColumnId, Error, ErrorKind, Exactness, Extension, ExtensionCapability, IndexBuilder, IndexChange, IndexExtension,
    IndexProperties, NeighborLists, Neighbors, Result, RowId, RowIds, Search, TableId, Writer,
};
use std::sync::Arc;

handle! {
    /// A handle of an index, loaded or linked in. A change of the index waits for the calls under way, and they for it,
    /// unless the index describes concurrent changes; be that so or not, `insert_concurrently` and its like make the change
    /// that `insert` makes, by a handle that others use meanwhile.
    ///
    /// ```
    /// use sochdb_plugin_host::Index;
    #[doc = include_str!("pair_index.example")]
    /// let mut index = Index::new(Pairs::default())?;
    /// index.insert(b"green", 7)?;
    /// assert_eq!(index.lookup(b"green")?, [7]);
    /// # Ok::<(), Error>(())
    /// ```
    Index: IndexExtension, index, soch_index, Index
}

impl Index {
    /// The entries in the form of the C ABI, which borrows their keys.
    pub(crate) fn lend_entries(entries: &[(RowId, &[u8])]) -> Vec<soch_index_entry> {
        entries.iter().map(|(row, key)| soch_index_entry { row: *row, key: soch_bytes::lend(key) }).collect()
    }

    /// The error of a slot that the plugin does not have.
    pub(crate) fn lacks(&self, slot: &str) -> Error {
        self.instance.error_in(slot, ErrorKind::Unsupported, format!("`{slot}` is not there"))
    }

    /// Runs a slot that makes these changes: alone, unless the plugin says that it need not be.
    pub(crate) fn change(
        &self,
        slot: &'static str,
        changes: &[IndexChange<'_>],
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        // Nobody changes what is on its way to the next index.
        let _still = self.instance.changes(slot)?;
        let (journal, limit) = (&self.instance.succession.journal, self.instance.limits.output);
        // Within the call, so that the journal has the order in which they were made.
        let noted = |instance: *mut c_void, error: *mut soch_error| {
            let status = call(instance, error);
            match status {
                SOCH_OK | SOCH_NOT_FOUND => journal.note(changes, limit),
                _ if changes.len() == 1 => {}
                _ => journal.lose("changes of a batch that failed meanwhile may have been made in part"),
            }
            status
        };
        if self.instance.described.index.concurrent_changes {
            self.instance.shared(slot, noted)
        } else {
            self.instance.exclusive(slot, noted)
        }
    }

    /// Runs a slot that changes all of the index.
    pub(crate) fn change_whole(&self, slot: &'static str, run: impl FnOnce(&Instance) -> Result<bool>) -> Result<bool> {
        let _still = self.instance.changes(slot)?;
        let changed = run(&self.instance);
        if !changed.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unsupported) {
            self.instance.succession.journal.lose("all of it was replaced by another caller meanwhile");
        }
        changed
    }

    /// Runs a slot that fills `rows`, and returns how many there are in all.
    fn find(
        &self,
        slot: &'static str,
        rows: &mut RowIds<'_>,
        call: impl FnOnce(*mut c_void, *mut RowId, usize, *mut usize, *mut soch_error) -> soch_status,
    ) -> Result<usize> {
        let mut count = 0;
        rows.fill(|places, capacity| {
            let found =
                self.instance.shared(slot, |instance, error| call(instance, places, capacity, &mut count, error))?;
            if count as u64 > self.instance.limits.output / size_of::<RowId>() as u64 {
                let limit = self.instance.limits.output;
                let message =
                    format!("`{slot}` found {count} rows: their numbers are above the limit of {limit} bytes");
                return Err(self.instance.error_in(slot, ErrorKind::Limit, message));
            }
            Ok(if found { count } else { 0 })
        })?;
        Ok(count)
    }
}

impl Index {
    /// The error of a plugin that found more than it was asked for.
    pub(crate) fn too_many(&self, slot: &str, count: usize, asked: usize) -> Error {
        self.instance.contract_violation(slot, &format!("returned {count} neighbours where {asked} were asked for"))
    }
}

impl IndexExtension for Index {
    fn index_type(&self) -> &str {
        &self.instance.index_type
    }

    fn build(&mut self, table: TableId, column: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        let build = slot!(self.table.build);
        entries.iter().try_for_each(|(_, key)| self.instance.takes_indexed("build", key))?;
        let raw = Self::lend_entries(entries);
        let limits = self.instance.limits_of_call("build")?;
        // SAFETY: the plugin's function on an instance that the gate keeps alone; all is lent for the call.
        let call = |instance, error| unsafe { build(instance, limits, table, column, raw.as_ptr(), raw.len(), error) };
        let built = self.change_whole("build", |instance| instance.exclusive_build("build", call));
        let built = match self.done("build", built) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                self.build_by_one_part(table, column, entries, error)
            }
            built => built,
        };
        self.or_next(built, |next| next.build(table, column, entries))
    }

    fn insert_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        let insert = slot!(self.table.insert);
        self.instance.takes_indexed("insert", key)?;
        // SAFETY: the plugin's function, which is alone if it must be; all is lent for the call.
        let call = |instance, error| unsafe { insert(instance, soch_bytes::lend(key), row, error) };
        self.or_next(self.done("insert", self.change("insert", &[IndexChange::Insert { key, row }], call)), |next| {
            next.insert_concurrently(key, row)
        })
    }

    fn delete_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        let remove = slot!(self.table.remove);
        self.instance.takes_indexed("remove", key)?;
        // SAFETY: as for `insert`.
        let call = |instance, error| unsafe { remove(instance, soch_bytes::lend(key), row, error) };
        self.or_next(self.change("remove", &[IndexChange::Delete { key, row }], call).map(drop), |next| {
            next.delete_concurrently(key, row)
        })
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        let lookup = slot!(self.table.lookup);
        self.instance.takes_indexed("lookup", key)?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, places, capacity, count, error| unsafe {
            lookup(instance, soch_bytes::lend(key), places, capacity, count, error)
        };
        self.or_next(self.find("lookup", rows, call).map(drop), |next| next.lookup_into(key, rows))
    }

    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()> {
        let range = slot!(self.table.range);
        let (low, high) = (soch_bytes::lend(start), soch_bytes::lend(end));
        let limits = self.instance.limits_of_call("range")?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, places, capacity, count, error| unsafe {
            range(instance, limits, low, high, limit as u64, places, capacity, count, error)
        };
        let found = self.find("range", rows, call).and_then(|count| match count {
            count if count <= limit => Ok(()),
            count => {
                Err(self.instance.contract_violation("range", &format!("found {count} rows with a limit of {limit}")))
            }
        });
        self.or_next(found, |next| next.range_into(start, end, limit, rows))
    }

    fn describe(&self) -> IndexProperties {
        self.instance.described.index
    }

    fn size_bytes(&self) -> Result<u64> {
        let size_bytes = slot!(self.table.size_bytes);
        let mut bytes = 0;
        // SAFETY: the plugin's function, with a place for the result.
        let call = |instance, error| unsafe { size_bytes(instance, &mut bytes, error) };
        let done = self.done("size_bytes", self.instance.shared("size_bytes", call));
        self.or_next(done.map(|()| bytes), |next| next.size_bytes())
    }

    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
        let nearest = slot!(self.table.nearest);
        self.instance.takes_indexed("nearest", query)?;
        self.instance.takes_neighbors("nearest", k)?;
        let (mut count, mut asked) = (0, 0);
        let result = neighbors.fill(|rows, distances, room| {
            asked = k.min(room);
            // SAFETY: the plugin's function; all is lent for the call.
            let call = |instance, error| unsafe {
                nearest(instance, soch_bytes::lend(query), asked, rows, distances, &mut count, error)
            };
            Ok(if self.instance.shared("nearest", call)? { count } else { 0 })
        });
        if count > asked {
            return Err(self.too_many("nearest", count, asked));
        }
        let found = match result {
            Err(error) if error.kind() == ErrorKind::Unsupported && self.table.search.is_some() => {
                self.search_by_slot(&Search::new(query, k), neighbors).map(drop)
            }
            result => result,
        };
        self.or_next(found, |next| next.nearest_into(query, k, neighbors))
    }

    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        self.or_next(self.search_for(search, neighbors), |next| next.search_into(search, neighbors))
    }

    fn save_into(&self, watermark: u64, output: &mut Writer<'_>) -> Result<()> {
        let Some(save) = self.table.save else { return Err(self.lacks("save")) };
        let limits = self.instance.limits_of_call("save")?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { save(instance, limits, watermark, writer, error) };
        let done = self.done("save", self.instance.forwarding("save", output, call));
        self.or_next(done, |next| next.save_into(watermark, output))
    }

    fn load_from(&mut self, saved: &[u8]) -> Result<u64> {
        let Some(load) = self.table.load else { return Err(self.lacks("load")) };
        let limits = self.instance.limits_of_call("load")?;
        let mut watermark = 0;
        // SAFETY: the plugin's function on an instance that the gate keeps alone; all is lent for the call.
        let call = |instance, error| unsafe { load(instance, limits, soch_bytes::lend(saved), &mut watermark, error) };
        let loaded = self.change_whole("load", |instance| instance.exclusive_build("load", call));
        self.or_next(self.done("load", loaded).map(|()| watermark), |next| next.load_from(saved))
    }

    fn flush(&self, watermark: u64) -> Result<()> {
        let Some(flush_index) = self.table.flush_index else { return Ok(()) };
        let limits = self.instance.limits_of_call("flush_index")?;
        // SAFETY: the plugin's function; the limits are lent for the call.
        let call = |instance, error| unsafe { flush_index(instance, limits, watermark, error) };
        let done = self.done("flush_index", self.instance.shared("flush_index", call));
        self.or_next(done, |next| next.flush(watermark))
    }

    fn flushed(&self) -> Result<u64> {
        let Some(flushed) = self.table.flushed else { return Ok(0) };
        let mut watermark = 0;
        // SAFETY: the plugin's function, with a place for the result.
        let call = |instance, error| unsafe { flushed(instance, &mut watermark, error) };
        let done = self.done("flushed", self.instance.shared("flushed", call));
        self.or_next(done.map(|()| watermark), |next| next.flushed())
    }

    fn change_batch(&mut self, changes: &[IndexChange<'_>]) -> Result<()> {
        self.change_batch_concurrently(changes)
    }

    fn change_batch_concurrently(&self, changes: &[IndexChange<'_>]) -> Result<()> {
        let changed = self.change_all(changes);
        self.or_next(changed, |next| next.change_batch_concurrently(changes))
    }

    fn begin_build(&self, table: TableId, column: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Index::begin_build(self, table, column).map(|builder| Box::new(builder) as Box<dyn IndexBuilder>)
    }

    fn finish_build(&mut self, builder: Box<dyn IndexBuilder>) -> Result<()> {
        self.finish_own(builder)
    }

    /// Removes all that the index keeps, and ends it: every later call is refused, as after a shutdown. One that is
    /// unsupported changes nothing, and the index goes on.
    fn drop_index(&mut self) -> Result<()> {
        let drop_index = slot!(self.table.drop_index);
        let limits = self.instance.limits_of_call("drop_index")?;
        // SAFETY: the plugin's function on an instance that the gate keeps alone; the limits are lent for the call.
        let call = |instance, error| unsafe { drop_index(instance, limits, error) };
        let dropped = self.change_whole("drop_index", |instance| instance.exclusive_and_last("drop_index", call));
        self.or_next(self.done("drop_index", dropped), |next| next.drop_index())
    }

    fn save(&self, watermark: u64) -> Result<Vec<u8>> {
        let Some(save) = self.table.save else { return Err(self.lacks("save")) };
        let (limits, mut saved) = (self.instance.limits_of_call("save")?, Vec::new());
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { save(instance, limits, watermark, writer, error) };
        let done = self.done("save", self.instance.writing("save", &mut saved, call));
        self.or_next(done.map(|()| saved), |next| next.save(watermark))
    }

    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
        let one_by_one = |lists: &mut NeighborLists<'_>| {
            lists.each(queries, |query, neighbors| self.nearest_into(query, k, neighbors))
        };
        let Some(nearest_batch) = self.table.nearest_batch else { return one_by_one(lists) };
        queries.iter().try_for_each(|query| self.instance.takes_indexed("nearest_batch", query))?;
        self.instance.takes_neighbors("nearest_batch", k)?;
        let limits = self.instance.limits_of_call("nearest_batch")?;
        let raw: Vec<soch_bytes> = queries.iter().map(|query| soch_bytes::lend(query)).collect();
        let filled = lists.fill(raw.len(), k, |rows, distances, counts, k| {
            // SAFETY: the plugin's function; all is lent for the call.
            let call = |instance, error| unsafe {
                let (first, each) = (raw.as_ptr(), counts.as_mut_ptr());
                nearest_batch(instance, limits, first, raw.len(), k, rows, distances, each, error)
            };
            self.done("nearest_batch", self.instance.shared("nearest_batch", call))?;
            match counts.iter().enumerate().find(|(_, count)| **count > k) {
                None => Ok(()),
                Some((query, count)) => {
                    let how = format!("returned {count} neighbours of query {query} where {k} were asked for");
                    Err(self.instance.contract_violation("nearest_batch", &how))
                }
            }
        });
        match filled {
            Err(error) if error.kind() == ErrorKind::Unsupported && self.table.search.is_some() => one_by_one(lists),
            filled => self.or_next(filled, |next| next.nearest_batch_into(queries, k, lists)),
        }
    }
}
