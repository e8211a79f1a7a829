//! Sums of numbers, to which several threads may add.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Adds to a sum whose bits are in `sum`.
#[inline]
pub(crate) fn add_to_sum(sum: &AtomicU64, value: f64) {
    // Another thread is here only if there are more threads than shards.
    let add = |sum| Some((f64::from_bits(sum) + value).to_bits());
    let _ = sum.fetch_update(Relaxed, Relaxed, add);
}
