//! Texts that are refused, with the place that the error points at.

use crate::trust::document::MAX_SIZE;
use crate::trust::file::TrustFile;
use crate::trust::lock::Lock;
use crate::trust::manifest::Manifest;
use crate::trust::syntax::SyntaxError;
use crate::trust::tests::{DIGEST, KEY};

fn refused<T>(text: &[u8], parse: fn(&[u8]) -> Result<T, SyntaxError>, line: usize, column: usize, phrase: &str) {
    let shown = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
    let error = parse(text).err().unwrap_or_else(|| panic!("accepted: {shown}"));
    assert_eq!((error.line, error.column), (line, column), "{shown}: {error}");
    assert!(error.message.contains(phrase), "{shown}: {error}");
    assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
    assert!(error.to_string().len() < 500, "{error}");
}

#[test]
fn a_bad_trust_file_is_refused_at_its_place() {
    let path = |path: &str| format!("[[directory]]\npath = {path:?}\n");
    let entry = |kind: &str, rest: &str| format!("[[{kind}]]\nsha256 = \"{DIGEST}\"\n{rest}");
    let twice = |entry: &str| format!("{entry}{entry}");
    let revoked_key = |key: &str| format!("[[revoked_key]]\nkey = \"{key}\"\n");
    let publisher = |name: &str, key: &str| format!("[[publisher]]\nname = \"{name}\"\nkey = \"{key}\"\n");
    let dependency = "[[dependency]]\nname = \"libz.so.1\"\ndirectory = \"/lib\"\n";
    let minimum = "[[minimum]]\nname = \"a\"\nversion = \"1.0.0\"\n";
    for (text, line, column, phrase) in [
        ("= 1".to_owned(), 1, 1, ""),
        (
            "[[directory]]\npath = \"/srv\"\npolcy = \"signed\"".to_owned(),
            3,
            1,
            "unknown key \"polcy\", expected one of",
        ),
        ("\u{feff}wrong = 1".to_owned(), 1, 1, "unknown key \"wrong\""),
        ("[[directory]]\npath = \"/a\"\npath = \"/b\"".to_owned(), 3, 1, "duplicate key"),
        ("[[directory]]\npath = 3".to_owned(), 2, 8, "must be a string, not an integer"),
        ("[directory]\npath = \"/a\"".to_owned(), 1, 1, "[[directory]], not a table"),
        ("pin = [1]".to_owned(), 1, 8, "not an integer"),
        ("[[directory]]\npolicy = \"signed\"".to_owned(), 1, 1, "[[directory]] has no \"path\""),
        (path("srv"), 2, 8, "is not absolute"),
        (path("~/x"), 2, 8, "is not absolute"),
        (path(""), 2, 8, "is empty"),
        (path("/"), 2, 8, "is the root"),
        (path("/a/../b"), 2, 8, "has .. in it"),
        (path("/a/./b"), 2, 8, "has . in it"),
        (path("/a//b"), 2, 8, "a / too many"),
        (path("/a/"), 2, 8, "a / too many"),
        (path("/$HOME"), 2, 8, "has $ in it"),
        ("[[directory]]\npath = \"/a\\u0000\"".to_owned(), 2, 8, "U+0000"),
        ("[[directory]]\npolicy = \"strong\"\npath = \"/a\"".to_owned(), 2, 10, "expected one of development"),
        ("[[directory]]\npath = \"/ü\"\npolicy = \"ü\"".to_owned(), 3, 10, "is \"ü\""),
        ("pin = [{ name = \"ü\", sha256 = \"12\" }]".to_owned(), 1, 31, "found 2 characters"),
        (entry("pin", "name = \"\""), 3, 8, "is empty"),
        (entry("pin", "").replace("2d71", "gd71"), 2, 10, "no SHA-256"),
        (entry("revoked", "reason = \"a\\u001b[2J\""), 3, 10, "U+001B"),
        (twice(&entry("pin", "")), 4, 10, "is there twice, first in line 2"),
        (twice(&entry("revoked", "")), 4, 10, "first in line 2"),
        (twice(&path("/a")), 4, 8, "directory \"/a\" is there twice, first in line 2"),
        (twice(dependency), 5, 8, "dependency \"libz.so.1\" is there twice, first in line 2"),
        (dependency.replace("libz", "../libz"), 2, 8, "has / in it"),
        (twice(minimum), 5, 8, "first in line 2"),
        (minimum.replace("1.0.0", "1.0"), 3, 11, "no semantic version"),
        (publisher("a", "RWQ"), 3, 7, "56 characters, found 3"),
        (publisher("a", &KEY.replace("RWQ", "RUQ")), 3, 7, "begins with RW"),
        (publisher("a", &KEY.replace("f6", "-6")), 3, 7, "base64"),
        (publisher("a", KEY) + &publisher("b", KEY), 6, 7, "first in line 3"),
        (publisher("a", KEY) + &publisher("a", KEY), 6, 7, "first in line 3"),
        (revoked_key(KEY) + &revoked_key(KEY), 4, 7, "is there twice, first in line 2"),
        (revoked_key("RWQ"), 2, 7, "56 characters, found 3"),
        (revoked_key(KEY) + "until = \"now\"\n", 3, 1, "unknown key \"until\", expected one of \"key\", \"reason\""),
        (format!("{:?} = 1", "x".repeat(9000)), 1, 1, "unknown key"),
    ] {
        refused(text.as_bytes(), TrustFile::parse, line, column, phrase);
    }
    refused(b"# \xc3\xbc \n\xc3\xbc\xff", TrustFile::parse, 2, 2, "not UTF-8, found byte 0xff");
    refused(&vec![b'\n'; MAX_SIZE + 1], TrustFile::parse, 1, 1, "limit of 1048576");
}

#[test]
fn a_bad_lock_or_manifest_is_refused_at_its_place() {
    let lock = format!(
        "[[plugin]]\nfile = \"a.so\"\nsha256 = \"{DIGEST}\"\nname = \"a\"\nversion = \"1\"\nabi = \"1.1\"\nkinds = [\"x\"]\n"
    );
    assert!(Lock::parse(lock.as_bytes()).is_ok());
    for (from, to, line, column, phrase) in [
        ("a.so", "a/b.so", 2, 8, "has / in it"),
        ("a.so", "..", 2, 8, "no file name"),
        ("a.so", "$a", 2, 8, "has $ in it"),
        ("1.1", "1", 6, 7, "no ABI"),
        ("1.1", "01.1", 6, 7, "no ABI"),
        ("1.1", "+1.1", 6, 7, "no ABI"),
        ("1.1", "1.65536", 6, 7, "no ABI"),
        ("[\"x\"]", "\"x\"", 7, 9, "an array of strings, not a string"),
        ("[\"x\"]", "[\"x\", \"x\"]", 7, 15, "kind \"x\" is there twice"),
        ("kinds", "kind", 7, 1, "unknown key \"kind\""),
        ("version = \"1\"\n", "", 1, 1, "has no \"version\""),
    ] {
        refused(lock.replacen(from, to, 1).as_bytes(), Lock::parse, line, column, phrase);
    }
    refused(lock.repeat(2).as_bytes(), Lock::parse, 9, 8, "file \"a.so\" is there twice, first in line 2");
    refused(b"plugins = []", Lock::parse, 1, 1, "expected \"plugin\"");
    let manifest = format!("sha256 = \"{DIGEST}\"\nname = \"a\"\nversion = \"1\"\nabi = \"1.1\"\n");
    assert!(Manifest::parse(manifest.as_bytes()).is_ok());
    refused((manifest.clone() + "kinds = []").as_bytes(), Manifest::parse, 5, 1, "unknown key \"kinds\"");
    refused((manifest + &"#".repeat(4096)).as_bytes(), Manifest::parse, 1, 1, "limit of 4096");
}
