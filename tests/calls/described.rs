//! What exceeds what an extension said of itself does not reach it: every call, at the borders of every figure.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{
    CompressionProperties, Extension, ExtensionInfo, IndexProperties, KeyElement, StorageProperties, StorageReader,
    StorageTable, VecWriter, Write, Writer,
};
use sochdb_plugin_host::{Compression, Index, Storage};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;
use std::time::Duration;

/// An extension of three kinds that counts the calls which reach it.
#[derive(Clone, Default)]
struct Counting {
    calls: Arc<AtomicUsize>,
    storage: StorageProperties,
    index: IndexProperties,
    compression: CompressionProperties,
}

impl Counting {
    fn called<T>(&self, answer: T) -> Result<T> {
        self.calls.fetch_add(1, SeqCst);
        Ok(answer)
    }

    /// Whether the call reached the extension; if not, why.
    fn reached(&self, call: impl FnOnce() -> Result<()>) -> Result<()> {
        let before = self.calls.load(SeqCst);
        let result = call();
        let expected = if result.is_ok() { 1 } else { 0 };
        assert_eq!(self.calls.load(SeqCst) - before, expected, "{result:?}");
        result
    }
}

impl Extension for Counting {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("counting", "1.0.0")
    }
}

impl StorageExtension for Counting {
    fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        self.called(false)
    }
    fn put(&self, _: TableId, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        self.called(())
    }
    fn delete(&self, _: TableId, _: &[u8], _: TransactionId) -> Result<()> {
        self.called(())
    }
    fn scan_into(&self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> {
        self.called(())
    }
    fn flush(&self) -> Result<()> {
        Ok(())
    }
    fn describe(&self) -> StorageProperties {
        self.storage
    }
    fn write_batch(&self, _: &[Write<'_>], _: &BatchOptions) -> Result<()> {
        self.called(())
    }
    fn open_table(&self, _: TableId) -> Result<Box<dyn StorageTable>> {
        Ok(Box::new(self.clone()))
    }
    fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
        Ok(Box::new(self.clone()))
    }
}

impl StorageTable for Counting {
    fn get_into(&self, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
        self.called(false)
    }
    fn put(&self, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
        self.called(())
    }
}

impl StorageReader for Counting {
    fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
        self.called(None)
    }
    fn cursor<'a>(&'a self, _: TableId, _: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
        Err(Error::unsupported("cursor"))
    }
}

impl IndexExtension for Counting {
    fn index_type(&self) -> &str {
        "counting"
    }
    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        self.called(())
    }
    fn insert(&mut self, _: &[u8], _: RowId) -> Result<()> {
        self.called(())
    }
    fn delete(&mut self, _: &[u8], _: RowId) -> Result<()> {
        self.called(())
    }
    fn lookup_into(&self, _: &[u8], _: &mut RowIds<'_>) -> Result<()> {
        self.called(())
    }
    fn describe(&self) -> IndexProperties {
        self.index
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(0)
    }
    fn nearest_into(&self, _: &[u8], _: usize, _: &mut Neighbors<'_>) -> Result<()> {
        self.called(())
    }
}

impl CompressionExtension for Counting {
    fn algorithm(&self) -> &str {
        "counting"
    }
    fn compress_into(&self, _: &[u8], _: &mut Writer<'_>) -> Result<()> {
        self.called(())
    }
    fn decompress_into(&self, _: &[u8], _: &mut Writer<'_>) -> Result<()> {
        self.called(())
    }
    fn describe(&self) -> CompressionProperties {
        self.compression.clone()
    }
    fn set_level(&mut self, _: i32) -> Result<()> {
        self.called(())
    }
}

/// Every call of a storage that takes a key.
fn with_key(storage: &Storage, key: &[u8]) -> [(&'static str, Result<()>); 12] {
    let mut value = Vec::new();
    let batch = |write| storage.write_batch(&[write], &BatchOptions::new());
    let table = storage.open_table(1).expect("a table");
    let mut reader = storage.reader().expect("a reader");
    let read = reader.get(1, key).map(drop);
    [
        ("get", storage.get(1, key).map(drop)),
        ("get_append", storage.get_append(1, key, &mut value).map(drop)),
        ("get_into", storage.get_into(1, key, &mut VecWriter::new(&mut value, 9).writer()).map(drop)),
        ("multi_get", storage.multi_get(1, &[key]).map(drop)),
        ("delete", storage.delete(1, key, 0)),
        ("write_batch", batch(Write::Delete { table: 1, key })),
        ("expect", batch(Write::Expect { table: 1, key, value: b"" })),
        ("expect absent", batch(Write::ExpectAbsent { table: 1, key })),
        ("table get", table.get(key).map(drop)),
        ("table get_into", table.get_into(key, &mut VecWriter::new(&mut value, 9).writer()).map(drop)),
        ("reader get", read),
        ("reader get_append", storage.reader().expect("a reader").get_append(1, key, &mut value).map(drop)),
    ]
}

/// Every call of a storage that takes a value.
fn with_value(storage: &Storage, key: &[u8], value: &[u8]) -> [(&'static str, Result<()>); 4] {
    [
        ("put", storage.put(1, key, value, 0)),
        ("write_batch", storage.write_batch(&[Write::Put { table: 1, key, value }], &BatchOptions::new())),
        ("compare_and_set", storage.compare_and_set(1, key, None, Some(value)).map(drop)),
        ("table put", storage.open_table(1).expect("a table").put(key, value, 0)),
    ]
}

fn all_are(results: &[(&str, Result<()>)], expected: Option<(ErrorKind, &str)>) {
    for (call, result) in results {
        match (expected, result) {
            (None, Ok(())) => {}
            (Some((kind, figure)), Err(error)) if error.kind() == kind => {
                assert!(error.to_string().contains(figure), "{call}: {error} does not say {figure}");
            }
            _ => panic!("{call}: {result:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn a_key_that_is_too_long_reaches_no_storage() {
    for most in [1_usize, 2, 511, 4096, 65_536] {
        let counting = Counting { storage: StorageProperties::new().with_max_key(most as u64), ..Counting::default() };
        let storage = Storage::new(counting.clone()).expect("a storage");
        assert_eq!(storage.describe(), counting.storage);
        for length in [0, 1, most - 1, most] {
            let key = vec![0; length];
            all_are(&with_key(&storage, &key), None);
            all_are(&with_value(&storage, &key, b"value"), None);
        }
        // The ends of a range may be longer.
        let behind = vec![0xFF; most + 1];
        let range = Write::DeleteRange { table: 1, start: &behind, end: &behind };
        counting.reached(|| storage.write_batch(&[range], &BatchOptions::new())).expect("a range");
        let calls = counting.calls.load(SeqCst);
        for length in [most + 1, 2 * most + 1, most + (1 << 20)] {
            let (key, figure) = (vec![0; length], format!("the key has {length} bytes; at most {most}"));
            all_are(&with_key(&storage, &key), Some((ErrorKind::Limit, &figure)));
            all_are(&with_value(&storage, &key, b"value"), Some((ErrorKind::Limit, &figure)));
        }
        assert_eq!(counting.calls.load(SeqCst), calls, "a call that was refused reached the storage");
    }
}

#[test]
fn an_empty_key_reaches_no_storage_that_takes_none() {
    let counting = Counting { storage: StorageProperties::new().without_empty_key(), ..Counting::default() };
    let storage = Storage::new(counting.clone()).expect("a storage");
    all_are(&with_key(&storage, b""), Some((ErrorKind::Invalid, "the key is empty")));
    all_are(&with_value(&storage, b"", b"value"), Some((ErrorKind::Invalid, "the key is empty")));
    assert_eq!(counting.calls.load(SeqCst), 0);
    all_are(&with_key(&storage, b"k"), None);
    all_are(&with_key(&storage, &vec![0; 1 << 20]), None);
}

#[test]
fn a_value_or_a_batch_that_is_too_large_reaches_no_storage() {
    let counting =
        Counting { storage: StorageProperties::new().with_max_value(64).with_max_batch(3), ..Counting::default() };
    let storage = Storage::new(counting.clone()).expect("a storage");
    [0, 1, 63, 64].into_iter().for_each(|length| all_are(&with_value(&storage, b"key", &vec![0; length]), None));
    let write = Write::Put { table: 1, key: b"key", value: b"value" };
    (0..=3).for_each(|count| {
        counting.reached(|| storage.write_batch(&vec![write; count], &BatchOptions::new())).expect("it is taken")
    });
    let calls = counting.calls.load(SeqCst);
    let too_long = Some((ErrorKind::Limit, "the value has 65 bytes; at most 64"));
    all_are(&with_value(&storage, b"key", &[0; 65]), too_long);
    let last = [write, Write::Put { table: 1, key: b"key", value: &[0; 65] }];
    all_are(&[("the last write", storage.write_batch(&last, &BatchOptions::new()))], too_long);
    let too_many = Some((ErrorKind::Limit, "the batch has 4 writes; at most 3"));
    all_are(&[("four", storage.write_batch(&[write; 4], &BatchOptions::new()))], too_many);
    assert_eq!(counting.calls.load(SeqCst), calls, "a call that was refused reached the storage");
}

#[test]
fn a_row_that_is_to_expire_reaches_no_storage_that_does_not_say_so() {
    let write = |storage: &Storage, millis| {
        let time_to_live = Duration::from_millis(millis);
        let writes = [
            Write::Put { table: 1, key: b"key", value: b"value" },
            Write::PutExpiring { table: 1, key: b"key", value: b"value", time_to_live },
        ];
        storage.write_batch(&writes, &BatchOptions::new())
    };
    let counting = Counting::default();
    let storage = Storage::new(counting.clone()).expect("a storage");
    // Nothing is for ever by mistake.
    for millis in [0, 1, 60_000, u64::MAX] {
        let refused = Some((ErrorKind::Unsupported, "a row is to expire, and this storage describes no time to live"));
        all_are(&[("write_batch", write(&storage, millis))], refused);
    }
    assert_eq!(counting.calls.load(SeqCst), 0, "a call that was refused reached the storage");
    let counting = Counting { storage: StorageProperties::new().expiring(), ..Counting::default() };
    let storage = Storage::new(counting.clone()).expect("a storage");
    counting.reached(|| write(&storage, 1)).expect("it is taken");
}

/// Every call of an index that takes a key or a query.
fn with_indexed(index: &mut Index, key: &[u8]) -> [(&'static str, Result<()>); 7] {
    [
        ("build", index.build(1, 1, &[(1, key)])),
        ("insert", index.insert(key, 1)),
        ("delete", index.delete(key, 1)),
        ("lookup", index.lookup(key).map(drop)),
        ("nearest", index.nearest(key, 1).map(drop)),
        ("search", index.search(&Search::new(key, 1)).map(drop)),
        ("nearest_batch", index.nearest_batch(&[key], 1).map(drop)),
    ]
}

#[test]
fn a_vector_of_another_dimension_reaches_no_index() {
    for (element, dimensions, bytes) in [
        (KeyElement::F32, 1, 4),
        (KeyElement::F32, 1536, 6144),
        (KeyElement::F16, 16, 32),
        (KeyElement::I8, 7, 7),
        (KeyElement::Bit, 8, 1),
        (KeyElement::Bit, 9, 2),
    ] {
        let index = IndexProperties::new().with_vectors(element, dimensions);
        let counting = Counting { index, ..Counting::default() };
        let mut index = Index::new(counting.clone()).expect("an index");
        assert_eq!(index.describe(), counting.index);
        all_are(&with_indexed(&mut index, &vec![0; bytes]), None);
        let calls = counting.calls.load(SeqCst);
        for length in [0, bytes - 1, bytes + 1, 2 * bytes + 1] {
            if length != bytes {
                let figure = format!("has {length} bytes; this index takes {bytes}, {dimensions} elements");
                all_are(&with_indexed(&mut index, &vec![0; length]), Some((ErrorKind::Invalid, &figure)));
            }
        }
        assert_eq!(counting.calls.load(SeqCst), calls, "a call that was refused reached the index");
    }
}

#[test]
fn too_long_a_key_and_too_many_neighbours_reach_no_index() {
    let properties = IndexProperties::new().with_texts().with_max_key(100).with_max_neighbors(10);
    let counting = Counting { index: properties, ..Counting::default() };
    let mut index = Index::new(counting.clone()).expect("an index");
    [0, 1, 100].into_iter().for_each(|length| all_are(&with_indexed(&mut index, &vec![b'a'; length]), None));
    [1, 10].into_iter().for_each(|k| counting.reached(|| index.nearest(b"a", k).map(drop)).expect("it is taken"));
    let calls = counting.calls.load(SeqCst);
    let too_long = Some((ErrorKind::Limit, "the key has 101 bytes; at most 100"));
    all_are(&with_indexed(&mut index, &[b'a'; 101]), too_long);
    let too_many = Some((ErrorKind::Limit, "the search is for 11 neighbours; at most 10"));
    all_are(&[("nearest", index.nearest(b"a", 11).map(drop))], too_many);
    all_are(&[("nearest_batch", index.nearest_batch(&[b"a"], 11).map(drop))], too_many);
    all_are(&[("search", index.search(&Search::new(b"a", 11)).map(drop))], too_many);
    assert_eq!(counting.calls.load(SeqCst), calls, "a call that was refused reached the index");
}

#[test]
fn too_long_an_input_and_a_level_outside_reach_no_codec() {
    let compression = CompressionProperties::new().with_max_input(64).with_levels(-5..=22, 3);
    let counting = Counting { compression, ..Counting::default() };
    let mut codec = Compression::new(counting.clone()).expect("a codec");
    assert_eq!(codec.describe(), counting.compression);
    [-5, 0, 22].into_iter().for_each(|level| counting.reached(|| codec.set_level(level)).expect("it is taken"));
    let calls = |codec: &Compression, input: &[u8]| {
        let mut output = Vec::new();
        [
            ("compress", codec.compress(input).map(drop)),
            ("compress_append", codec.compress_append(input, &mut output)),
            ("compress_into", codec.compress_into(input, &mut VecWriter::new(&mut output, 9).writer())),
        ]
    };
    [0, 1, 64].into_iter().for_each(|length| all_are(&calls(&codec, &vec![0; length]), None));
    let before = counting.calls.load(SeqCst);
    all_are(&calls(&codec, &[0; 65]), Some((ErrorKind::Limit, "the input has 65 bytes; at most 64")));
    for level in [-6, 23, i32::MIN, i32::MAX] {
        let figure = format!("the level is {level}; this codec has -5 to 22");
        all_are(&[("set_level", codec.set_level(level))], Some((ErrorKind::Invalid, &figure)));
    }
    assert_eq!(counting.calls.load(SeqCst), before, "a call that was refused reached the codec");
}

#[test]
fn what_describes_nothing_gets_every_call() {
    let counting = Counting::default();
    let storage = Storage::new(counting.clone()).expect("a storage");
    let mut index = Index::new(counting.clone()).expect("an index");
    for length in [0, 1, 65_537, 5 << 20] {
        let bytes = vec![0; length];
        all_are(&with_key(&storage, &bytes), None);
        all_are(&with_value(&storage, b"key", &bytes), None);
        all_are(&with_indexed(&mut index, &bytes), None);
    }
    counting.reached(|| Compression::new(counting.clone())?.set_level(i32::MIN)).expect("it is taken");
}
