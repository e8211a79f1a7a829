//! Extensions that end each other at the same time, on real threads: nobody waits out the drain timeout, and who is refused is
//! told for whom it would have waited.

use sochdb_plugin_host::sdk::{Error, ErrorKind, Extension, LogLevel, ObservabilityExtension};
use sochdb_plugin_host::{ManagerError, Observability, PluginManager};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use support::sink::Sink;

/// Far below the drain timeout, which is half a minute here, and enough for a machine that has other work.
const AT_ONCE: Duration = Duration::from_secs(10);
const ROUNDS: usize = 100;
const NAMES: [&str; 3] = ["first", "second", "third"];

/// Extensions each of which ends the next one in the circle, from inside of its calls that begin with a word.
struct Ring {
    sinks: Vec<Observability>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    sinks: OnceLock<Vec<Observability>>,
    inside: AtomicUsize,
    refused: Mutex<Vec<Error>>,
}

impl Shared {
    /// Waits, not for ever, until so many are inside of their calls.
    fn meet(&self, count: usize) {
        self.inside.fetch_add(1, SeqCst);
        let end = Instant::now() + Duration::from_secs(2);
        while self.inside.load(SeqCst) < count && Instant::now() < end {
            thread::yield_now();
        }
    }

    fn end(&self, number: usize) {
        if let Some(sinks) = self.sinks.get() {
            if let Err(error) = sinks[number % sinks.len()].clone().shutdown() {
                self.refused.lock().expect("a list").push(error);
            }
        }
    }
}

impl Ring {
    fn new(count: usize, word: &'static str, meets: bool) -> Self {
        let shared = Arc::new(Shared::default());
        let sink = |number: usize| {
            let shared = shared.clone();
            let call = move |line: &str| {
                if line.starts_with(word) {
                    if meets {
                        shared.meet(count);
                    }
                    shared.end(number + 1);
                }
            };
            Observability::new(Sink::new(NAMES[number], call)).expect("a sink")
        };
        let sinks: Vec<_> = (0..count).map(sink).collect();
        assert!(shared.sinks.set(sinks.clone()).is_ok(), "once");
        Self { sinks, shared }
    }

    /// Does `work` with each on a thread of its own, at the same time, and ends all that has not ended.
    fn run(self, what: &str, work: impl Fn(Observability) -> Result<(), Error> + Sync) -> usize {
        let (begun, together) = (Instant::now(), Barrier::new(self.sinks.len()));
        let results: Vec<Result<(), Error>> = thread::scope(|scope| {
            let threads: Vec<_> = self
                .sinks
                .iter()
                .map(|sink| {
                    scope.spawn(|| {
                        together.wait();
                        work(sink.clone())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let refused = std::mem::take(&mut *self.shared.refused.lock().expect("a list"));
        let count = refused.len();
        for error in results.into_iter().filter_map(Result::err).chain(refused) {
            assert_eq!(error.kind(), ErrorKind::Busy, "{what}: {error}");
            assert!(
                error.message().contains("would wait for") && NAMES.iter().any(|name| error.message().contains(name)),
                "{what}: {error}"
            );
        }
        for sink in &self.sinks {
            sink.clone().shutdown().unwrap_or_else(|error| panic!("{what}: nothing is left to wait for: {error}"));
            let metrics = PluginManager::new().metrics();
            assert_eq!(sink.attach(metrics).expect_err("it ended").kind(), ErrorKind::ShutDown, "{what}");
        }
        assert!(begun.elapsed() < AT_ONCE, "{what}: it took {:?}", begun.elapsed());
        count
    }
}

#[test]
fn ends_that_end_each_other_do_not_wait_for_each_other() {
    for count in [2, 3] {
        for round in 0..ROUNDS {
            let meets = round % 2 == 0;
            let what = format!("{count} in a circle, round {round}");
            let refused = Ring::new(count, "shutdown", meets).run(&what, |mut sink| sink.shutdown());
            assert!(!meets || refused > 0, "{what}: all are inside, so one must be refused");
        }
    }
}

#[test]
fn calls_that_end_each_others_extension_do_not_wait_for_each_other() {
    for count in [2, 3] {
        for round in 0..ROUNDS {
            let meets = round % 2 == 0;
            let what = format!("{count} in a circle, round {round}");
            let refused = Ring::new(count, "log", meets).run(&what, |sink| {
                sink.log(LogLevel::Info, "line", &[]);
                Ok(())
            });
            assert!(!meets || refused > 0, "{what}: all are inside, so one must be refused");
        }
    }
}

#[test]
fn an_end_that_logs_to_who_ends_it_does_not_wait() {
    for round in 0..ROUNDS {
        let manager: Arc<OnceLock<Arc<PluginManager>>> = Arc::default();
        let sinks: Arc<OnceLock<Vec<Observability>>> = Arc::default();
        let sink = |number: usize| {
            let (manager, sinks) = (manager.clone(), sinks.clone());
            let call = move |line: &str| match (line.starts_with("shutdown"), manager.get(), sinks.get()) {
                (true, Some(manager), _) => manager.log_warn("one ends", &[]),
                (false, _, Some(sinks)) if line.starts_with("log") => drop(sinks[1 - number].clone().shutdown()),
                _ => {}
            };
            Observability::new(Sink::new(NAMES[number], call)).expect("a sink")
        };
        let both = vec![sink(0), sink(1)];
        let registry = Arc::new(PluginManager::new());
        both.iter().for_each(|sink| registry.register_observability(sink.clone()).expect("registered"));
        assert!(manager.set(registry.clone()).is_ok() && sinks.set(both.clone()).is_ok(), "once");
        let (begun, together) = (Instant::now(), Barrier::new(3));
        thread::scope(|scope| {
            for sink in &both {
                scope.spawn(|| {
                    together.wait();
                    drop(sink.clone().shutdown());
                });
            }
            together.wait();
            drop(registry.shutdown_all_within(AT_ONCE));
        });
        for sink in &both {
            sink.clone().shutdown().unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
        assert!(begun.elapsed() < AT_ONCE, "round {round}: it took {:?}", begun.elapsed());
    }
}

#[test]
fn what_waits_for_an_end_that_a_call_holds_up_is_named_with_it() {
    let (goes_on, inside) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(2)));
    let slow = {
        let (goes_on, inside) = (goes_on.clone(), inside.clone());
        Sink::new("slow", move |line| {
            if line.starts_with("log") {
                inside.wait();
                while !goes_on.load(SeqCst) {
                    thread::sleep(Duration::from_millis(1));
                }
            }
        })
    };
    let slow = Observability::new(slow).expect("a sink");
    let ended = slow.clone();
    let waits = Sink::new("waits", move |line| {
        if line.starts_with("shutdown") {
            drop(ended.clone().shutdown());
        }
    });
    let waits = Observability::new(waits).expect("a sink");
    let manager = PluginManager::new();
    [&slow, &waits].into_iter().for_each(|sink| manager.register_observability(sink.clone()).expect("registered"));
    thread::scope(|scope| {
        scope.spawn(|| slow.log(LogLevel::Info, "line", &[]));
        inside.wait();
        let begun = Instant::now();
        let Err(ManagerError::Shutdown(unended)) = manager.shutdown_all_within(Duration::from_secs(1)) else {
            panic!("a call is under way")
        };
        let took = begun.elapsed();
        goes_on.store(true, SeqCst);
        let mut names: Vec<_> = unended.iter().map(|one| (one.plugin.as_str(), one.kind(), one.has_ended)).collect();
        names.sort_by_key(|one| one.0);
        assert_eq!(names, [("slow", ErrorKind::Busy, false), ("waits", ErrorKind::Busy, false)], "{unended:?}");
        assert!(took < AT_ONCE, "it took {took:?}");
    });
    [&slow, &waits].into_iter().for_each(|sink| sink.clone().shutdown().expect("nothing holds it up any more"));
}
