//! Linux, with any C library.

use crate::kernel::backend::{Kernel, Shortages};
use rustix::thread::{membarrier, MembarrierCommand};
use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

pub(crate) enum Linux {}

unsafe extern "C" {
    fn tzset();
}

impl Kernel for Linux {
    const SHORTAGES: Shortages = Shortages {
        descriptors: &[libc::EMFILE],
        open_files: &[libc::ENFILE],
        memory: &[libc::ENOMEM, libc::ENOBUFS],
        file_size: &[libc::EFBIG],
        space: &[libc::ENOSPC, libc::EDQUOT],
        threads: libc::EAGAIN,
    };

    const C_LIBRARY: &'static str = if cfg!(target_env = "musl") { "musl" } else { "glibc" };

    const CONFIGURATION: (&'static str, &'static str) = ("XDG_CONFIG_HOME", ".config");
    const DATA: (&'static str, &'static str) = ("XDG_DATA_HOME", ".local/share");
    const HOME: &'static str = "HOME";

    const SEPARATOR: char = '/';

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

    /// `membarrier(2)`, private and expedited, of Linux 4.14; a seccomp filter can forbid it.
    fn register_barrier() -> bool {
        // Miri has no such call, and would not know what it means.
        !cfg!(miri) && membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok()
    }

    fn pass_barrier() -> bool {
        membarrier(MembarrierCommand::PrivateExpedited).is_ok()
    }

    fn watch_for_fork(before: extern "C" fn(), in_parent: extern "C" fn(), in_child: extern "C" fn()) -> bool {
        // SAFETY: the functions take and give nothing, and stay as long as the program.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) == 0 }
    }

    fn runs_elevated() -> bool {
        // SAFETY: getauxval reads a number that the kernel gave the process, and has no precondition.
        unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }

    fn make_private_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)
    }

    fn time_zone_changed() {
        // SAFETY: it reads the variable, under the C library's own lock.
        unsafe { tzset() };
    }
}
