//! The host's number of a span, and each sink's own numbers behind it.

use crate::sync::thread_slot::{self, SHARDS};
use foldhash::fast::RandomState;
use parking_lot::Mutex;
use std::collections::HashMap;

/// So many sinks need no memory of their own for a span.
const FEW: usize = 4;

/// A sink's number among all that there ever were, and its own number of a span; 0 if it did not start it.
pub(crate) type Pair = (u64, u64);

/// Each sink's own number of a span, in the order of the sinks.
#[derive(Clone)]
pub(crate) enum Own {
    Few([Pair; FEW], usize),
    Many(Box<[Pair]>),
}

impl Own {
    /// Of no sink.
    pub(crate) const NONE: Self = Self::Few([(0, 0); FEW], 0);

    /// Of `count` sinks.
    pub(crate) fn collect(count: usize, mut of: impl FnMut(usize) -> Pair) -> Self {
        if count > FEW {
            return Self::Many((0..count).map(of).collect());
        }
        let mut few = [(0, 0); FEW];
        few[..count].iter_mut().enumerate().for_each(|(at, place)| *place = of(at));
        Self::Few(few, count)
    }

    pub(crate) fn as_slice(&self) -> &[Pair] {
        match self {
            Self::Few(few, count) => &few[..*count],
            Self::Many(many) => many,
        }
    }

    /// The own number of the sink that is at `at` of the list now, if it started the span.
    #[inline]
    pub(crate) fn of(&self, at: usize, sink: u64) -> Option<u64> {
        let pairs = self.as_slice();
        // Unless sinks went meanwhile, it is where it was.
        let there = pairs.get(at).filter(|pair| pair.0 == sink).or_else(|| pairs.iter().find(|pair| pair.0 == sink));
        there.map(|pair| pair.1).filter(|own| *own != 0)
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
        let shard = thread_slot::this_thread().number();
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
mod tests;
