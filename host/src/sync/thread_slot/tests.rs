//! No two threads that live have the same place.

use super::*;
use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;

#[test]
fn threads_that_live_at_the_same_time_do_not_own_one_number() {
    let mut rounds = 0;
    for _ in 0..300 {
        let together = Barrier::new(3 * SHARDS);
        let shards: Vec<Shard> = thread::scope(|scope| {
            let work = || {
                let shard = this_thread();
                together.wait();
                assert_eq!(this_thread(), shard, "it does not change");
                shard
            };
            let threads: Vec<_> = (0..3 * SHARDS).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(shards.iter().all(|shard| shard.number() < SHARDS));
        let own: Vec<usize> = shards.iter().filter(|shard| shard.is_own()).map(|shard| shard.number()).collect();
        assert_eq!(own.iter().collect::<HashSet<_>>().len(), own.len(), "{own:?}");
        // Other tests of this process have some at times; those of the threads of an earlier round are free again.
        rounds += usize::from(own.len() >= SHARDS / 2);
        if rounds == 3 {
            return;
        }
    }
    panic!("only in {rounds} rounds most numbers were free");
}

#[test]
fn a_thread_that_ends_has_a_shard_to_the_last() {
    struct AtTheEnd(std::sync::mpsc::Sender<Shard>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let _ = self.0.send(this_thread());
        }
    }
    thread_local! {
        static LAST: Cell<Option<AtTheEnd>> = const { Cell::new(None) };
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        // Before the lease, and so dropped after it.
        LAST.set(Some(AtTheEnd(sender)));
        this_thread();
    })
    .join()
    .unwrap();
    assert!(receiver.recv().unwrap().number() < SHARDS);
}
