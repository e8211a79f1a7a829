//! What is shown of bytes from elsewhere.

use super::UntrustedText;
use crate::base::escape::printable;

#[test]
fn prints_what_a_shell_reads_back() {
    for (bytes, shown) in [
        (&b"/opt/plugins/codec.so"[..], "/opt/plugins/codec.so"),
        ("/home/jörg/x".as_bytes(), "/home/jörg/x"),
        (b"a b", "$'a b'"),
        (b"", "$''"),
        (b"it's\\", "$'it\\'s\\\\'"),
        (b"\x1b[2Jx\n", "$'\\x1b[2Jx\\x0a'"),
        (b"\xff.so", "$'\\xff.so'"),
        ("a\u{202e}b".as_bytes(), "$'a\\xe2\\x80\\xaeb'"),
        ("a\u{3164}b".as_bytes(), "$'a\\xe3\\x85\\xa4b'"),
    ] {
        assert_eq!(UntrustedText::from(bytes).to_string(), shown);
    }
}

#[test]
fn no_code_point_of_a_name_passes_that_steers_or_hides() {
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let shown = UntrustedText::from(format!("a{c}b").as_bytes()).to_string();
        assert_eq!(printable(&shown), shown, "U+{:04X}", u32::from(c));
    }
}
