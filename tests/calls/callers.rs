//! What a caller does wrong comes back to the caller, and does not hurt the extension.

use sochdb_plugin_host::sdk::{
    CompressionExtension, Error, ErrorKind, Extension, ExtensionInfo, IndexExtension, NeighborLists, Neighbors, RowId,
    RowIds, RowSink, StorageExtension, VecWriter,
};
use sochdb_plugin_host::{Index, PluginInstance, Storage};
use std::panic::{catch_unwind, AssertUnwindSafe};
use support::in_c;
use support::plugins::{load_c, Private};

fn storage() -> (PluginInstance, Storage) {
    let plugin = Private::copy(&in_c!("storage_memory")).load().expect("it loads").instance("").expect("an instance");
    let storage = plugin.storage().expect("a storage");
    for key in [b"a", b"b", b"c"] {
        storage.put(1, key, b"value", 0).expect("a row");
    }
    (plugin, storage)
}

fn scan(storage: &Storage, mut take: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
    storage.scan_into(1, b"", b"", 10, &mut RowSink::new(&mut |_, _| take()))
}

#[test]
fn a_sink_that_panics_panics_in_the_caller_and_the_storage_goes_on() {
    let (plugin, storage) = storage();
    let payload = catch_unwind(AssertUnwindSafe(|| scan(&storage, || panic!("in the caller's sink")))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"in the caller's sink"));
    assert!(!storage.is_poisoned());
    assert_eq!(storage.scan(1, b"", b"", 10).unwrap().len(), 3);
    plugin.shutdown().unwrap();
}

#[test]
fn whatever_a_sink_returns_comes_back_as_it_is() {
    for kind in [ErrorKind::Panicked, ErrorKind::Contract, ErrorKind::NotFound, ErrorKind::Busy] {
        let (_plugin, storage) = storage();
        let mut rows = 0;
        let given = Error::new(kind, "of the caller's own").with_code(7);
        let result = scan(&storage, || {
            rows += 1;
            Err(given.clone())
        });
        assert_eq!(result, Err(given), "{kind:?}");
        assert_eq!(rows, 1, "the scan ended with it");
        assert_eq!(storage.get(1, b"a").unwrap(), Some(b"value".to_vec()));
    }
}

#[test]
fn a_codec_that_ignores_its_writer_is_found_whoever_owns_the_writer() {
    let codec = load_c("lying_codec", &[]).instance("").unwrap().compression().unwrap();
    let mut small = Vec::new();
    let mut writer = VecWriter::new(&mut small, 5);
    let error = codec.compress_into(b"only the first letter counts", &mut writer.writer()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
    assert!(small.len() <= 5);
}

#[test]
fn a_limit_of_the_callers_writer_is_an_error_and_the_codec_goes_on() {
    let codec = Private::copy(&in_c!("codec_reverse")).load().unwrap().instance("").unwrap().compression().unwrap();
    let mut small = Vec::new();
    let error = codec.compress_into(&[7; 100], &mut VecWriter::new(&mut small, 99).writer()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    codec.compress_into(&[7; 99], &mut VecWriter::new(&mut small, 99).writer()).unwrap();
    assert_eq!(small, [7; 99]);
}

/// Asks the index below it for more than its caller has room for.
struct Greedy(Index);

impl Extension for Greedy {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("greedy", "1")
    }
}

impl IndexExtension for Greedy {
    fn index_type(&self) -> &str {
        "greedy"
    }
    fn build(&mut self, _: u32, _: u16, _: &[(RowId, &[u8])]) -> Result<(), Error> {
        Ok(())
    }
    fn insert(&mut self, _: &[u8], _: RowId) -> Result<(), Error> {
        Ok(())
    }
    fn delete(&mut self, _: &[u8], _: RowId) -> Result<(), Error> {
        Ok(())
    }
    fn lookup_into(&self, _: &[u8], _: &mut RowIds<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<(), Error> {
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64, Error> {
        Ok(0)
    }
    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<(), Error> {
        self.0.nearest_into(query, k * 1_000, neighbors)
    }
    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<(), Error> {
        self.0.nearest_batch_into(&queries[1..], k, lists).expect_err("one query less than the caller has lists");
        self.0.nearest_batch_into(queries, k * 1_000, lists)
    }
}

#[test]
fn an_index_gets_no_more_room_than_its_caller_has() {
    let library = Private::copy(&support::plugins::in_rust("index_hnsw")).load().unwrap();
    let mut index = library.instance(r#"{"dimensions": 1}"#).unwrap().index().unwrap();
    let keys: Vec<[u8; 4]> = (0..5_000_u16).map(|number| f32::from(number).to_ne_bytes()).collect();
    let entries: Vec<(RowId, &[u8])> = keys.iter().enumerate().map(|(row, key)| (row as RowId, &key[..])).collect();
    index.build(0, 0, &entries).unwrap();
    let greedy = Index::new(Greedy(index)).unwrap();
    assert_eq!(greedy.nearest(&keys[3], 2).unwrap()[0], (3, 0.0));
    let lists = greedy.nearest_batch(&[&keys[3], &keys[9]], 1).unwrap();
    assert_eq!(lists, [[(3, 0.0)], [(9, 0.0)]]);
}

#[test]
fn a_poisoned_extension_does_not_claim_to_have_shut_down() {
    let plugin = Private::copy(&in_c!("codec_reverse")).load().unwrap().instance("").unwrap();
    let codec = plugin.compression().unwrap();
    assert_eq!(codec.compress(b"throw an exception").unwrap_err().kind(), ErrorKind::Panicked);
    let error = plugin.shutdown().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.message().contains("was not shut down"), "{error}");
    assert!(error.message().contains("asked to throw"), "{error}");
}

#[test]
fn an_error_says_of_which_plugin_instance_and_call_it_is() {
    let library = support::plugins::load(&support::in_c!("storage_lmdb"));
    let directory = tempfile::tempdir().expect("a directory");
    let rows = |name: &str| {
        let options = sochdb_plugin_host::InstanceOptions::new().data_dir(directory.path().join(name));
        library.instance_with("{}", &options).expect("an instance")
    };
    let (plugin, other) = (rows("a"), rows("b"));
    assert_ne!(plugin.number(), other.number());
    let storage = plugin.storage().expect("a storage");
    let long = vec![b'k'; 1000];
    let too_long = storage.put(1, &long, b"v", 0).expect_err("LMDB's keys are shorter");
    // A refusal of the host, and one by the engine itself.
    let missing = directory.path().join("missing/copy");
    let no_place = storage.checkpoint(&missing).expect_err("there is no such directory");
    plugin.shutdown().expect("shut down");
    let late = storage.flush().expect_err("it was shut down");
    for (error, slot) in [(&too_long, "put"), (&no_place, "checkpoint"), (&late, "flush")] {
        let found = (error.plugin(), error.instance(), error.slot());
        assert_eq!(found, (Some("storage_lmdb"), Some(plugin.number()), Some(slot)), "{error:?}");
    }
    let own = Error::failed("of nobody");
    assert_eq!((own.plugin(), own.instance(), own.slot()), (None, None, None));
}
