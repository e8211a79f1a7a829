//! Where values are. No call here waits for another one.

use crate::sync::thread_slot::{self, SHARDS};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
