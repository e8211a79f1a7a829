//! Calls that would never end by themselves: a walk, a commit, a range, the neighbours of many. Each learns that its caller
//! asked to stop, in an extension that is linked in and in a plugin's table.

use sochdb_plugin_host::sdk::{
    extension_info, Call, CursorOptions, ErrorKind, Extension, ExtensionInfo, IndexExtension, NeighborLists, Neighbors,
    Result, RowBatch, RowIds, RowSink, StorageCursor, StorageExtension, StorageReader, StorageTransaction, TableId,
    TransactionId, TransactionOptions, Value, Writer,
};
use sochdb_plugin_host::{CallOptions, CancelToken, Index, Storage};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

/// Works until the caller wants no more, and tells it each time that it asks.
fn work() -> Result<()> {
    loop {
        Call::current(|call| {
            call.progress(1, 0);
            call.go_on()
        })?;
    }
}

/// A storage, an index and what they open: what may take long does, and the rest is done at once.
struct Endless;

impl Extension for Endless {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

impl StorageExtension for Endless {
    support::keeps_no_rows!();
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(Self))
    }
    fn begin(&self, _: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
        Ok(Box::new(Self))
    }
}

impl StorageReader for Endless {
    fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
        Ok(None)
    }
    fn cursor<'a>(&'a self, _: TableId, _: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        Ok(Box::new(Self))
    }
}

impl StorageCursor for Endless {
    fn next_batch<'c>(&'c mut self, _: &mut RowBatch<'c>) -> Result<()> {
        work()
    }
    fn seek(&mut self, _: &[u8]) -> Result<()> {
        work()
    }
}

impl StorageTransaction for Endless {
    fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        Ok(false)
    }
    fn put(&mut self, _: TableId, _: &[u8], _: &[u8]) -> Result<()> {
        Ok(())
    }
    fn delete(&mut self, _: TableId, _: &[u8]) -> Result<()> {
        Ok(())
    }
    fn scan_into(&mut self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> {
        work()
    }
    fn commit(self: Box<Self>) -> Result<()> {
        work()
    }
}

impl IndexExtension for Endless {
    fn index_type(&self) -> &str {
        "endless"
    }
    fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<()> {
        work()
    }
    fn nearest_batch_into(&self, _: &[&[u8]], _: usize, _: &mut NeighborLists<'_>) -> Result<()> {
        work()
    }
}

/// Runs `call` until its deadline, and until it is cancelled from inside.
fn ends(what: &str, mut call: impl FnMut() -> Result<()>) {
    let late = CallOptions::new().with_timeout(Duration::from_millis(5));
    let error = late.run(&mut call).expect_err("it never ends by itself");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{what}: {error}");
    let cancel = CancelToken::new();
    let stop = cancel.clone();
    let error = CallOptions::new().with_cancel(&cancel).with_progress(move |_, _| stop.cancel()).run(&mut call);
    let error = error.expect_err("it never ends by itself");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{what}: {error}");
    // The plugin was not asked at all.
    let over = CallOptions::new().with_cancel(&cancel).with_progress(|_, _| panic!("it began"));
    let error = over.run(&mut call).expect_err("it is over before it begins");
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{what}: {error}");
}

#[test]
fn what_walks_or_waits_for_long_ends_with_its_call() {
    let storage = Storage::new(Endless).expect("it starts");
    let reader = storage.reader().expect("a reader");
    let mut cursor = reader.cursor(1, &CursorOptions::new()).expect("a cursor");
    ends("cursor_next", || cursor.next_batch().map(drop));
    ends("cursor_seek", || cursor.seek(b"key"));
    ends("txn_scan", || storage.begin(&TransactionOptions::new())?.scan(1, b"", b"", 1).map(drop));
    ends("commit_txn", || storage.begin(&TransactionOptions::new())?.commit());
    let index = Index::new(Endless).expect("it starts");
    ends("range", || index.range(b"", b"", 1).map(drop));
    ends("nearest_batch", || index.nearest_batch(&[b"key"], 1).map(drop));
}

/// An index that answers one query, and counts them.
#[derive(Default)]
struct OneByOne(AtomicUsize);

impl Extension for OneByOne {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

impl IndexExtension for OneByOne {
    fn index_type(&self) -> &str {
        "one_by_one"
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(self.0.load(Relaxed) as u64)
    }
    fn nearest_into(&self, _: &[u8], _: usize, _: &mut Neighbors<'_>) -> Result<()> {
        self.0.fetch_add(1, Relaxed);
        Call::current(|call| call.progress(1, 0));
        Ok(())
    }
}

#[test]
fn queries_that_are_answered_one_by_one_end_between_two_of_them() {
    let index = Index::new(OneByOne::default()).expect("it starts");
    let cancel = CancelToken::new();
    let stop = cancel.clone();
    let options = CallOptions::new().with_cancel(&cancel).with_progress(move |_, _| stop.cancel());
    let error = options.run(|| index.nearest_batch(&[b"a", b"b", b"c"], 1)).expect_err("it is cancelled by the first");
    assert_eq!((error.kind(), index.size_bytes()), (ErrorKind::Cancelled, Ok(1)));
}
