//! What goes to the terminal: text with colour, tables, or one JSON object.

pub(crate) mod failure;
pub(crate) mod json;
pub(crate) mod paint;
pub(crate) mod quoted;
pub(crate) mod standard;
pub(crate) mod table;
pub(crate) mod wrap;

use crate::output::failure::Failure;
use crate::output::paint::safe;
use crate::output::paint::Paint;
use crate::output::standard::{columns, reader_left, Standard};
use crate::output::wrap::wrap;
use crate::system::backend::Stream;
use serde_json::Value;
use sochdb_plugin_host::printable;
use std::cell::RefCell;
use std::fmt::Display;
use std::io::{Error, Write};
use std::process::ExitCode;

/// The exit code where whoever read the output had enough of it: what a shell says of programs that SIGPIPE ends.
const READER_LEFT: u8 = 141;

/// The output of a command: lines of text, or one JSON object.
///
/// ```
/// use sochdb_plugin_cli::{grouped, Output};
///
/// fn report(out: &Output, rows: u64) {
///     out.line(format!("{} rows", grouped(rows)));
///     out.object(&serde_json::json!({ "rows": rows }));
/// }
/// ```
pub struct Output {
    /// Whether one JSON object is printed instead of text.
    pub json: bool,
    /// The colours of the text.
    pub paint: Paint,
    /// The words of the command, such as `trust add`.
    command: String,
    standard: Standard,
    /// The one object; it is printed at the end, when it is known whether all is well.
    object: RefCell<Option<Value>>,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Output").field("json", &self.json).field("paint", &self.paint).finish_non_exhaustive()
    }
}

impl Output {
    /// Text on standard output, or JSON.
    pub(crate) fn new(json: bool, command: String) -> Self {
        Self { json, paint: Paint::for_terminal(), command, standard: Standard::new(), object: RefCell::default() }
    }

    /// Prints a line of text, wrapped where a terminal is narrower; nothing in JSON mode.
    pub fn line(&self, text: impl Display) {
        let text = text.to_string();
        self.whole(match self.width() {
            Some(columns) => wrap(&text, columns),
            None => text,
        });
    }

    /// Shows on a terminal what is being done, until the next line is printed; nothing elsewhere.
    pub(crate) fn doing(&self, text: impl Display) {
        if let (Some(columns), true, false) = (self.width(), self.paint.is_on(), self.json) {
            let shown: String = printable(&text.to_string()).chars().take(columns.saturating_sub(1)).collect();
            self.standard.show(&shown);
        }
    }

    /// Prints text whose lines are right as they are; nothing in JSON mode.
    pub(crate) fn whole(&self, text: impl Display) {
        if !self.json {
            self.standard.print(&safe(&text.to_string(), self.paint));
        }
    }

    /// Sets the keys of the one JSON object beside `ok` and `command`, in place of what was set before; does nothing in
    /// text mode.
    pub fn object(&self, object: &Value) {
        if self.json {
            *self.object.borrow_mut() = Some(object.clone());
        }
    }

    /// How wide a line may be: on a terminal alone.
    pub(crate) fn width(&self) -> Option<usize> {
        columns(Stream::Output)
    }

    /// Prints the object, and why there is no result if there is none. A result that could not be written is none.
    pub(crate) fn finish(self, result: Result<bool, Failure>) -> ExitCode {
        let result = result.map_err(|failure| failure.of(&self.command));
        if let Err(failure) = &result {
            self.object(&failure.object());
        }
        let code = match &result {
            Ok(true) => 0,
            Ok(false) => 1,
            Err(failure) => told(failure),
        };
        self.end(code)
    }

    /// As [`Self::finish`] for wrong arguments, of which `usage` says more.
    pub(crate) fn misused(self, failure: Failure, usage: &str) -> ExitCode {
        let failure = failure.of(&self.command);
        self.object(&failure.object());
        tell(usage);
        self.end(failure.exit_code())
    }

    fn end(self, code: u8) -> ExitCode {
        if let Some(object) = self.object.take() {
            let object = json::with_outcome(&object, code == 0, &self.command);
            self.standard.print(&format!("{object:#}"));
        }
        match self.standard.finish() {
            Ok(()) => ExitCode::from(code),
            Err(error) if reader_left(&error) => ExitCode::from(if code == 0 { READER_LEFT } else { code }),
            Err(error) => ExitCode::from(code.max(told(&unwritten(&error)))),
        }
    }
}

/// Says on standard error why there is no result, and gives the exit code that stands for it.
fn told(failure: &Failure) -> u8 {
    tell(&format!(
        "error[{}]: {}\nremedy   {}",
        failure.code,
        printable(&failure.reason),
        printable(&failure.remedy())
    ));
    failure.exit_code()
}

/// Writes lines on standard error. There may be nobody to read them, and nowhere to say so.
pub(crate) fn tell(text: &str) {
    let text = columns(Stream::Errors).map_or_else(|| text.to_owned(), |columns| wrap(text, columns));
    let _ = writeln!(std::io::stderr().lock(), "{}", safe(&text, Paint::NONE));
}

fn unwritten(error: &Error) -> Failure {
    Failure::new("E_OUTPUT", format!("what this command printed did not arrive: {error}"))
}

/// Returns a number with a space between thousands: `1 234 567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
