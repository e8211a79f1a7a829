//! Safe handles over an instance's tables, one a kind.

pub(crate) mod boxed_reader;
pub(crate) mod compression;
pub(crate) mod feeding;
pub(crate) mod index;
pub(crate) mod index_builder;
pub(crate) mod index_change;
pub(crate) mod index_search;
pub(crate) mod loan_check;
pub(crate) mod macros;
pub(crate) mod observability;
pub(crate) mod reader_split;
pub(crate) mod rows_taken;
pub(crate) mod storage;
pub(crate) mod storage_checkpoint;
pub(crate) mod storage_cursor;
pub(crate) mod storage_multi_get;
pub(crate) mod storage_reader;
pub(crate) mod storage_savepoint;
pub(crate) mod storage_table;
pub(crate) mod storage_transaction;
