//! Observations in buckets whose bounds are powers of one base: OpenTelemetry's base-2 exponential histogram.
//!
//! The base is 2^(2^-scale). A histogram begins with the finest scale and takes the next coarser one, in which two buckets
//! are one, whenever the buckets of a sign would be more than [`MAX_BUCKETS`]: so it needs no bounds, and any amount that a
//! number can have finds its bucket. (OpenTelemetry's data model of metrics, "ExponentialHistogram", whose default size and
//! finest scale these are.)

use crate::metrics::sum::finite_sum;
use crate::sync::call_gate::live::is_child;
use crate::sync::thread_slot::{self, SHARDS};
use parking_lot::{Mutex, MutexGuard};
use sochdb_plugin_sdk::{ExponentialBuckets, ExponentialHistogram};
use std::sync::OnceLock;

/// The most buckets of a sign.
const MAX_BUCKETS: i64 = 160;
/// The finest scale.
const MAX_SCALE: i32 = 20;
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;

/// Observations, divided among threads.
pub(crate) struct Exponential([OnceLock<Box<Mutex<Counts>>>; SHARDS]);

impl Default for Exponential {
    fn default() -> Self {
        Self([const { OnceLock::new() }; SHARDS])
    }
}

impl Exponential {
    /// The value is finite. In a child of fork it is kept if no other thread had the lock.
    pub(crate) fn add(&self, value: f64) {
        let part = self.0[thread_slot::this_thread().number()].get_or_init(Box::default);
        if let Some(mut part) = lock(part) {
            part.add(value);
        }
    }

    /// The observations of all threads.
    pub(crate) fn get(&self) -> Counts {
        let mut all = Counts::default();
        for part in self.0.iter().filter_map(OnceLock::get).filter_map(|part| lock(part)) {
            all.add_all(&part);
        }
        all
    }
}

/// None in a child of fork, if a thread that is not there has the lock.
fn lock(part: &Mutex<Counts>) -> Option<MutexGuard<'_, Counts>> {
    if is_child() {
        part.try_lock()
    } else {
        Some(part.lock())
    }
}

/// Observations.
pub(crate) struct Counts {
    scale: i32,
    zeros: u64,
    sum: f64,
    positive: Side,
    negative: Side,
}

impl Default for Counts {
    fn default() -> Self {
        Self { scale: MAX_SCALE, zeros: 0, sum: 0.0, positive: Side::default(), negative: Side::default() }
    }
}

impl Counts {
    fn add(&mut self, value: f64) {
        self.sum = finite_sum(self.sum, value);
        if value == 0.0 {
            self.zeros = self.zeros.wrapping_add(1);
        } else {
            self.count(value < 0.0, finest_bucket(value.abs()), MAX_SCALE, 1);
        }
    }

    fn add_all(&mut self, other: &Self) {
        self.sum = finite_sum(self.sum, other.sum);
        self.zeros = self.zeros.wrapping_add(other.zeros);
        self.coarsen(self.scale - other.scale);
        for (is_negative, side) in [(false, &other.positive), (true, &other.negative)] {
            for (bucket, count) in (side.offset..).zip(&side.counts) {
                self.count(is_negative, bucket, other.scale, *count);
            }
        }
    }

    /// Adds `count` observations to the bucket that has the bucket of `scale`, which is no coarser.
    fn count(&mut self, is_negative: bool, bucket: i32, scale: i32, count: u64) {
        let side = if is_negative { &self.negative } else { &self.positive };
        self.coarsen(side.excess(bucket >> (scale - self.scale)));
        let side = if is_negative { &mut self.negative } else { &mut self.positive };
        side.count(bucket >> (scale - self.scale), count);
    }

    /// Makes the scale coarser by `steps`, if there are any.
    fn coarsen(&mut self, steps: i32) {
        if steps > 0 {
            self.scale -= steps;
            self.positive.coarsen(steps);
            self.negative.coarsen(steps);
        }
    }

    pub(crate) fn as_value(&self) -> ExponentialHistogram<'_> {
        let counts = [&self.positive, &self.negative].into_iter().flat_map(|side| &side.counts);
        ExponentialHistogram {
            count: counts.fold(self.zeros, |all, count| all.wrapping_add(*count)),
            sum: self.sum,
            scale: self.scale,
            zero_count: self.zeros,
            zero_threshold: 0.0,
            positive: self.positive.as_value(),
            negative: self.negative.as_value(),
        }
    }
}

/// Counts of observations of one sign; neither the first nor the last is 0.
#[derive(Default)]
struct Side {
    /// The number of the first bucket.
    offset: i32,
    counts: Vec<u64>,
}

impl Side {
    /// By how many steps the scale must be coarser so that there is room for a bucket of this number.
    fn excess(&self, bucket: i32) -> i32 {
        if self.counts.is_empty() {
            return 0;
        }
        let (first, last) = (i64::from(self.offset), i64::from(self.offset) + self.counts.len() as i64 - 1);
        let (first, last) = (first.min(bucket.into()), last.max(bucket.into()));
        (0..).find(|steps| (last >> steps) - (first >> steps) < MAX_BUCKETS).unwrap_or(0)
    }

    /// There is room for the bucket.
    fn count(&mut self, bucket: i32, count: u64) {
        if self.counts.is_empty() {
            self.offset = bucket;
        } else if bucket < self.offset {
            let missing = (self.offset - bucket) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.offset = bucket;
        }
        let at = (bucket - self.offset) as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] = self.counts[at].wrapping_add(count);
    }

    fn coarsen(&mut self, steps: i32) {
        let finer = std::mem::take(self);
        for (bucket, count) in (finer.offset..).zip(finer.counts) {
            if count > 0 {
                self.count(bucket >> steps, count);
            }
        }
    }

    fn as_value(&self) -> ExponentialBuckets<'_> {
        ExponentialBuckets { offset: self.offset, counts: &self.counts }
    }
}

/// The bucket of the finest scale for an amount above 0: the one whose upper bound it has not passed.
///
/// The power of two is read from the bits, so that bounds which are powers of two, of which each scale has some, are exact;
/// within it the logarithm decides.
fn finest_bucket(amount: f64) -> i32 {
    // Numbers below the least normal one have no exponent of their own.
    let (amount, shifted) = if amount.is_normal() { (amount, 0) } else { (amount * (1u64 << 52) as f64, 52) };
    let exponent = (amount.to_bits() >> MANTISSA_BITS) as i32 - (f64::MAX_EXP - 1) - shifted;
    let mantissa = f64::from_bits((amount.to_bits() & ((1 << MANTISSA_BITS) - 1)) | 1.0f64.to_bits());
    let within = (mantissa.log2() * f64::from(1 << MAX_SCALE)).ceil() as i32;
    (exponent << MAX_SCALE) + within - 1
}
