//! Standard output, whose first failure is kept: the work goes on to its end, where it cleans up.

use crate::system::backend::{Stream, System};
use crate::system::Native;
use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, IsTerminal, Write};

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
        Self { failed: RefCell::new(Native::closed_output()), passing: Cell::new(false) }
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
pub(crate) fn columns(stream: Stream) -> Option<usize> {
    let is_terminal = match stream {
        Stream::Output => std::io::stdout().is_terminal(),
        Stream::Errors => std::io::stderr().is_terminal(),
    };
    if !is_terminal {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = || Native::columns(stream);
    said.filter(|columns| *columns > 0).or_else(found).filter(|columns| *columns > 0)
}

/// Whether `error` says that whoever read the output has left, and whoever started this program does not want to be told.
pub(crate) fn reader_left(error: &Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe && !Native::tells_of_pipes()
}
