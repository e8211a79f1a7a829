//! Threads that use a plugin at the same time.

use crate::frame::not_passed::NotPassed;
use std::sync::Barrier;

/// Runs `work` on this many threads, each with its number, which all begin at the same moment. The first that does not pass
/// is the result.
pub(crate) fn together(threads: usize, work: impl Fn(usize) -> Result<(), NotPassed> + Sync) -> Result<(), NotPassed> {
    let (begin, work) = (Barrier::new(threads), &work);
    std::thread::scope(|scope| {
        let start = |thread| {
            let begin = &begin;
            scope.spawn(move || {
                begin.wait();
                work(thread)
            })
        };
        let threads: Vec<_> = (0..threads).map(start).collect();
        // All, so that a panic of none is lost.
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("no test panics")).collect();
        results.into_iter().collect()
    })
}
