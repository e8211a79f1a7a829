use crate::call::Call;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::extension::Extension;
use crate::ids::{ColumnId, RowId, TableId};
use crate::index_builder::IndexBuilder;
use crate::index_change::IndexChange;
use crate::neighbor_lists::NeighborLists;
use crate::neighbors::{Neighbors, RowIds};
use crate::properties::index::IndexProperties;
use crate::search::{Exactness, Found, Search};
use crate::vec_writer::VecWriter;
use crate::writer::Writer;

/// An index over one column. Several rows may have one key, and one row several keys.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// # use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
///
/// /// Pairs of key and row, without an order.
/// #[derive(Default)]
/// struct Pairs(Vec<(Vec<u8>, RowId)>);
/// # impl Extension for Pairs {
/// #     fn info(&self) -> ExtensionInfo { extension_info!() }
/// # }
///
/// impl IndexExtension for Pairs {
///     fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
///         self.delete(key, row)?;
///         self.0.push((key.to_vec(), row));
///         Ok(())
///     }
///     fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
///         self.0.retain(|(have, other)| have != key || *other != row);
///         Ok(())
///     }
///     fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
///         let mut found: Vec<RowId> = self.0.iter().filter(|(have, _)| have == key).map(|(_, row)| *row).collect();
///         found.sort_unstable();
///         found.into_iter().for_each(|row| rows.push(row));
///         Ok(())
///     }
///     fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<()> {
///         Err(Error::unsupported("range"))
///     }
///     // And `index_type`, `build` and `size_bytes`.
/// #     fn index_type(&self) -> &str { "pairs" }
/// #     fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
/// #         self.0.clear();
/// #         entries.iter().try_for_each(|(row, key)| self.insert(key, *row))
/// #     }
/// #     fn size_bytes(&self) -> Result<u64> { Ok(self.0.iter().map(|(key, _)| key.len() as u64 + 32).sum()) }
/// }
/// let mut index = Pairs::default();
/// index.build(1, 2, &[(8, b"red"), (7, b"red"), (9, b"blue")])?;
/// assert_eq!(index.lookup(b"red")?, [7, 8]);
/// # Ok::<(), Error>(())
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `index`",
        label = "it does not implement `IndexExtension`",
        note = "write `impl IndexExtension for {Self}`, or leave `index` out of the kinds in `export_plugin!`"
    )
)]
pub trait IndexExtension: Extension {
    /// Returns the kind of index, such as `hnsw`, `learned`, `btree`: 1 to 63 of `A-Z a-z 0-9 _ . + -`, always the same.
    fn index_type(&self) -> &str;

    /// Replaces the whole index by `entries`, the rows of that column with their keys, in any order. The default is a build
    /// by one part.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that this index cannot take; [`ErrorKind::Unsupported`] from an index that only
    /// loads, or finds its files.
    fn build(&mut self, table: TableId, column: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        let mut builder = self.begin_build(table, column)?;
        builder.add(entries)?;
        self.finish_build(builder)
    }

    /// Adds a row with its key; Ok also if they were there. The default is `insert_concurrently`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that this index cannot take; [`ErrorKind::Unsupported`], the default of both,
    /// from an index that is only built.
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.insert_concurrently(key, row)
    }

    /// Removes a row with its key; Ok also if they were not there. The default is `delete_concurrently`.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] the default of both, from an index that only grows; what the index reports.
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.delete_concurrently(key, row)
    }

    /// Does what `insert` does, beside any call that has `&self`: the host calls it in place of `insert` for an index that
    /// describes [concurrent changes](IndexProperties::with_concurrent_changes).
    ///
    /// # Errors
    /// Those of [`IndexExtension::insert`]; [`ErrorKind::Unsupported`] from an index that takes no such changes: so the
    /// default.
    fn insert_concurrently(&self, _key: &[u8], _row: RowId) -> Result<()> {
        Err(Error::unsupported("insert"))
    }

    /// Does what `delete` does, beside any call that has `&self`: the host calls it in place of `delete` for an index that
    /// describes [concurrent changes](IndexProperties::with_concurrent_changes).
    ///
    /// # Errors
    /// Those of [`IndexExtension::delete`]; [`ErrorKind::Unsupported`] from an index that takes no such changes: so the
    /// default.
    fn delete_concurrently(&self, _key: &[u8], _row: RowId) -> Result<()> {
        Err(Error::unsupported("delete"))
    }

    /// Gives `rows` the rows with exactly `key`, ascending.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] from an index that only knows distances; so the default.
    fn lookup_into(&self, _key: &[u8], _rows: &mut RowIds<'_>) -> Result<()> {
        Err(Error::unsupported("lookup"))
    }

    /// Gives `rows` the rows with `start <= key < end`, ascending by key, then by row, at most `limit` of them. An empty
    /// `end` means: to the last key.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] from an index without an order; so the default.
    fn range_into(&self, _start: &[u8], _end: &[u8], _limit: usize, _rows: &mut RowIds<'_>) -> Result<()> {
        Err(Error::unsupported("range"))
    }

    /// Returns the properties of the index, which do not change. The host asks once, and refuses by itself what exceeds
    /// them. The default knows none.
    fn describe(&self) -> IndexProperties {
        IndexProperties::default()
    }

    /// Returns the bytes of memory and disk that the index takes.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default, if it is not known; what the index reports.
    fn size_bytes(&self) -> Result<u64> {
        Err(Error::unsupported("size_bytes"))
    }

    /// Gives `neighbors` the `k` rows nearest to `query`, nearest first, or all if there are fewer. A vector is its
    /// `f32`s in this machine's byte order; a distance is in the index's own metric, and less is nearer. Of an index that
    /// has `search_into` and not this, the host asks for a plain search instead.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default, from an index without distances; [`ErrorKind::Invalid`] for a query that
    /// is no key of this index.
    fn nearest_into(&self, _query: &[u8], _k: usize, _neighbors: &mut Neighbors<'_>) -> Result<()> {
        Err(Error::unsupported("nearest"))
    }

    /// Gives `neighbors` the `search.k` rows nearest to `search.query` among those that it allows, nearest first, and
    /// returns whether some that are nearer may be missing. A parameter or an element that the index does not know is
    /// [`ErrorKind::Unsupported`]. The default does what `nearest_into` can, with [`Search::by_nearest`].
    ///
    /// A filter is no second thought: `k` allowed rows are found if there are so many, however few are allowed.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for what the index cannot do; [`ErrorKind::Invalid`] for a query that is no key of this
    /// index, and for a parameter with a wrong value.
    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        search.by_nearest(neighbors, |query, k, neighbors| self.nearest_into(query, k, neighbors))
    }

    /// Gives `lists` the `k` rows nearest to each of `queries`. The default calls `nearest_into` for each; an index that
    /// shares work between queries does better with code of its own.
    ///
    /// # Errors
    /// Those of [`IndexExtension::nearest_into`]; one query that fails is the failure of all.
    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
        lists.each(queries, |query, neighbors| self.nearest_into(query, k, neighbors))
    }

    /// Writes the whole index to `output`, for [`IndexExtension::load_from`]. The host numbers its changes, and `watermark`
    /// is the number of the last one that the index holds: it is written too. [`Saving`](crate::Saving) does that, with
    /// a checksum.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] from an index that cannot be saved; so the default. What the writer reports; return it as
    /// it is. What was written is of no use then.
    fn save_into(&self, _watermark: u64, _output: &mut Writer<'_>) -> Result<()> {
        Err(Error::unsupported("save"))
    }

    /// Replaces the whole index by `saved`: all that `save_into` wrote, in this version of the extension or an earlier one,
    /// with the same configuration. Returns the watermark that it was saved with; the host repeats the changes that came
    /// after it. [`Saved`](crate::Saved) reads what [`Saving`](crate::Saving) wrote.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`] for bytes that are cut short or changed; [`ErrorKind::Unsupported`] for those of another
    /// extension, a later version or another configuration, and from an index that cannot be saved: so the default. The
    /// index is as it was then.
    fn load_from(&mut self, _saved: &[u8]) -> Result<u64> {
        Err(Error::unsupported("load"))
    }

    /// Makes all changes and builds before it visible and, in an index with files of its own, durable, and keeps `watermark`
    /// with them in one step: the host's number of the last of them. A process that ends meanwhile leaves the files as
    /// the last flush that was Ok left them, or as this one does. An index that lost a change fails each later flush.
    ///
    /// # Errors
    /// What the index reports; the flush may be repeated. The default has nothing to do: all was seen at once.
    fn flush(&self, _watermark: u64) -> Result<()> {
        Ok(())
    }

    /// Returns the watermark of the last flush that the index holds, 0 if it holds none. The host asks after `create`
    /// what the files hold, and repeats what came later. The default holds none.
    ///
    /// # Errors
    /// What the index reports.
    fn flushed(&self) -> Result<u64> {
        Ok(0)
    }

    /// Makes changes in their order. The default calls `insert` and `delete` for each; an index that gains by many at once
    /// does better with code of its own.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a change that the index does not know, and none is made then. Those of `insert` and
    /// `delete`; the first changes may be made then, and all of them may be repeated.
    fn change_batch(&mut self, changes: &[IndexChange<'_>]) -> Result<()> {
        each(changes, |change| match *change {
            IndexChange::Insert { key, row } => self.insert(key, row),
            IndexChange::Delete { key, row } => self.delete(key, row),
        })
    }

    /// Does what `change_batch` does, beside any call that has `&self`: the host calls it in place of `change_batch` for an
    /// index that describes [concurrent changes](IndexProperties::with_concurrent_changes). The default calls
    /// `insert_concurrently` and `delete_concurrently` for each.
    ///
    /// # Errors
    /// Those of [`IndexExtension::change_batch`].
    fn change_batch_concurrently(&self, changes: &[IndexChange<'_>]) -> Result<()> {
        each(changes, |change| match *change {
            IndexChange::Insert { key, row } => self.insert_concurrently(key, row),
            IndexChange::Delete { key, row } => self.delete_concurrently(key, row),
        })
    }

    /// Begins a build by parts, of entries of that column. [`IndexExtension::finish_build`] gets the builder back, or it is
    /// dropped, before `shutdown`. Several may be open at a time.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default: the host keeps the entries then, and passes all of them to `build`.
    /// [`ErrorKind::Busy`] from an index that has room for one builder only, while there is one; what the index reports.
    fn begin_build(&self, _table: TableId, _column: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Err(Error::unsupported("begin_build"))
    }

    /// Replaces the whole index by what was added to the builder, as `build` does. What takes long belongs into
    /// [`IndexBuilder::add`], as searches wait until this returns.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a builder that another index began; what the index reports. The index is as it was then.
    fn finish_build(&mut self, _builder: Box<dyn IndexBuilder>) -> Result<()> {
        Err(Error::unsupported("finish_build"))
    }

    /// Removes all that the index keeps, in memory and in files of its own. Nothing is called after it but `shutdown`. One
    /// that is made anew is empty after Ok, and after an error empty or as it was.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`], the default, changes nothing. What the index reports.
    fn drop_index(&mut self) -> Result<()> {
        Err(Error::unsupported("drop_index"))
    }

    /// Returns what `save_into` writes in a new vector.
    ///
    /// # Errors
    /// Those of [`IndexExtension::save_into`]; [`ErrorKind::Limit`] if it does not fit into memory.
    fn save(&self, watermark: u64) -> Result<Vec<u8>> {
        let mut saved = Vec::new();
        self.save_into(watermark, &mut VecWriter::new(&mut saved, u64::MAX).writer())?;
        Ok(saved)
    }

    /// Returns the rows of `lookup_into` in a new vector.
    ///
    /// # Errors
    /// Those of [`IndexExtension::lookup_into`]; [`ErrorKind::Limit`] if the rows do not fit into memory.
    fn lookup(&self, key: &[u8]) -> Result<Vec<RowId>> {
        RowIds::collect(|rows| self.lookup_into(key, rows))
    }

    /// Returns the rows of `range_into` in a new vector.
    ///
    /// # Errors
    /// Those of [`IndexExtension::range_into`]; [`ErrorKind::Limit`] if the rows do not fit into memory.
    fn range(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<RowId>> {
        RowIds::collect(|rows| self.range_into(start, end, limit, rows))
    }

    /// Returns the rows of `nearest_into` with their distances in a new vector.
    ///
    /// # Errors
    /// Those of [`IndexExtension::nearest_into`]; [`ErrorKind::Limit`] if `k` rows do not fit into memory.
    fn nearest(&self, query: &[u8], k: usize) -> Result<Vec<(RowId, f32)>> {
        Neighbors::collect(k, |neighbors| self.nearest_into(query, k, neighbors)).map(|(found, ())| found)
    }

    /// Returns the rows of `search_into` with their distances.
    ///
    /// # Errors
    /// Those of [`IndexExtension::search_into`]; [`ErrorKind::Limit`] if `search.k` rows do not fit into memory.
    fn search(&self, search: &Search<'_>) -> Result<Found> {
        // Room for more than may be found is of no use.
        let most = search.rows.count().and_then(|rows| usize::try_from(rows).ok()).unwrap_or(usize::MAX);
        let search = search.for_at_most(most);
        let (neighbors, exactness) = Neighbors::collect(search.k, |neighbors| self.search_into(&search, neighbors))?;
        Ok(Found { neighbors, exactness })
    }

    /// Returns the rows of `nearest_batch_into` with their distances in new vectors, one for each query.
    ///
    /// # Errors
    /// Those of [`IndexExtension::nearest_batch_into`]; [`ErrorKind::Limit`] if `k` rows for each query do not fit into
    /// memory.
    fn nearest_batch(&self, queries: &[&[u8]], k: usize) -> Result<Vec<Vec<(RowId, f32)>>> {
        NeighborLists::collect(queries.len(), k, |lists| self.nearest_batch_into(queries, k, lists))
    }
}

/// Makes changes one by one, as long as the call is to go on.
fn each(changes: &[IndexChange<'_>], mut make: impl FnMut(&IndexChange<'_>) -> Result<()>) -> Result<()> {
    changes.iter().try_for_each(|change| {
        Call::current(|call| call.go_on())?;
        make(change)
    })
}
