//! Numbers that database and extension share.

/// The number of a table, which the database gives out.
///
/// ```
/// use sochdb_plugin_sdk::{Result, StorageExtension, TableId};
///
/// fn is_empty(storage: &dyn StorageExtension, table: TableId) -> Result<bool> {
///     Ok(storage.scan(table, b"", b"", 1)?.is_empty())
/// }
/// ```
pub type TableId = u32;

/// The number of a column in its table.
///
/// ```
/// use sochdb_plugin_sdk::{ColumnId, IndexExtension, Result};
///
/// fn clear(index: &mut dyn IndexExtension, column: ColumnId) -> Result<()> {
///     index.build(1, column, &[])
/// }
/// ```
pub type ColumnId = u16;

/// The number of a row in its table.
///
/// ```
/// use sochdb_plugin_sdk::{IndexExtension, Result, RowId};
///
/// fn first(index: &dyn IndexExtension, key: &[u8]) -> Result<Option<RowId>> {
///     Ok(index.lookup(key)?.first().copied())
/// }
/// ```
pub type RowId = u64;

/// The number of a transaction; 0 for none.
///
/// ```
/// use sochdb_plugin_sdk::{Result, StorageExtension, TransactionId};
///
/// const NONE: TransactionId = 0;
///
/// fn mark(storage: &dyn StorageExtension) -> Result<()> {
///     storage.put(1, b"opened", b"", NONE)
/// }
/// ```
pub type TransactionId = u64;
