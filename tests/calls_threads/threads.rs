//! Eight threads on every function that may be called from any thread, on both twins, and a shutdown among them.

use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, Error, ErrorKind, HealthInfo, IndexExtension, LogLevel, ObservabilityExtension,
    StorageExtension, Write,
};
use sochdb_plugin_host::PluginInstance;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use support::in_c;
use support::plugins::{in_rust, load, Private, Recorder};
use support::PrivateDir;

const THREADS: u8 = 8;
const ROUNDS: u8 = 60;

/// An instance of the C and of the Rust plugin of this name.
fn twins(name: &str, config: &str) -> [PluginInstance; 2] {
    let libraries: [PathBuf; 2] = [in_c!(name), in_rust(name)];
    libraries
        .map(|library| load(&library).instance(config).unwrap_or_else(|error| panic!("{}: {error}", library.display())))
}

/// Runs `work` on eight threads, each with its number.
fn on_threads(work: impl Fn(u8) + Sync) {
    thread::scope(|scope| {
        for number in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(number));
        }
    });
}

#[test]
fn storage() {
    for plugin in twins("storage_memory", "{}") {
        let storage = plugin.storage().expect("a storage");
        on_threads(|thread| {
            for round in 0..ROUNDS {
                let key = [thread, round];
                storage.put(1, &key, &[round; 40], 0).expect("put");
                assert_eq!(storage.get(1, &key).expect("get"), Some(vec![round; 40]));
                let mine = storage.scan(1, &[thread], &[thread + 1], usize::MAX).expect("scan");
                assert_eq!(mine.len(), usize::from(round) + 1);
                let writes = [
                    Write::Put { table: 2, key: &key, value: b"v" },
                    Write::Delete { table: 2, key: &[thread, round.wrapping_sub(1)] },
                ];
                match storage.write_batch(&writes, &BatchOptions::new()) {
                    Err(error) if error.kind() == ErrorKind::Unsupported => {}
                    result => result.expect("write_batch"),
                }
                storage.delete(2, &[thread, round], 0).expect("delete");
                storage.stats().expect("stats");
                storage.flush().expect("flush");
                storage.compact().expect("compact");
            }
        });
        let rows = storage.scan(1, b"", b"", usize::MAX).expect("scan");
        assert_eq!(rows.len(), usize::from(THREADS) * usize::from(ROUNDS));
        assert!(storage.scan(2, b"", b"", usize::MAX).expect("scan").is_empty());
    }
}

/// Reads go on while others change the index, which is alone then.
#[test]
fn index() {
    for plugin in twins("index_sorted", "{}") {
        let index = plugin.index().expect("an index");
        let fixed: Vec<(u64, &[u8])> = (0..100).map(|row| (row, &b"fixed"[..])).collect();
        index.clone().build(1, 1, &fixed).expect("build");
        on_threads(|thread| {
            let mut mine = index.clone();
            for round in 0..ROUNDS {
                if thread < 2 {
                    mine.insert(&[thread, round], u64::from(round)).expect("insert");
                    if round % 2 == 0 {
                        mine.delete(&[thread, round], u64::from(round)).expect("delete");
                    }
                }
                let rows = index.lookup(b"fixed").expect("lookup");
                assert!(rows.iter().copied().eq(0..100), "a lookup during changes found {rows:?}");
                assert_eq!(index.range(b"fixed", b"fixed\0", 10).expect("range"), (0..10).collect::<Vec<_>>());
                assert!(index.size_bytes().expect("size_bytes") > 0);
                let kind = index.nearest(b"fixed", 3).err().map(|error| error.kind());
                assert!(matches!(kind, None | Some(ErrorKind::Unsupported)), "{kind:?}");
            }
        });
        let odd = usize::from(ROUNDS) / 2;
        assert_eq!(index.range(&[0], &[2], usize::MAX).expect("range").len(), 2 * odd);
    }
}

#[test]
fn observability() {
    let directory = PrivateDir::new("threads");
    let config = format!("{{\"path\": \"{}\"}}", directory.join("lines.jsonl").display());
    for plugin in twins("observability_json", &config) {
        let sink = plugin.observability().expect("a sink");
        on_threads(|thread| {
            let name = thread.to_string();
            let labels = [("thread", &name[..])];
            for _ in 0..ROUNDS {
                sink.counter_inc("threads_total", 1, &labels);
                sink.gauge_set("threads_now", 1.0, &labels);
                sink.histogram_observe("threads_seconds", 0.1, &labels);
                let span = sink.span_start("span", None);
                assert_ne!(span, 0);
                sink.span_event(span, "event", &labels);
                sink.span_end(span);
                sink.log(LogLevel::Warn, "line", &labels);
                sink.report_health(&HealthInfo::default());
            }
        });
        plugin.shutdown().expect("shutdown");
    }
    let text = std::fs::read_to_string(directory.join("lines.jsonl")).expect("the file of both twins");
    let expected = 2 * 8 * usize::from(THREADS) * usize::from(ROUNDS);
    assert_eq!(text.lines().count(), expected, "one line a call");
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}

#[test]
fn compression() {
    for plugin in twins("codec_xor", "{}") {
        let codec = plugin.compression().expect("a codec");
        on_threads(|thread| {
            let mut mine = codec.clone();
            for round in 0..ROUNDS {
                let input = vec![thread ^ round; 300];
                let packed = codec.compress(&input).expect("compress");
                assert_eq!(codec.decompress(&packed).expect("decompress"), input);
                codec.bound(300);
                if round % 8 == 0 {
                    mine.set_level(i32::from(round)).expect("set_level");
                }
            }
        });
    }
}

#[test]
fn a_shutdown_among_calls_lets_them_end_and_refuses_later_ones() {
    for plugin in twins("storage_memory", "{}") {
        let storage = plugin.storage().expect("a storage");
        let (done, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (storage, done, calls) = (&storage, &done, &calls);
                scope.spawn(move || loop {
                    let after = done.load(Ordering::SeqCst);
                    match storage.put(1, &[thread], b"v", 0) {
                        Ok(()) => assert!(!after, "a call was let in after shutdown had returned"),
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::ShutDown, "{error}");
                            break;
                        }
                    }
                    calls.fetch_add(1, Ordering::Relaxed);
                });
            }
            while calls.load(Ordering::Relaxed) < 100 {
                thread::yield_now();
            }
            plugin.shutdown().expect("shutdown");
            done.store(true, Ordering::SeqCst);
        });
    }
}

/// The file that ends the call that hangs. It comes at the end of a test that fails, too.
struct Gate(PathBuf);

impl Gate {
    fn open(&self) {
        std::fs::write(&self.0, b"").expect("the file");
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

/// An instance of a plugin whose `flush` hangs until the gate is open.
fn hanging(recorder_name: &str) -> (Arc<Recorder>, PluginInstance, PrivateDir, PathBuf) {
    let (recorder, loader) = Recorder::with_loader();
    let loader = loader.drain_timeout(Duration::from_millis(100));
    let private = Private::compile("logs_its_life", &[&format!("-DNAME=\"{recorder_name}\"")]);
    let plugin = private.load_by(&loader).expect("the plugin loads").instance("a").expect("an instance");
    let directory = PrivateDir::new(recorder_name);
    let gate = directory.join("go");
    let storage = plugin.storage().expect("a storage");
    storage.put(1, b"gate", gate.to_str().expect("UTF-8").as_bytes(), 0).expect("put");
    (recorder, plugin, directory, gate)
}

fn busy(result: Result<(), Error>, since: Instant) {
    assert_eq!(result.expect_err("a call hangs").kind(), ErrorKind::Busy);
    assert!(since.elapsed() < Duration::from_secs(20), "it waited {:?}", since.elapsed());
}

#[test]
fn a_shutdown_during_a_call_that_hangs_gives_up_and_may_be_repeated() {
    let (recorder, plugin, _directory, gate) = hanging("hangs_in_shutdown");
    let storage = plugin.storage().expect("a storage");
    thread::scope(|scope| {
        let flush = scope.spawn(|| storage.flush());
        // Before the scope waits for `flush`.
        let gate = Gate(gate.clone());
        while !recorder.messages().contains(&"a flush".to_owned()) {
            thread::yield_now();
        }
        busy(plugin.shutdown(), Instant::now());
        let late = storage.put(1, b"k", b"v", 0).expect_err("no call is let in any more");
        assert_eq!(late.kind(), ErrorKind::ShutDown);
        assert!(!recorder.messages().contains(&"a shutdown".to_owned()), "shutdown ran during a call");
        gate.open();
        flush.join().expect("a thread").expect("the call under way ends as it should");
    });
    plugin.shutdown().expect("the second try");
    plugin.shutdown().expect("the third has nothing to do");
    assert_eq!(recorder.take(), ["a create", "a flush", "a shutdown"]);
}

#[test]
fn an_exclusive_call_during_a_call_that_hangs_gives_up() {
    let (recorder, plugin, _directory, gate) = hanging("hangs_in_change");
    let (storage, mut index) = (plugin.storage().expect("a storage"), plugin.index().expect("an index"));
    thread::scope(|scope| {
        let flush = scope.spawn(|| storage.flush());
        // Before the scope waits for `flush`.
        let gate = Gate(gate.clone());
        while !recorder.messages().contains(&"a flush".to_owned()) {
            thread::yield_now();
        }
        busy(index.insert(b"k", 1), Instant::now());
        storage.get(1, b"k").expect("shared calls go on");
        gate.open();
        flush.join().expect("a thread").expect("flush");
    });
    index.insert(b"k", 1).expect("the second try");
}
