//! The numbers of spans.

use super::*;
use std::collections::HashSet;
use std::thread;

#[test]
fn spans_of_all_threads_have_numbers_of_their_own() {
    let spans = Spans::default();
    let numbers: Vec<u64> = thread::scope(|scope| {
        let start =
            || (0..100).map(|own| spans.start(Own::collect(6, |at| (at as u64, own + at as u64)))).collect::<Vec<_>>();
        let threads: Vec<_> = (0..2 * SHARDS).map(|_| scope.spawn(start)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 200 * SHARDS);
    assert!(!numbers.contains(&0));
    for span in numbers {
        assert_eq!(spans.get(span).as_slice().len(), 6, "another thread finds it");
        assert_eq!(spans.end(span).as_slice().len(), 6);
        assert!(spans.end(span).as_slice().is_empty(), "it ends once");
    }
}

#[test]
fn a_sink_is_found_among_few_and_many_also_when_it_moved() {
    for count in 0..10 {
        let own = Own::collect(count, |at| (at as u64 + 7, at as u64 + 70));
        for at in 0..count {
            assert_eq!(own.of(at, at as u64 + 7), Some(at as u64 + 70));
            assert_eq!(own.of(at + 1, at as u64 + 7), Some(at as u64 + 70), "it moved");
        }
        assert_eq!(own.of(0, 6), None, "it came later");
    }
}
