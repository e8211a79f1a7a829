//! `trust add`, `trust revoke` and `trust list`.

use crate::home::{digest, mode, row, text, Home};
use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles};
use std::fs;
use std::os::unix::fs::symlink;

const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

/// A loader that obeys the trust file of this home.
pub fn loader(home: &Home) -> DynamicPluginLoader {
    DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![home.trust_file()]))
}

#[test]
fn what_is_added_is_listed() {
    let home = Home::new();
    let (plugins, hash) = (home.directory("plugins"), "0a".repeat(32));
    let none = home.call(&["trust", "list"], 0);
    assert!(none["files"].as_array().is_some_and(|files| files.iter().any(|file| file["exists"] == false)), "{none}");
    for arguments in [
        &["directory", text(&plugins), "--policy", "signed"][..],
        &["dependency", "libz.so.1", "/usr/lib", "--sha256", &hash],
        &["pin", &hash.to_uppercase(), "--name", "codec"],
        &["publisher", "acme", KEY],
        &["minimum", "codec", "1.2.0"],
    ] {
        let mut all = vec!["trust", "add"];
        all.extend(arguments);
        let added = home.call(&all, 0);
        assert_eq!(added["kind"], arguments[0], "{added}");
    }
    home.call(&["trust", "revoke", &"0b".repeat(32), "--reason", "CVE \"1\""], 0);
    let list = home.call(&["trust", "list", "--trust", text(&home.trust_file())], 0);
    let file = &list["files"][0];
    for (kind, expected) in [
        ("directory", serde_json::json!([{ "path": text(&plugins), "policy": "signed" }])),
        ("dependency", serde_json::json!([{ "name": "libz.so.1", "directory": "/usr/lib", "sha256": hash }])),
        ("pin", serde_json::json!([{ "sha256": hash, "name": "codec" }])),
        ("publisher", serde_json::json!([{ "name": "acme", "key": KEY }])),
        ("minimum", serde_json::json!([{ "name": "codec", "version": "1.2.0" }])),
        ("revoked", serde_json::json!([{ "sha256": "0b".repeat(32), "reason": "CVE \"1\"" }])),
    ] {
        assert_eq!(file[kind], expected, "{kind}");
    }
    let human = home.say(&["trust", "list"]).stdout;
    assert!(human.contains(text(&home.trust_file())) && human.contains("libz.so.1"), "{human}");
    assert_eq!((mode(&home.trust_file()), mode(home.trust_file().parent().expect("a directory"))), (0o644, 0o755));
}

#[test]
fn the_first_trust_file_says_what_it_changes() {
    let home = Home::new();
    let first = home.say(&["trust", "add", "minimum", "codec", "1.0.0"]).stdout;
    assert!(first.contains("from now on") && first.contains(text(&home.plugins())), "{first}");
    let second = home.say(&["trust", "add", "minimum", "other", "1.0.0"]).stdout;
    assert!(!second.contains("from now on"), "{second}");
    let other = home.path.join("other.toml");
    let apart = home.say(&["trust", "add", "minimum", "codec", "1.0.0", "--trust", text(&other)]).stdout;
    assert!(!apart.contains("from now on") && apart.contains("--trust"), "{apart}");
}

#[test]
fn a_revoked_digest_is_refused_wherever_it_lies() {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    home.call(&["install", text(&download)], 0);
    home.call(&["trust", "add", "directory", text(&home.plugins())], 0);
    let path = home.plugins().join("codec.so");
    loader(&home).verify(&path).expect("it is pinned");
    home.call(&["trust", "revoke", &digest(&path), "--reason", "it lies"], 0);
    let error = loader(&home).verify(&path).expect_err("it is revoked");
    assert!(error.code() == "E_REVOKED" && error.to_string().ends_with(": it lies"), "{error:?}");
    assert_eq!(home.listed(1), [row("codec", "1.0.0", "E_REVOKED")]);
    assert_eq!(home.call(&["install", text(&download)], 1)["code"], "E_REVOKED");
    assert_eq!(
        home.call(&["install", text(&download), "--directory", text(&home.directory("x"))], 1)["code"],
        "E_NOT_ALLOWED"
    );
}

#[test]
fn comments_and_order_stay() {
    let home = Home::new();
    let directory = home.directory("plugins");
    home.call(&["trust", "add", "minimum", "a", "1.0.0"], 0);
    let by_hand = "# ours\n\n[[revoked]] # never\nsha256 = \"0000000000000000000000000000000000000000000000000000000000000000\"\n\
                   \n# the codec\n[[minimum]]\nname = 'a'   # aligned\nversion = \"1.0.0\"\n\n[[revoked]]\n\
                   sha256 = \"1111111111111111111111111111111111111111111111111111111111111111\"\n# the end\n";
    fs::write(home.trust_file(), by_hand).expect("its own file");
    home.call(&["trust", "add", "directory", text(&directory)], 0);
    let added = format!("{by_hand}\n[[directory]]\npath = \"{}\"\n", text(&directory));
    assert_eq!(fs::read_to_string(home.trust_file()).expect("it exists"), added);
    home.call(&["trust", "add", "minimum", "b", "1.0.0"], 0);
    let both = fs::read_to_string(home.trust_file()).expect("it exists");
    assert!(by_hand.lines().all(|line| both.lines().any(|other| other == line)), "{both}");
    assert_eq!(both.lines().next(), Some("# ours"));

    let inline = "minimum = [{ name = \"a\", version = \"1.0.0\" }] # short\n";
    fs::write(home.trust_file(), inline).expect("its own file");
    home.call(&["trust", "add", "minimum", "b", "2.0.0"], 0);
    let list = home.call(&["trust", "list", "--trust", text(&home.trust_file())], 0);
    assert_eq!(list["files"][0]["minimum"][1], serde_json::json!({ "name": "b", "version": "2.0.0" }));
}

#[test]
fn what_would_be_wrong_is_refused_with_its_place_and_changes_nothing() {
    let home = Home::new();
    home.call(&["trust", "add", "pin", "abc"], 1);
    assert!(!home.path.join("config").exists());
    home.call(&["trust", "add", "minimum", "codec", "1.0.0"], 0);
    let before = fs::read_to_string(home.trust_file()).expect("it exists");
    for arguments in [
        &["pin", "abc"][..],
        &["minimum", "codec", "2.0.0"],
        &["minimum", "other", "two"],
        &["publisher", "acme", "RWabc"],
        &["directory", text(&home.path), "--policy", "lax"],
        &["dependency", "lib/z.so", "/usr"],
    ] {
        let mut all = vec!["trust", "add"];
        all.extend(arguments);
        let refused = home.call(&all, 1);
        assert_eq!(refused["code"], "E_TRUST_SYNTAX", "{refused}");
        let error = refused["error"].as_str().expect("a text");
        assert!(error.contains("line ") && error.contains("column "), "{error}");
        assert_eq!(fs::read_to_string(home.trust_file()).expect("it exists"), before);
    }
}

#[test]
fn a_trust_file_that_cannot_be_used_is_reported_and_left_alone() {
    let home = Home::new();
    home.call(&["trust", "add", "minimum", "codec", "1.0.0"], 0);
    let bad = "[[minimum]]\nname = \"codec\"\nversion = 1\n";
    fs::write(home.trust_file(), bad).expect("its own file");
    let refused = home.call(&["trust", "add", "minimum", "other", "1.0.0"], 1);
    assert_eq!(refused["code"], "E_TRUST_SYNTAX");
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("line 3, column 11")), "{refused}");
    let list = home.call(&["trust", "list", "--trust", text(&home.trust_file())], 1);
    assert_eq!(list["files"][0]["code"], "E_TRUST_SYNTAX");
    assert_eq!(fs::read_to_string(home.trust_file()).expect("it exists"), bad);
    assert_eq!(home.call(&["install", text(&home.download("codec", "1.0.0"))], 1)["code"], "E_TRUST_SYNTAX");

    let real = home.path.join("real.toml");
    fs::rename(home.trust_file(), &real).expect("its own file");
    symlink(&real, home.trust_file()).expect("its own directory");
    assert_eq!(home.call(&["trust", "add", "minimum", "other", "1.0.0"], 1)["code"], "E_TRUST_FILE");
}

#[test]
fn a_directory_must_be_there_under_its_real_path() {
    let home = Home::new();
    let (real, link) = (home.directory("real"), home.path.join("link"));
    symlink(&real, &link).expect("its own directory");
    for (path, code) in [(home.path.join("none"), "E_DIR_NOT_FOUND"), (link, "E_DIR_SYMLINK")] {
        let refused = home.call(&["trust", "add", "directory", text(&path)], 1);
        assert_eq!(refused["code"], code);
        assert!(refused["error"].as_str().is_some_and(|error| error.contains("realpath")), "{refused}");
    }
    assert!(!home.path.join("config").exists());
    let added = home.call(&["trust", "add", "directory", "./real"], 0);
    assert_eq!(added["entry"]["path"], text(&real));
}
