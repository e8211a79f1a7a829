//! Which values of the variable allow plugins, and who may set it.

use super::*;
use std::os::unix::ffi::OsStrExt;

#[test]
fn only_a_clear_yes_opens_it() {
    for yes in ["1", "true", "YES", " on\n", "True"] {
        assert!(says_yes(OsStr::new(yes)), "{yes:?}");
    }
    for no in ["", "0", "false", "no", "off", "2", "11", "y", "true!", "1 1"] {
        assert!(!says_yes(OsStr::new(no)), "{no:?}");
    }
}

#[test]
fn a_refusal_names_all_three_ways_out() {
    for trust in [Permission::Nobody, Permission::Elevated, Permission::of_value(OsStr::new("enabled"))] {
        let error = trust.check().err().expect("it is not trusted");
        let said = format!("{error}; {}", error.remedy());
        for way in [ALLOW_VARIABLE, "DynamicPluginLoader::new_trusted()", "do not trust does not belong here"] {
            assert!(said.contains(way), "{way} is not in: {said}");
        }
    }
}

#[test]
fn a_value_that_does_not_say_yes_is_shown() {
    let text = |value: &[u8]| {
        let error = Permission::of_value(OsStr::from_bytes(value)).check().err().expect("it does not say yes");
        error.to_string()
    };
    assert!(text(b"enabled").contains("is `enabled`, which is none of 1, true, yes, on"), "{}", text(b"enabled"));
    assert!(text(b"\x1b[2J").contains("`$'\\x1b[2J'`"), "{}", text(b"\x1b[2J"));
    let (many, none) = ("\u{e9}".repeat(33), text(b""));
    assert!(text(many.as_bytes()).contains(&format!("`{}`", &many[..64])), "{}", text(many.as_bytes()));
    assert!(none.contains("nobody allowed them"), "{none}");
    assert_eq!(text(&[0xff; 100]).matches("\\xff").count(), 32);
}
