//! Several trust files as one.

use crate::base::digest::Digest;
use crate::trust::file::TrustFile;
use crate::trust::rules::Rules;
use crate::trust::tests::{DIGEST, KEY};
use std::path::Path;

fn rules(texts: &[&str]) -> Rules {
    Rules::new(texts.iter().map(|text| TrustFile::parse(text.as_bytes()).expect("a good trust file")).collect())
}

fn directory(path: &str, policy: &str) -> String {
    format!("[[directory]]\npath = {path:?}\npolicy = {policy:?}\n")
}

#[test]
fn the_nearest_directory_of_each_file_counts_and_demands_unite() {
    let system = directory("/opt/x", "signed") + &directory("/opt/x/dev", "development");
    let user = directory("/opt", "pinned");
    let both = rules(&[&system, &user]);
    for (path, found) in [
        ("/opt/x", Some("pinned + signed")),
        ("/opt/x/a/b", Some("pinned + signed")),
        ("/opt/x/dev/a", Some("development + pinned")),
        ("/opt/xy", Some("pinned")),
        ("/opt", Some("pinned")),
        ("/", None),
        ("/etc", None),
        ("opt/x", None),
        ("/opt/x/../../etc", None),
    ] {
        assert_eq!(both.policy_for(Path::new(path)).map(|it| it.to_string()).as_deref(), found, "{path}");
    }
    let demands = both.policy_for(Path::new("/opt/x")).expect("it is allowed").demands;
    assert!(demands.pin && demands.signature && !demands.probe);
    assert!(rules(&[&system]).policy_for(Path::new("/opt/xy")).is_none());
    assert!(rules(&[]).policy_for(Path::new("/opt")).is_none());
}

#[test]
fn pins_revocations_dependencies_and_publishers_of_all_files_count() {
    let digest: Digest = DIGEST.parse().expect("64 digits");
    let key = |key: &str| format!("[[publisher]]\nname = \"acme\"\nkey = {key:?}\n");
    let dependency = |path: &str| format!("[[dependency]]\nname = \"libz.so.1\"\ndirectory = {path:?}\n");
    let other = key(&KEY.replace("GFO3", "GFO4"));
    let first = dependency("/first") + &key(KEY);
    let second =
        dependency("/second") + &other + &format!("[[pin]]\nsha256 = {DIGEST:?}\n[[revoked]]\nsha256 = {DIGEST:?}\n");
    let rules = rules(&[&first, &second]);
    assert!(rules.is_pinned(&digest) && !rules.is_pinned(&Digest::of(b"")));
    assert!(rules.revoked(&digest).is_some() && rules.revoked(&Digest::of(b"")).is_none());
    assert_eq!(rules.publishers().len(), 2);
    assert_eq!(rules.dependency("libz.so.1").map(|it| it.directory.as_path()), Some(Path::new("/first")));
    assert_eq!(rules.dependency("libz.so"), None);
}

#[test]
fn the_highest_minimum_counts() {
    let minimum = |version: &str| format!("[[minimum]]\nname = \"a\"\nversion = {version:?}\n");
    let rules = rules(&[&minimum("1.2.0+7"), &minimum("1.1.9")]);
    for (version, ok) in [("1.2.0", true), ("1.2.0+1", true), ("1.10.0", true), ("1.2.0-rc.1", false), ("1.1.9", false)]
    {
        assert_eq!(rules.check_version("a", version).is_ok(), ok, "{version}");
    }
    assert_eq!(rules.check_version("b", "x"), Ok(()));
    let old = rules.check_version("a", "1.1.9").expect_err("it is older");
    assert_eq!(old.to_string(), "a 1.1.9 is older than 1.2.0+7");
    let none = rules.check_version("a", "\u{1b}").expect_err("it cannot be compared").to_string();
    assert!(none.contains("no semantic version") && !none.chars().any(char::is_control), "{none}");
}
