//! The part that Linux and the other Unix systems have in common.

use crate::system::backend::System;
use core::ffi::c_void;
use rustix::mm::{mmap_anonymous, mprotect, munmap, MapFlags, MprotectFlags, ProtFlags};
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use std::fs::{File, Permissions};
use std::io::Result;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::Builder;

/// A Unix system, with the answers that are its own.
pub(crate) trait Posix {
    const UNSEEN: Option<&'static str>;
    const NOWHERE: [&'static str; 2];

    fn queued() -> impl Fn() -> Duration + Sync;
    fn allocated() -> u64;
    fn without_threads<T>(call: impl FnOnce() -> T) -> Option<T>;
}

impl<Own: Posix> System for Own {
    const UNSEEN: Option<&'static str> = <Own as Posix>::UNSEEN;
    const NOWHERE: [&'static str; 2] = <Own as Posix>::NOWHERE;

    /// Without the mode, the umask would decide who may read and write it.
    fn only_mine(builder: &mut Builder<'_, '_>) {
        builder.permissions(Permissions::from_mode(0o700));
    }

    fn queued() -> impl Fn() -> Duration + Sync {
        <Own as Posix>::queued()
    }

    fn allocated() -> u64 {
        <Own as Posix>::allocated()
    }

    fn with_short_files<T>(bytes: u64, call: impl FnOnce() -> T) -> Option<T> {
        let before = getrlimit(Resource::Fsize);
        // SAFETY: no handler is set, and what was there comes back.
        let handler = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_DFL) };
        let result = setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), ..before }).ok().map(|()| call());
        let _ = setrlimit(Resource::Fsize, before);
        // SAFETY: it was there before.
        unsafe { libc::signal(libc::SIGXFSZ, handler) };
        result
    }

    fn broken_pipes<T>(call: impl FnOnce() -> T) -> Option<(T, usize)> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn count(_: libc::c_int) {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: all-zero bytes are a value of the type, as its fields are integers, addresses and sets of bits.
        let (mut counts, mut usual): (libc::sigaction, libc::sigaction) = unsafe { std::mem::zeroed() };
        counts.sa_sigaction = count as extern "C" fn(libc::c_int) as usize;
        counts.sa_flags = libc::SA_RESTART;
        let before = COUNT.load(Ordering::Relaxed);
        // SAFETY: the handler only counts, which is safe wherever a thread is.
        unsafe { libc::sigaction(libc::SIGPIPE, &raw const counts, &raw mut usual) };
        let result = call();
        // SAFETY: it was there before.
        unsafe { libc::sigaction(libc::SIGPIPE, &raw const usual, std::ptr::null_mut()) };
        Some((result, COUNT.load(Ordering::Relaxed) - before))
    }

    /// A new file has the lowest number that is free: that of the first one too many is the limit.
    fn with_few_files<T>(files: usize, call: impl FnOnce() -> T) -> Option<T> {
        let open: Vec<File> = (0..=files).map_while(|_| File::open("/dev/null").ok()).collect();
        let first = open.iter().map(|file| file.as_raw_fd()).max()?;
        let is_one_too_many = open.len() == files + 1;
        drop(open);
        let before = getrlimit(Resource::Nofile);
        let limit = Rlimit { current: Some(u64::try_from(first).ok()?), ..before };
        let result = (is_one_too_many && setrlimit(Resource::Nofile, limit).is_ok()).then(call);
        let _ = setrlimit(Resource::Nofile, before);
        result
    }

    fn without_threads<T>(call: impl FnOnce() -> T) -> Option<T> {
        <Own as Posix>::without_threads(call)
    }

    fn page() -> usize {
        rustix::param::page_size()
    }

    fn map(bytes: usize) -> Result<*mut c_void> {
        // SAFETY: new pages, at an address that the system chooses.
        Ok(unsafe {
            mmap_anonymous(std::ptr::null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
        }?)
    }

    unsafe fn guard(pages: *mut c_void, readable: usize, bytes: usize) -> Result<()> {
        // SAFETY: the caller promises that they are pages of nobody else, and that many.
        unsafe {
            mprotect(pages, readable, MprotectFlags::READ)?;
            mprotect(pages.cast::<u8>().add(readable).cast(), bytes - readable, MprotectFlags::empty())?;
        }
        Ok(())
    }

    unsafe fn unmap(pages: *mut c_void, bytes: usize) -> Result<()> {
        // SAFETY: the caller promises that nobody uses them any more.
        Ok(unsafe { munmap(pages, bytes) }?)
    }
}
