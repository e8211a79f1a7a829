//! Where prose is broken, and where it is not.

use super::*;

#[test]
fn prose_fits_and_hangs_below_its_beginning() {
    let line = "  cause    a directory that \x1b[1mothers\x1b[0m can change";
    assert_eq!(wrap(line, 24), "  cause    a directory\n           that \x1b[1mothers\x1b[0m\n           can change");
    // A label of more than half of the terminal.
    assert_eq!(wrap("  E_VERY_LONG  two words", 20), "  E_VERY_LONG  two\n      words");
    assert_eq!(wrap("some words, 漢字 that are wide", 16), "some words, 漢字\nthat are wide");
    assert_eq!(wrap(line, 50), line);
}

#[test]
fn what_is_pasted_stays_whole() {
    for whole in ["/a/very/long/path/of/a/plugin.so", "chmod 755 $'/a path/it\\'s b.so'", "`ulimit -n 1024 and more`"] {
        for text in [whole.to_owned(), format!("do this: {whole}, or that"), format!("remedy   {whole}; then go")] {
            let shown = wrap(&text, 20);
            assert!(shown.contains(whole), "{shown:?}");
            let back: Vec<&str> = shown.split_whitespace().collect();
            assert_eq!(back, text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
