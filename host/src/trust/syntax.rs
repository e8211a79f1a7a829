//! Faults in a file of an operator, and their places.

use crate::base::escape::printable;

/// A fault in a trust file, a lock file or a manifest. `Display` writes one line without control characters.
///
/// ```
/// use sochdb_plugin_host::trust::TrustFile;
///
/// let error = TrustFile::parse(b"[[directory]]\npath = 3\n").unwrap_err();
/// assert_eq!((error.line, error.column), (2, 8));
/// assert_eq!(error.message, "\"path\" must be a string, not an integer");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, in characters.
    pub column: usize,
    /// The message: what was found there, and what was expected.
    pub message: String,
}

impl SyntaxError {
    /// Makes the error at this line and this column, both counted from 1.
    #[must_use]
    pub fn new(line: usize, column: usize, message: String) -> Self {
        Self { line, column, message }
    }
}

/// A fault, before anybody counted lines.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The offset in bytes.
    pub(crate) at: usize,
    pub(crate) message: String,
    /// The place of the other half of a contradiction.
    pub(crate) first: Option<usize>,
}

impl Fault {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), first: None }
    }

    /// The error in `text`, whose offsets these are.
    pub(crate) fn locate(self, text: &str) -> SyntaxError {
        let (line, column) = position(text, self.at);
        let mut message = printable(&self.message).into_owned();
        if let Some(first) = self.first {
            message.push_str(&format!(", first in line {}", position(text, first).0));
        }
        SyntaxError { line, column, message }
    }
}

/// Line and column of the byte at `at`; past the end, those of the end.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    // All but the bytes inside of a character.
    let column = before[start..].iter().filter(|&&byte| byte & 0xc0 != 0x80).count() + 1;
    (line, column)
}

/// How much of a foreign text a message repeats, in characters.
const SHOWN: usize = 64;

/// `text` in quotes, escaped where it is not printable, and cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
