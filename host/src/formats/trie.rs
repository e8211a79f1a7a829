//! The tree of a Mach-O library's exports, searched as its dynamic linker does: from the root along the letters of a name.

/// A name that is another library's, or is answered by a function.
const ELSEWHERE: u64 = 0x08 | 0x10;
/// The bits that tell an address of data and code from thread-local data and from plain numbers.
const KIND: u64 = 0x03;

/// The address of an exported name, counted from the library's beginning.
pub(super) fn find(tree: &[u8], name: &[u8]) -> Option<u64> {
    let (mut node, mut left) = (tree, name);
    // Each edge takes letters off the name, so this ends.
    loop {
        let (size, behind) = number(node)?;
        let own = usize::try_from(size).ok()?;
        if left.is_empty() {
            let (flags, address) = number(behind.get(..own)?)?;
            return (flags & (ELSEWHERE | KIND) == 0).then(|| number(address).map(|(at, _)| at))?;
        }
        let (count, mut edges) = behind.get(own..)?.split_first()?;
        let mut next = None;
        for _ in 0..*count {
            let end = edges.iter().position(|byte| *byte == 0)?;
            let (at, rest) = number(&edges[end + 1..])?;
            if let Some(behind) = left.strip_prefix(&edges[..end]).filter(|_| end > 0) {
                next = Some((at, behind));
                break;
            }
            edges = rest;
        }
        let (at, behind) = next?;
        (node, left) = (tree.get(usize::try_from(at).ok()?..)?, behind);
    }
}

/// A number of seven bits a byte, the lowest first, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;

    /// `ab` at 0x10, and `abc` at 0x180, of thread-local data `abd`.
    const TREE: &[u8] = b"\0\x01ab\0\x06\x02\0\x10\x02c\0\x10d\0\x15\x03\0\x80\x03\0\x02\x01\x05\0";

    #[test]
    fn a_name_is_found_elsewhere_than_the_tree_says() {
        assert_eq!(find(TREE, b"ab"), Some(0x10));
        assert_eq!(find(TREE, b"abc"), Some(0x180));
        for name in [&b"abd"[..], b"a", b"abcd", b"x", b""] {
            assert_eq!(find(TREE, name), None, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn a_damaged_tree_panics_or_never_ends() {
        for at in 0..TREE.len() {
            for byte in 0..=255 {
                let mut damaged = TREE.to_vec();
                damaged[at] = byte;
                for name in [&b"ab"[..], b"abc"] {
                    find(&damaged, name);
                    find(&damaged[..at], name);
                }
            }
        }
    }
}
