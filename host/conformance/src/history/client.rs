//! The callers of a storage, who write down what came.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::history::record::{Element, End, Key, Kind, Operation, Span, Unit};
use crate::inputs::rows::left_of;
use sochdb_plugin_host::sdk::{CursorOptions, Error, ErrorKind, StorageExtension, TransactionOptions, Write};
use sochdb_plugin_host::{Reader, Storage, Transaction};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The keys of a history.
pub(crate) const KEYS: Key = 5;

/// The place of a history in a storage, and its clock.
pub(crate) struct Place<'a> {
    storage: &'a Storage,
    /// The beginning of its keys.
    number: u16,
    clock: AtomicU64,
    elements: AtomicU32,
}

/// A key and its value.
type Row = (Vec<u8>, Vec<u8>);

/// Something that sees one state.
pub(crate) enum Open {
    Transaction(Transaction),
    Snapshot(Reader),
}

/// One that is open, and what it did until now.
pub(crate) struct Client {
    pub(crate) open: Open,
    pub(crate) unit: Unit,
}

/// Whether another one was first.
pub(crate) fn was_late(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Busy)
}

impl<'a> Place<'a> {
    pub(crate) fn new(storage: &'a Storage, number: u16) -> Self {
        Self { storage, number, clock: AtomicU64::new(0), elements: AtomicU32::new(0) }
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// The result of a call, and when it was.
    fn timed<T>(&self, call: impl FnOnce() -> T) -> (T, Span) {
        let begin = self.tick();
        let result = call();
        (result, (begin, self.tick()))
    }

    /// Keys of two tables: what is committed is seen in both at one moment.
    fn row(&self, key: Key) -> (u32, [u8; 3]) {
        let [high, low] = self.number.to_be_bytes();
        (u32::from(key % 2), [high, low, key])
    }

    fn bounds(&self) -> ([u8; 2], [u8; 2]) {
        (self.number.to_be_bytes(), (self.number + 1).to_be_bytes())
    }

    fn new_element(&self) -> Element {
        self.elements.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins a transaction; None if another one is in its way.
    pub(crate) fn begin(&self, thread: usize, options: &TransactionOptions) -> Result<Option<Client>, NotPassed> {
        match self.timed(|| self.storage.begin(options)) {
            (Err(error), _) if was_late(&error) => Ok(None),
            (begun, began) => {
                let open = Open::Transaction(begun.must("begin_txn")?);
                Ok(Some(Client { open, unit: Unit::new(Kind::Transaction, thread, began) }))
            }
        }
    }

    pub(crate) fn snapshot(&self, thread: usize) -> Result<Client, NotPassed> {
        let (reader, began) = self.timed(|| self.storage.reader());
        let open = Open::Snapshot(reader.must("open_reader")?);
        Ok(Client { open, unit: Unit::new(Kind::Snapshot, thread, began) })
    }

    /// Appends to some keys by one call that no transaction covers: what is there is expected, if a storage can do that.
    pub(crate) fn append_plainly(&self, thread: usize, keys: &[Key], expects: bool) -> Result<Unit, NotPassed> {
        let mut unit = Unit::new(Kind::Plain, thread, (self.tick(), 0));
        let mut rows = Vec::new();
        for key in keys {
            let (table, row) = self.row(*key);
            let (found, at) = self.timed(|| self.storage.get(table, &row));
            let found = found.must("get")?;
            let value = elements(found.as_deref())?;
            unit.operations.push(Operation::Read { key: *key, value, by_range: false, at });
            let element = self.new_element();
            unit.operations.push(Operation::Append { key: *key, element });
            let new = [found.as_deref().unwrap_or_default(), &element.to_be_bytes()].concat();
            rows.push((table, row, found, new));
        }
        let puts = rows.iter().map(|(table, key, _, value)| Write::Put { table: *table, key, value });
        let mut writes: Vec<_> = puts.collect();
        if expects {
            writes.extend(rows.iter().map(|(table, key, old, _)| match old {
                Some(value) => Write::Expect { table: *table, key, value },
                None => Write::ExpectAbsent { table: *table, key },
            }));
        }
        let (written, at) = self.timed(|| match &writes[..] {
            [Write::Put { table, key, value }] => self.storage.put(*table, key, value, 0),
            writes => self.storage.write_batch(writes, &Default::default()),
        });
        unit.began.1 = at.1;
        match written {
            Err(error) if was_late(&error) => {}
            written => {
                written.must("a plain write")?;
                unit.end = End::Committed(at);
            }
        }
        Ok(unit)
    }

    /// Reads everything, when nobody else is there any more.
    pub(crate) fn read_last(&self) -> Result<Unit, NotPassed> {
        let mut unit = Unit::new(Kind::Plain, 0, (self.tick(), 0));
        for key in 0..KEYS {
            let (table, row) = self.row(key);
            let (found, at) = self.timed(|| self.storage.get(table, &row));
            let value = elements(found.must("get")?.as_deref())?;
            unit.operations.push(Operation::Read { key, value, by_range: false, at });
        }
        let end = self.tick();
        (unit.began.1, unit.end) = (end, End::Committed((end, end)));
        Ok(unit)
    }
}

/// All rows of a cursor.
fn rows_of(reader: &Reader, table: u32, options: &CursorOptions<'_>) -> Result<Vec<Row>, Error> {
    let mut cursor = reader.cursor(table, options)?;
    left_of(&mut cursor, usize::MAX)
}

/// The list that a value is.
fn elements(value: Option<&[u8]>) -> Result<Vec<Element>, NotPassed> {
    let value = value.unwrap_or_default();
    ensure!(value.len().is_multiple_of(4), "a value of whole elements of 4 bytes is read as {value:02x?}");
    Ok(value.chunks_exact(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]])).collect())
}

impl Client {
    pub(crate) fn is_transaction(&self) -> bool {
        matches!(self.open, Open::Transaction(_))
    }

    /// Reads a key; false if another one was first, and this one is of no more use.
    pub(crate) fn get(&mut self, place: &Place<'_>, key: Key) -> Result<bool, NotPassed> {
        let (table, row) = place.row(key);
        let (found, at) = place.timed(|| match &mut self.open {
            Open::Transaction(inside) => inside.get(table, &row),
            Open::Snapshot(reader) => reader.get(table, &row).map(|value| value.map(<[u8]>::to_vec)),
        });
        let Some(found) = self.in_time("a get", found)? else { return Ok(false) };
        self.unit.operations.push(Operation::Read { key, value: elements(found.as_deref())?, by_range: false, at });
        Ok(true)
    }

    /// Reads all keys as two ranges.
    pub(crate) fn scan(&mut self, place: &Place<'_>) -> Result<bool, NotPassed> {
        let (start, end) = place.bounds();
        for table in 0..2 {
            let (rows, at) = place.timed(|| match &mut self.open {
                Open::Transaction(inside) => inside.scan(table, &start, &end, usize::MAX),
                Open::Snapshot(reader) => rows_of(reader, table, &CursorOptions::range(&start, &end)),
            });
            let Some(rows) = self.in_time("a scan", rows)? else { return Ok(false) };
            for key in (0..KEYS).filter(|key| place.row(*key).0 == table) {
                let value = rows.iter().find(|(row, _)| row[..] == place.row(key).1).map(|(_, value)| &value[..]);
                self.unit.operations.push(Operation::Read { key, value: elements(value)?, by_range: true, at });
            }
        }
        Ok(true)
    }

    /// Reads a key of a transaction, and appends to it.
    pub(crate) fn append(&mut self, place: &Place<'_>, key: Key) -> Result<bool, NotPassed> {
        if !self.get(place, key)? {
            return Ok(false);
        }
        let Some(Operation::Read { value, .. }) = self.unit.operations.last() else { return Ok(false) };
        let element = place.new_element();
        let new: Vec<u8> = value.iter().chain([&element]).flat_map(|element| element.to_be_bytes()).collect();
        let (table, row) = place.row(key);
        let Open::Transaction(inside) = &mut self.open else { return Ok(false) };
        let put = inside.put(table, &row, &new);
        if self.in_time("txn_put", put)?.is_none() {
            return Ok(false);
        }
        self.unit.operations.push(Operation::Append { key, element });
        Ok(true)
    }

    fn in_time<T>(&self, what: &str, result: Result<T, Error>) -> Result<Option<T>, NotPassed> {
        match result {
            Err(error) if was_late(&error) && self.unit.kind == Kind::Transaction => Ok(None),
            result => result.map(Some).must(what),
        }
    }

    /// Ends it, and returns what it did.
    pub(crate) fn end(mut self, place: &Place<'_>, commit: bool) -> Result<Unit, NotPassed> {
        match self.open {
            Open::Transaction(inside) if commit => match place.timed(|| inside.commit()) {
                (Err(error), _) if was_late(&error) => {}
                (committed, at) => {
                    committed.must("commit_txn")?;
                    self.unit.end = End::Committed(at);
                }
            },
            Open::Transaction(inside) => inside.abort(),
            Open::Snapshot(reader) => {
                drop(reader);
                self.unit.end = End::Committed((place.tick(), place.tick()));
            }
        }
        Ok(self.unit)
    }
}
