//! Plugins that break the contract in a call: each lie ends in a typed error, and the host goes on.

use sochdb_plugin_host::sdk::{
    CompressionExtension, Error, ErrorKind, IndexExtension, RowSink, StorageExtension, ValueSink,
};
use sochdb_plugin_host::{Compression, DynamicPluginLoader, Index, LoadError, Refusal, Storage};
use support::plugins::{load_c, Private};

fn codec() -> Compression {
    codec_by(&DynamicPluginLoader::new_trusted().contract_checks(true))
}

fn codec_by(loader: &DynamicPluginLoader) -> Compression {
    let loader = loader.clone().output_limit(1000);
    let library = Private::compile("lying_codec", &[]).load_by(&loader).expect("the plugin loads");
    library.instance("{}").expect("an instance").compression().expect("a codec")
}

fn storage() -> Storage {
    load_c("lying_storage", &[]).instance("{}").expect("an instance").storage().expect("a storage")
}

fn index() -> Index {
    load_c("lying_index", &[]).instance("{}").expect("an instance").index().expect("an index")
}

/// The call failed as a broken contract, and says how.
fn broke<T: std::fmt::Debug>(result: Result<T, Error>, how: &str) {
    let error = result.expect_err("a lie");
    assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
    assert!(error.message().contains(how), "{error} does not say {how:?}");
}

/// The error of a lie of the codec. What was in the output stays, nothing is added, and the codec goes on.
fn lie(codec: &Compression, lie: &[u8]) -> Error {
    let mut output = b"before".to_vec();
    let error = codec.compress_append(lie, &mut output).expect_err("a lie");
    assert_eq!(output, b"before", "the lie {lie:?} changed the output");
    assert!(!codec.is_poisoned());
    assert_eq!(codec.compress(b"Truth").expect("the next call"), b"Truth");
    error
}

#[test]
fn a_status_that_does_not_exist() {
    let codec = codec();
    for (what, number) in [(b"u", "12345"), (b"n", "-1")] {
        let error = lie(&codec, what);
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.message().contains(number), "{error} does not name the status");
    }
}

#[test]
fn a_status_that_the_call_does_not_have() {
    broke::<()>(Err(lie(&codec(), b"m")), "SOCH_NOT_FOUND");
    broke(storage().put(1, b"k", b"v", 0), "SOCH_NOT_FOUND");
    broke(index().size_bytes(), "SOCH_NOT_FOUND");
    storage().delete(1, b"k", 0).expect("a key that was not there is no error");
}

#[test]
fn an_error_text_that_is_not_utf8() {
    broke::<()>(Err(lie(&codec(), b"t")), "UTF-8");
    // A program that does not check plugins learns of the failure itself.
    let error = lie(&codec_by(&DynamicPluginLoader::new_trusted()), b"t");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Io, 5));
    assert!(error.message().contains("bad") && error.message().contains("text"), "{error}");
    assert!(!error.message().contains(char::is_control), "{error:?} has control characters");
}

#[test]
fn an_error_text_without_an_end() {
    broke::<()>(Err(lie(&codec(), b"f")), "ends in NUL");
    let error = lie(&codec_by(&DynamicPluginLoader::new_trusted()), b"f");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains(&"x".repeat(500)), "{error}");
}

#[test]
fn more_written_than_reserved() {
    broke::<()>(Err(lie(&codec(), b"p")), "wrote past the room that it reserved");
}

#[test]
fn more_committed_than_reserved() {
    for what in [b"c", b"w", b"d"] {
        broke::<()>(Err(lie(&codec(), what)), "committed more than it reserved");
    }
}

#[test]
fn success_after_the_writer_refused() {
    broke::<()>(Err(lie(&codec(), b"o")), "reported success after its writer");
}

#[test]
fn bytes_at_null_with_a_length() {
    broke::<()>(Err(lie(&codec(), b"l")), "NULL");
    broke(storage().get(1, b"l"), "NULL");
    broke(storage().scan(1, b"k", b"", 9), "NULL");
    broke(storage().scan(1, b"v", b"", 9), "NULL");
}

#[test]
fn a_reservation_of_all_memory() {
    assert_eq!(lie(&codec(), b"h").kind(), ErrorKind::Limit);
}

#[test]
fn a_value_of_a_key_that_is_not_there() {
    let mut value = b"before".to_vec();
    let error = storage().get_append(1, b"b", &mut value).expect_err("bytes and `not found` at once");
    assert_eq!(error.kind(), ErrorKind::Contract, "{error}");
    assert_eq!(value, b"before");
}

#[test]
fn more_rows_than_the_limit() {
    broke(storage().scan(1, b"m", b"", 3), "more rows than the limit");
}

#[test]
fn a_scan_that_goes_on_after_its_sink_ended_it() {
    let mut taken = 0;
    let mut take = |_: &[u8], _: &[u8]| {
        taken += 1;
        if taken == 2 {
            Err(Error::new(ErrorKind::Cancelled, "enough"))
        } else {
            Ok(())
        }
    };
    broke(storage().scan_into(1, b"n", b"", 10_000, &mut RowSink::new(&mut take)), "went on after");
    assert_eq!(taken, 2, "the sink gets nothing after it ended the scan");
}

/// A plugin that cannot find several at once is asked for each, unless it gave some.
#[test]
fn values_that_nobody_asked_for() {
    let find = |first: &[u8]| storage().multi_get(1, &[first, b"k"]);
    broke(find(b"v"), "NULL");
    broke(find(b"o"), "a key that was not asked for");
    broke(find(b"t"), "two values of one key");
    broke(find(b"x"), "SOCH_NOT_FOUND");
    broke(find(b"u"), "and then returned SOCH_UNSUPPORTED");
    let each = find(b"dk").expect("it is asked for each");
    assert_eq!(each, [Some(Vec::new()), Some(Vec::new())], "`get` finds nothing, and says that it is there");
    let mut take = |_: usize, _: &[u8]| Err(Error::new(ErrorKind::Cancelled, "enough"));
    let keys: [&[u8]; 2] = [b"n", b"k"];
    broke(storage().multi_get_into(1, &keys, &mut ValueSink::new(&mut take)), "went on after");
}

#[test]
fn more_neighbours_than_asked_for() {
    for k in [0, 1, 10] {
        broke(index().nearest(b"k", k), &format!("{} neighbours where {k}", k + 1));
        broke(index().nearest(b"h", k), "neighbours");
    }
}

#[test]
fn more_neighbours_of_one_query_of_many_than_asked_for() {
    for k in [0, 1, 10] {
        let how = format!("returned {} neighbours of query 2 where {k} were asked for", k + 1);
        broke(index().nearest_batch(&[b"a", b"a", b"k", b"a"], k), &how);
        broke(index().nearest_batch(&[b"h"], k), "of query 0");
    }
    broke(index().nearest_batch(&[b"a", b"m"], 1), "SOCH_NOT_FOUND");
    let one_by_one =
        load_c("lying_index", &["-DNO_BATCH"]).instance("{}").expect("an instance").index().expect("an index");
    broke(one_by_one.nearest_batch(&[b"k", b"k"], 3), "`nearest` broke the plugin contract: it returned 4 neighbours");
    assert!(one_by_one.nearest_batch(&[], 3).expect("no query, no lie").is_empty());
}

#[test]
fn neighbours_that_were_counted_and_not_written() {
    let found = index().nearest_batch(&[b"a", b"u"], 2).expect("no neighbour, and two");
    assert!(found[0].is_empty(), "{found:?}");
    assert!(found[1].iter().all(|(row, distance)| *row == 0 && distance.is_nan()), "what nobody wrote: {found:?}");
    assert_eq!(found[1].len(), 2);
    let error = index().nearest_batch(&[b"f"], 2).expect_err("it fails");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Io, 5), "a failure is no lie, whatever was counted");
}

#[test]
fn more_neighbours_than_memory_has_places() {
    for (queries, k) in [(1, usize::MAX), (3, usize::MAX / 2), (2, 1 << 61)] {
        let error = index().nearest_batch(&vec![&b"a"[..]; queries], k).expect_err("no memory has that");
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(error.message().contains(&k.to_string()), "{error}");
    }
}

#[test]
fn more_rows_than_memory_could_hold() {
    let error = index().lookup(b"h").expect_err("2^60 rows");
    assert!(matches!(error.kind(), ErrorKind::Limit | ErrorKind::Contract), "{error:?}");
}

#[test]
fn a_count_that_grows_each_time() {
    broke(index().lookup(b"g"), "more rows each time");
}

#[test]
fn rows_that_were_counted_and_not_written() {
    assert_eq!(index().lookup(b"u").expect("three rows"), [0, 0, 0], "nothing that nobody wrote is read");
}

#[test]
fn a_range_beyond_its_limit() {
    broke(index().range(b"a", b"", 5), "6 rows with a limit of 5");
}

#[test]
fn a_name_that_is_no_text() {
    for (source, flag) in [
        ("lying_codec", "-DALGORITHM_NOT_TEXT"),
        ("lying_codec", "-DALGORITHM_EMPTY"),
        ("lying_codec", "-DALGORITHM_NULL"),
        ("lying_codec", "-DALGORITHM_HUGE"),
        ("lying_index", "-DTYPE_NOT_TEXT"),
    ] {
        match load_c(source, &[flag]).instance("{}").err().as_ref().map(LoadError::refusal) {
            Some(Refusal::Create { kind, message, .. }) => {
                assert_eq!(*kind, ErrorKind::Contract, "{flag}: {message}");
                assert!(message.contains("broke the plugin contract"), "{flag}: {message}");
            }
            other => panic!("{flag} gave {other:?}"),
        }
    }
}
