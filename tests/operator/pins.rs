//! Pins that are replaced, and directories that `install` may not fill.

use serde_json::Value;
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use support::home::{digest, row, text, Home};

/// A home with a codec installed, its download, and the installed file, which was changed since.
fn tampered() -> (Home, PathBuf, PathBuf) {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    home.call(&["install", text(&download)], 0);
    let path = home.plugins().join("codec.so");
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(b"x")).expect("its own file");
    (home, download, path)
}

fn lock(home: &Home) -> String {
    fs::read_to_string(home.plugins().join("sochdb-plugin.lock")).expect("it exists")
}

/// Refused with both digests, and nothing is pinned anew.
fn refused(home: &Home, file: &Path, pinned: &str) {
    let before = lock(home);
    let answer = home.call(&["install", text(file)], 1);
    assert_eq!(answer["code"], "E_PIN_DIFFERS", "{answer}");
    let error = answer["message"].as_str().expect("a text");
    assert!([pinned, &digest(file), "--repin"].iter().all(|part| error.contains(part)), "{error}");
    assert_eq!(lock(home), before);
}

#[test]
fn an_installed_file_that_was_changed_is_not_pinned_without_a_word() {
    let (home, download, path) = tampered();
    refused(&home, &path, &digest(&download));
    // Neither is a copy of it.
    let copy = home.path.join("copy.so");
    fs::copy(&path, &copy).expect("its own directory");
    refused(&home, &copy, &digest(&download));
    let changed = digest(&path);
    let told = home.call(&["install", text(&path), "--repin"], 0);
    assert_eq!((&told["sha256"], &told["replaced_sha256"]), (&changed.into(), &digest(&download).into()));
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
}

#[test]
fn an_installed_file_that_took_another_name_is_not_pinned_either() {
    let (home, download, path) = tampered();
    fs::copy(home.download("other", "1.0.0"), &path).expect("its own file");
    refused(&home, &path, &digest(&download));
    assert_eq!(home.names(), ["codec.so", "sochdb-plugin.lock"]);
}

#[test]
fn the_remedy_for_changed_bytes_does_not_pin_them() {
    let (home, download, path) = tampered();
    let verdict = home.call(&["verify", text(&path)], 1);
    let remedy = verdict["remedy"].as_str().expect("a text");
    assert!(remedy.contains("publisher's copy") && remedy.ends_with("sochdb-plugin install COPY"), "{remedy}");
    home.call(&["install", text(&download)], 0);
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
}

#[test]
fn who_replaces_a_pin_sees_both_digests() {
    let home = Home::new();
    let (old, new) = (home.download("codec", "1.0.0"), home.download("codec", "2.0.0"));
    assert_eq!(home.call(&["install", text(&old)], 0)["replaced_sha256"], Value::Null);
    let told = home.say(&["install", text(&new)]).stdout;
    assert!(told.contains(&digest(&old)) && told.contains(&digest(&new)), "{told}");
    let told = home.call(&["install", text(&old), "--downgrade"], 0);
    assert_eq!((&told["sha256"], &told["replaced_sha256"]), (&digest(&old).into(), &digest(&new).into()));
}

#[test]
fn a_target_that_is_refused_is_named_with_its_own_remedy() {
    let home = Home::new();
    let (download, open) = (home.download("codec", "1.0.0"), home.directory("open"));
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("its own directory");
    let refused = home.call(&["install", text(&download), "--directory", text(&open)], 1);
    assert_eq!((&refused["code"], &refused["file"]), (&"E_DIR_WRITABLE".into(), &text(&open).into()));
    let remedy = refused["remedy"].as_str().expect("a text");
    assert!(remedy.starts_with(&format!("chmod go-w {}", text(&open))), "{remedy}");
    assert!(!refused.to_string().contains(text(&download)) && !remedy.contains("sochdb-plugin install"), "{refused}");
}

#[test]
fn a_target_that_is_not_allowed_can_be_allowed_as_the_remedy_says() {
    let home = Home::new();
    let (download, rules) = (home.download("codec", "1.0.0"), home.path.join("rules.toml"));
    home.call(&["trust", "add", "minimum", "codec", "1.0.0", "--trust", text(&rules)], 0);
    let target = home.path.join("target");
    let install = ["install", text(&download), "--directory", text(&target), "--trust", text(&rules)];
    let refused = home.call(&install, 1);
    let (name, rules) = (text(&target), text(&rules));
    let add = format!("sochdb-plugin trust add directory {name} --trust {rules}");
    assert_eq!((&refused["code"], &refused["file"]), (&"E_NOT_ALLOWED".into(), &name.into()));
    assert_eq!(refused["remedy"], format!("mkdir -m 755 -p {name} && {add}"));
    home.directory("target");
    assert_eq!(home.call(&install, 1)["remedy"], add);
    home.call(&add.split(' ').skip(1).collect::<Vec<_>>(), 0);
    home.call(&install, 0);
}
