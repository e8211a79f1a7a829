//! What an operator reads when something is refused: always the same four things, and how to go on.

use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use support::home::{text, Home};

/// A home with two plugins.
fn furnished() -> Home {
    let home = Home::new();
    for name in ["codec", "other"] {
        home.call(&["install", text(&home.download(name, "1.0.0"))], 0);
    }
    home
}

#[test]
fn every_refusal_has_the_same_keys() {
    let home = furnished();
    let plugin = home.plugins().join("codec.so");
    fs::write(home.path.join("text.so"), "just text, and long enough to be one").expect("its own directory");
    fs::set_permissions(&plugin, Permissions::from_mode(0o777)).expect("its own file");
    let same = |arguments: &[&str], exit: i32, answer: &Value, step: Option<&str>| {
        for key in ["code", "message", "remedy"] {
            assert!(
                answer[key].as_str().is_some_and(|text| !text.is_empty()),
                "{arguments:?} {exit}: {key}: {answer:#}"
            );
        }
        assert_eq!(answer.get("step"), Some(&Value::from(step)), "{arguments:?}: {answer:#}");
        assert!(answer.get("error").is_none() && answer.get("complete").is_none(), "{arguments:?}: {answer:#}");
    };
    for (arguments, exit, step) in [
        (&["verify", text(&plugin)][..], 1, Some("file")),
        (&["check", text(&plugin)], 1, Some("file")),
        (&["inspect", "text.so"], 1, Some("elf")),
        (&["install", "text.so"], 1, Some("elf")),
        (&["inspect", "nothing.so"], 1, None),
        (&["install", "nothing.so"], 1, None),
        (&["sign", "text.so", "--key", "nothing"], 1, None),
        (&["remove", "nothing"], 1, None),
        (&["explain", "E_NOTHING"], 1, None),
        (&["verify"], 2, None),
    ] {
        same(arguments, exit, &home.call(arguments, exit), step);
    }
    let list = home.call(&["list"], 1);
    same(&["list"], 1, &list["plugins"][0], Some("file"));
    let doctor = home.call(&["doctor"], 1);
    let findings = doctor["findings"].as_array().expect("a list");
    same(&["doctor"], 1, findings.iter().find(|it| it["state"] == "problem").expect("a problem"), Some("file"));
    fs::write(home.plugins().join("sochdb-plugin.lock"), "broken").expect("its own file");
    for arguments in [&["list"][..], &["remove", "codec"]] {
        same(arguments, 1, &home.call(arguments, 1), Some("trust"));
    }
}

#[test]
fn a_failure_in_words_names_its_code_and_what_to_do() {
    let home = Home::new();
    let failed = home.say(&["remove", "nothing"]).stderr;
    assert!(failed.starts_with("error[E_NOT_INSTALLED]: nothing is not installed in "), "{failed}");
    assert!(failed.contains("\nremedy   `sochdb-plugin list` says what is installed"), "{failed}");
}

#[test]
fn behind_a_broken_lock_file_nothing_is_called_not_listed() {
    let home = furnished();
    let lock = home.plugins().join("sochdb-plugin.lock");
    let files: Vec<String> = ["codec.so", "other.so"].map(|name| text(&home.plugins().join(name)).to_owned()).into();
    let is_told = |code: &str| {
        let list = home.call(&["list"], 1);
        assert_eq!((&list["code"], &list["lock_unreadable"]), (&code.into(), &serde_json::json!(files)), "{list:#}");
        assert_eq!((&list["plugins"], &list["not_listed"]), (&serde_json::json!([]), &serde_json::json!([])));
        let human = home.say(&["list"]).stdout;
        assert_eq!((human.matches("lock unreadable").count(), human.matches(code).count()), (2, 1), "{human}");
        assert!(!human.contains("not listed") && human.contains("\nremedy   "), "{human}");
        let removed = home.say(&["remove", "codec"]).stdout;
        assert!(removed.contains(code) && !removed.contains("not installed"), "{removed}");
        assert!(home.plugins().join("codec.so").exists());
    };
    let whole = fs::read_to_string(&lock).expect("it exists");
    fs::set_permissions(&lock, Permissions::from_mode(0o666)).expect("its own file");
    is_told("E_LOCK_FILE");
    fs::set_permissions(&lock, Permissions::from_mode(0o644)).expect("its own file");
    fs::write(&lock, &whole[..whole.len() - 9]).expect("its own file");
    is_told("E_LOCK_SYNTAX");
    // `install` begins it anew: what it listed is there, and the way to it is shown.
    home.call(&["install", text(&home.download("codec", "1.0.0"))], 0);
    let human = home.say(&["list"]).stdout;
    assert!(human.contains("not listed") && human.contains("sochdb-plugin.lock.broken"), "{human}");
    let unknown = home.call(&["remove", "other"], 1);
    assert!(unknown["message"].as_str().is_some_and(|text| text.contains("without being installed: other.so")));
}

#[test]
fn an_empty_directory_says_how_to_install_into_it() {
    let home = Home::new();
    let directory = home.directory("my plugins");
    let human = home.say(&["list", "--directory", text(&directory)]).stdout;
    let command = format!("sochdb-plugin install FILE --directory $'{}'\n", directory.display());
    assert!(human.contains(&command), "{human}");
    assert!(home.say(&["list"]).stdout.ends_with("sochdb-plugin install FILE\n"), "the user's own needs no name");
    fs::copy(home.download("codec", "1.0.0"), directory.join("stray.so")).expect("its own directory");
    let human = home.say(&["list", "--directory", text(&directory)]).stdout;
    assert!(human.contains(&command), "{human}");
}
