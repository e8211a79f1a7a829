//! Systems with POSIX calls: what they have in common, and the trait of what differs.

use crate::kernel::backend::{Kernel, Shortages};
use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A system with POSIX calls: of [`Kernel`] what is its own.
pub(crate) trait Posix {
    /// The usual name of the C library of this process.
    const C_LIBRARY: &'static str;

    /// Gets the right to [`pass_barrier`](Self::pass_barrier); false where there is no such thing.
    fn register_barrier() -> bool;

    /// Makes every other thread of this process pass a full memory barrier; false if the system refused.
    fn pass_barrier() -> bool;

    /// Whether the process has more rights than the user who set its environment.
    fn runs_elevated() -> bool;
}

unsafe extern "C" {
    fn tzset();
}

impl<Own: Posix> Kernel for Own {
    const SHORTAGES: Shortages = Shortages {
        descriptors: &[libc::EMFILE],
        open_files: &[libc::ENFILE],
        memory: &[libc::ENOMEM, libc::ENOBUFS],
        file_size: &[libc::EFBIG],
        space: &[libc::ENOSPC, libc::EDQUOT],
        threads: libc::EAGAIN,
    };

    const C_LIBRARY: &'static str = <Own as Posix>::C_LIBRARY;

    const CONFIGURATION: (&'static str, &'static str) = ("XDG_CONFIG_HOME", ".config");
    const DATA: (&'static str, &'static str) = ("XDG_DATA_HOME", ".local/share");
    const HOME: &'static str = "HOME";

    const SEPARATOR: char = '/';

    /// Quotes of another kind change nothing at all.
    fn is_kept_in_quotes(_: char) -> bool {
        false
    }

    fn below_root(path: &str) -> Option<&str> {
        path.strip_prefix('/')
    }

    fn machine() -> [PathBuf; 2] {
        ["/etc/sochdb/trust.toml", "/usr/local/lib/sochdb/plugins"].map(PathBuf::from)
    }

    fn page_size() -> usize {
        rustix::param::page_size()
    }

    fn name(bytes: &[u8]) -> &OsStr {
        OsStr::from_bytes(bytes)
    }

    fn register_barrier() -> bool {
        <Own as Posix>::register_barrier()
    }

    fn pass_barrier() -> bool {
        <Own as Posix>::pass_barrier()
    }

    fn watch_for_fork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) -> bool {
        // SAFETY: the functions take and give nothing, and stay as long as the program.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) == 0 }
    }

    fn runs_elevated() -> bool {
        <Own as Posix>::runs_elevated()
    }

    fn make_private_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    fn time_zone_changed() {
        // SAFETY: it reads the variable, under the C library's own lock.
        unsafe { tzset() };
    }
}
