use crate::error::{Error, ErrorKind, Result};
use crate::extension::Extension;
use crate::ids::{ColumnId, RowId, TableId};
use crate::neighbor_lists::NeighborLists;
use crate::neighbors::{Neighbors, RowIds};
use std::mem::MaybeUninit;

/// An index over one column. Several rows may have one key, and one row several keys.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `index`",
        label = "it does not implement `IndexExtension`",
        note = "write `impl IndexExtension for {Self}`, or leave `index` out of the kinds in `export_plugin!`"
    )
)]
pub trait IndexExtension: Extension {
    /// The kind of index, such as `hnsw`, `learned`, `btree`; it does not change.
    fn index_type(&self) -> &str;

    /// Replaces the whole index by `entries` of that column.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that this index cannot take.
    fn build(&mut self, table: TableId, column: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()>;

    /// Adds a row; Ok also if it was there.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that this index cannot take.
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()>;

    /// Removes a row; Ok also if it was not there.
    ///
    /// # Errors
    /// What the index reports.
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()>;

    /// Gives the rows with exactly `key`, ascending.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for an index that only knows distances.
    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()>;

    /// Gives the rows with `start <= key < end`, ascending by key, then row, at most `limit` of them. An empty
    /// `end` means: to the last key.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for an index without an order.
    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()>;

    /// Bytes of memory and disk that the index takes.
    ///
    /// # Errors
    /// What the index reports.
    fn size_bytes(&self) -> Result<u64>;

    /// Gives the `k` rows nearest to `query`, nearest first. A vector is its `f32`s in this machine's byte order.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for an index without distances.
    fn nearest_into(&self, _query: &[u8], _k: usize, _neighbors: &mut Neighbors<'_>) -> Result<()> {
        Err(Error::unsupported("nearest"))
    }

    /// `nearest_into` for each of `queries`, in one call. Worth its own code for an index that shares work between
    /// queries.
    ///
    /// # Errors
    /// As `nearest_into`; one query that fails is the failure of all.
    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
        lists.each(queries, |query, neighbors| self.nearest_into(query, k, neighbors))
    }

    /// `lookup_into` a new vector.
    ///
    /// # Errors
    /// As `lookup_into`.
    fn lookup(&self, key: &[u8]) -> Result<Vec<RowId>> {
        RowIds::collect(|rows| self.lookup_into(key, rows))
    }

    /// `range_into` a new vector.
    ///
    /// # Errors
    /// As `range_into`.
    fn range(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<RowId>> {
        RowIds::collect(|rows| self.range_into(start, end, limit, rows))
    }

    /// `nearest_into` a new vector.
    ///
    /// # Errors
    /// As `nearest_into`.
    fn nearest(&self, query: &[u8], k: usize) -> Result<Vec<(RowId, f32)>> {
        let too_many = |_| Error::new(ErrorKind::Limit, format!("{k} neighbours do not fit into memory"));
        let (mut rows, mut distances) = (Vec::new(), Vec::new());
        rows.try_reserve_exact(k).map_err(too_many)?;
        distances.try_reserve_exact(k).map_err(too_many)?;
        rows.resize(k, MaybeUninit::uninit());
        distances.resize(k, MaybeUninit::uninit());
        let mut neighbors = Neighbors { rows: &mut rows, distances: &mut distances, count: 0 };
        self.nearest_into(query, k, &mut neighbors)?;
        let count = neighbors.count;
        // SAFETY: `push` wrote the first `count` places.
        Ok((0..count).map(|at| unsafe { (rows[at].assume_init(), distances[at].assume_init()) }).collect())
    }

    /// `nearest_batch_into` new vectors, one a query.
    ///
    /// # Errors
    /// As `nearest_batch_into`.
    fn nearest_batch(&self, queries: &[&[u8]], k: usize) -> Result<Vec<Vec<(RowId, f32)>>> {
        NeighborLists::collect(queries.len(), k, |lists| self.nearest_batch_into(queries, k, lists))
    }
}
