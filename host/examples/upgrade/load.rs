//! Threads that call extensions of each kind, and find out each call that fails or answers wrongly.

use sochdb_plugin_host::sdk::{CompressionExtension, IndexExtension, StorageExtension, StorageTable};
use sochdb_plugin_host::PluginManager;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::OnceLock;
use std::thread;

pub const TABLE: u32 = 1;
/// The key that is written first, and stays.
pub const FIRST_KEY: &[u8] = &0_u64.to_be_bytes();
/// So many keys of an index have a row at a time.
const KEYS: u64 = 500;

/// Why a call is not as it should be.
enum Miss {
    Failed(String),
    Wrong(String),
}

impl<E: std::error::Error> From<E> for Miss {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

fn wrong(right: bool, what: impl FnOnce() -> String) -> Result<(), Miss> {
    if right {
        Ok(())
    } else {
        Err(Miss::Wrong(what()))
    }
}

/// What one thread does again and again, and what came of it.
struct Worker<'m> {
    what: &'static str,
    round: Box<dyn Fn(u64) -> Result<(), Miss> + Send + Sync + 'm>,
    rounds: AtomicU64,
    failed: AtomicU64,
    wrong: AtomicU64,
    first: OnceLock<String>,
}

/// Rounds of a thread, each of some calls.
pub struct Outcome {
    what: &'static str,
    rounds: u64,
    pub failed: u64,
    pub wrong: u64,
    first: Option<String>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} rounds, {} failed, {} wrong", self.what, self.rounds, self.failed, self.wrong)?;
        self.first.iter().try_for_each(|first| write!(f, "; the first: {first}"))
    }
}

/// Threads that call the first storage, index and codec and all sinks of a manager. Handles are taken once; every other call
/// asks the manager for one.
pub struct Load<'m> {
    workers: Vec<Worker<'m>>,
}

impl<'m> Load<'m> {
    pub fn of(manager: &'m PluginManager) -> Self {
        let workers = [storage(manager), index(manager), codec(manager), sinks(manager)];
        Self { workers: workers.into_iter().flatten().collect() }
    }

    /// Does `change` while the threads call. Each was there once before it begins, and once more after it.
    pub fn beside<T>(&self, change: impl FnOnce() -> T) -> T {
        let stop = &AtomicBool::new(false);
        thread::scope(|scope| {
            for worker in &self.workers {
                scope.spawn(move || {
                    while !stop.load(Relaxed) {
                        worker.go_round();
                    }
                });
            }
            self.wait();
            let changed = change();
            self.wait();
            stop.store(true, Relaxed);
            changed
        })
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        self.workers.iter().map(Worker::outcome).collect()
    }

    /// Waits until each thread was there once more.
    pub fn wait(&self) {
        let before: Vec<u64> = self.workers.iter().map(|worker| worker.rounds.load(Relaxed)).collect();
        while self.workers.iter().zip(&before).any(|(worker, before)| worker.rounds.load(Relaxed) <= *before) {
            thread::yield_now();
        }
    }
}

impl<'m> Worker<'m> {
    fn new(what: &'static str, round: impl Fn(u64) -> Result<(), Miss> + Send + Sync + 'm) -> Self {
        let count = AtomicU64::default;
        Self { what, round: Box::new(round), rounds: count(), failed: count(), wrong: count(), first: OnceLock::new() }
    }

    fn go_round(&self) {
        let round = self.rounds.load(Relaxed);
        if let Err(miss) = (self.round)(round) {
            let (count, why) = match miss {
                Miss::Failed(why) => (&self.failed, why),
                Miss::Wrong(why) => (&self.wrong, why),
            };
            count.fetch_add(1, Relaxed);
            self.first.get_or_init(|| format!("round {round}: {why}"));
        }
        self.rounds.store(round + 1, Relaxed);
    }

    fn outcome(&self) -> Outcome {
        let [rounds, failed, wrong] = [&self.rounds, &self.failed, &self.wrong].map(|count| count.load(Relaxed));
        Outcome { what: self.what, rounds, failed, wrong, first: self.first.get().cloned() }
    }
}

/// The name of the first extension of which `of` finds what it looks for.
fn first<T>(manager: &PluginManager, of: impl Fn(&str) -> Option<T>) -> Option<(String, T)> {
    manager.extensions().into_iter().find_map(|one| of(&one.name).map(|found| (one.name, found)))
}

fn storage(manager: &PluginManager) -> Option<Worker<'_>> {
    let (name, kept) = first(manager, |name| manager.storage_named(name))?;
    let table = kept.open_table(TABLE).ok()?;
    Some(Worker::new("storage", move |round| {
        let (key, old) = (round.to_be_bytes(), (round / 2).to_be_bytes());
        let again = manager.storage_named(&name);
        let again = again.ok_or_else(|| Miss::Wrong(format!("no storage {name}")))?;
        let put = if round % 2 == 0 { &kept } else { &again };
        put.put(TABLE, &key, &key, 0)?;
        let found = table.get(&key)?;
        wrong(found.as_deref() == Some(&key[..]), || format!("what was just put is {found:?}"))?;
        let found = again.get(TABLE, &old)?;
        wrong(found.as_deref() == Some(&old[..]), || format!("what was put before is {found:?}"))
    }))
}

fn index(manager: &PluginManager) -> Option<Worker<'_>> {
    let (name, kept) = first(manager, |name| manager.index(name))?;
    Some(Worker::new("index", move |round| {
        let (mut kept, key) = (kept.clone(), (round % KEYS).to_be_bytes());
        if round >= KEYS {
            kept.delete(&key, round - KEYS)?;
        }
        kept.insert(&key, round)?;
        let found = kept.lookup(&key)?;
        wrong(found == [round], || format!("what was just inserted is {found:?}"))?;
        let other = round.saturating_sub(round % 7);
        let again = manager.index(&name).ok_or_else(|| Miss::Wrong(format!("no index {name}")))?;
        let found = again.lookup(&(other % KEYS).to_be_bytes())?;
        wrong(found == [other], || format!("what was inserted before as {other} is {found:?}"))
    }))
}

fn codec(manager: &PluginManager) -> Option<Worker<'_>> {
    let (name, kept) = first(manager, |name| manager.compression(name))?;
    Some(Worker::new("codec", move |round| {
        let text = round.to_string();
        let packed = kept.compress(text.as_bytes())?;
        let again = manager.compression(&name).ok_or_else(|| Miss::Wrong(format!("no codec {name}")))?;
        let found = again.decompress(&packed)?;
        wrong(found == text.as_bytes(), || format!("{text} became {found:?}"))
    }))
}

/// A line and a span in each round, which cannot fail: whoever reads the sink's output sees that each is there.
fn sinks(manager: &PluginManager) -> Option<Worker<'_>> {
    manager.has_observability().then(|| {
        Worker::new("sinks", move |round| {
            let span = manager.span_start("round", None);
            manager.log_info(&format!("round {round}"), &[]);
            manager.span_end(span);
            Ok(())
        })
    })
}
