//! Colour, and nothing else that steers a terminal.

use sochdb_plugin_host::printable;
use std::fmt::Display;
use std::io::IsTerminal;

/// The colours of text; none where standard output is no terminal, with `NO_COLOR` set, and with `TERM=dumb`.
///
/// ```
/// use sochdb_plugin_cli::Output;
///
/// fn report(out: &Output, passed: bool) {
///     out.line(if passed { out.paint.good("passed") } else { out.paint.bad("failed") });
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Paint(bool);

impl Paint {
    /// Colour where standard output is a terminal and nobody refuses it.
    pub(crate) fn for_terminal() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        Self(std::io::stdout().is_terminal() && !refused)
    }

    /// No colour.
    pub(crate) const NONE: Self = Self(false);

    /// Returns whether there is colour.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0
    }

    fn with(self, code: &str, text: impl Display) -> String {
        let text = text.to_string();
        if self.0 && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text
        }
    }

    /// Returns `text` in the colour of what is well.
    pub fn good(self, text: impl Display) -> String {
        self.with("32", text)
    }

    /// Returns `text` in the colour of what is not well.
    pub fn bad(self, text: impl Display) -> String {
        self.with("1;31", text)
    }

    /// Returns `text` as a heading.
    pub fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    /// Returns `text` as something to look up, less bright.
    pub fn dim(self, text: impl Display) -> String {
        self.with("2", text)
    }
}

/// `text` with its ends of lines, with colour if there is any, and otherwise of characters that can be seen.
pub(crate) fn safe(text: &str, paint: Paint) -> String {
    let line = |line: &str| if paint.0 { coloured(line) } else { printable(line).into_owned() };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn coloured(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let mut shown = printable(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let code = part.strip_prefix('[').and_then(|part| part.split_once('m')).map(|(code, _)| code);
        match code.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';')) {
            Some(_) => shown.push('\x1b'),
            None => shown.push_str("\\u{1b}"),
        }
        shown.push_str(&printable(part));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colour_passes() {
        let text = format!("{}\n\x1b[2J\x1b]0;title\x07\u{202e}\u{2028}é", Paint(true).bad("no"));
        assert_eq!(safe(&text, Paint(true)), "\x1b[1;31mno\x1b[0m\n\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{202e}\\u{2028}é");
        assert_eq!(safe("\x1b[1mno", Paint(false)), "\\u{1b}[1mno");
    }
}
