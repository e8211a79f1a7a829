//! The trait of an operating system, for every room.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The numbers of the system's errors that say that something ran short.
pub(crate) struct Shortages {
    /// File descriptors of the process.
    pub(crate) descriptors: &'static [i32],
    /// Open files of the machine.
    pub(crate) open_files: &'static [i32],
    /// Memory, or address space.
    pub(crate) memory: &'static [i32],
    /// Bytes that one file may have.
    pub(crate) file_size: &'static [i32],
    /// Room on a file system.
    pub(crate) space: &'static [i32],
    /// Threads.
    pub(crate) threads: i32,
}

/// An operating system as every room knows it.
pub(crate) trait Kernel {
    /// The errors of the system that say so.
    const SHORTAGES: Shortages;

    /// The usual name of the C library of this process.
    const C_LIBRARY: &'static str;

    /// The variables that name the user's directories for configuration and for data, and where those are below the home
    /// else.
    const CONFIGURATION: (&'static str, &'static str);
    const DATA: (&'static str, &'static str);
    /// The variable that names the user's home.
    const HOME: &'static str;

    /// The sign between the parts of a path.
    const SEPARATOR: char;

    /// Whether the shells of the system take a sign for itself between two `"`; of no sign where they know better quotes.
    fn is_kept_in_quotes(sign: char) -> bool;

    /// The text of an absolute path behind its root; `None` if it is not absolute.
    fn below_root(path: &str) -> Option<&str>;

    /// The trust file of the machine, and the directory of its plugins.
    fn machine() -> [PathBuf; 2];

    /// The size of a page of memory, in bytes.
    fn page_size() -> usize;

    /// The bytes of a name as the system takes one. Where it takes text only, other bytes are no name of anything.
    fn name(bytes: &[u8]) -> &OsStr;

    /// Gets the right to [`pass_barrier`](Self::pass_barrier); false where there is no such thing.
    fn register_barrier() -> bool;

    /// Makes every other thread of this process pass a full memory barrier; false if the system refused.
    fn pass_barrier() -> bool;

    /// Has the functions called around every fork of this process: before it, then in the parent and in the child. False
    /// if there is no memory for that.
    fn watch_for_fork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) -> bool;

    /// Whether the process has more rights than the user who set its environment.
    fn runs_elevated() -> bool;

    /// Makes a directory that is its user's alone.
    ///
    /// # Errors
    /// Those of the system; [`io::ErrorKind::Unsupported`] where nobody knows that it would be.
    fn make_private_directory(path: &Path) -> io::Result<()>;

    /// Has the C library read the variable of the time zone again.
    fn time_zone_changed();
}
