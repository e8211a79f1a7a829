//! A storage, an index and a sink that panic where the configuration says: its text is a list of places, and of what the
//! payload is. With `events` it also says what happens through the crates `log` and `tracing`. `thread` panics on a thread of its own. Each step of an instance's life is a line of the host's log, and counted.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use std::panic::panic_any;

/// A payload that panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload's drop");
    }
}

struct Panicking {
    host: Host,
}

impl Panicking {
    /// A text that nobody is to ask for.
    fn text(&self) -> String {
        self.reach("text");
        String::new()
    }

    /// Says that `place` was reached, and panics there if the configuration wants it.
    fn reach(&self, place: &str) {
        reach(&self.host, place);
    }
}

fn reach(host: &Host, place: &str) {
    host.log(LogLevel::Info, place, &[]);
    host.counter_inc("reached", 1, &[("place", place)]);
    let words: Vec<&str> = host.config_text().split(|byte: char| !byte.is_ascii_lowercase()).collect();
    if !words.contains(&place) {
        return;
    }
    match () {
        () if words.contains(&"thread") => panic_on_a_thread(),
        () if words.contains(&"bomb") => panic_any(Bomb),
        () if words.contains(&"number") => panic_any(42_u64),
        () if words.contains(&"string") => panic!("a text made in {place}"),
        () => panic!("a literal text"),
    }
}

fn panic_on_a_thread() {
    let worker = std::thread::Builder::new().name("worker".to_owned());
    // It ends before the call does, which goes on.
    let _ = worker.spawn(|| panic!("on a thread of its own")).map(std::thread::JoinHandle::join);
}

impl Plugin for Panicking {
    fn create(host: Host) -> Result<Self> {
        reach(&host, "create");
        Ok(Self { host })
    }

    fn shutdown(&mut self) -> Result<()> {
        self.reach("shutdown");
        Ok(())
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        self.reach("drop");
    }
}

impl StorageExtension for Panicking {
    fn get_into(&self, _: TableId, _: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        value.write(b"half of a value")?;
        self.reach("get");
        Ok(true)
    }

    fn put(&self, _: TableId, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        self.reach("put");
        Ok(())
    }

    fn delete(&self, _: TableId, _: &[u8], _: TransactionId) -> Result<()> {
        self.reach("delete");
        Ok(())
    }

    fn scan_into(&self, _: TableId, _: &[u8], _: &[u8], _: usize, rows: &mut RowSink<'_>) -> Result<()> {
        rows.push(b"key", b"value")?;
        self.reach("scan");
        Ok(())
    }

    fn flush(&self) -> Result<()> {
        self.reach("flush");
        if self.host.config_text().contains("events") {
            tracing::info!(target: "rows", left = 3, kind = "cold", "flushed {}", "all");
            tracing::debug!("below what the host keeps: {}", self.text());
            log::warn!(target: "files", left = 7, kind:? = "cold"; "the disk is {}", "slow");
            log::debug!("below what the host keeps: {}", self.text());
        }
        Ok(())
    }

    fn open_table(&self, _: TableId) -> Result<Box<dyn StorageTable>> {
        self.reach("opentable");
        Ok(Box::new(Table { host: self.host.clone() }))
    }

    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        self.reach("openreader");
        Ok(Box::new(Reader { host: &self.host }))
    }

    fn begin(&self, _: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        self.reach("begin");
        Ok(Box::new(Transaction { host: &self.host }))
    }
}

struct Transaction<'a> {
    host: &'a Host,
}

impl StorageTransaction for Transaction<'_> {
    fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        reach(self.host, "txnget");
        Ok(false)
    }

    fn put(&mut self, _: TableId, _: &[u8], _: &[u8]) -> Result<()> {
        reach(self.host, "txnput");
        Ok(())
    }

    fn delete(&mut self, _: TableId, _: &[u8]) -> Result<()> {
        reach(self.host, "txnremove");
        Ok(())
    }

    fn scan_into(&mut self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> {
        reach(self.host, "txnscan");
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        reach(self.host, "commit");
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        reach(self.host, "endtransaction");
    }
}

struct Table {
    host: Host,
}

impl StorageTable for Table {
    fn get_into(&self, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        reach(&self.host, "tableget");
        Ok(false)
    }

    fn put(&self, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        reach(&self.host, "tableput");
        Ok(())
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        reach(&self.host, "closetable");
    }
}

struct Reader<'a> {
    host: &'a Host,
}

impl StorageReader for Reader<'_> {
    fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
        reach(self.host, "readerget");
        Ok(None)
    }

    fn cursor<'a>(&'a self, _: TableId, _: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        reach(self.host, "opencursor");
        Ok(Box::new(Cursor { host: self.host }))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        reach(self.host, "closereader");
    }
}

struct Cursor<'a> {
    host: &'a Host,
}

impl StorageCursor for Cursor<'_> {
    fn next_batch<'c>(&'c mut self, _: &mut RowBatch<'c>) -> Result<()> {
        reach(self.host, "cursornext");
        Ok(())
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        reach(self.host, "closecursor");
    }
}

impl IndexExtension for Panicking {
    fn index_type(&self) -> &str {
        self.reach("indextype");
        "panicking"
    }

    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        self.reach("build");
        Ok(())
    }

    fn insert(&mut self, _: &[u8], _: RowId) -> Result<()> {
        Ok(())
    }

    fn delete(&mut self, _: &[u8], _: RowId) -> Result<()> {
        Ok(())
    }

    fn lookup_into(&self, _: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        rows.push(1);
        self.reach("lookup");
        Ok(())
    }

    fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<()> {
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64> {
        Ok(0)
    }
}

impl ObservabilityExtension for Panicking {
    fn counter_inc(&self, _: &str, _: u64, _: Labels<'_>) {
        self.reach("counter");
    }

    fn log(&self, _: LogLevel, _: &str, _: Labels<'_>) {
        self.reach("log");
        if self.host.config_text().contains("events") {
            log::warn!("the sink got a line");
        }
    }

    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        self.reach("span");
        1
    }
}

export_plugin!(Panicking: storage, index, observability);
