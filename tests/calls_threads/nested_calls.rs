//! Calls inside calls on a loaded plugin that is storage, index and sink: no wait comes near the drain timeout, whatever the
//! ways in, the number of threads, and whether they lead through the log.

use sochdb_plugin_host::sdk::{
    CursorOptions, Error, ErrorKind, IndexExtension, Labels, LogLevel, ObservabilityExtension, RowSink,
    StorageExtension,
};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices, PluginInstance, PluginLibrary, PluginManager};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::in_rust;

const PATIENCE: Duration = Duration::from_secs(20);
/// Far below the drain timeout, and enough for a machine that has other work.
const AT_ONCE: Duration = Duration::from_secs(8);
const WORK: Duration = Duration::from_millis(1500);

/// Gives what plugins log to the sinks of a manager, where it is logged again once it is known.
#[derive(Default)]
struct Route(OnceLock<Arc<PluginManager>>);

impl HostServices for Route {
    fn log(&self, _: &Caller<'_>, _: LogLevel, message: &str, _: Labels<'_>) {
        if let Some(manager) = self.0.get() {
            manager.log_info(message, &[]);
        }
    }
}

fn library(route: &Arc<Route>) -> PluginLibrary {
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(PATIENCE).services(route.clone());
    support::plugins::Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads")
}

/// Threads that do `shared`, and one that does `exclusive`, until the time is up; the longest call.
fn run(
    threads: usize,
    shared: impl Fn(usize) -> Result<(), Error> + Sync,
    mut exclusive: impl FnMut() -> Result<(), Error>,
) {
    let (done, slowest, refused) = (AtomicBool::new(false), AtomicU64::new(0), Mutex::new(None));
    let timed = |call: &mut dyn FnMut() -> Result<(), Error>| {
        let begun = Instant::now();
        if let Err(error) = call() {
            refused.lock().expect("a place").get_or_insert(error);
        }
        slowest.fetch_max(begun.elapsed().as_millis() as u64, Relaxed);
    };
    thread::scope(|scope| {
        for number in 0..threads {
            let (done, shared, timed) = (&done, &shared, &timed);
            scope.spawn(move || {
                while !done.load(Relaxed) {
                    timed(&mut || shared(number));
                }
            });
        }
        let end = Instant::now() + WORK;
        while Instant::now() < end {
            timed(&mut exclusive);
            thread::sleep(Duration::from_micros(200));
        }
        done.store(true, Relaxed);
    });
    let slowest = Duration::from_millis(slowest.into_inner());
    assert!(slowest < AT_ONCE, "{threads} threads: a call took {slowest:?}");
    assert_eq!(refused.into_inner().expect("a place"), None, "{threads} threads");
}

fn scan_with(plugin: &PluginInstance, row: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
    let mut take = |_: &[u8], _: &[u8]| row();
    plugin.storage().expect("a storage").scan_into(1, b"", b"", 10, &mut RowSink::new(&mut take))
}

#[test]
fn a_lookup_inside_a_scan_does_not_wait_for_who_waits_for_the_scan() {
    for threads in [3, 33, 64] {
        let plugin = library(&Arc::default()).instance("{}").expect("an instance");
        let index = plugin.index().expect("an index");
        let mut changed = index.clone();
        let scan = |_| scan_with(&plugin, &mut || index.lookup(b"k").map(drop));
        run(threads, scan, || changed.insert(b"k", 1));
    }
}

#[test]
fn a_log_line_that_comes_back_to_its_plugin_does_not_wait() {
    for threads in [3, 33] {
        let route = Arc::new(Route::default());
        let plugin = library(&route).instance("{}").expect("an instance");
        let manager = Arc::new(PluginManager::new());
        manager.register(&plugin).expect("registered");
        assert!(route.0.set(manager).is_ok(), "once");
        let index = plugin.index().expect("an index");
        let mut changed = index.clone();
        run(threads, |_| index.lookup(b"k").map(drop), || changed.insert(b"k", 1));
    }
}

#[test]
fn two_plugins_that_call_each_other_do_not_wait_for_each_other() {
    for threads in [3, 33] {
        let library = library(&Arc::default());
        let plugins = [(); 2].map(|()| library.instance("{}").expect("an instance"));
        let indexes = plugins.clone().map(|plugin| plugin.index().expect("an index"));
        let mut changed = indexes.clone();
        let mut turn = 0;
        let cross = |number: usize| {
            let (outer, inner) = (number % 2, (number + 1) % 2);
            scan_with(&plugins[outer], &mut || indexes[inner].lookup(b"k").map(drop))
        };
        run(threads, cross, || {
            turn += 1;
            changed[turn % 2].insert(b"k", 1)
        });
    }
}

#[test]
fn a_call_beside_an_own_reader_does_not_wait() {
    let plugin = library(&Arc::default()).instance("{}").expect("an instance");
    let (storage, index) = (plugin.storage().expect("a storage"), plugin.index().expect("an index"));
    let mut changed = index.clone();
    let beside = |_| {
        let reader = storage.reader()?;
        index.lookup(b"k")?;
        let cursor = reader.cursor(1, &CursorOptions::new())?;
        storage.get(1, b"k")?;
        drop(cursor);
        storage.reader().map(drop)
    };
    run(8, beside, || changed.insert(b"k", 1));
}

#[test]
fn what_would_wait_for_itself_is_refused_at_once_and_says_why() {
    let plugin = library(&Arc::default()).instance("{}").expect("an instance");
    let (storage, index) = (plugin.storage().expect("a storage"), plugin.index().expect("an index"));
    let begun = Instant::now();
    let refused = |result: Result<(), Error>, why: &str| {
        let error = result.expect_err("it waits for itself");
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains(why), "{error}");
    };
    scan_with(&plugin, &mut || {
        refused(index.clone().insert(b"k", 1), "inside a call of the same extension");
        Ok(())
    })
    .expect("the scan goes on");
    let reader = storage.reader().expect("a reader");
    refused(index.clone().insert(b"k", 1), "a reader of it open");
    drop(reader);
    index.clone().insert(b"k", 1).expect("nothing is left to wait for");
    scan_with(&plugin, &mut || {
        refused(plugin.shutdown(), "inside a call of the same extension");
        Ok(())
    })
    .expect("the scan goes on");
    plugin.shutdown().expect("the second try");
    assert!(begun.elapsed() < AT_ONCE, "it waited {:?}", begun.elapsed());
}

#[test]
fn a_reader_that_another_thread_uses_is_waited_for() {
    let plugin = library(&Arc::default()).instance("{}").expect("an instance");
    let (storage, mut index) = (plugin.storage().expect("a storage"), plugin.index().expect("an index"));
    let reader = storage.reader().expect("a reader");
    let (sender, used) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut reader = reader;
            reader.get(1, b"k").expect("it goes to any thread");
            sender.send(()).expect("the other thread waits");
            thread::sleep(Duration::from_millis(300));
        });
        used.recv().expect("it was used");
        index.insert(b"k", 1).expect("the reader ends on its thread");
    });
}

#[test]
fn sinks_get_what_comes_from_inside_of_other_calls() {
    let plugin = library(&Arc::default()).instance("{}").expect("an instance");
    let sink = plugin.observability().expect("a sink");
    scan_with(&plugin, &mut || {
        sink.counter_inc("rows", 1, &[]);
        Ok(())
    })
    .expect("a scan");
}
