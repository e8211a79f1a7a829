//! Numbers that database and extension share.

/// Number of a table.
pub type TableId = u32;
/// Number of a column in its table.
pub type ColumnId = u16;
/// Number of a row in its table.
pub type RowId = u64;
/// Number of a transaction; 0 for none.
pub type TransactionId = u64;
