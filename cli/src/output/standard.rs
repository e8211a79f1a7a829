//! Standard output, whose first failure is kept: the work goes on to its end, where it cleans up.

use std::cell::RefCell;
use std::io::{Error, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Standard output.
pub(crate) struct Standard {
    failed: RefCell<Option<Error>>,
}

impl Standard {
    pub(crate) fn new() -> Self {
        let closed = CLOSED.load(Ordering::Relaxed).then(|| Error::from_raw_os_error(libc::EBADF));
        Self { failed: RefCell::new(closed) }
    }

    /// Prints a line.
    pub(crate) fn print(&self, line: &str) {
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            *failed = writeln!(std::io::stdout().lock(), "{line}").err();
        }
    }

    /// How many columns the terminal has, if it is one.
    pub(crate) fn width(&self) -> Option<usize> {
        let stdout = std::io::stdout();
        let columns = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(stdout).ok())??.ws_col;
        (columns > 0).then_some(columns.into())
    }

    /// Whether all that was printed arrived.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let failed = self.failed.into_inner();
        failed.map_or_else(|| std::io::stdout().flush(), Err)
    }
}

/// Whether there was no standard output when the program began.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Called before Rust's runtime begins, which opens /dev/null in place of what is closed.
#[used]
#[link_section = ".init_array"]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: fcntl with F_GETFD only answers, about any number, and needs nothing of the runtime.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    CLOSED.store(flags == -1, Ordering::Relaxed);
}
