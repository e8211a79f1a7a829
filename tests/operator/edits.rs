//! Entries of a trust file that are there already, and those that are taken out.

use crate::trusts::KEY;
use std::fs;
use support::home::{text, Home};

fn said(home: &Home) -> String {
    fs::read_to_string(home.trust_file()).expect("it exists")
}

#[test]
fn what_is_there_already_is_no_error_however_it_is_written() {
    let home = Home::new();
    let (plugins, hash) = (home.directory("plugins"), "ab".repeat(32));
    home.call(&["trust", "add", "minimum", "codec", "1.0.0"], 0);
    let by_hand = format!(
        "minimum = [{{ version = '1.0.0', name = \"codec\" }}]\n[[pin]]\nsha256 = \"{}\"\n[[directory]]\npath = \"{}\"\n",
        hash.to_uppercase(),
        text(&plugins)
    );
    fs::write(home.trust_file(), &by_hand).expect("its own file");
    for arguments in [
        &["minimum", "codec", "1.0.0"][..],
        &["pin", &hash],
        &["directory", text(&plugins)],
        &["directory", text(&plugins), "--policy", "pinned"],
    ] {
        let told = home.call(&[&["trust", "add"], arguments].concat(), 0);
        assert_eq!(told["outcome"], "already there", "{told}");
        assert_eq!(said(&home), by_hand);
    }
}

#[test]
fn a_plugin_that_is_revoked_already_needs_no_other_reason() {
    let (home, hash) = (Home::new(), "0b".repeat(32));
    home.call(&["trust", "revoke", &hash, "--reason", "it lies"], 0);
    assert_eq!(home.call(&["trust", "revoke", &hash], 0)["outcome"], "already there");
    let other = home.call(&["trust", "revoke", &hash, "--reason", "it leaks"], 1);
    assert!(other["message"].as_str().is_some_and(|error| error.contains("it lies")), "{other}");
}

#[test]
fn another_value_is_refused_with_the_one_that_is_there_and_its_line() {
    let home = Home::new();
    let (plugins, other) = (home.directory("plugins"), home.path.join("other.toml"));
    home.call(&["trust", "add", "minimum", "codec", "1.2.0"], 0);
    home.call(&["trust", "add", "publisher", "acme", KEY], 0);
    home.call(&["trust", "add", "directory", text(&plugins)], 0);
    let before = said(&home);
    let line = |wanted: &str| before.lines().position(|line| line.starts_with(wanted)).expect("it is there") + 1;
    for (arguments, found, at, named) in [
        (&["minimum", "codec", "1.0.0"][..], "\"1.2.0\"", line("version"), "minimum codec"),
        (&["publisher", "other", KEY], "\"acme\"", line("name = \"acme\""), "publisher acme"),
        (&["directory", text(&plugins), "--policy", "signed"], "policy pinned", line("[[directory]]"), "directory /"),
    ] {
        let refused = home.call(&[&["trust", "add"], arguments].concat(), 1);
        let error = refused["message"].as_str().expect("a text");
        assert_eq!(refused["code"], "E_TRUST_CONFLICT", "{refused}");
        assert!(error.contains(found) && error.contains(&format!("edit line {at} of ")), "{error}");
        assert!(error.contains(&format!("sochdb-plugin trust remove {named}")), "{error}");
        assert_eq!(said(&home), before);
    }
    let add = |version, code| home.call(&["trust", "add", "minimum", "codec", version, "--trust", text(&other)], code);
    add("1.0.0", 0);
    let refused = add("2.0.0", 1);
    assert!(
        refused["message"].as_str().is_some_and(|it| it.ends_with(&format!("--trust {}", text(&other)))),
        "{refused}"
    );
}

#[test]
fn what_is_removed_takes_its_comment_along_and_nothing_else() {
    let home = Home::new();
    home.call(&["trust", "add", "minimum", "a", "1.0.0"], 0);
    let hash = "ab".repeat(32);
    let kept = "# ours\n\n[[revoked]] # never\nsha256 = \"0000000000000000000000000000000000000000000000000000000000000000\"\n\n";
    let middle = "# the codec\n# and why\n[[minimum]]\nname = 'a'   # aligned\nversion = \"1.0.0\" # old\n\n";
    let last = format!(
        "# b\n[[minimum]]\nversion = \"2.0.0\"\nname = \"b\"\n\n# pin\n[[pin]]\nsha256 = \"{}\"\n",
        hash.to_uppercase()
    );
    fs::write(home.trust_file(), format!("{kept}{middle}{last}# the end\n")).expect("its own file");
    home.call(&["trust", "remove", "minimum", "a"], 0);
    assert_eq!(said(&home), format!("{kept}{last}# the end\n"));
    home.call(&["trust", "remove", "pin", &hash], 0);
    assert!(said(&home).ends_with("name = \"b\"\n\n# the end\n"), "{}", said(&home));
    home.call(&["trust", "remove", "minimum", "b"], 0);
    assert_eq!(said(&home), format!("{kept}# the end\n"));
    let missing = home.call(&["trust", "remove", "minimum", "b"], 1);
    assert_eq!(missing["code"], "E_TRUST_NO_ENTRY", "{missing}");

    fs::write(home.trust_file(), "minimum = [{ name = \"a\", version = \"1.0.0\" }] # short\n").expect("its own file");
    let empty = home.call(&["trust", "remove", "minimum", "a"], 0);
    assert_eq!(said(&home), "minimum = [] # short\n");
    assert!(empty["closed"].as_str().is_some_and(|closed| closed.contains("still counts")), "{empty}");
}

#[test]
fn all_that_was_added_can_be_removed() {
    let home = Home::new();
    let (gone, hash) = (home.directory("gone"), "0a".repeat(32));
    home.call(&["trust", "revoke", &hash], 0);
    let empty = home.call(&["trust", "remove", "revoked", &hash.to_uppercase()], 0);
    assert!(empty["closed"].is_string(), "{empty}");
    let heading = said(&home);
    assert!(heading.starts_with("# ") && heading.lines().count() == 1, "{heading}");
    for (arguments, named) in [
        (&["directory", text(&gone)][..], "gone/"),
        (&["dependency", "libz.so.1", "/usr/lib"], "libz.so.1"),
        (&["pin", &hash, "--name", "codec"], &*hash),
        (&["publisher", "acme", KEY], "acme"),
        (&["minimum", "codec", "1.0.0"], "codec"),
    ] {
        home.call(&[&["trust", "add"], arguments].concat(), 0);
        if arguments[0] == "directory" {
            fs::remove_dir(&gone).expect("its own directory");
        }
        home.call(&["trust", "remove", arguments[0], named], 0);
        assert_eq!(said(&home), heading, "{named}");
    }
}

#[test]
fn nothing_is_made_to_remove_something_from_it() {
    let home = Home::new();
    assert_eq!(home.call(&["trust", "remove", "minimum", "codec"], 1)["code"], "E_TRUST_NO_ENTRY");
    assert!(!home.path.join("config").exists());
}
