//! Four threads that call extensions of all kinds, through handles that they keep, and find out each wrong answer.

use sochdb_plugin_host::sdk::{CompressionExtension, IndexExtension, StorageExtension};
use sochdb_plugin_host::PluginManager;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

/// How often each thread went round.
#[derive(Debug, Default)]
pub struct Rounds {
    pub storage: AtomicU64,
    pub index: AtomicU64,
    pub codec: AtomicU64,
    pub log: AtomicU64,
}

impl Rounds {
    pub fn all(&self) -> [u64; 4] {
        [&self.storage, &self.index, &self.codec, &self.log].map(|rounds| rounds.load(Relaxed))
    }
}

/// Calls the extensions `rows`, `column`, `pages` and all sinks of the manager while `change` runs. Panics at the first call
/// that fails or answers wrongly. A keeper of handles takes them once; every other round asks the manager again.
pub fn under(manager: &PluginManager, rounds: &Rounds, change: impl FnOnce()) {
    let stop = &AtomicBool::new(false);
    thread::scope(|scope| {
        let threads = [
            scope.spawn(|| store(manager, &rounds.storage, stop)),
            scope.spawn(|| look_up(manager, &rounds.index, stop)),
            scope.spawn(|| compress(manager, &rounds.codec, stop)),
            scope.spawn(|| log(manager, &rounds.log, stop)),
        ];
        // Each was there once before anything changes, and once more after it.
        go_round(rounds, &threads);
        change();
        go_round(rounds, &threads);
        stop.store(true, Relaxed);
    });
}

fn go_round(rounds: &Rounds, threads: &[thread::ScopedJoinHandle<'_, ()>]) {
    let before = rounds.all();
    while rounds.all().iter().zip(before).any(|(now, before)| *now <= before) {
        if threads.iter().any(thread::ScopedJoinHandle::is_finished) {
            return;
        }
        thread::yield_now();
    }
}

fn store(manager: &PluginManager, rounds: &AtomicU64, stop: &AtomicBool) {
    let kept = manager.storage_named("rows").expect("a storage");
    let table = kept.open_table(1).expect("a table");
    let mut value = Vec::new();
    while !stop.load(Relaxed) {
        let round = rounds.load(Relaxed);
        let (key, old) = (round.to_be_bytes(), (round / 2).to_be_bytes());
        if round.is_multiple_of(2) {
            kept.put(1, &key, &key, 0).expect("put");
        } else {
            manager.storage_named("rows").expect("a storage").put(1, &key, &key, 0).expect("put");
        }
        value.clear();
        assert!(table.get_append(&key, &mut value).expect("get of a table"), "what was just put is there");
        assert_eq!(value, key);
        let reader_or_not = kept.get(1, &old).expect("get");
        assert_eq!(reader_or_not.as_deref(), Some(&old[..]), "what was put before is there");
        rounds.store(round + 1, Relaxed);
    }
}

fn look_up(manager: &PluginManager, rounds: &AtomicU64, stop: &AtomicBool) {
    const KEYS: u64 = 500;
    let mut kept = manager.index("column").expect("an index");
    while !stop.load(Relaxed) {
        let round = rounds.load(Relaxed);
        let key = (round % KEYS).to_be_bytes();
        if round >= KEYS {
            kept.delete(&key, round - KEYS).expect("delete");
        }
        kept.insert(&key, round).expect("insert");
        assert_eq!(kept.lookup(&key).expect("lookup"), [round]);
        let other = round.saturating_sub(round % 7);
        let by_name = manager.index("column").expect("an index").lookup(&(other % KEYS).to_be_bytes());
        assert_eq!(by_name.expect("lookup"), [other]);
        rounds.store(round + 1, Relaxed);
    }
}

fn compress(manager: &PluginManager, rounds: &AtomicU64, stop: &AtomicBool) {
    let kept = manager.compression("pages").expect("a codec");
    while !stop.load(Relaxed) {
        let round = rounds.load(Relaxed);
        let text = round.to_string();
        let packed = kept.compress(text.as_bytes()).expect("compress");
        let codec = manager.compression("pages").expect("a codec");
        assert_eq!(codec.decompress(&packed).expect("decompress"), text.as_bytes());
        rounds.store(round + 1, Relaxed);
    }
}

fn log(manager: &PluginManager, rounds: &AtomicU64, stop: &AtomicBool) {
    while !stop.load(Relaxed) {
        let round = rounds.load(Relaxed);
        let span = manager.span_start("round", None);
        manager.log_info(&format!("round {round}"), &[]);
        manager.span_end(span);
        rounds.store(round + 1, Relaxed);
    }
}
