//! Spans that are open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// More open spans than this are not timed: somebody forgets to end them.
const MAX_OPEN: usize = 100_000;

#[derive(Default)]
pub(crate) struct Spans {
    last: AtomicU64,
    open: Mutex<HashMap<u64, (String, Instant)>>,
}

impl Spans {
    /// Begins a span; its number counts from 1. Without a name it is not timed.
    pub(crate) fn start(&self, name: Option<&str>) -> u64 {
        let span = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(name) = name else { return span };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() < MAX_OPEN {
            open.insert(span, (name.to_owned(), Instant::now()));
        }
        span
    }

    /// Ends a span: its name and how many seconds it took. None if it is not open.
    pub(crate) fn end(&self, span: u64) -> Option<(String, f64)> {
        let (name, start) = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&span)?;
        Some((name, start.elapsed().as_secs_f64()))
    }
}
