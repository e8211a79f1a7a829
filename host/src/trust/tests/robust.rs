//! Texts that somebody made to exhaust or to crash the reader.

use crate::trust::file::TrustFile;
use std::time::{Duration, Instant};

#[test]
fn deep_nesting_and_a_full_file_end_soon() {
    let pins: String = (0..10_000).map(|n| format!("[[pin]]\nsha256 = \"{n:064x}\"\n")).collect();
    assert_eq!(TrustFile::parse(pins.as_bytes()).expect("10 000 pins are no error").pins.len(), 10_000);
    let fill = |part: &str| part.repeat((1 << 20) / part.len());
    for (text, good) in [
        ("[".repeat(100_000), false),
        (format!("pin = {}", "[".repeat(100_000)), false),
        (format!("pin = {}", "{a=".repeat(100_000)), false),
        (fill("a."), false),
        (fill("[a]\n"), false),
        (fill("= \n"), false),
        (fill("\"\"\""), false),
        (fill("[[pin]]\n"), false),
        (fill("#\n"), true),
    ] {
        let start = Instant::now();
        assert_eq!(TrustFile::parse(text.as_bytes()).is_ok(), good, "{}", &text[..20]);
        assert!(start.elapsed() < Duration::from_secs(30), "{}: {:?}", &text[..20], start.elapsed());
    }
}

#[test]
fn no_mutant_of_a_trust_file_makes_the_reader_panic() {
    let good = "[[directory]]\npath = \"/srv\"\n[[pin]]\nname = 'x'\n[[minimum]]\nname = \"a\"\nversion = \"1.0.0\"\n";
    let bytes = b"[]{}=.,#\"'\\\n\r\t a0-:\0\xff";
    for at in 0..good.len() {
        for &byte in bytes {
            let mut mutant = good.as_bytes().to_vec();
            mutant[at] = byte;
            let _ = TrustFile::parse(&mutant);
            mutant.insert(at, byte);
            let _ = TrustFile::parse(&mutant);
            let _ = TrustFile::parse(&mutant[..at]);
        }
    }
}
