//! The calls that may change files, and those that read them, by the kernel's numbers.

use libc::c_long;

/// The condition under which a call waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    Always,
    /// If the argument has one of these bits.
    Bits(u32, u32),
    /// If the argument has this value.
    Is(u32, u32),
    /// If both arguments have one of their bits.
    BothBits((u32, u32), (u32, u32)),
}

/// Opening with one of these may make a file, or cut it. A file without a name has two bits, of which one is a directory's.
pub(crate) const CREATES: u32 = (libc::O_CREAT | libc::O_TRUNC | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u32;
/// Shared maps that can be written.
const SHARED: (u32, u32) = (3, libc::MAP_SHARED as u32);
const WRITABLE: (u32, u32) = (2, libc::PROT_WRITE as u32);

/// `ioctl` that shares the blocks of another file.
const FICLONE: u32 = 0x4004_9409;
const FICLONERANGE: u32 = 0x4020_940D;

/// The calls that wait for the supervisor.
pub(crate) const WAITING: &[(c_long, When)] = &[
    (libc::SYS_write, When::Always),
    (libc::SYS_pwrite64, When::Always),
    (libc::SYS_writev, When::Always),
    (libc::SYS_pwritev, When::Always),
    (libc::SYS_pwritev2, When::Always),
    (libc::SYS_ftruncate, When::Always),
    (libc::SYS_truncate, When::Always),
    (libc::SYS_fallocate, When::Always),
    (libc::SYS_fsync, When::Always),
    (libc::SYS_fdatasync, When::Always),
    (libc::SYS_syncfs, When::Always),
    (libc::SYS_sync, When::Always),
    (libc::SYS_msync, When::Always),
    (libc::SYS_mmap, When::BothBits(SHARED, WRITABLE)),
    (libc::SYS_openat, When::Bits(2, CREATES)),
    (libc::SYS_openat2, When::Always),
    (libc::SYS_renameat, When::Always),
    (libc::SYS_renameat2, When::Always),
    (libc::SYS_linkat, When::Always),
    (libc::SYS_unlinkat, When::Always),
    (libc::SYS_mkdirat, When::Always),
    (libc::SYS_copy_file_range, When::Always),
    (libc::SYS_sendfile, When::Always),
    (libc::SYS_splice, When::Always),
    (libc::SYS_ioctl, When::Is(1, FICLONE)),
    (libc::SYS_ioctl, When::Is(1, FICLONERANGE)),
    (libc::SYS_io_uring_setup, When::Always),
    (libc::SYS_io_submit, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, When::Bits(1, CREATES)),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_creat, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_rename, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_link, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_unlink, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mkdir, When::Always),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_rmdir, When::Always),
];

/// The calls that wait as well where reads fail.
pub(crate) const READING: &[(c_long, When)] = &[
    (libc::SYS_read, When::Always),
    (libc::SYS_pread64, When::Always),
    (libc::SYS_readv, When::Always),
    (libc::SYS_preadv, When::Always),
];
