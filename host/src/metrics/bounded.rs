//! Observations in buckets whose bounds the application chose.

use crate::metrics::sum::{add_to_sum, finite_sum};
use crate::sync::thread_slot::{self, SHARDS};
use sochdb_plugin_sdk::Bucket;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// Observations by size, divided among threads.
pub(crate) struct Bounded {
    bounds: Arc<[f64]>,
    parts: [OnceLock<Box<Part>>; SHARDS],
}

#[repr(align(128))]
struct Part {
    sum: AtomicU64,
    /// One more than there are bounds.
    counts: Box<[AtomicU64]>,
}

impl Bounded {
    pub(crate) fn new(bounds: Arc<[f64]>) -> Self {
        Self { bounds, parts: [const { OnceLock::new() }; SHARDS] }
    }

    /// The value is finite.
    pub(crate) fn add(&self, value: f64) {
        let part = self.parts[thread_slot::this_thread().number()].get_or_init(|| {
            let counts = (0..=self.bounds.len()).map(|_| AtomicU64::new(0)).collect();
            Box::new(Part { sum: AtomicU64::new(0.0f64.to_bits()), counts })
        });
        part.counts[self.bounds.partition_point(|bound| *bound < value)].fetch_add(1, Relaxed);
        add_to_sum(&part.sum, value);
    }

    /// How many there are, and their sum; `into` gets all buckets.
    pub(crate) fn get(&self, into: &mut Vec<Bucket>) -> (u64, f64) {
        let uppers = self.bounds.iter().copied().chain([f64::INFINITY]);
        into.clear();
        into.extend(uppers.map(|upper| Bucket { upper, count: 0 }));
        let mut sum = 0.0;
        for part in self.parts.iter().filter_map(OnceLock::get) {
            into.iter_mut().zip(&part.counts).for_each(|(bucket, share)| bucket.count += share.load(Relaxed));
            sum = finite_sum(sum, f64::from_bits(part.sum.load(Relaxed)));
        }
        (into.iter().map(|bucket| bucket.count).sum(), sum)
    }
}
