//! Transactions: those of redb, of which one writes at a time.

use crate::database::{bounds, definition, failed, name};
use crate::turn::Taken;
use redb::{ReadableTable, Table, WriteTransaction};
use sochdb_plugin_sdk::prelude::*;
use std::cell::RefCell;
use std::collections::btree_map::{BTreeMap, Entry};

type Rows<'t> = Table<'t, &'static [u8], &'static [u8]>;
type Tables<'t> = RefCell<BTreeMap<TableId, Rows<'t>>>;

self_cell::self_cell!(
    /// A transaction, and the tables that were opened in it, each once.
    struct Opened {
        owner: WriteTransaction,
        #[not_covariant]
        dependent: Tables,
    }
);

/// One that is dropped is aborted by redb.
pub(crate) struct Transaction<'a> {
    // Goes before the turn, which lets the next one begin.
    opened: Opened,
    _turn: Taken<'a>,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(write: WriteTransaction, turn: Taken<'a>) -> Self {
        Self { opened: Opened::new(write, |_| Tables::default()), _turn: turn }
    }

    pub(crate) fn drop_table(&mut self, table: TableId) -> Result<()> {
        self.opened.with_dependent(|write, tables| {
            tables.borrow_mut().remove(&table);
            write.delete_table(definition(&name(table))).map(drop).map_err(failed)
        })
    }

    /// Whether what a batch expects is so.
    pub(crate) fn expect(&self, write: &Write<'_>) -> Result<()> {
        let is_so = |table, key: &[u8], value: Option<&[u8]>| {
            self.with(table, |rows| Ok(rows.get(key).map_err(failed)?.as_ref().map(|found| found.value()) == value))
        };
        let as_expected = match *write {
            Write::Expect { table, key, value } => is_so(table, key, Some(value))?,
            Write::ExpectAbsent { table, key } => is_so(table, key, None)?,
            _ => true,
        };
        as_expected.then_some(()).ok_or_else(|| Error::new(ErrorKind::Conflict, "a row is not as the batch expects it"))
    }

    pub(crate) fn apply(&mut self, write: &Write<'_>) -> Result<()> {
        match *write {
            Write::Put { table, key, value } => self.put(table, key, value),
            Write::Delete { table, key } => self.delete(table, key),
            Write::DeleteRange { table, start, end } => self.delete_range(table, start, end),
            Write::Expect { .. } | Write::ExpectAbsent { .. } => Ok(()),
            _ => Err(Error::unsupported("a write of this kind")),
        }
    }

    fn delete_range(&mut self, table: TableId, start: &[u8], end: &[u8]) -> Result<()> {
        let Some(bounds) = bounds(start, end) else { return Ok(()) };
        let mut ended = Ok(());
        self.with(table, |rows| {
            // What is kept after the caller's limits ended the batch does not matter: nothing of it is committed.
            let kept = |_: &[u8], _: &[u8]| {
                ended.is_err() || {
                    ended = Call::current(|call| call.go_on());
                    ended.is_err()
                }
            };
            rows.retain_in::<&[u8], _>(bounds, kept).map_err(failed)
        })?;
        ended
    }

    fn with<T>(&self, table: TableId, ask: impl FnOnce(&mut Rows<'_>) -> Result<T>) -> Result<T> {
        self.opened.with_dependent(|write, tables| match tables.borrow_mut().entry(table) {
            Entry::Occupied(mut there) => ask(there.get_mut()),
            Entry::Vacant(place) => {
                let rows = write.open_table(definition(&name(table))).map_err(failed)?;
                ask(place.insert(rows))
            }
        })
    }
}

impl StorageTransaction for Transaction<'_> {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        self.with(table, |rows| match rows.get(key).map_err(failed)? {
            Some(found) => value.write(found.value()).map(|()| true),
            None => Ok(false),
        })
    }

    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.with(table, |rows| rows.insert(key, value).map(drop).map_err(failed))
    }

    fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
        self.with(table, |rows| rows.remove(key).map(drop).map_err(failed))
    }

    fn scan_into(
        &mut self,
        table: TableId,
        start: &[u8],
        end: &[u8],
        limit: usize,
        rows: &mut RowSink<'_>,
    ) -> Result<()> {
        let Some(bounds) = bounds(start, end) else { return Ok(()) };
        self.with(table, |found| {
            for row in found.range::<&[u8]>(bounds).map_err(failed)?.take(limit) {
                let (key, value) = row.map_err(failed)?;
                rows.push(key.value(), value.value())?;
            }
            Ok(())
        })
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { opened, _turn } = *self;
        Call::current(|call| call.go_on())?;
        opened.into_owner().commit().map_err(failed)
    }
}
