//! What redb calls a table, and its errors.

use redb::{ReadOnlyTable, ReadTransaction, TableDefinition, TableError};
use serde::Deserialize;
use sochdb_plugin_sdk::prelude::*;
use std::ops::Bound;

pub(crate) type Rows = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// When a write is durable.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sync {
    /// With its commit.
    #[default]
    Commit,
    /// With the next `flush`. The file is whole after a power failure, as it was at the last one.
    Flush,
}

pub(crate) fn failed(error: impl Into<redb::Error>) -> Error {
    let error = error.into();
    let kind = match &error {
        redb::Error::Io(error) if error.raw_os_error().is_some() => ErrorKind::Io,
        redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) => ErrorKind::Corruption,
        redb::Error::ValueTooLarge(_) => ErrorKind::Limit,
        redb::Error::DatabaseAlreadyOpen => ErrorKind::Busy,
        _ => ErrorKind::Failed,
    };
    let code = match &error {
        redb::Error::Io(error) => error.raw_os_error(),
        _ => None,
    };
    Error::new(kind, error.to_string()).with_code(code.unwrap_or(0))
}

pub(crate) fn definition(name: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

/// The name of a table in redb.
pub(crate) fn name(table: TableId) -> String {
    table.to_string()
}

/// The rows of a table; None before its first put.
pub(crate) fn read_table(read: &ReadTransaction, table: TableId) -> Result<Option<Rows>> {
    match read.open_table(definition(&name(table))) {
        Ok(rows) => Ok(Some(rows)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// The range as redb takes it; None if no key is in it.
pub(crate) fn bounds<'a>(start: &'a [u8], end: &'a [u8]) -> Option<Bounds<'a>> {
    match end {
        [] => Some((Bound::Included(start), Bound::Unbounded)),
        end => (start < end).then_some((Bound::Included(start), Bound::Excluded(end))),
    }
}
