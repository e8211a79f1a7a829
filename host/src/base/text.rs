//! Names and paths that came from outside, made safe to print.

use crate::base::escape::is_visible;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

/// A text that somebody else chose, as bytes: a path, a name in a file.
///
/// `Display` never gives what [`printable`](crate::printable()) escapes, or invalid UTF-8: it writes what a POSIX-like
/// shell reads back as these bytes, so that a remedy can be pasted. On Windows it is what `cmd.exe` and PowerShell read back, as
/// in `"C:\Program Files\codec.dll"`, unless the text has a sign that they would change in quotes.
///
/// ```
/// use sochdb_plugin_host::UntrustedText;
///
/// assert_eq!(UntrustedText::from(&b"codec.so"[..]).to_string(), "codec.so");
/// assert_eq!(UntrustedText::from(&b"a\x1bb"[..]).to_string(), r"$'a\x1bb'");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UntrustedText(Vec<u8>);

impl UntrustedText {
    /// Returns the bytes themselves.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as a name for the system.
    pub(crate) fn as_os_str(&self) -> &OsStr {
        Own::name(&self.0)
    }
}

impl From<&[u8]> for UntrustedText {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<&OsStr> for UntrustedText {
    fn from(name: &OsStr) -> Self {
        Self(name.as_encoded_bytes().to_vec())
    }
}

impl From<&Path> for UntrustedText {
    fn from(path: &Path) -> Self {
        path.as_os_str().into()
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain =
            |text: &str| !text.is_empty() && text.chars().all(|c| is_plain(c) || is_word(c) || c == Own::SEPARATOR);
        match std::str::from_utf8(&self.0) {
            Ok(text) if plain(text) => formatter.write_str(text),
            Ok(text) if !text.is_empty() && text.chars().all(Own::is_kept_in_quotes) => {
                // A separator at the end would take the quote with it.
                let end = if text.ends_with(Own::SEPARATOR) { "\\" } else { "" };
                write!(formatter, "\"{text}{end}\"")
            }
            _ => self.quoted(formatter),
        }
    }
}

impl UntrustedText {
    fn quoted(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("$'")?;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\'' | '\\' => write!(formatter, "\\{c}")?,
                    ' '..='~' => write!(formatter, "{c}")?,
                    c if is_word(c) => write!(formatter, "{c}")?,
                    c => escape(formatter, c.encode_utf8(&mut [0; 4]).as_bytes())?,
                }
            }
            escape(formatter, chunk.invalid())?;
        }
        formatter.write_str("'")
    }
}

/// Whether a shell takes `c` for itself, of ASCII.
fn is_plain(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '.' | '_' | '-' | '+' | ',' | ':' | '@' | '%' | '=')
}

/// Letters and digits of any script, but those that nobody sees.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() && is_visible(c)
}

fn escape(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(formatter, "\\x{byte:02x}"))
}

impl fmt::Debug for UntrustedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests;
