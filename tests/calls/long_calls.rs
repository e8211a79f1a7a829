//! Calls that may take long: their deadline, cancelling them, what they tell of their progress, and the trace they belong to.

use sochdb_plugin_host::sdk::{
    extension_info, Call, ColumnId, Error, ErrorKind, Extension, ExtensionInfo, IndexExtension, Result, RowId, RowSink,
    StorageExtension, TableId, TransactionId, Writer,
};
use sochdb_plugin_host::{CallOptions, CancelToken, DynamicPluginLoader, Index, PluginInstance, Storage};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::{load_c, Private};

fn storage() -> Storage {
    load_c("long_calls", &[]).instance("{}").expect("an instance").storage().expect("a storage")
}

fn failure<T: std::fmt::Debug>(result: Result<T, Error>) -> (ErrorKind, String) {
    let error = result.expect_err("the call does not end by itself");
    (error.kind(), error.to_string())
}

/// The figure behind this word of the text.
fn figure(text: &str, word: &str) -> u64 {
    let rest = &text[text.find(word).unwrap_or_else(|| panic!("{text} has no {word}")) + word.len()..];
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a figure")
}

/// Cancels when the plugin is at work.
fn cancelled_at_work<R>(options: CallOptions, call: impl FnOnce() -> R) -> (R, Duration) {
    let cancel = CancelToken::new();
    let begun = Arc::new(AtomicU64::new(0));
    let seen = begun.clone();
    let options = options.with_cancel(&cancel).with_progress(move |done, _| seen.store(done, Relaxed));
    thread::scope(|scope| {
        let canceller = scope.spawn(move || {
            while begun.load(Relaxed) < 3 {
                thread::yield_now();
            }
            cancel.cancel();
            Instant::now()
        });
        let result = options.run(call);
        (result, canceller.join().expect("it cancels").elapsed())
    })
}

#[test]
fn a_cancel_ends_the_call_that_is_under_way() {
    let storage = storage();
    let (result, took) = cancelled_at_work(CallOptions::new(), || storage.flush());
    assert_eq!(failure(result).0, ErrorKind::Cancelled);
    assert!(took < Duration::from_secs(5), "it took {took:?} to end");
    assert!(failure(storage.flush()).1.contains("no limits"), "the limits outlived their scope");
}

#[test]
fn a_deadline_ends_the_call() {
    let (storage, begin) = (storage(), Instant::now());
    let limit = Duration::from_millis(30);
    let (kind, _) = failure(CallOptions::new().with_timeout(limit).run(|| storage.flush()));
    assert_eq!(kind, ErrorKind::Timeout);
    assert!(begin.elapsed() >= limit, "it ended before its deadline");
}

#[test]
fn what_is_over_before_it_begins_does_not_reach_the_plugin() {
    let storage = storage();
    let cancel = CancelToken::new();
    cancel.cancel();
    for (options, kind) in [
        (CallOptions::new().with_cancel(&cancel), ErrorKind::Cancelled),
        (CallOptions::new().with_timeout(Duration::ZERO), ErrorKind::Timeout),
    ] {
        for (slot, result) in options.run(|| {
            [
                ("flush", storage.flush()),
                ("compact", storage.compact()),
                ("scan", storage.scan(1, b"", b"", 1).map(drop)),
            ]
        }) {
            let (found, text) = failure(result);
            assert_eq!(found, kind, "{slot}: {text}");
            // The plugin would have told its limits, or the scan have given a row.
            assert!(text.contains(&format!("`{slot}`")) && !text.contains("remaining"), "{text}");
        }
    }
}

#[test]
fn a_scan_that_never_asks_is_ended_by_its_rows() {
    let storage = storage();
    let begin = Instant::now();
    let taken = AtomicU64::new(0);
    let mut count = |_: &[u8], _: &[u8]| {
        taken.fetch_add(1, Relaxed);
        Ok(())
    };
    let options = CallOptions::new().with_timeout(Duration::from_millis(20));
    let result = options.run(|| storage.scan_into(1, b"", b"", usize::MAX, &mut RowSink::new(&mut count)));
    assert_eq!(failure(result).0, ErrorKind::Timeout);
    assert!(taken.into_inner() > 0, "no row came before the deadline");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn the_plugin_sees_the_deadline_and_the_trace() {
    let storage = storage();
    let (mut trace, mut span) = ([0; 16], [0; 8]);
    (trace[0], trace[15], span[0], span[7]) = (0xAA, 0xBB, 0xCC, 0xDD);
    let limit = Duration::from_secs(1000);
    let options = CallOptions::new().with_timeout(limit).with_trace(trace, span);
    let (_, text) = failure(options.run(|| storage.compact()));
    assert!(text.contains("trace aa..bb, span cc..dd"), "{text}");
    let left = Duration::from_nanos(figure(&text, "remaining"));
    assert!(left <= limit && left > limit / 2, "{text}");

    let (_, text) = failure(CallOptions::new().run(|| storage.compact()));
    assert_eq!(figure(&text, "remaining"), u64::MAX, "without a deadline");
    assert!(text.contains("trace 00..00"), "{text}");
}

/// A storage that is linked in: its `flush` asks from several threads, until the deadline.
struct Threads;

impl Extension for Threads {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("threads", "1.0.0")
    }
}

impl StorageExtension for Threads {
    support::keeps_no_rows!();

    fn flush(&self) -> Result<()> {
        Call::current(|call| {
            let until_the_end = || loop {
                call.progress(1, 2);
                if let Err(error) = call.go_on() {
                    assert_eq!(call.remaining(), Some(Duration::ZERO), "nothing is left after the deadline");
                    return error.kind();
                }
                assert!(call.remaining().is_some() && call.trace().is_some());
            };
            let ends = thread::scope(|scope| {
                let threads = [(); 3].map(|()| scope.spawn(until_the_end));
                threads.map(|thread| thread.join().expect("no panic"))
            });
            assert_eq!(ends, [ErrorKind::Timeout; 3]);
            call.go_on()
        })
    }
}

#[test]
fn any_thread_may_ask_as_long_as_the_call_lasts() {
    let storage = Storage::new(Threads).expect("it starts");
    let told = Arc::new(AtomicU64::new(0));
    let seen = told.clone();
    let options = CallOptions::new().with_timeout(Duration::from_millis(20)).with_trace([1; 16], [2; 8]);
    let options = options.with_progress(move |_, _| _ = seen.fetch_add(1, Relaxed));
    assert_eq!(failure(options.run(|| storage.flush())).0, ErrorKind::Timeout);
    assert!(told.load(Relaxed) >= 3, "each thread told its progress");
}

#[test]
fn a_scope_inside_keeps_the_limits_of_both() {
    let storage = storage();
    let long = CallOptions::new().with_timeout(Duration::from_secs(1000)).with_trace([1; 16], [2; 8]);
    let short = CallOptions::new().with_timeout(Duration::from_secs(10));
    for (outer, inner) in [(&long, &short), (&short, &long)] {
        let (_, text) = failure(outer.run(|| inner.run(|| storage.compact())));
        assert!(figure(&text, "remaining") <= 10_000_000_000, "{text}");
        assert!(text.contains("trace 01..01, span 02..02"), "{text}");
    }
    let (result, _) = cancelled_at_work(CallOptions::new(), || CallOptions::new().run(|| storage.flush()));
    assert_eq!(failure(result).0, ErrorKind::Cancelled, "the outer token, and its progress");
}

#[test]
fn a_panic_of_progress_is_the_callers_and_not_the_plugins() {
    let storage = storage();
    let options = CallOptions::new().with_progress(|_, _| panic!("of progress"));
    let payload = catch_unwind(AssertUnwindSafe(|| options.run(|| storage.flush()))).expect_err("it is handed on");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"of progress"));
    assert!(!storage.is_poisoned());
    assert!(failure(storage.compact()).1.contains("no limits"), "the scope is over");
}

/// An index whose searches last until they may end.
struct Slow(Arc<(Mutex<bool>, Condvar)>);

impl Extension for Slow {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

impl IndexExtension for Slow {
    fn index_type(&self) -> &str {
        "slow"
    }
    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        Ok(())
    }
    fn insert(&mut self, _: &[u8], _: RowId) -> Result<()> {
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        let (ends, changed) = &*self.0;
        drop(changed.wait_while(ends.lock().expect("no panic"), |ends| !*ends));
        Ok(0)
    }
}

#[test]
fn a_call_that_waits_for_others_ends_by_its_own_limits() {
    let end = Arc::new((Mutex::new(false), Condvar::new()));
    let index = Index::new(Slow(end.clone())).expect("an index");
    thread::scope(|scope| {
        let searching = index.clone();
        let search = scope.spawn(move || searching.size_bytes());
        // As soon as the search is inside, a build waits for it.
        let mut building = index.clone();
        let limit = Duration::from_millis(30);
        let timeout = || CallOptions::new().with_timeout(limit);
        let refused = loop {
            if let Err(error) = timeout().run(|| building.build(1, 1, &[])) {
                break error;
            }
        };
        assert_eq!(refused.kind(), ErrorKind::Timeout, "{refused}");
        assert!(refused.message().contains("`build` waits for calls under way"), "{refused}");
        let begin = Instant::now();
        let error = timeout().run(|| building.insert(b"key", 1)).expect_err("the search goes on");
        let took = begin.elapsed();
        assert!(
            error.kind() == ErrorKind::Timeout && limit <= took && took < Duration::from_secs(5),
            "{error} {took:?}"
        );
        let cancel = CancelToken::new();
        let cancelled = {
            let (mut building, cancel) = (index.clone(), cancel.clone());
            scope.spawn(move || CallOptions::new().with_cancel(&cancel).run(|| building.build(1, 1, &[])))
        };
        thread::sleep(limit);
        cancel.cancel();
        let begin = Instant::now();
        let error = cancelled.join().expect("no panic").expect_err("the search goes on");
        assert!(error.kind() == ErrorKind::Cancelled && begin.elapsed() < Duration::from_secs(5), "{error}");
        *end.0.lock().expect("no panic") = true;
        end.1.notify_all();
        assert_eq!(search.join().expect("no panic"), Ok(0));
        timeout().run(|| building.build(1, 1, &[])).expect("nobody is inside any more");
    });
}

#[test]
fn a_build_has_a_limit_of_its_own_and_nobody_is_refused_as_it_runs() {
    let library = |build: Duration| {
        let loader = DynamicPluginLoader::new_trusted().drain_timeout(Duration::from_millis(50)).build_timeout(build);
        Private::compile("slow_build", &[]).load_by(&loader).expect("it loads").instance("{}").expect("an instance")
    };
    let beside_a_build = |plugin: PluginInstance| {
        let mut building = plugin.index().expect("an index");
        let searching = building.clone();
        thread::scope(|scope| {
            let (begun, begins) = std::sync::mpsc::channel();
            let options = CallOptions::new().with_progress(move |_, _| _ = begun.send(()));
            let build = scope.spawn(move || options.run(|| building.build(1, 1, &[])));
            begins.recv().expect("the build is under way");
            let limited = CallOptions::new().with_timeout(Duration::from_millis(20)).run(|| searching.size_bytes());
            assert_eq!(failure(limited).0, ErrorKind::Timeout, "a caller may have a limit of its own");
            let found = searching.size_bytes();
            let still_builds = !build.is_finished();
            build.join().expect("no panic").expect("it is built");
            (found, still_builds)
        })
    };
    assert_eq!(beside_a_build(library(Duration::from_secs(60))).0, Ok(1), "it waited for a build of 400 ms");
    let (found, still_builds) = beside_a_build(library(Duration::from_millis(150)));
    let (kind, text) = failure(found);
    assert!(kind == ErrorKind::Busy && text.contains("waited 150ms") && still_builds, "{text}");
}
