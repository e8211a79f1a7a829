//! Remedies of the command itself.

use crate::follow::*;
use rustix::fs::{flock, FlockOperation};
use std::fs::{self, File};
use std::process::Command;
use support::command::{command, one_object, LIMIT};
use support::operator::Operator;
use support::{run, skipped};

#[test]
fn what_was_typed_wrongly_is_typed_as_the_remedy_says() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let usage = refused(&operator, &["inspect"], "E_USAGE");
    let help = paste(&operator, usage.split('`').nth(1).expect("a command")).stdout;
    assert!(help.contains("Usage: sochdb-plugin inspect"), "{help}");
    operator.object(&["inspect", text(&plugin)], 0);
    let unknown = refused(&operator, &["explain", "E_UNPINED"], "E_CODE_UNKNOWN");
    let listed = paste(&operator, unknown.split('`').nth(1).expect("a command")).stdout;
    assert!(listed.contains("E_UNPINNED"), "{listed}");
    operator.object(&["explain", "E_UNPINNED"], 0);
    let missing = refused(&operator, &["remove", "codec_xor"], "E_NOT_INSTALLED");
    operator.object(&["install", text(&plugin)], 0);
    let listed = paste(&operator, missing.split('`').nth(1).expect("a command")).stdout;
    assert!(listed.contains("codec_xor"), "{listed}");
    operator.object(&["remove", "codec_xor"], 0);
    // A directory that was named and is not there is told as that.
    let nowhere = operator.home.join("nowhere");
    let alone = refused(&operator, &["remove", "x", "--directory", text(&nowhere)], "E_DIR_NOT_FOUND");
    let home = text(&operator.home);
    assert_eq!(alone, format!("check the path: {home} is there, and has nothing of a name like that"));
    let unheard = operator.object(&["frobnicate"], 2);
    assert_eq!(unheard["command"], serde_json::Value::Null, "{unheard}");
}

/// The part of a path that is wrong is named, and what is there instead.
#[test]
fn a_path_that_was_misspelt_is_typed_as_the_remedy_says() {
    let operator = Operator::new();
    let plugin = good(&operator, "codec_xor.so");
    let wrong = |path: &str| operator.home.join(path);
    for (asked, code) in [
        ("plugins/codec-xor.so", "E_FILE_NOT_FOUND"),
        ("plugins/CODEC_XOR.SO", "E_FILE_NOT_FOUND"),
        ("plugin/codec_xor.so", "E_DIR_NOT_FOUND"),
    ] {
        let asked = wrong(asked);
        let by_loader = refused(&operator, &["verify", text(&asked)], code);
        for command in ["inspect", "install"] {
            assert_eq!(refused(&operator, &[command, text(&asked)], "E_FILE_NOT_FOUND"), by_loader, "{command}");
        }
        assert_eq!(refused(&operator, &["check", text(&asked)], code), by_loader);
        let (_, instead) = by_loader.split_once(", but ").unwrap_or_else(|| panic!("no other path: {by_loader}"));
        assert_eq!(instead, text(&plugin), "{by_loader}");
        operator.object(&["verify", instead], 0);
    }
    let nothing = refused(&operator, &["verify", text(&wrong("none/of/these.so"))], "E_DIR_NOT_FOUND");
    assert_eq!(
        nothing,
        format!("check the path: of its directories the last that is there is {}", text(&operator.home))
    );
}

#[test]
fn what_install_asks_to_be_told_is_told_it() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let bytes = fs::read(&plugin).expect("its own file");
    let mut newer = bytes.clone();
    let places: Vec<usize> = (0..bytes.len() - 6).filter(|&at| bytes[at..].starts_with(b"1.0.0\0")).collect();
    places.iter().for_each(|&at| newer[at..at + 5].copy_from_slice(b"1.2.0"));
    let newer = put(&operator.home.join("newer.so"), &newer);
    operator.object(&["install", text(&newer)], 0);
    let remedy = refused(&operator, &["install", text(&plugin)], "E_DOWNGRADE");
    assert!(remedy.starts_with("say --downgrade"), "{remedy}");
    operator.object(&["install", text(&plugin), "--downgrade"], 0);
    let installed = operator.home.join(".local/share/sochdb/plugins/codec_xor.so");
    let mut changed = bytes.clone();
    *changed.last_mut().expect("it has bytes") ^= 1;
    put(&installed, &changed);
    let remedy = refused(&operator, &["install", text(&installed)], "E_PIN_DIFFERS");
    assert!(remedy.contains("install the publisher's copy; or say --repin"), "{remedy}");
    operator.object(&["install", text(&installed), "--repin"], 0);
    operator.object(&["install", text(&plugin)], 0);
    assert_eq!(operator.verdict(&installed), "");
}

#[test]
fn who_has_no_home_names_a_file_or_sets_it() {
    let operator = Operator::new();
    let homeless = |arguments: &[&str], exit| {
        let mut command = operator.command(arguments);
        one_object(&run(command.arg("--json").env_remove("HOME"), LIMIT), exit)
    };
    let way = remedy(&homeless(&["trust", "add", "minimum", "x", "1.0.0"], 1), "E_NO_HOME");
    assert_eq!(way, "set HOME, or name the file or directory in the command");
    homeless(&["trust", "add", "minimum", "x", "1.0.0", "--trust", "own.toml"], 0);
    operator.object(&["trust", "add", "minimum", "x", "1.0.0"], 0);
}

#[test]
fn entries_of_a_trust_file_are_changed_by_the_commands() {
    let operator = Operator::new();
    operator.object(&["trust", "add", "minimum", "codec", "1.2.0"], 0);
    let conflict = operator.object(&["trust", "add", "minimum", "codec", "1.0.0"], 1);
    assert!(remedy(&conflict, "E_TRUST_CONFLICT").contains("the line that the message names"), "{conflict}");
    let message = conflict["message"].as_str().expect("a text");
    paste(&operator, &command_of("sochdb-plugin trust remove", message));
    operator.object(&["trust", "add", "minimum", "codec", "1.0.0"], 0);
    let none = refused(&operator, &["trust", "remove", "minimum", "other"], "E_TRUST_NO_ENTRY");
    let listed = paste(&operator, none.split('`').nth(1).expect("a command")).stdout;
    assert!(listed.contains("codec"), "{listed}");
    operator.object(&["trust", "remove", "minimum", "codec"], 0);
}

#[test]
fn keys_and_passwords_are_given_as_the_remedies_say() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    operator.object(&["keygen", "--no-password", "--out", "acme"], 0);
    let exists = refused(&operator, &["keygen", "--no-password", "--out", "acme"], "E_EXISTS");
    assert!(exists.starts_with("choose another name with --out"), "{exists}");
    operator.object(&["keygen", "--no-password", "--out", "other"], 0);
    let wrong = refused(&operator, &["sign", text(&plugin), "--key", "acme.pub"], "E_SECRET_KEY");
    assert!(wrong.contains("give the file NAME.key"), "{wrong}");
    operator.object(&["sign", text(&plugin), "--key", "acme.key"], 0);

    let asked = refused(&operator, &["keygen", "--out", "secret"], "E_PASSWORD");
    assert!(
        asked.starts_with("give --password-file FILE, or - for standard input, or set SOCHDB_SIGN_PASSWORD"),
        "{asked}"
    );
    let file = operator.write("password", "a good one\nand more\n");
    let from_file = ["keygen", "--out", "secret", "--password-file", text(&file)];
    let open = refused(&operator, &from_file, "E_PASSWORD_FILE");
    paste(&operator, &command_of("chmod", &open));
    operator.object(&from_file, 0);
    let mut named = operator.command(&["keygen", "--json", "--out", "named"]);
    one_object(&run(named.env("SOCHDB_SIGN_PASSWORD", "a good one"), LIMIT), 0);
    paste(&operator, "echo 'a good one' | sochdb-plugin sign plugins/good.so --key secret.key --password-file -");
}

#[test]
fn what_has_no_place_is_given_one() {
    let test = "what_has_no_place_is_given_one";
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let check = |directory: &str, exit| {
        let mut command = operator.command(&["check", "--json", text(&plugin)]);
        one_object(&run(command.env("TMPDIR", directory), LIMIT), exit)
    };
    assert_eq!(remedy(&check("/nonexistent", 1), "E_TMPDIR"), "set TMPDIR to one that can be written");
    check(text(&operator.home), 0);
    // Standard output that is full.
    let output = |to: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec \"$0\" explain > {to}")]).arg(command().get_program());
        run(&mut shell, LIMIT)
    };
    let full = output("/dev/full");
    assert!(
        full.stderr.contains("error[E_OUTPUT]") && full.stderr.contains("give it somewhere to go"),
        "{}",
        full.stderr
    );
    assert!(output("/dev/null").status.success());
    // A directory that another user may not write.
    let directory = operator.directory("closed", 0o555);
    let closed = put(&operator.home.join("closed.so"), &fs::read(&plugin).expect("its own file"));
    mode(&directory, 0o755);
    let file = put(&directory.join("closed.so"), &fs::read(closed).expect("its own file"));
    mode(&directory, 0o555);
    operator.object(&["keygen", "--no-password", "--out", "acme"], 0);
    mode(&operator.home.join("acme.key"), 0o644);
    mode(&operator.home, 0o755);
    let key = operator.home.join("acme.key");
    let mut command = operator.command(&["sign", "--json", text(&file), "--key", text(&key)]);
    let Some(mut other) = as_other(&command, &operator)
        .or_else(|| (!is_root()).then(|| std::mem::replace(&mut command, Command::new("true"))))
    else {
        return skipped(test, "setpriv is not installed");
    };
    let way = remedy(&one_object(&run(&mut other, LIMIT), 1), "E_WRITE");
    assert!(way.starts_with("check the directory's permissions"), "{way}");
    mode(&directory, 0o777);
    one_object(&run(&mut other, LIMIT), 0);
}

#[test]
fn a_place_that_this_user_may_not_change_gives_way_to_another() {
    let test = "a_place_that_this_user_may_not_change_gives_way_to_another";
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    mode(&operator.home, 0o755);
    let own = operator.directory("own", 0o755);
    let nowhere = "/nonexistent/plugins";
    let install = |to: &str| operator.command(&["install", "--json", text(&plugin), "--directory", to]);
    let mut refused = match as_other(&install(nowhere), &operator) {
        Some(other) => other,
        None if is_root() => return skipped(test, "setpriv is not installed"),
        None => install(nowhere),
    };
    let way = remedy(&one_object(&run(&mut refused, LIMIT), 1), "E_FILE_DENIED");
    assert!(way.contains("choose a place that you may change") && !way.contains("chmod"), "{way}");
    let finished = run(&mut install(text(&own)), LIMIT);
    one_object(&finished, 0);
}

/// The other process never ends until the command has said so.
#[test]
fn a_directory_that_another_process_holds_is_not_waited_for_without_end() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let directory = operator.directory("target", 0o755);
    let handle = File::open(&directory).expect("its own directory");
    flock(&handle, FlockOperation::LockExclusive).expect("nobody else holds it");
    let install = ["install", text(&plugin), "--directory", text(&directory)];
    let remedy = refused(&operator, &install, "E_HELD");
    assert!(remedy.starts_with("let that process end"), "{remedy}");
    drop(handle);
    operator.object(&install, 0);
}
