//! usearch called directly.

use std::ffi::{c_char, c_void};

#[repr(C)]
struct Raw {
    _opaque: [u8; 0],
}

extern "C" {
    fn direct_new(dimensions: usize, element: c_char, rows: usize, threads: usize) -> *mut Raw;
    fn direct_add(index: *mut Raw, row: u64, vector: *const c_void, thread: usize);
    fn direct_nearest(index: *const Raw, query: *const c_void, k: usize, rows: *mut u64, distances: *mut f32) -> usize;
    fn direct_exact(
        index: *const Raw,
        query: *const c_void,
        k: usize,
        words: *const u64,
        rows: *mut u64,
        distances: *mut f32,
    ) -> usize;
    fn direct_filtered(
        index: *const Raw,
        query: *const c_void,
        k: usize,
        words: *const u64,
        rows: *mut u64,
        distances: *mut f32,
    ) -> usize;
    fn direct_nanoseconds() -> u64;
    fn direct_free(index: *mut Raw);
}

/// Seconds that this thread was on a processor, as others may run beside it.
pub(crate) fn on_processor() -> f64 {
    // SAFETY: it takes nothing.
    unsafe { direct_nanoseconds() as f64 / 1e9 }
}

/// What a search found, in memory that is used again.
pub(crate) struct Found {
    pub(crate) rows: Vec<u64>,
    distances: Vec<f32>,
}

impl Found {
    pub(crate) fn new(k: usize) -> Self {
        Self { rows: vec![0; k], distances: vec![0.0; k] }
    }
}

pub(crate) struct Direct(*mut Raw);

// SAFETY: usearch takes calls from any thread, each in a room of its own; who calls `add` says which.
unsafe impl Sync for Direct {}

impl Direct {
    pub(crate) fn new(dimensions: usize, element: &str, rows: usize, threads: usize) -> Self {
        let element = match element {
            "f32" => b'f',
            "f16" => b'h',
            _ => b'i',
        };
        // SAFETY: the function of `direct.cpp`.
        Self(unsafe { direct_new(dimensions, element as c_char, rows, threads) })
    }

    /// `thread` is the number of this one among those that were announced.
    pub(crate) fn add(&self, row: u64, vector: &[u8], thread: usize) {
        // SAFETY: the index is there, and the vector has its dimensions; there is room for the rows that were announced.
        unsafe { direct_add(self.0, row, vector.as_ptr().cast(), thread) }
    }

    pub(crate) fn nearest(&self, query: &[u8], found: &mut Found) -> usize {
        let (k, rows, distances) = (found.rows.len(), found.rows.as_mut_ptr(), found.distances.as_mut_ptr());
        // SAFETY: as above; there is room for `k` rows.
        unsafe { direct_nearest(self.0, query.as_ptr().cast(), k, rows, distances) }
    }

    /// `words` has a bit for each row.
    pub(crate) fn filtered(&self, query: &[u8], words: &[u64], exact: bool, found: &mut Found) -> usize {
        let (k, rows, distances) = (found.rows.len(), found.rows.as_mut_ptr(), found.distances.as_mut_ptr());
        let search = if exact { direct_exact } else { direct_filtered };
        // SAFETY: as above.
        unsafe { search(self.0, query.as_ptr().cast(), k, words.as_ptr(), rows, distances) }
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        unsafe { direct_free(self.0) }
    }
}
