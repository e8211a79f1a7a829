//! Standard output, as it was when the program began, and how wide a terminal is.

use crate::system::backend::Stream;
use std::io::Error;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether there was no standard output when the program began.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Whether SIGPIPE was ignored then.
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

pub(super) fn columns(stream: Stream) -> Option<usize> {
    let size = match stream {
        Stream::Output => rustix::termios::tcgetwinsize(std::io::stdout()),
        Stream::Errors => rustix::termios::tcgetwinsize(std::io::stderr()),
    };
    Some(size.ok()?.ws_col.into())
}

pub(super) fn closed() -> Option<Error> {
    CLOSED.load(Ordering::Relaxed).then(|| Error::from_raw_os_error(libc::EBADF))
}

/// A program that SIGPIPE ends says nothing, and one that was started to live on without it says why it failed.
pub(super) fn is_pipe_ignored() -> bool {
    PIPE_IGNORED.load(Ordering::Relaxed)
}

/// Called before Rust's runtime begins, which opens /dev/null in place of what is closed, and ignores SIGPIPE.
#[used]
#[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mod_init_func")]
#[cfg_attr(not(target_vendor = "apple"), link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: fcntl with F_GETFD only answers, about any number, and needs nothing of the runtime.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    CLOSED.store(flags == -1, Ordering::Relaxed);
    // SAFETY: all-zero bytes are a value of the type, as its fields are integers, addresses and sets of bits.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: without a new action sigaction only answers, into a place of this function.
    let answered = unsafe { libc::sigaction(libc::SIGPIPE, std::ptr::null(), &raw mut action) } == 0;
    PIPE_IGNORED.store(answered && action.sa_sigaction == libc::SIG_IGN, Ordering::Relaxed);
}
