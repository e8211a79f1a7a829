//! How long calls take.

use std::time::{Duration, Instant};

/// The calls of one function.
#[derive(Default)]
pub(crate) struct Meter {
    /// Each call's time.
    pub(crate) took: Vec<Duration>,
    /// What went in or came out.
    pub(crate) bytes: usize,
}

impl Meter {
    /// Times one call.
    pub(crate) fn time<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = call();
        self.took.push(begun.elapsed());
        result
    }

    /// All calls together.
    pub(crate) fn total(&self) -> Duration {
        self.took.iter().sum()
    }
}
