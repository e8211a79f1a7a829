//! Remedies of the gate, of the paths and of the directories.

use crate::follow::*;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::{run, skipped, succeed, MINUTE};

#[test]
fn a_path_that_is_given_as_the_remedy_says_is_taken() {
    let operator = Operator::new();
    let (plugin, home) = (good(&operator, "good.so"), operator.home.clone());
    // E_PATH_EMPTY, E_PATH_NUL, E_PATH_NOT_ABSOLUTE, E_DIR_NOT_FOUND, E_FILE_NOT_FOUND: there is one right path.
    let nul = PathBuf::from(OsStr::from_bytes(&[plugin.as_os_str().as_bytes(), b"\0"].concat()));
    for (wrong, code, advice) in [
        (PathBuf::new(), "E_PATH_EMPTY", "give the absolute path"),
        (nul, "E_PATH_NUL", "give the path without it"),
        ("plugins/good.so".into(), "E_PATH_NOT_ABSOLUTE", "give the path from / on, which is /"),
        (home.join("missing/good.so"), "E_DIR_NOT_FOUND", "check the path"),
        (home.join("plugins/missing.so"), "E_FILE_NOT_FOUND", "check the path"),
        (plugin.join("good.so"), "E_DIR_NOT_A_DIRECTORY", "check the path"),
        (home.join("plugins"), "E_FILE_NOT_REGULAR", "give the path of the plugin's .so file"),
    ] {
        let remedy = no_path(&wrong, code);
        assert!(remedy.contains(advice), "{code}: {remedy}");
        verify(&plugin).expect("the right path");
    }
    // E_PATH_NOT_NORMAL, E_DIR_SYMLINK, E_FILE_SYMLINK: `realpath` prints the right one.
    symlink(home.join("plugins"), home.join("link")).expect("a new link");
    symlink(&plugin, home.join("plugins/link.so")).expect("a new link");
    for (wrong, code) in [
        ("plugins/../plugins/good.so", "E_PATH_NOT_NORMAL"),
        ("./plugins/good.so", "E_PATH_NOT_NORMAL"),
        ("link/good.so", "E_DIR_SYMLINK"),
        ("plugins/link.so", "E_FILE_SYMLINK"),
    ] {
        let wrong = PathBuf::from(format!("{}/{wrong}", home.display()));
        let remedy = no_path(&wrong, code);
        assert_eq!(remedy, "give the path that `realpath` prints for it");
        let printed = succeed(Command::new("realpath").arg(&wrong), MINUTE).stdout;
        verify(Path::new(printed.trim_end())).unwrap_or_else(|error| panic!("{code}: {error}"));
    }
}

#[test]
fn a_file_that_is_moved_as_the_remedy_says_is_taken() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let long: PathBuf = operator.home.join("d/".repeat(1000));
    fs::create_dir_all(&long).expect("below the limit of the kernel");
    let token = operator.directory("$LIB", 0o755).join("good.so");
    let far = long.join("d/".repeat(1100)).join("good.so");
    for (at, code, advice) in [
        (far, "E_PATH_TOO_LONG", "move the plugin to a shorter path"),
        (token, "E_PATH_TOKEN", "rename the file or directory"),
        ("/proc/self/exe".into(), "E_PATH_PSEUDO", "copy the plugin to a directory on disk"),
    ] {
        if code == "E_PATH_TOKEN" {
            fs::copy(&plugin, &at).expect("its own directory");
        }
        let remedy = no_path(&at, code);
        assert!(remedy.contains(advice), "{code}: {remedy}");
        verify(&plugin).expect("another place");
    }
    fs::rename(operator.home.join("$LIB"), operator.home.join("LIB")).expect("its own directory");
    verify(&operator.home.join("LIB/good.so")).expect("the directory is renamed");
}

#[test]
fn a_directory_that_others_can_change_is_closed_by_the_first_command() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let directory = operator.home.join("plugins");
    for open in [0o775, 0o757, 0o777] {
        mode(&directory, open);
        obey(&operator, &["verify", text(&plugin)], &["E_DIR_WRITABLE"]);
    }
    // The last way of it: the copy loads, though the place of the file stays open.
    mode(&directory, 0o777);
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_DIR_WRITABLE");
    paste(&operator, &command_of("sochdb-plugin install", &remedy));
    let installed = operator.home.join(".local/share/sochdb/plugins/codec_xor.so");
    assert_eq!(operator.verdict(&installed), "");
}

#[test]
fn in_a_sticky_directory_of_root_the_remedy_makes_one_of_its_own() {
    let test = "in_a_sticky_directory_of_root_the_remedy_makes_one_of_its_own";
    if !is_root() {
        return skipped(test, "only root can make one");
    }
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    mode(&operator.home.join("plugins"), 0o1777);
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_DIR_WRITABLE");
    let command = command_of("mkdir", &remedy);
    paste(&operator, &command);
    let moved = operator.home.join("plugins/plugins/good.so");
    assert!(moved.exists(), "{command}");
    assert_eq!(operator.verdict(&moved), "");
}

#[test]
fn what_belongs_to_somebody_else_is_taken_over_by_the_command() {
    let test = "what_belongs_to_somebody_else_is_taken_over_by_the_command";
    if !is_root() {
        return skipped(test, "only root may give files away");
    }
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    chown(operator.home.join("plugins"), Some(OTHER), Some(OTHER)).expect("root may");
    obey(&operator, &["verify", text(&plugin)], &["E_DIR_OWNER"]);
    chown(&plugin, Some(OTHER), Some(OTHER)).expect("root may");
    obey(&operator, &["verify", text(&plugin)], &["E_FILE_OWNER"]);
}

/// As root another user meets it; else the owner took it from himself.
#[test]
fn what_may_not_be_entered_or_read_is_opened_by_the_command() {
    let test = "what_may_not_be_entered_or_read_is_opened_by_the_command";
    let operator = Operator::new();
    mode(&operator.home, 0o755);
    let (above, directory) = (operator.directory("plugins", 0o755), operator.directory("plugins/inner", 0o755));
    let plugin = put(&directory.join("good.so"), &std::fs::read(in_c!("codec_xor")).expect("it was built"));
    for words in [&["verify", "--no-trust-files"][..], &["inspect"]] {
        let mut plain = operator.command(&[words, &[text(&plugin), "--json"]].concat());
        let mut command = match as_other(&plain, &operator) {
            Some(other) => other,
            None if is_root() => return skipped(test, "setpriv is not installed"),
            None => std::mem::replace(&mut plain, Command::new("true")),
        };
        for (path, closed) in [(&above, 0o600), (&directory, 0o600), (&plugin, 0o200)] {
            mode(path, closed);
            let code = match words[0] {
                "verify" if path == &above => "E_DIR_DENIED",
                _ => "E_FILE_DENIED",
            };
            let answer = one_object(&run(&mut command, LIMIT), 1);
            paste(&operator, &command_of("chmod", &remedy(&answer, code)));
            one_object(&run(&mut command, LIMIT), 0);
        }
    }
}
