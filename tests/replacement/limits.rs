//! Calls that meet a replacement end by their own limits, each call of each kind.

use crate::methods::unswept;
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{
    CompressionOptions, IndexChange, LogRecord, Search, SpanEnd, SpanEvent, SpanStart, StorageTable,
    TransactionOptions, VecWriter,
};
use sochdb_plugin_host::{
    CallOptions, CancelToken, Compression, DynamicPluginLoader, Index, InstanceOptions, Observability, PluginInstance,
    PluginManager, Storage, Table,
};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::{in_rust, Private};
use support::{in_c, private};

/// A call, and what it says; None if it says nothing.
type Call<H> = (&'static str, fn(&mut H) -> Option<Result<()>>);

/// Makes the call of each name, which has a result, or with `silent` none.
macro_rules! calls {
    ($handle:ident, $it:ident: $($call:ident => $made:expr;)+) => {
        [$((stringify!($call), (|$it: &mut $handle| Some($made.map(drop))) as fn(&mut $handle) -> Option<Result<()>>)),+]
    };
    (silent $handle:ident, $it:ident: $($call:ident => $made:expr;)+) => {
        [$((stringify!($call), (|$it: &mut $handle| {
            let _ = $made;
            None
        }) as fn(&mut $handle) -> Option<Result<()>>)),+]
    };
}

const LIMIT: Duration = Duration::from_millis(10);
/// No call that keeps its limits takes so long, on a machine with other work.
const LATE: Duration = Duration::from_secs(5);

/// What a call said, and whether it was late, with a limit of time, with a cancel under way, and when it is cancelled already.
fn limited<H>((name, call): &Call<H>, handle: &mut H) -> Vec<(String, Option<ErrorKind>)> {
    let (cancel, cancelled) = (CancelToken::new(), CancelToken::new());
    cancelled.cancel();
    let canceller = {
        let cancel = cancel.clone();
        thread::spawn(move || {
            thread::sleep(3 * LIMIT);
            cancel.cancel();
        })
    };
    let options = [
        ("late", CallOptions::new().with_timeout(LIMIT)),
        ("cancelled", CallOptions::new().with_cancel(&cancel)),
        ("cancelled before", CallOptions::new().with_cancel(&cancelled)),
    ];
    let said = options.map(|(how, options)| {
        let begin = Instant::now();
        let said = options.run(|| call(handle));
        let took = begin.elapsed();
        assert!(took < LATE, "{name}, {how}: it took {took:?}");
        (format!("{name}, {how}"), said.and_then(Result::err).map(|error| error.kind()))
    });
    canceller.join().expect("no panic");
    said.into()
}

/// Makes all calls while the extension is handed over, and says which of those that say something ended by another kind than
/// their limit's.
fn swept<H: Send>(
    library: &Path,
    config: &str,
    handle: impl FnOnce(&PluginInstance) -> H,
    calls: &[Call<H>],
) -> Vec<String> {
    let library = Private::copy(library).load_by(&DynamicPluginLoader::new_trusted()).expect("it loads");
    let manager = PluginManager::new();
    let (_room, room) = private();
    let options = &InstanceOptions::new().data_dir(room.join("data"));
    let instance = library.instance_with(config, options).expect("an instance");
    manager.register_as("it", &instance).expect("registered");
    let mut handle = handle(&instance);
    let (begun, begins) = channel();
    let (end, ended) = channel();
    thread::scope(|scope| {
        let manager = &manager;
        let library = &library;
        let moving = scope.spawn(move || {
            manager.hand_over("it", || {
                begun.send(()).expect("somebody waits");
                ended.recv().expect("it is told");
                library.instance_with(config, options)
            })
        });
        begins.recv().expect("it is handed over");
        let said: Vec<_> = calls.iter().flat_map(|call| limited(call, &mut handle)).collect();
        end.send(()).expect("it waits");
        moving.join().expect("no panic").expect("it is handed over");
        let wrong = said.into_iter().filter(|(name, kind)| match kind {
            Some(ErrorKind::Timeout) => !name.ends_with("late"),
            Some(ErrorKind::Cancelled) => name.ends_with("late"),
            _ => true,
        });
        wrong.map(|(name, kind)| format!("{name}: {kind:?}")).collect()
    })
}

/// Fails if a call that says something did not keep its limit, or one that says nothing said so.
fn keeps_limits<H: Send>(
    library: &Path,
    config: &str,
    handle: impl FnOnce(&PluginInstance) -> H,
    calls: &[Call<H>],
    silent: &[Call<H>],
) {
    let all: Vec<Call<H>> = calls.iter().chain(silent).copied().collect();
    let wrong = swept(library, config, handle, &all);
    let said_nothing = wrong.iter().filter(|said| {
        silent.iter().any(|(name, _)| said.starts_with(&format!("{name}, "))) && said.ends_with(": None")
    });
    assert_eq!(said_nothing.count(), 3 * silent.len(), "{wrong:#?}");
    assert_eq!(wrong.len(), 3 * silent.len(), "{wrong:#?}");
}

fn names<H>(calls: &[Call<H>]) -> impl Iterator<Item = &'static str> + '_ {
    calls.iter().map(|(name, _)| *name)
}

fn nowhere() -> std::path::PathBuf {
    std::env::temp_dir().join("no such checkpoint")
}

#[test]
fn of_a_storage() {
    let calls = calls! { Storage, it:
        get => it.get(1, b"k");
        get_into => it.get_into(1, b"k", &mut VecWriter::new(&mut Vec::new(), 9).writer());
        get_append => it.get_append(1, b"k", &mut Vec::new());
        multi_get => it.multi_get(1, &[b"k"]);
        put => it.put(1, b"k", b"v", 0);
        delete => it.delete(1, b"k", 0);
        scan => it.scan(1, b"", b"", 1);
        flush => it.flush();
        compact => it.compact();
        stats => it.stats();
        write_batch => it.write_batch(&[Write::Put { table: 1, key: b"k", value: b"v" }], &BatchOptions::new());
        compare_and_set => it.compare_and_set(1, b"k", None, Some(b"v"));
        open_table => it.open_table(1);
        list_tables => it.list_tables();
        drop_table => it.drop_table(1);
        checkpoint => it.checkpoint(&nowhere());
        property => it.property("any");
        reader => it.reader();
        begin => it.begin(&TransactionOptions::new());
    };
    let storage = |it: &PluginInstance| it.storage().expect("a storage");
    keeps_limits(&in_c!("storage_memory"), "{}", storage, &calls, &[]);
    assert_eq!(unswept("Storage", "StorageExtension", &["describe"], names(&calls)), [""; 0]);
    // Open readers and transactions are the old one's, and keep it; a table is found again in the next one.
    let calls = calls! { Table, it:
        get => it.get(b"k");
        get_into => it.get_into(b"k", &mut VecWriter::new(&mut Vec::new(), 9).writer());
        get_append => it.get_append(b"k", &mut Vec::new());
        put => it.put(b"k", b"v", 0);
    };
    let table = |it: &PluginInstance| it.storage().expect("a storage").open_table(1).expect("a table");
    keeps_limits(&in_c!("storage_memory"), "{}", table, &calls, &[]);
    assert_eq!(unswept("Table", "StorageTable", &["id"], names(&calls)), [""; 0]);
}

#[test]
fn of_an_index() {
    let sorted = calls! { Index, it:
        build => it.build(1, 1, &[(1, b"k")]);
        insert => it.insert(b"k", 1);
        insert_concurrently => it.insert_concurrently(b"k", 1);
        delete => it.delete(b"k", 1);
        delete_concurrently => it.delete_concurrently(b"k", 1);
        lookup => it.lookup(b"k");
        range => it.range(b"", b"", 1);
        size_bytes => it.size_bytes();
        save => it.save(1);
        save_into => it.save_into(1, &mut VecWriter::new(&mut Vec::new(), 99).writer());
        load_from => it.load_from(b"saved");
        change_batch => it.change_batch(&[IndexChange::Insert { key: b"k", row: 1 }]);
        change_batch_concurrently => it.change_batch_concurrently(&[IndexChange::Insert { key: b"k", row: 1 }]);
        drop_index => it.drop_index();
    };
    let index = |it: &PluginInstance| it.index().expect("an index");
    keeps_limits(&in_c!("index_sorted"), "{}", index, &sorted, &[]);
    let near = calls! { Index, it:
        nearest => it.nearest(&[0; 8], 1);
        nearest_batch => it.nearest_batch(&[&[0; 8]], 1);
        search => it.search(&Search::new(&[0; 8], 1));
        begin_build => it.begin_build(1, 1);
    };
    keeps_limits(&in_rust("index_hnsw"), r#"{"dimensions": 2}"#, index, &near, &[]);
    let kept = calls! { Index, it:
        flush => it.flush(1);
        flushed => it.flushed();
    };
    keeps_limits(&Private::compile("index_in_a_log", &[]).path, "{}", index, &kept, &[]);
    let names = names(&sorted).chain(names(&near)).chain(names(&kept));
    // A builder is the old one's, and keeps it.
    assert_eq!(unswept("Index", "IndexExtension", &["index_type", "describe", "finish_build"], names), [""; 0]);
}

#[test]
fn of_a_codec() {
    let calls = calls! { Compression, it:
        compress => it.compress(b"text");
        compress_into => it.compress_into(b"text", &mut VecWriter::new(&mut Vec::new(), 99).writer());
        compress_append => it.compress_append(b"text", &mut Vec::new());
        decompress => it.decompress(b"text");
        decompress_into => it.decompress_into(b"text", &mut VecWriter::new(&mut Vec::new(), 99).writer());
        decompress_append => it.decompress_append(b"text", &mut Vec::new());
        set_level => it.set_level(1);
        decompressed_size => it.decompressed_size(b"text");
        compress_with => it.compress_with(
            b"text",
            &CompressionOptions::new().with_level(1),
            &mut VecWriter::new(&mut Vec::new(), 99).writer()
        );
        decompress_with => it.decompress_with(
            b"text",
            &CompressionOptions::new(),
            &mut VecWriter::new(&mut Vec::new(), 99).writer()
        );
        train => it.train(&[b"text"], 99, &mut VecWriter::new(&mut Vec::new(), 99).writer());
    };
    let silent = calls! { silent Compression, it:
        bound => it.bound(9);
    };
    let codec = |it: &PluginInstance| it.compression().expect("a codec");
    keeps_limits(&in_c!("compression_zstd"), "{}", codec, &calls, &silent);
    let names = names(&calls).chain(names(&silent));
    assert_eq!(unswept("Compression", "CompressionExtension", &["algorithm", "describe"], names), [""; 0]);
}

/// Most calls of a sink say nothing, and keep the limit all the same.
#[test]
fn of_a_sink() {
    let calls = calls! { Observability, it:
        flush => it.flush();
    };
    let silent = calls! { silent Observability, it:
        counter_inc => it.counter_inc("c", 1, &[]);
        gauge_set => it.gauge_set("g", 1.0, &[]);
        histogram_observe => it.histogram_observe("h", 1.0, &[]);
        span_start => it.span_start("s", None);
        span_event => it.span_event(1, "e", &[]);
        span_end => it.span_end(1);
        start_span => it.start_span(&SpanStart::new("s"));
        add_span_event => it.add_span_event(1, &SpanEvent::new("e"));
        end_span => it.end_span(1, &SpanEnd::new());
        span_context => it.span_context(1);
        log => it.log(LogLevel::Info, "line", &[]);
        log_debug => it.log_debug("line", &[]);
        log_info => it.log_info("line", &[]);
        log_warn => it.log_warn("line", &[]);
        log_error => it.log_error("line", &[]);
        log_record => it.log_record(&LogRecord::new(LogLevel::Info, "line"));
        report_health => it.report_health(&HealthInfo::default());
    };
    let sink = |it: &PluginInstance| it.observability().expect("a sink");
    keeps_limits(&in_rust("observability_json"), r#"{"path": "/dev/null"}"#, sink, &calls, &silent);
    let names = names(&calls).chain(names(&silent));
    // The manager gives its metrics to each sink, also to the next one.
    let others = ["echoes", "enabled", "describe", "attach"];
    assert_eq!(unswept("Observability", "ObservabilityExtension", &others, names), [""; 0]);
}
