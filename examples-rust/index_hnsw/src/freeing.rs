//! Frees what is large beside the calls: 100 000 vectors take tens of milliseconds, which no search is to wait for.

use std::thread::{Builder, JoinHandle};

/// Fewer vectors than this are freed at once.
const LARGE: usize = 4_096;

/// The threads that free something now, which end before this does.
#[derive(Default)]
pub(crate) struct Freeing(Vec<JoinHandle<()>>);

impl Freeing {
    /// Frees `what`, in which there are so many `vectors`.
    pub(crate) fn free(&mut self, what: impl Send + 'static, vectors: usize) {
        // The handle of a thread that has ended needs no join.
        self.0.retain(|thread| !thread.is_finished());
        if vectors >= LARGE {
            // Where there is no thread to be had, `what` goes with the closure that was to run on it.
            self.0.extend(Builder::new().name("hnsw-free".to_owned()).spawn(move || drop(what)));
        }
    }
}

impl Drop for Freeing {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            // It only frees memory, and panics as little as that.
            let _ = thread.join();
        }
    }
}
