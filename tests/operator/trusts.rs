//! `trust add`, `trust revoke` and `trust list`.

use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles};
use std::fs::{self, Permissions};
use std::os::unix::fs::{symlink, MetadataExt, PermissionsExt};
use std::path::Path;
use support::home::{digest, mode, row, text, Home};

/// A publisher's.
pub const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

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
        &["directory", text(&plugins), "--policy", "signed", "--conformance", "storage/1"][..],
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
        ("directory", serde_json::json!([{ "path": text(&plugins), "policy": "signed", "conformance": "storage/1" }])),
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
fn the_first_trust_file_says_what_it_closes_whatever_its_entry() {
    let home = Home::new();
    let first = home.say(&["trust", "add", "dependency", "libz.so.1", "/usr/lib"]).stdout;
    let note = first.lines().find(|line| line.contains("from now on")).unwrap_or_else(|| panic!("no note: {first}"));
    assert!(note.contains(text(&home.plugins())), "{note}");
    let closed_again = "sochdb-plugin trust add directory DIRECTORY --policy development";
    assert!(note.contains(closed_again), "{note}");
    assert!(home.call(&["trust", "add", "minimum", "other", "1.0.0"], 0)["closed"].is_null());

    let (other, open) = (home.path.join("other.toml"), home.directory("open"));
    let apart = home.call(&["trust", "add", "minimum", "codec", "1.0.0", "--trust", text(&other)], 0);
    let add = format!("trust add directory {} --trust {}", text(&home.plugins()), text(&other));
    assert!(apart["closed"].as_str().is_some_and(|closed| closed.ends_with(&add)), "{apart}");
    let listed = home.say(&["trust", "add", "directory", text(&open), "--trust", text(&other)]).stdout;
    assert!(!listed.contains("no plugin is allowed") && listed.contains("TrustFiles::Only"), "{listed}");
}

#[test]
fn the_first_trust_file_says_so_to_scripts() {
    let home = Home::new();
    let first = home.call(&["trust", "revoke", &"0b".repeat(32)], 0);
    assert!(first["closed"].as_str().is_some_and(|closed| closed.contains("from now on")), "{first}");
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
fn root_is_told_whom_an_own_trust_file_does_not_reach() {
    let home = Home::new();
    let (hash, other) = ("0b".repeat(32), home.path.join("other.toml"));
    let own = home.call(&["trust", "revoke", &hash, "--reason", "it lies, $often"], 0);
    assert_eq!(own["reach"], "user");
    let named = home.call(&["trust", "revoke", &hash, "--trust", text(&other)], 0);
    assert_eq!((&named["reach"], &named["unreached"]), (&"named".into(), &serde_json::Value::Null));
    if owner(&home.path) != 0 {
        assert!(own["unreached"].is_null(), "who is not root writes no other: {own}");
        return;
    }
    let told = own["unreached"].as_str().expect("root is told");
    let command = format!("sochdb-plugin trust revoke {hash} --reason 'it lies, $often' --json --system");
    assert!(told.contains("other users") && told.ends_with(&command), "{told}");
    let said = home.say(&["trust", "remove", "revoked", &hash]).stdout;
    assert!(said.contains(&format!("sochdb-plugin trust remove revoked {hash} --system")), "{said}");
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
fn arguments_that_no_trust_file_could_say_are_wrong_usage_and_change_nothing() {
    let home = Home::new();
    home.call(&["trust", "add", "pin", "abc"], 2);
    assert!(!home.path.join("config").exists());
    home.call(&["trust", "add", "minimum", "codec", "1.0.0"], 0);
    let before = fs::read_to_string(home.trust_file()).expect("it exists");
    for (arguments, found) in [
        (&["add", "pin", "abc"][..], "3 characters"),
        (&["add", "pin", &"0a".repeat(32), "--name", "a\tb"], "control character"),
        (&["add", "minimum", "other", "two"], "version"),
        (&["add", "minimum", "bad name", "1.0.0"], "no plugin has such a name"),
        (&["add", "publisher", "acme", "RWabc"], "56 characters"),
        (&["add", "publisher", "", KEY], "is empty"),
        (&["add", "directory", text(&home.path), "--policy", "lax"], "development, pinned, signed, strict"),
        (&["add", "dependency", "lib/z.so", "/usr"], "has / in it"),
        (&["add", "dependency", "libz.so", "/usr", "--sha256", "g"], "1 characters"),
        (&["revoke", "abc"], "3 characters"),
        (&["remove", "pin", "abc"], "3 characters"),
    ] {
        let refused = home.call(&[&["trust"], arguments].concat(), 2);
        assert_eq!(refused["code"], "E_USAGE", "{refused}");
        assert!(refused["message"].as_str().is_some_and(|error| error.contains(found)), "{refused}");
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
    let none = home.path.join("none");
    let make = format!("`mkdir -m 755 -p {}`", text(&none));
    for (path, code, hint) in [(none, "E_DIR_NOT_FOUND", &*make), (link, "E_DIR_SYMLINK", "realpath")] {
        let refused = home.call(&["trust", "add", "directory", text(&path)], 1);
        assert_eq!(refused["code"], code);
        assert!(refused["message"].as_str().is_some_and(|error| error.contains(hint)), "{refused}");
    }
    assert!(!home.path.join("config").exists());
    let added = home.call(&["trust", "add", "directory", "./real"], 0);
    assert_eq!(added["entry"]["path"], text(&real));
}

#[test]
fn a_directory_that_the_loader_would_not_go_to_is_not_added() {
    let home = Home::new();
    let root = owner(&home.path) == 0;
    for mode in [0o775, 0o777, 0o1777] {
        let open = home.directory(&format!("{mode:o}"));
        fs::set_permissions(&open, Permissions::from_mode(mode)).expect("its own directory");
        let below = home.directory(&format!("{mode:o}/below"));
        let refused = home.call(&["trust", "add", "directory", text(&open)], 1);
        assert_eq!((&refused["code"], &refused["file"]), (&"E_DIR_WRITABLE".into(), &text(&open).into()), "{refused}");
        let remedy = refused["remedy"].as_str().expect("a text");
        assert!(remedy.contains(text(&open)) && !remedy.contains("mv ") && !remedy.contains(".lock"), "{remedy}");
        // What the loader passes, may be added: a directory of one's own in root's sticky one.
        let code = i32::from(!(root && mode == 0o1777));
        home.call(&["trust", "add", "directory", text(&below)], code);
    }
}

#[test]
fn root_may_add_a_directory_of_another_user_but_not_for_strict() {
    let home = Home::new();
    let theirs = home.directory("theirs");
    if owner(&home.path) == 0 {
        std::os::unix::fs::chown(&theirs, Some(4321), None).expect("root may");
    }
    // For strict, others may not write the directory for temporary files either.
    let refused = home.call(&["trust", "add", "directory", text(&theirs), "--policy", "strict"], 1);
    assert!(refused["code"].as_str().is_some_and(|code| code.starts_with("E_DIR_")), "{refused}");
    home.call(&["trust", "add", "directory", text(&theirs)], 0);
}

fn owner(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").uid()
}
