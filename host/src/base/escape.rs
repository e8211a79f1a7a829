//! The one rule for what may be printed of a text that somebody else wrote.

use std::borrow::Cow;

/// Returns `text` as one line of characters that can be seen. A character is escaped, as `\u{202e}`, if it steers a
/// terminal, turns the direction of the text, ends a line, or cannot be seen or told from a space. What is escaped
/// already stays as it is.
///
/// Escaped are the categories Cc, Cf, Zl, Zp, Zs (but the space), Co and Cn of Unicode, and what fonts draw as nothing.
///
/// ```
/// assert_eq!(sochdb_plugin_host::printable("red\u{1b}[31m"), "red\\u{1b}[31m");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~');
    if text.as_bytes().iter().all(plain) || text.chars().all(is_visible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_visible(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_default());
        }
    }
    Cow::Owned(shown)
}

/// Whether a reader sees `c`, and nothing else changes because of it.
pub(crate) fn is_visible(c: char) -> bool {
    match c {
        ' '..='~' => true,
        _ if is_blank(c) => false,
        // The table of the standard library is not public. Behind another character, as a mark alone counts as none.
        _ => {
            let mut pair = [b'x'; 5];
            let length = 1 + c.encode_utf8(&mut pair[1..]).len();
            std::str::from_utf8(&pair[..length]).is_ok_and(|pair| pair.escape_debug().nth(1) == Some(c))
        }
    }
}

/// Letters and marks that are drawn as nothing, so that the standard library takes them for printable: fillers, joiners,
/// variation selectors, the empty pattern of Braille.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{034f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Returns `bytes` as lower-case hexadecimal digits, two for each byte.
///
/// ```
/// assert_eq!(sochdb_plugin_host::hex(&[0x0f, 0xa0]), "0fa0");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests;
