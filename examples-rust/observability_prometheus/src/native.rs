//! Histograms with buckets at the powers of a base, as Prometheus has them: native ones.

use sochdb_plugin_sdk::{ExponentialBuckets, ExponentialHistogram};

/// A schema says how finely Prometheus divides a power of 2, as a scale does here; it knows these.
const COARSEST: i32 = -4;
const FINEST: i32 = 8;

/// One series.
#[derive(Clone, Debug)]
pub(crate) struct Native {
    pub(crate) schema: i32,
    pub(crate) zero_threshold: f64,
    pub(crate) zero_count: u64,
    pub(crate) positive: Buckets,
    pub(crate) negative: Buckets,
}

/// Buckets that are not empty, by the number that Prometheus gives them.
pub(crate) type Buckets = Vec<(i64, u64)>;

impl Native {
    /// None if its buckets are coarser than Prometheus knows them.
    pub(crate) fn new(histogram: &ExponentialHistogram<'_>) -> Option<Self> {
        let schema = histogram.scale.min(FINEST);
        let shift = u32::try_from(histogram.scale - schema).ok()?;
        (schema >= COARSEST).then(|| Self {
            schema,
            zero_threshold: histogram.zero_threshold,
            zero_count: histogram.zero_count,
            positive: merged(histogram.positive, shift),
            negative: merged(histogram.negative, shift),
        })
    }

    pub(crate) fn count(&self) -> u64 {
        let buckets = self.positive.iter().chain(&self.negative);
        buckets.fold(self.zero_count, |sum, (_, count)| sum.wrapping_add(*count))
    }
}

/// The buckets, of which 2^`shift` become one. Here one has the number of its lower bound, there of its upper one.
fn merged(buckets: ExponentialBuckets<'_>, shift: u32) -> Buckets {
    let mut merged = Buckets::new();
    for (number, count) in (i64::from(buckets.offset)..).zip(buckets.counts).filter(|(_, count)| **count > 0) {
        let number = number.checked_shr(shift).unwrap_or(-i64::from(number < 0)) + 1;
        match merged.last_mut() {
            Some((last, sum)) if *last == number => *sum = count.wrapping_add(*sum),
            _ => merged.push((number, *count)),
        }
    }
    merged
}
