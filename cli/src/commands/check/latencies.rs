//! How long the plugin's functions took, each by itself, in buckets whose bounds double.

use serde_json::{json, Map, Value};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::OnceLock;
use std::time::Duration;

/// The buckets: number n has the times below 2^n ns that no earlier one has.
const BUCKETS: usize = 40;
/// More slots than all tables have together.
const SLOTS: usize = 160;

type Slot = (OnceLock<&'static str>, [AtomicU64; BUCKETS]);

/// Counts in a test's process, without a lock: threads that meet in a plugin must not meet here.
pub(crate) struct Counting([Slot; SLOTS]);

impl Counting {
    pub(crate) fn new() -> Self {
        Self([const { (OnceLock::new(), [const { AtomicU64::new(0) }; BUCKETS]) }; SLOTS])
    }

    /// Counts a call of the slot of this name, which is that of a constant.
    pub(crate) fn add(&self, name: &'static str, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = (u64::BITS - nanos.leading_zeros()) as usize;
        if let Some((_, buckets)) = self.0.iter().find(|(slot, _)| *slot.get_or_init(|| name) == name) {
            buckets[bucket.min(BUCKETS - 1)].fetch_add(1, Relaxed);
        }
    }

    /// What was counted, for [`Latencies::add`].
    pub(crate) fn object(&self) -> Value {
        let slots = self.0.iter().filter_map(|(slot, buckets)| Some((*slot.get()?, buckets)));
        let slot = |(name, buckets): (&str, &[AtomicU64; BUCKETS])| {
            (name.to_owned(), json!(buckets.iter().map(|bucket| bucket.load(Relaxed)).collect::<Vec<_>>()))
        };
        Value::Object(slots.map(slot).collect::<Map<_, _>>())
    }
}

/// The times of all tests together, by slot.
#[derive(Debug, Default)]
pub(crate) struct Latencies(BTreeMap<String, [u64; BUCKETS]>);

impl Latencies {
    /// Adds what a test's process counted.
    pub(crate) fn add(&mut self, counted: &Value) {
        for (name, buckets) in counted.as_object().into_iter().flatten() {
            let sums = self.0.entry(name.clone()).or_insert([0; BUCKETS]);
            let counts = buckets.as_array().into_iter().flatten().filter_map(Value::as_u64);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    /// The slots that were called, in the order of their names.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (&str, Spread)> {
        self.0.iter().map(|(name, buckets)| (&**name, Spread::of(buckets)))
    }
}

/// The times of a slot, in nanoseconds, each the upper bound of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spread {
    pub(crate) calls: u64,
    pub(crate) median: u64,
    pub(crate) p99: u64,
    pub(crate) most: u64,
}

impl Spread {
    fn of(buckets: &[u64; BUCKETS]) -> Self {
        let calls: u64 = buckets.iter().sum();
        let below = |rank: u64| {
            let mut so_far = 0;
            let number = buckets.iter().position(|count| {
                so_far += count;
                so_far >= rank
            });
            1 << number.unwrap_or(0)
        };
        Self { calls, median: below(calls.div_ceil(2)), p99: below(calls - calls / 100), most: below(calls) }
    }
}

#[cfg(test)]
mod tests;
