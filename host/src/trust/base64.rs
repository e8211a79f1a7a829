//! Base64 (RFC 4648, section 4) in the one form that minisign writes: padded, no other characters, no stray bits.

/// The bytes of `text`, or none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let padding = text.bytes().rev().take_while(|&byte| byte == b'=').count();
    let digits = text.as_bytes().get(..text.len().checked_sub(padding)?)?;
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for &byte in group {
            bits = bits << 6 | value(byte)?;
        }
        let missing = 4 - group.len();
        let [_, quantum @ ..] = (bits << (6 * missing)).to_be_bytes();
        let (whole, rest) = quantum.split_at_checked(3 - missing)?;
        if rest.iter().any(|&stray| stray != 0) {
            return None;
        }
        bytes.extend_from_slice(whole);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let (from, base) = match digit {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    Some(u32::from(digit - from) + base)
}
