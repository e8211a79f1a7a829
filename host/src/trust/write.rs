//! Writing the strings of a TOML file.

use std::fmt::Write;

/// `key = "value"` as a line, escaped so that it is read back as `value`.
pub(crate) fn line(text: &mut String, key: &str, value: &str) {
    text.push_str(key);
    text.push_str(" = ");
    string(text, value);
    text.push('\n');
}

/// `value` as a basic string of TOML.
pub(crate) fn string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{:04X}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}
