//! Readers of a list see whole items while it grows, and each item ends once.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread;

/// Counts those that live.
struct Item<'a>(&'a AtomicUsize, u64);

impl<'a> Item<'a> {
    fn new(alive: &'a AtomicUsize, number: u64) -> Arc<Self> {
        alive.fetch_add(1, SeqCst);
        Arc::new(Self(alive, number))
    }
}

impl Drop for Item<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[test]
fn earlier_lists_go_and_nobody_reads_what_is_gone() {
    for barrier in [Barrier::new(), None] {
        let (alive, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        let published = Published { barrier, ..Published::default() };
        thread::scope(|scope| {
            for _ in 0..2 * SHARDS {
                scope.spawn(|| {
                    while !done.load(Relaxed) {
                        let read = |list: &[Arc<Item<'_>>]| list.iter().all(|item| item.1 >= 7);
                        assert!(published.read(|list| read(list) && published.read(read)));
                        thread::yield_now();
                    }
                });
            }
            for number in 0..2000 {
                let item = Item::new(&alive, number + 7);
                published.change(|list| {
                    Some(list.iter().skip(usize::from(list.len() > 3)).cloned().chain([item]).collect())
                });
            }
            done.store(true, Relaxed);
        });
        published.collect();
        assert_eq!(alive.load(SeqCst), 4);
        assert!(published.lists.lock().earlier.is_empty());
        drop(published);
        assert_eq!(alive.load(SeqCst), 0);
    }
}

#[test]
fn the_last_reader_of_an_earlier_list_lets_it_go() {
    let alive = AtomicUsize::new(0);
    let published = Published::default();
    published.change(|_| Some(vec![Item::new(&alive, 1)]));
    published.read(|list| {
        published.change(|_| Some(Vec::new()));
        assert_eq!((list[0].1, alive.load(SeqCst)), (1, 1), "it is kept as long as it is read");
    });
    assert_eq!(alive.load(SeqCst), 0);
}
