//! What goes to the terminal: text with colour, tables, or one JSON object.

use crate::failure::Failure;
use serde_json::Value;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// Where results go.
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) paint: Paint,
}

/// Whether text has colour.
#[derive(Clone, Copy)]
pub(crate) struct Paint(bool);

impl Output {
    /// Text on standard output, or JSON.
    pub(crate) fn new(json: bool) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Self { json, paint: Paint(std::io::stdout().is_terminal() && !refused) }
    }

    /// Prints a line of text; nothing in JSON mode.
    pub(crate) fn line(&self, text: impl Display) {
        if !self.json {
            print(text);
        }
    }

    /// Prints the one JSON object; nothing in text mode.
    pub(crate) fn object(&self, object: &Value) {
        if self.json {
            print(format_args!("{object:#}"));
        }
    }

    /// Says why there is no result: its code, which `explain` takes, its reason and what to do.
    pub(crate) fn failed(&self, failure: &Failure) {
        self.object(&failure.object());
        let (code, reason, remedy) = (failure.code, printable(&failure.reason), printable(&failure.remedy()));
        let _ = writeln!(std::io::stderr().lock(), "error[{code}]: {reason}\nremedy   {remedy}");
    }
}

/// Who reads a pipe may have seen enough: that is no error, and the work goes on to its end, where it cleans up.
fn print(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

impl Paint {
    fn with(self, code: &str, text: impl Display) -> String {
        let text = text.to_string();
        if self.0 && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text
        }
    }

    /// For what is well.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.with("32", text)
    }

    /// For what is not.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.with("1;31", text)
    }

    /// For headings.
    pub(crate) fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    /// For what is there to look up.
    pub(crate) fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }
}

/// `text` on one line and without what would steer a terminal: much of it comes from files and plugins.
pub(crate) fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            shown.extend(c.escape_default())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// A number with a space between thousands.
pub(crate) fn grouped(number: u64) -> String {
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

/// Columns as wide as their widest cell.
pub(crate) struct Table {
    right: &'static [bool],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings; `right` says which columns are numbers.
    pub(crate) fn new(headings: &[&str], right: &'static [bool]) -> Self {
        Self { right, rows: vec![headings.iter().map(|heading| heading.to_string()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Prints it with two spaces before and between columns.
    pub(crate) fn print(&self, out: &Output) {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        for (at, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(self.right) {
                let cell = if *right { format!("  {cell:>width$}") } else { format!("  {cell:<width$}") };
                line.push_str(&cell);
            }
            let line = line.trim_end();
            if at == 0 {
                out.line(out.paint.dim(line))
            } else {
                out.line(line)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(printable("a\x1b[2J\nb\u{202e}c é"), "a\\u{1b}[2J\\nb\\u{202e}c é");
    }
}
