//! The eight faults of the plugin interface that this one takes the place of. Each test would fail with its fault.

use sochdb_plugin_host::sdk::{
    CompressionExtension, ErrorKind, IndexExtension, ObservabilityExtension, RowSink, StorageExtension,
};
use sochdb_plugin_host::{DynamicPluginLoader, Observability, PluginManager, Storage};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use support::in_c;
use support::plugins::{in_rust, load, Private, Recorder};
use support::sink::Sink;
use support::PrivateDir;

/// Fault 1: only observability can be loaded, and by one compiler. (Other compilers: tests/toolchains/compilers.rs.)
#[test]
fn fault_1_all_kinds_load_in_both_languages() {
    let in_c = |name: &str| in_c!(name);
    for of in [&in_c as &dyn Fn(&str) -> PathBuf, &in_rust] {
        let storage = load(&of("storage_memory")).instance("{}").expect("an instance").storage().expect("a storage");
        storage.put(1, b"k", b"v", 0).expect("put");
        assert_eq!(storage.get(1, b"k").expect("get"), Some(b"v".to_vec()));

        let mut index = load(&of("index_sorted")).instance("{}").expect("an instance").index().expect("an index");
        index.insert(b"k", 7).expect("insert");
        assert_eq!(index.lookup(b"k").expect("lookup"), [7]);

        let codec = load(&of("codec_xor")).instance("{}").expect("an instance").compression().expect("a codec");
        let packed = codec.compress(b"text").expect("compress");
        assert!(packed != b"text" && codec.decompress(&packed).expect("decompress") == b"text");

        let directory = PrivateDir::new("fault_1");
        let lines = directory.join("lines.jsonl");
        let config = format!("{{\"path\": \"{}\"}}", lines.display());
        let plugin = load(&of("observability_json")).instance(&config).expect("an instance");
        plugin.observability().expect("a sink").counter_inc("requests_total", 1, &[]);
        plugin.shutdown().expect("shutdown");
        assert!(fs::read_to_string(&lines).expect("the file").contains("requests_total"));
    }
}

/// Fault 2: the version is never checked, and constructors have run before anybody could.
#[test]
fn fault_2_another_version_is_refused_before_it_runs() {
    let directory = PrivateDir::new("fault_2");
    for (flags, code) in
        [(["-DNOTE_MAJOR=2", "-DMAJOR=2"], "E_ABI_MAJOR"), (["-DMIN_HOST=9", "-DMAJOR=1"], "E_HOST_TOO_OLD")]
    {
        let ran = directory.join(code);
        let flag = format!("-DRAN=\"{}\"", ran.display());
        let error = Private::compile("wrong_entry", &[flags[0], flags[1], &flag]).load().expect_err("another version");
        assert_eq!(error.code(), code, "{error}");
        assert!(!ran.exists(), "a constructor of a refused plugin ran");
    }
}

/// Fault 3: the library goes while handles into it are alive.
#[test]
fn fault_3_a_handle_keeps_its_library() {
    let storage = {
        let private = Private::copy(&in_c!("storage_memory"));
        let loader = DynamicPluginLoader::new_trusted();
        let library = private.load_by(&loader).expect("the plugin loads");
        fs::remove_file(&private.path).expect("the file may go as well");
        library.instance("{}").expect("an instance").storage().expect("a storage")
    };
    storage.put(1, b"k", b"v", 0).expect("put");
    assert_eq!(storage.get(1, b"k").expect("get"), Some(b"v".to_vec()));
}

/// Fault 4: shutdown reaches almost nothing, in the order of a hash map.
#[test]
fn fault_4_shutdown_reaches_every_kind_once_in_reverse_order() {
    let (recorder, loader) = Recorder::with_loader();
    let manager = PluginManager::new();
    let mut held = Vec::new();
    for (name, kind) in [("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 4)] {
        let private = Private::compile("logs_its_life", &[&format!("-DNAME=\"fault_4_{name}\"")]);
        let plugin = private.load_by(&loader).expect("the plugin loads").instance(name).expect("an instance");
        match kind {
            0 => manager.register_storage(plugin.storage().expect("a storage")),
            1 => manager.register_index(plugin.index().expect("an index")),
            2 => manager.register_observability(plugin.observability().expect("a sink")),
            3 => manager.register_compression(plugin.compression().expect("a codec")),
            _ => manager.register(&plugin),
        }
        .expect("registered");
        held.push(plugin);
    }
    recorder.take();
    manager.shutdown_all().expect("shut down, although each is held elsewhere");
    assert_eq!(recorder.take(), ["e shutdown", "d shutdown", "c shutdown", "b shutdown", "a shutdown"]);
    for plugin in held {
        let error = plugin.storage().expect("a storage").get(1, b"k").expect_err("a call after shutdown");
        assert_eq!(error.kind(), ErrorKind::ShutDown);
    }
}

/// Fault 5: check and load are two looks at the path.
#[test]
fn fault_5_a_file_that_is_swapped_does_not_win() {
    const TRIALS: u32 = 200;
    let private = Private::compile("wrong_entry", &[]);
    let (path, next) = (&private.path, private.path.with_extension("next"));
    let ran = private.path.with_extension("ran");
    let good = fs::read(path).expect("the good one");
    let flag = format!("-DRAN=\"{}\"", ran.display());
    // Its note is refused. What would be wrong is that it runs.
    let bad = fs::read(Private::compile("wrong_entry", &["-DMIN_HOST=9", &flag]).path).expect("the bad one");

    let place = |bytes: &[u8], trial: u32| {
        // Other bytes each time, or the loader would know them.
        fs::write(&next, [bytes, &trial.to_ne_bytes()].concat()).expect("a file");
        fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its own file");
        fs::rename(&next, path).expect("the other file");
    };
    place(&good, 0);
    let done = AtomicBool::new(false);
    let (mut loaded, mut refused, mut reasons) = (0, 0, BTreeSet::new());
    thread::scope(|scope| {
        let swapper = scope.spawn(|| {
            let mut trial = 1;
            while !done.load(Ordering::Relaxed) {
                place(&bad, trial);
                place(&good, trial);
                trial += 1;
            }
        });
        let end = Instant::now() + Duration::from_secs(20);
        // As many trials as it takes to meet both files.
        while loaded + refused < TRIALS || (loaded.min(refused) == 0 && Instant::now() < end) {
            // SAFETY: both were compiled from this source tree.
            match unsafe { DynamicPluginLoader::new_trusted().load(path) } {
                Ok(library) => {
                    loaded += 1;
                    assert_eq!(library.info().name, "wrong_entry");
                }
                Err(error) => {
                    refused += 1;
                    reasons.insert(error.code());
                }
            }
        }
        done.store(true, Ordering::Relaxed);
        swapper.join().expect("the swapper");
    });
    assert!(!ran.exists(), "a refused file ran: {loaded} loaded, {refused} refused");
    assert!(loaded > 0 && refused > 0, "{loaded} loaded, {refused} refused with {reasons:?}: there was no race");

    // SAFETY: the path is refused.
    let error = unsafe { DynamicPluginLoader::new_trusted().load("/usr/$LIB/plugin.so") };
    assert_eq!(error.expect_err("a path that the linker would expand").code(), "E_PATH_TOKEN");
}

/// Fault 6: a missing symbol ends the process later.
#[test]
fn fault_6_an_undefined_symbol_is_an_error_of_the_load() {
    let error = Private::compile("undefined_symbol", &["-Wl,-z,lazy"]).load().expect_err("an undefined symbol");
    let text = format!("{error}: {}", error.remedy());
    assert!(text.contains("sochdb_no_library_has_this_function") || text.contains("lazy"), "{text}");
    let error = Private::compile("undefined_symbol", &["-Wl,-z,now"]).load().expect_err("an undefined symbol");
    assert!(error.to_string().contains("sochdb_no_library_has_this_function"), "{error}");
}

/// Fault 7: a panic unwinds into, or aborts, the database.
#[test]
fn fault_7_a_panic_stays_in_the_plugin() {
    let plugin = load(&in_rust("panicking")).instance("get").expect("an instance");
    let error = plugin.storage().expect("a storage").get(1, b"k").expect_err("a panic");
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(plugin.is_poisoned());
}

/// Fault 8, first part: each metric call takes a lock. Each thread waits in each sink for the other one.
#[test]
fn fault_8_two_threads_are_in_one_sink_at_once() {
    let manager = Arc::new(PluginManager::new());
    let alone = Arc::new(AtomicBool::new(false));
    for name in ["first", "second", "third"] {
        let (inside, alone) = (AtomicUsize::new(0), alone.clone());
        let sink = Sink::new(name, move |_| {
            inside.fetch_add(1, Ordering::SeqCst);
            let end = Instant::now() + Duration::from_secs(20);
            while inside.load(Ordering::SeqCst) < 2 && !alone.load(Ordering::SeqCst) {
                alone.fetch_or(Instant::now() > end, Ordering::SeqCst);
                thread::yield_now();
            }
        });
        manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    }
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| manager.gauge_set("now", 1.0, &[]));
        }
    });
    assert!(!alone.load(Ordering::SeqCst), "a sink waited for the second thread, which was kept out");
    manager.shutdown_all().expect("shutdown");
}

/// Fault 8, second part: a sink that registers another one, while other threads report.
#[test]
fn fault_8_no_lock_is_held_in_a_call() {
    let manager = Arc::new(PluginManager::new());
    let (inside, registered) = (Arc::downgrade(&manager), Arc::new(AtomicUsize::new(0)));
    let count = registered.clone();
    let sink = Sink::new("registers", move |_| {
        if count.fetch_add(1, Ordering::SeqCst) < 20 {
            let manager = inside.upgrade().expect("it is held below");
            let another = Observability::new(Sink::new("another", |_| {})).expect("a sink");
            manager.register_observability(another).expect("registered from a callback");
            assert!(manager.has_observability());
        }
    });
    manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..200).for_each(|_| manager.counter_inc("requests_total", 1, &[])));
        }
    });
    assert_eq!(manager.list_extensions().len(), 21);
}

/// Fault 8, third part: `get` allocates, `scan` returns everything.
#[test]
fn fault_8_get_reuses_its_buffer_and_a_scan_may_end() {
    let plugin = load(&in_c!("storage_memory")).instance("{}").expect("an instance");
    let storage: Storage = plugin.storage().expect("a storage");
    for key in 0..1000_u16 {
        storage.put(1, &key.to_be_bytes(), &[7; 100], 0).expect("put");
    }
    let mut value = Vec::with_capacity(100);
    let place = value.as_ptr();
    for key in 0..1000_u16 {
        value.clear();
        assert!(storage.get_append(1, &key.to_be_bytes(), &mut value).expect("get"));
        assert_eq!((value.as_ptr(), value.len()), (place, 100), "get went to another place");
    }
    let mut taken = 0;
    let mut take = |_: &[u8], _: &[u8]| {
        taken += 1;
        if taken == 3 {
            Err(sochdb_plugin_host::sdk::Error::new(ErrorKind::Cancelled, "enough"))
        } else {
            Ok(())
        }
    };
    let ended = storage.scan_into(1, b"", b"", usize::MAX, &mut RowSink::new(&mut take));
    assert_eq!(ended.expect_err("the sink ended it").kind(), ErrorKind::Cancelled);
    assert_eq!(taken, 3);
}
