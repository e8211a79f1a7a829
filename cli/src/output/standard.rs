//! Standard output, whose first failure is kept: the work goes on to its end, where it cleans up.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

/// Goes to the begin of the line, which becomes empty.
const CLEAR: &str = "\r\x1b[K";

/// Standard output.
pub(crate) struct Standard {
    failed: RefCell<Option<Error>>,
    /// Whether the last line is one that goes when another is printed.
    passing: Cell<bool>,
}

impl Standard {
    pub(crate) fn new() -> Self {
        let closed = CLOSED.load(Ordering::Relaxed).then(|| Error::from_raw_os_error(libc::EBADF));
        Self { failed: RefCell::new(closed), passing: Cell::new(false) }
    }

    /// Prints a line.
    pub(crate) fn print(&self, line: &str) {
        let clear = if self.passing.replace(false) { CLEAR } else { "" };
        self.write(format_args!("{clear}{line}\n"));
    }

    /// Shows a line on a terminal until the next one comes.
    pub(crate) fn show(&self, line: &str) {
        self.passing.set(true);
        self.write(format_args!("{CLEAR}{line}"));
    }

    fn write(&self, text: std::fmt::Arguments<'_>) {
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            let mut out = std::io::stdout().lock();
            *failed = out.write_fmt(text).and_then(|()| out.flush()).err();
        }
    }

    /// Whether all that was printed arrived.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.passing.replace(false) {
            self.write(format_args!("{CLEAR}"));
        }
        let failed = self.failed.into_inner();
        failed.map_or_else(|| std::io::stdout().flush(), Err)
    }
}

/// How wide a line may be, if `stream` is a terminal: what the environment says, or else what the terminal does.
pub(crate) fn columns(stream: impl AsFd + IsTerminal) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = || rustix::termios::tcgetwinsize(stream).ok().map(|size| size.ws_col.into());
    said.filter(|columns| *columns > 0).or_else(found).filter(|columns| *columns > 0)
}

/// Whether `error` says that whoever read the output has left, and whoever started this program does not want to be told:
/// a program that SIGPIPE ends says nothing, and one that was started to live on without it says why it failed.
pub(crate) fn reader_left(error: &Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe && !PIPE_IGNORED.load(Ordering::Relaxed)
}

/// Whether there was no standard output when the program began.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Whether SIGPIPE was ignored then.
static PIPE_IGNORED: AtomicBool = AtomicBool::new(false);

/// Called before Rust's runtime begins, which opens /dev/null in place of what is closed, and ignores SIGPIPE.
#[used]
#[link_section = ".init_array"]
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
