//! The host's number of a span, and each sink's own numbers behind it.

use crate::shard::{self, SHARDS};
use foldhash::fast::RandomState;
use parking_lot::Mutex;
use std::collections::HashMap;

/// So many sinks need no memory of their own for a span.
const FEW: usize = 4;

/// Each sink's own number of a span, in the order of the sinks; 0 of one that did not start it.
#[derive(Clone)]
pub(crate) enum Own {
    Few([u64; FEW], usize),
    Many(Box<[u64]>),
}

impl Own {
    /// Of no sink.
    pub(crate) const NONE: Self = Self::Few([0; FEW], 0);

    /// Of `count` sinks.
    pub(crate) fn collect(count: usize, mut of: impl FnMut(usize) -> u64) -> Self {
        if count > FEW {
            return Self::Many((0..count).map(of).collect());
        }
        let mut few = [0; FEW];
        few[..count].iter_mut().enumerate().for_each(|(at, place)| *place = of(at));
        Self::Few(few, count)
    }

    pub(crate) fn as_slice(&self) -> &[u64] {
        match self {
            Self::Few(few, count) => &few[..*count],
            Self::Many(many) => many,
        }
    }
}

/// The spans that a thread started, on a pair of cache lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Started {
    last: u64,
    open: HashMap<u64, Own, RandomState>,
}

/// All open spans. A number says which shard has it, so that threads do not meet.
#[derive(Default)]
pub(crate) struct Spans([Mutex<Started>; SHARDS]);

impl Spans {
    fn shard(&self, span: u64) -> &Mutex<Started> {
        &self.0[span as usize % SHARDS]
    }

    /// A new number, which is not 0.
    pub(crate) fn start(&self, own: Own) -> u64 {
        let shard = shard::this_thread().number();
        let mut started = self.0[shard].lock();
        started.last += SHARDS as u64;
        let span = started.last + shard as u64;
        if !own.as_slice().is_empty() {
            started.open.insert(span, own);
        }
        span
    }

    /// The sinks' own numbers of an open span.
    pub(crate) fn get(&self, span: u64) -> Own {
        self.shard(span).lock().open.get(&span).cloned().unwrap_or(Own::NONE)
    }

    /// The same, and the span is open no more.
    pub(crate) fn end(&self, span: u64) -> Own {
        self.shard(span).lock().open.remove(&span).unwrap_or(Own::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::thread;

    #[test]
    fn spans_of_all_threads_have_numbers_of_their_own() {
        let spans = Spans::default();
        let numbers: Vec<u64> = thread::scope(|scope| {
            let start = || (0..100).map(|own| spans.start(Own::collect(6, |at| own + at as u64))).collect::<Vec<_>>();
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
    fn few_and_many_sinks_keep_their_order() {
        for count in 0..10 {
            let own = Own::collect(count, |at| at as u64 + 7);
            assert!(own.as_slice().iter().copied().eq((0..count as u64).map(|at| at + 7)));
        }
    }
}
