//! Where values are. No call here waits for another one.

use crate::metrics::bounded::Bounded;
use crate::metrics::buckets::{self, BUCKETS};
use crate::metrics::sum::add_to_sum;
use crate::sync::thread_slot::{self, SHARDS};
use sochdb_plugin_sdk::Bucket;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// On a pair of cache lines of its own, as processors fetch them in pairs, so that threads do not slow each other down.
#[repr(align(128))]
#[derive(Default)]
struct Share(AtomicU64);

/// Of a counter, of which there may be many: some threads have a share in common.
const SHARES: usize = SHARDS / 2;

/// A total, divided among threads.
#[derive(Default)]
pub(crate) struct Total([Share; SHARES]);

impl Total {
    #[inline]
    pub(crate) fn add(&self, value: u64) {
        self.0[thread_slot::this_thread().number() % SHARES].0.fetch_add(value, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        // Wraps, as each share does.
        self.0.iter().fold(0, |total, share| total.wrapping_add(share.0.load(Relaxed)))
    }
}

/// A value; the last one set stays.
#[derive(Default)]
pub(crate) struct Level(AtomicU64);

impl Level {
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }

    pub(crate) fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }
}

/// A total that grows and shrinks.
#[derive(Default)]
pub(crate) struct Balance(Total);

impl Balance {
    #[inline]
    pub(crate) fn add(&self, value: i64) {
        // In two's complement, what wraps is right.
        self.0.add(value as u64);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.get() as i64
    }
}

/// Observations by size, divided among threads. A thread's part takes 2 KiB, from its first observation on.
#[derive(Default)]
pub(crate) struct Observations {
    parts: [OnceLock<Box<Part>>; SHARDS],
    /// Where they are instead, if the application chose the bounds.
    bounded: Option<Box<Bounded>>,
}

#[repr(align(128))]
struct Part {
    sum: AtomicU64,
    counts: [AtomicU64; BUCKETS],
}

impl Default for Part {
    fn default() -> Self {
        Self { sum: AtomicU64::new(0.0f64.to_bits()), counts: [const { AtomicU64::new(0) }; BUCKETS] }
    }
}

impl Observations {
    pub(crate) fn within(bounds: Arc<[f64]>) -> Self {
        Self { bounded: Some(Box::new(Bounded::new(bounds))), ..Self::default() }
    }

    /// Whether all buckets are shown, as the application chose their bounds.
    pub(crate) fn is_bounded(&self) -> bool {
        self.bounded.is_some()
    }

    /// Drops what is not finite: it would make the sum useless for ever.
    #[inline]
    pub(crate) fn add(&self, value: f64) {
        if !value.is_finite() {
            return;
        }
        if let Some(bounded) = &self.bounded {
            return bounded.add(value);
        }
        let part = self.parts[thread_slot::this_thread().number()].get_or_init(Box::default);
        part.counts[buckets::of(value)].fetch_add(1, Relaxed);
        add_to_sum(&part.sum, value);
    }

    /// How many there are, and their sum; `into` gets the buckets that are not empty, or all that were chosen.
    pub(crate) fn get(&self, into: &mut Vec<Bucket>) -> (u64, f64) {
        if let Some(bounded) = &self.bounded {
            return bounded.get(into);
        }
        let (mut counts, mut sum) = ([0u64; BUCKETS], 0.0);
        for part in self.parts.iter().filter_map(OnceLock::get) {
            for (count, share) in counts.iter_mut().zip(&part.counts) {
                *count += share.load(Relaxed);
            }
            sum += f64::from_bits(part.sum.load(Relaxed));
        }
        into.clear();
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        into.extend(filled.map(|(bucket, count)| Bucket { upper: buckets::upper(bucket), count: *count }));
        (counts.iter().sum(), sum)
    }
}
