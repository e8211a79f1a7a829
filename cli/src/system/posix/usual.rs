//! What a plugin sets as many programs do: it is otherwise in the process of a test, or nobody would see that it was set.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use std::ffi::{c_int, CStr};
use std::io::Result;

/// Lets the process differ.
///
/// # Errors
/// The system does not let it.
pub(super) fn differ() -> Result<()> {
    handle_broken_pipes()?;
    leave_room_above_limits();
    have_a_locale();
    Ok(())
}

/// Rust's runtime ignores SIGPIPE, as whoever writes to a network does. A handler of the process's own is neither that nor the default;
/// a write fails all the same, and does not end what else the process does.
fn handle_broken_pipes() -> Result<()> {
    extern "C" fn pass_over(_: c_int) {}
    // SAFETY: all-zero bytes are a value of the type, as its fields are integers, addresses and sets of bits.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = pass_over as extern "C" fn(c_int) as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler does nothing, which is safe wherever a thread is.
    if unsafe { libc::sigaction(libc::SIGPIPE, &raw const action, std::ptr::null_mut()) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

/// Engines raise the limit of open files as far as they may, which changes nothing where it is there already.
fn leave_room_above_limits() {
    for resource in [Resource::Nofile, Resource::Memlock] {
        let now = getrlimit(resource);
        if now.current == now.maximum {
            let below = now.maximum.unwrap_or(u64::MAX).saturating_sub(1);
            // One that may not be lowered stays.
            let _ = setrlimit(resource, Rlimit { current: Some(below), ..now });
        }
    }
}

/// Plugins take the locale of the environment, or "C", which a program has from its begin: neither is that of this process.
fn have_a_locale() {
    const OWN: &CStr = c"C.UTF-8";
    let take = |name: &CStr| {
        // SAFETY: no other thread of this process has begun, and the text that comes back is looked at before the next call.
        let taken = unsafe { libc::setlocale(libc::LC_ALL, name.as_ptr()) };
        // SAFETY: what is not NULL is a text of the C library's, which ends.
        (!taken.is_null()).then(|| unsafe { CStr::from_ptr(taken) }.to_owned())
    };
    if take(c"").is_none_or(|taken| taken.as_c_str() == OWN) {
        // SAFETY: no other thread of this process has begun.
        unsafe { libc::setenv(c"LC_ALL".as_ptr(), c"C".as_ptr(), 1) };
    }
    // Where the system has none of this name, it stays "C".
    if take(OWN).is_none() {
        take(c"C");
    }
}
