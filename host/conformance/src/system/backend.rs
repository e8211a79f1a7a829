//! The trait of a system, as the suite asks one.

use core::ffi::c_void;
use std::io::Result;
use std::time::Duration;
use tempfile::Builder;

/// A system.
pub(crate) trait System {
    /// Why nobody sees what a process has of memory, files, threads and sockets; None where it is seen.
    const UNSEEN: Option<&'static str>;
    /// Paths at which nobody can make anything, whoever it is.
    const NOWHERE: [&'static str; 2];

    /// Has a directory made that this user alone can use.
    fn only_mine(builder: &mut Builder<'_, '_>);

    /// A way to ask, from any thread, how long the thread that calls this was ready and waited for a processor; 0 where the system
    /// does not tell.
    fn queued() -> impl Fn() -> Duration + Sync;

    /// Bytes that the system's allocator has given out; 0 where it does not tell.
    fn allocated() -> u64;

    /// Runs `call` while no file of this process may become longer than so many bytes: a longer write fails, and sends SIGXFSZ, which
    /// ends the process where nobody blocks it. None, and nothing is run, where the system cannot do that.
    fn with_short_files<T>(bytes: u64, call: impl FnOnce() -> T) -> Option<T>;

    /// Runs `call`, and counts the signals meanwhile of writes to what nobody reads any more. None, and nothing is run, where the
    /// system has none.
    fn broken_pipes<T>(call: impl FnOnce() -> T) -> Option<(T, usize)>;

    /// Runs `call` while this process may open so many files and sockets more. None, and nothing is run, where the system cannot do
    /// that.
    fn with_few_files<T>(files: usize, call: impl FnOnce() -> T) -> Option<T>;

    /// Runs `call` while no thread begins whose maker leaves its size to the system. None, and nothing is run, where that cannot be
    /// done.
    fn without_threads<T>(call: impl FnOnce() -> T) -> Option<T>;

    /// The bytes of a page of memory.
    fn page() -> usize;

    /// New pages that can be read and written, for so many bytes.
    ///
    /// # Errors
    /// There is no memory.
    fn map(bytes: usize) -> Result<*mut c_void>;

    /// Lets nobody write to the first `readable` bytes of pages, and nobody touch the others.
    ///
    /// # Safety
    /// They are the `bytes` that [`Self::map`] gave, to which nobody else writes; `readable` is a whole number of pages.
    unsafe fn guard(pages: *mut c_void, readable: usize, bytes: usize) -> Result<()>;

    /// Gives pages back.
    ///
    /// # Safety
    /// They are the `bytes` that [`Self::map`] gave, and nobody uses them any more.
    unsafe fn unmap(pages: *mut c_void, bytes: usize) -> Result<()>;
}
