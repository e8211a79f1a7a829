//! Observations in the buckets that every histogram has of which nobody says more.

use crate::metrics::buckets::{self, BUCKETS};
use crate::metrics::sum::{add_to_sum, finite_sum};
use crate::sync::thread_slot::{self, SHARDS};
use sochdb_plugin_sdk::Bucket;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::OnceLock;

/// Observations by size, divided among threads. A thread's part takes 2 KiB, from its first observation on.
#[derive(Default)]
pub(crate) struct LogLinear([OnceLock<Box<Part>>; SHARDS]);

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

impl LogLinear {
    /// The value is finite.
    #[inline]
    pub(crate) fn add(&self, value: f64) {
        let part = self.0[thread_slot::this_thread().number()].get_or_init(Box::default);
        part.counts[buckets::of(value)].fetch_add(1, Relaxed);
        add_to_sum(&part.sum, value);
    }

    /// How many there are, and their sum; `into` gets the buckets that are not empty.
    pub(crate) fn get(&self, into: &mut Vec<Bucket>) -> (u64, f64) {
        let (mut counts, mut sum) = ([0u64; BUCKETS], 0.0);
        for part in self.0.iter().filter_map(OnceLock::get) {
            for (count, share) in counts.iter_mut().zip(&part.counts) {
                *count += share.load(Relaxed);
            }
            sum = finite_sum(sum, f64::from_bits(part.sum.load(Relaxed)));
        }
        into.clear();
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        into.extend(filled.map(|(bucket, count)| Bucket { upper: buckets::upper(bucket), count: *count }));
        (counts.iter().sum(), sum)
    }
}
