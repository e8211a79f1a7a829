//! Sums of numbers, to which several threads may add.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The sum of two finite numbers, which is finite too: beyond the greatest number it stays there, as infinity would make it
/// useless for ever.
#[inline]
pub(crate) fn finite_sum(a: f64, b: f64) -> f64 {
    (a + b).clamp(f64::MIN, f64::MAX)
}

/// Adds to a sum whose bits are in `sum`.
#[inline]
pub(crate) fn add_to_sum(sum: &AtomicU64, value: f64) {
    // Another thread is here only if there are more threads than shards.
    let add = |sum| Some(finite_sum(f64::from_bits(sum), value).to_bits());
    let _ = sum.fetch_update(Relaxed, Relaxed, add);
}
