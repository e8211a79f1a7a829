//! The facts are those of Unicode 14 (UnicodeData.txt, DerivedCoreProperties.txt); a category only ever grows.

use crate::base::escape::{hex, is_visible, printable};

/// Control, format, separator and private characters, noncharacters, and some that nobody assigned.
const OF_A_CATEGORY: &[(u32, u32)] = &[
    // Cc
    (0x00, 0x1f),
    (0x7f, 0x9f),
    // Cf
    (0xad, 0xad),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x180e, 0x180e),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x2064),
    (0x2066, 0x206f),
    (0xfeff, 0xfeff),
    (0xfff9, 0xfffb),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x13438),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0001, 0xe0001),
    (0xe0020, 0xe007f),
    // Zl, Zp
    (0x2028, 0x2029),
    // Zs
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    // Co
    (0xe000, 0xf8ff),
    (0xf0000, 0xffffd),
    (0x10_0000, 0x10_fffd),
    // Cn
    (0x2065, 0x2065),
    (0xfdd0, 0xfdef),
    (0xe0000, 0xe0000),
    (0xe0002, 0xe001f),
    (0xe0080, 0xe00ff),
    (0xe01f0, 0xe0fff),
];

/// Beside those, what Default_Ignorable_Code_Point says is drawn as nothing, and the empty pattern of Braille.
const DRAWN_AS_NOTHING: &[(u32, u32)] = &[
    (0x34f, 0x34f),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfff8),
    (0xe0100, 0xe01ef),
];

fn must_be_escaped(code: u32) -> bool {
    let last_two_of_a_plane = code & 0xfffe == 0xfffe;
    let listed = |ranges: &[(u32, u32)]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&code));
    last_two_of_a_plane || listed(OF_A_CATEGORY) || listed(DRAWN_AS_NOTHING)
}

#[test]
fn no_code_point_passes_that_steers_or_hides() {
    let mut escaped = 0;
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let text = format!("a{c}b");
        let shown = printable(&text);
        assert_eq!(is_visible(c), shown == text, "U+{:04X}", u32::from(c));
        if must_be_escaped(c.into()) {
            assert!(shown.starts_with("a\\") && !shown.contains(c), "U+{:04X} passes as {shown}", u32::from(c));
            escaped += 1;
        }
        assert_eq!(printable(&shown), shown, "U+{:04X} changes again", u32::from(c));
    }
    assert!(escaped > 130_000, "{escaped}");
}

#[test]
fn what_people_write_stays() {
    for text in
        ["it's \"5 %\" \\ of {x}", "jörg e\u{301}", "данные", "日本語、テスト。", "हिन्दी", "עברית", "عربي", "→ ½ 😀"]
    {
        assert_eq!(printable(text), text);
    }
    assert_eq!(printable("a\x1b[2J\nb\u{202e}c\t\0 \u{a0}é"), "a\\u{1b}[2J\\nb\\u{202e}c\\t\\u{0} \\u{a0}é");
}

#[test]
fn bytes_have_two_digits() {
    assert_eq!(hex(&[0, 0x0f, 0xa5, 0xff]), "000fa5ff");
}
