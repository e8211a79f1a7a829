//! Linux.

use crate::system::posix::Posix;
use std::fs::File;
use std::mem::MaybeUninit;
use std::os::unix::fs::FileExt;
use std::time::Duration;

pub(crate) enum Linux {}

impl Posix for Linux {
    const UNSEEN: Option<&'static str> = None;
    const NOWHERE: [&'static str; 2] = ["/dev/null/inside", "/proc/no/such"];

    /// The second of the three numbers of `schedstat`, as `scheduler/sched-stats` of the kernel's documentation has them. A file that is open stays that of its thread.
    fn queued() -> impl Fn() -> Duration + Sync {
        let told = File::open("/proc/thread-self/schedstat").ok();
        move || {
            let mut text = [0; 64];
            let read = told.as_ref().and_then(|told| told.read_at(&mut text, 0).ok()).unwrap_or(0);
            let waited = std::str::from_utf8(&text[..read]).ok().and_then(|text| text.split(' ').nth(1)?.parse().ok());
            Duration::from_nanos(waited.unwrap_or(0))
        }
    }

    #[cfg(target_env = "gnu")]
    fn allocated() -> u64 {
        // SAFETY: it only reads the allocator's own figures, under its locks.
        let told = unsafe { libc::mallinfo() };
        // The figures are cut to 32 bits, and a test is far from those.
        u64::from(told.uordblks as u32) + u64::from(told.hblkhd as u32)
    }

    #[cfg(not(target_env = "gnu"))]
    fn allocated() -> u64 {
        0
    }

    /// No address space has room for the stack of a thread that gets it by default.
    #[cfg(target_env = "gnu")]
    fn without_threads<T>(call: impl FnOnce() -> T) -> Option<T> {
        let (mut before, mut huge) = (MaybeUninit::zeroed(), MaybeUninit::zeroed());
        // SAFETY: both are places for attributes, which the first two calls make.
        let are_made = unsafe {
            pthread_getattr_default_np(before.as_mut_ptr()) == 0 && libc::pthread_attr_init(huge.as_mut_ptr()) == 0
        };
        if !are_made {
            return None;
        }
        // SAFETY: the attributes are made, and those that were there come back before they go.
        unsafe {
            let is_set = libc::pthread_attr_setstacksize(huge.as_mut_ptr(), isize::MAX.cast_unsigned() & !0xFFFF) == 0
                && pthread_setattr_default_np(huge.as_ptr()) == 0;
            let result = is_set.then(call);
            pthread_setattr_default_np(before.as_ptr());
            libc::pthread_attr_destroy(before.as_mut_ptr());
            libc::pthread_attr_destroy(huge.as_mut_ptr());
            result
        }
    }

    #[cfg(not(target_env = "gnu"))]
    fn without_threads<T>(_: impl FnOnce() -> T) -> Option<T> {
        None
    }
}

#[cfg(target_env = "gnu")]
extern "C" {
    fn pthread_getattr_default_np(attributes: *mut libc::pthread_attr_t) -> libc::c_int;
    fn pthread_setattr_default_np(attributes: *const libc::pthread_attr_t) -> libc::c_int;
}
