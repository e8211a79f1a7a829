//! Calls that meet a replacement end by their own limits, each call of each kind.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{IndexChange, Search, StorageTable, TransactionOptions};
use sochdb_plugin_host::{
    CallOptions, CancelToken, Compression, DynamicPluginLoader, Index, Observability, PluginInstance, PluginManager,
    Storage, Table,
};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};
use support::in_c;
use support::plugins::{in_rust, Private};

/// A call, and what it says; None if it says nothing.
type Call<H> = (&'static str, fn(&mut H) -> Option<Result<()>>);

/// Makes each call, by its name, of what `Some` and a result are made of here.
macro_rules! calls {
    ($handle:ident, $it:ident: $($call:ident => $made:expr;)+) => {
        [$((stringify!($call), (|$it: &mut $handle| Some($made.map(drop))) as fn(&mut $handle) -> Option<Result<()>>)),+]
    };
}

const LIMIT: Duration = Duration::from_millis(30);
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
    let instance = library.instance(config).expect("an instance");
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
                library.instance(config)
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

#[test]
fn of_a_storage() {
    let calls = calls! { Storage, it:
        get => it.get(1, b"k");
        get_append => it.get_append(1, b"k", &mut Vec::new());
        multi_get => it.multi_get(1, &[b"k"]);
        put => it.put(1, b"k", b"v", 0);
        delete => it.delete(1, b"k", 0);
        scan => it.scan(1, b"", b"", 1);
        flush => it.flush();
        compact => it.compact();
        stats => it.stats();
        write_batch => it.write_batch(&[Write::Put { table: 1, key: b"k", value: b"v" }], &BatchOptions::new());
        open_table => it.open_table(1);
        list_tables => it.list_tables();
        drop_table => it.drop_table(1);
        property => it.property("any");
        reader => it.reader();
        begin => it.begin(&TransactionOptions::new());
    };
    let storage = |it: &PluginInstance| it.storage().expect("a storage");
    assert_eq!(swept(&in_c!("storage_memory"), "{}", storage, &calls), [""; 0]);
    // Open readers and transactions are the old one's, and keep it; a table is found again in the next one.
    let calls = calls! { Table, it:
        table_get => it.get(b"k");
        table_put => it.put(b"k", b"v", 0);
    };
    let table = |it: &PluginInstance| it.storage().expect("a storage").open_table(1).expect("a table");
    assert_eq!(swept(&in_c!("storage_memory"), "{}", table, &calls), [""; 0]);
}

#[test]
fn of_an_index() {
    let calls = calls! { Index, it:
        build => it.build(1, 1, &[(1, b"k")]);
        insert => it.insert(b"k", 1);
        delete => it.delete(b"k", 1);
        lookup => it.lookup(b"k");
        range => it.range(b"", b"", 1);
        size_bytes => it.size_bytes();
        save => it.save(1);
        load => it.load_from(b"saved");
        change_batch => it.change_batch(&[IndexChange::Insert { key: b"k", row: 1 }]);
        drop_index => it.drop_index();
    };
    let index = |it: &PluginInstance| it.index().expect("an index");
    assert_eq!(swept(&in_c!("index_sorted"), "{}", index, &calls), [""; 0]);
    let calls = calls! { Index, it:
        nearest => it.nearest(&[0; 8], 1);
        nearest_batch => it.nearest_batch(&[&[0; 8]], 1);
        search => it.search(&Search::new(&[0; 8], 1));
        begin_build => it.begin_build(1, 1);
    };
    assert_eq!(swept(&in_rust("index_hnsw"), r#"{"dimensions": 2}"#, index, &calls), [""; 0]);
}

#[test]
fn of_a_codec_and_a_sink() {
    let calls = calls! { Compression, it:
        compress => it.compress(b"text");
        compress_append => it.compress_append(b"text", &mut Vec::new());
        decompress => it.decompress(b"text");
        decompress_append => it.decompress_append(b"text", &mut Vec::new());
        set_level => it.set_level(1);
        decompressed_size => it.decompressed_size(b"text");
    };
    let codec = |it: &PluginInstance| it.compression().expect("a codec");
    assert_eq!(swept(&in_c!("codec_xor"), "{}", codec, &calls), [""; 0]);
    // Most calls of a sink say nothing, and keep the limit all the same.
    let silent: [Call<Observability>; 8] = [
        ("counter_inc", |it| (it.counter_inc("c", 1, &[]), None).1),
        ("gauge_set", |it| (it.gauge_set("g", 1.0, &[]), None).1),
        ("histogram_observe", |it| (it.histogram_observe("h", 1.0, &[]), None).1),
        ("span_start", |it| (it.span_start("s", None), None).1),
        ("span_event", |it| (it.span_event(1, "e", &[]), None).1),
        ("span_end", |it| (it.span_end(1), None).1),
        ("log", |it| (it.log_info("line", &[]), None).1),
        ("report_health", |it| (it.report_health(&HealthInfo::default()), None).1),
    ];
    let sink = |it: &PluginInstance| it.observability().expect("a sink");
    let said = swept(&in_rust("observability_json"), r#"{"path": "/dev/null"}"#, sink, &silent);
    assert!(said.len() == 3 * silent.len() && said.iter().all(|said| said.ends_with(": None")), "{said:?}");
    let flush = calls! { Observability, it:
        flush => it.flush();
    };
    assert_eq!(swept(&in_rust("observability_json"), r#"{"path": "/dev/null"}"#, sink, &flush), [""; 0]);
}
