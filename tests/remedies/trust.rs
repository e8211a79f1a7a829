//! Remedies of trust files, pins, lock files and signatures.

use crate::follow::*;
use sochdb_plugin_host::{Digest, DynamicPluginLoader, OnRefusal};
use std::fs;
use std::path::{Path, PathBuf};
use support::command::{one_object, LIMIT};
use support::in_c;
use support::operator::Operator;
use support::run;

/// Pins or forbids with this trust file; gives its path.
fn trusting(operator: &Operator, policy: &str, more: &str) -> PathBuf {
    let directory = operator.home.join("plugins");
    operator.trust(&format!("[[directory]]\npath = \"{}\"\npolicy = \"{policy}\"\n{more}", directory.display()))
}

fn digest(path: &Path) -> Digest {
    Digest::of(&fs::read(path).expect("it exists"))
}

/// Another version of the good plugin's bytes: one that loads, too.
fn other_bytes() -> Vec<u8> {
    let mut bytes = fs::read(in_c!("codec_xor")).expect("it was built");
    // In the section headers, which nothing needs that loads it.
    *bytes.last_mut().expect("it has bytes") ^= 1;
    bytes
}

fn beside(plugin: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", plugin.display()))
}

#[test]
fn a_trust_file_is_mended_as_its_refusal_says() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let file = trusting(&operator, "development", "");
    mode(&file, 0o666);
    obey(&operator, &["verify", text(&plugin)], &["E_TRUST_FILE"]);
    mode(file.parent().expect("it is in a directory"), 0o777);
    obey(&operator, &["verify", text(&plugin)], &["E_TRUST_FILE"]);
    let right = fs::read_to_string(&file).expect("its own file");
    operator.trust(&right.replace("development", "developmint"));
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_TRUST_SYNTAX");
    assert!(remedy.starts_with("correct it"), "{remedy}");
    assert_eq!(run(&mut operator.command(&["trust", "list"]), LIMIT).status.code(), Some(1));
    operator.trust(&right);
    paste(&operator, &command_of("sochdb-plugin trust list", &remedy));
    assert_eq!(operator.verdict(&plugin), "");
}

#[test]
fn who_has_no_home_is_given_one() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    if Path::new("/etc/sochdb/trust.toml").exists() {
        return support::skipped("who_has_no_home_is_given_one", "this machine has a trust file");
    }
    let with_home = |home: &str| {
        let mut command = operator.command(&["verify", "--json", text(&plugin)]);
        command.env("HOME", home);
        run(&mut command, LIMIT)
    };
    let remedy = remedy(&one_object(&with_home("/nonexistent"), 1), "E_TRUST_HOME");
    assert!(remedy.contains("or start the host with HOME set to a directory that exists"), "{remedy}");
    one_object(&with_home(text(&operator.home)), 0);
    // The program says what it demands, as this command does when it is told.
    assert!(remedy.contains("let the program say what it demands, with `DynamicPluginLoader::policy`"), "{remedy}");
    let mut told = operator.command(&["verify", "--json", "--policy", "development", text(&plugin)]);
    one_object(&run(told.env("HOME", "/nonexistent"), LIMIT), 0);
    // For the machine: in a mount namespace, whose /etc is its own.
    let place = text(plugin.parent().expect("it is in a directory"));
    let command = command_of("sochdb-plugin trust add directory", &remedy).replace("DIRECTORY", place);
    assert!(command.ends_with(" --system"), "{command}");
    let script = format!(
        "mount -t tmpfs -o mode=755 tmpfs /etc || exit 77; HOME=/nonexistent; export HOME
        \"$0\" verify --json \"$1\"; echo ----; {}; echo ----; \"$0\" verify --json \"$1\"",
        command.replace("sochdb-plugin ", "\"$0\" "),
    );
    let Some(said) = mounted("who_has_no_home_is_given_one", &script, &[text(&plugin)]) else { return };
    assert_eq!(answer(&said[0])["code"], "E_TRUST_HOME", "{said:?}");
    // What it names must be pinned, and nobody pinned this one.
    assert_eq!(answer(&said[2])["code"], "E_UNPINNED", "{said:?}");
}

#[test]
fn what_is_not_allowed_is_allowed_or_copied_by_the_commands() {
    let operator = Operator::new();
    let plugin = good(&operator, "it's good.so");
    operator.trust("");
    let verify = ["verify", text(&plugin)];
    // Where nothing says otherwise, plugins must be pinned.
    let allowed = refused(&operator, &verify, "E_NOT_ALLOWED");
    assert!(!allowed.contains("FILE"), "{allowed}");
    paste(&operator, &command_of("sochdb-plugin trust add directory", &allowed));
    let pinned = refused(&operator, &verify, "E_UNPINNED");
    paste(&operator, &command_of("sochdb-plugin trust add pin", &pinned));
    operator.object(&verify, 0);
    for (trust, code, remedy) in [("", "E_NOT_ALLOWED", &allowed), ("pinned", "E_UNPINNED", &pinned)] {
        match trust {
            "" => operator.trust(""),
            policy => trusting(&operator, policy, ""),
        };
        refused(&operator, &verify, code);
        paste(&operator, &command_of("sochdb-plugin install", remedy));
        let installed = operator.home.join(".local/share/sochdb/plugins/codec_xor.so");
        assert_eq!(operator.verdict(&installed), "", "{code}");
        fs::remove_dir_all(installed.parent().expect("a directory")).expect("its own home");
    }
    // A trust file that is named counts for no directory where `install` puts plugins.
    let named = operator.write("named.toml", "");
    for code in ["E_NOT_ALLOWED", "E_UNPINNED"] {
        let verify = ["verify", text(&plugin), "--trust", text(&named)];
        let remedy = refused(&operator, &verify, code);
        assert!(!remedy.contains("install"), "{remedy}");
        paste(&operator, &commands(&remedy)[0]);
    }
    operator.object(&["verify", text(&plugin), "--trust", text(&named)], 0);
}

#[test]
fn a_revoked_plugin_gives_way_to_a_newer_one() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    trusting(&operator, "development", &format!("[[revoked]]\nsha256 = \"{}\"\n", digest(&plugin)));
    assert_eq!(refused(&operator, &["verify", text(&plugin)], "E_REVOKED"), "get a newer version of the plugin");
    put(&plugin, &other_bytes());
    operator.object(&["verify", text(&plugin)], 0);
}

#[test]
fn installed_bytes_and_their_lock_file_are_mended_by_the_commands() {
    let operator = Operator::new();
    let copy = good(&operator, "copy.so");
    operator.object(&["install", text(&copy)], 0);
    let directory = operator.home.join(".local/share/sochdb/plugins");
    let (installed, lock) = (directory.join("codec_xor.so"), directory.join("sochdb-plugin.lock"));
    let verify = ["verify", text(&installed)];
    put(&installed, &other_bytes());
    let remedy = refused(&operator, &verify, "E_DIGEST");
    paste(&operator, &command_of("sochdb-plugin install", &remedy).replace("COPY", text(&copy)));
    operator.object(&verify, 0);
    mode(&lock, 0o666);
    obey(&operator, &verify, &["E_LOCK_FILE"]);
    fs::write(&lock, "broken").expect("its own file");
    let remedy = refused(&operator, &verify, "E_LOCK_SYNTAX");
    let command = command_of("sochdb-plugin install", &remedy);
    let command = command.split(" writes").next().expect("a command");
    paste(&operator, &format!("{command} {}", text(&copy)));
    operator.object(&verify, 0);
}

/// Whoever embeds a directory meets these before anything is installed.
#[test]
fn a_directory_that_is_missing_or_empty_gets_its_plugins_by_the_command() {
    let operator = Operator::new();
    let copy = good(&operator, "copy.so");
    for (name, code) in [("missing", "E_DIR_NOT_FOUND"), ("empty", "E_LOCK_FILE")] {
        let directory = operator.home.join(name);
        if code == "E_LOCK_FILE" {
            operator.directory(name, 0o755);
        }
        let loader = DynamicPluginLoader::new_trusted();
        // SAFETY: the plugin was built from this source tree.
        let listed = || unsafe { loader.load_dir(&directory, OnRefusal::LoadNone) };
        let refused = listed().expect_err(name).error;
        assert_eq!(refused.code(), code);
        let command = command_of("sochdb-plugin install", &refused.remedy());
        assert!(command.contains(text(&directory)), "{command}");
        paste(&operator, &command.replace("FILE", text(&copy)));
        assert_eq!(listed().unwrap_or_else(|error| panic!("{name}: {error:?}")).len(), 1);
    }
}

#[test]
fn a_version_below_the_minimum_gives_way_to_a_newer_one() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    trusting(&operator, "development", "[[minimum]]\nname = \"codec_xor\"\nversion = \"1.2.0\"\n");
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_VERSION_TOO_OLD");
    paste(&operator, &command_of("sochdb-plugin trust list", &remedy));
    let bytes = fs::read(&plugin).expect("its own file");
    let at = |from: usize| bytes[from..].windows(6).position(|part| part == b"1.0.0\0").map(|at| from + at);
    let (mut newer, mut from) = (bytes.clone(), 0);
    while let Some(found) = at(from) {
        newer[found..found + 5].copy_from_slice(b"1.2.0");
        from = found + 1;
    }
    put(&plugin, &newer);
    operator.object(&["verify", text(&plugin)], 0);
}

/// Makes a key pair called `name`, signs the plugin with it, and gives the public key.
fn sign(operator: &Operator, name: &str, plugin: &Path) -> String {
    if !operator.home.join(format!("{name}.key")).exists() {
        operator.object(&["keygen", "--no-password", "--out", name], 0);
    }
    let signed = operator.object(&["sign", text(plugin), "--key", &format!("{name}.key")], 0);
    signed["public_key"].as_str().expect("a key").to_owned()
}

#[test]
fn what_is_missing_or_wrong_of_a_signature_is_made_right_as_the_remedies_say() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    trusting(&operator, "signed", "");
    let verify = ["verify", text(&plugin)];
    let remedy = refused(&operator, &verify, "E_SIGNATURE_MISSING");
    assert!(remedy.contains("its publisher makes them with `sochdb-plugin sign`"), "{remedy}");
    let key = sign(&operator, "acme", &plugin);
    let remedy = refused(&operator, &verify, "E_KEY_UNKNOWN");
    let command = command_of("sochdb-plugin trust add publisher", &remedy);
    assert!(command.contains(&key), "{command}");
    paste(&operator, &command.replace("NAME", "acme"));
    operator.object(&verify, 0);

    let [manifest, signature] = [".manifest", ".manifest.minisig"].map(|suffix| beside(&plugin, suffix));
    for part in [&manifest, &signature] {
        mode(part, 0o666);
        obey(&operator, &verify, &["E_MANIFEST_FILE"]);
    }
    // Each of them is mended by the publisher's files, whole.
    let files = [&plugin, &manifest, &signature].map(|path| (path.clone(), fs::read(path).expect("it exists")));
    let again = || files.iter().for_each(|(path, bytes)| drop(put(path, bytes)));
    let altered = String::from_utf8(files[1].1.clone()).expect("a text").replace("1.0.0", "1.0.1");
    put(&manifest, altered.as_bytes());
    let remedy = refused(&operator, &verify, "E_SIGNATURE_INVALID");
    assert!(remedy.starts_with("get the plugin and its two files again"), "{remedy}");
    again();
    operator.object(&verify, 0);
    put(&plugin, &other_bytes());
    let remedy = refused(&operator, &verify, "E_MANIFEST_DIGEST");
    assert!(remedy.starts_with("install plugin, manifest and signature together"), "{remedy}");
    again();
    operator.object(&verify, 0);

    // A key that is forbidden for good: signed with another one, it loads.
    operator.object(&["trust", "revoke", "--key", &key, "--reason", "it leaked"], 0);
    let remedy = refused(&operator, &verify, "E_KEY_REVOKED");
    paste(&operator, &command_of("sochdb-plugin trust list", &remedy));
    let next = sign(&operator, "next", &plugin);
    operator.object(&["trust", "add", "publisher", "acme", &next], 0);
    operator.object(&verify, 0);
}

#[test]
fn a_key_or_plugin_that_is_forbidden_is_not_called_there_already() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    trusting(&operator, "signed", "");
    let key = sign(&operator, "acme", &plugin);
    let (add, verify) = (["trust", "add", "publisher", "acme", &key], ["verify", text(&plugin)]);
    operator.object(&add, 0);
    operator.object(&["trust", "revoke", "--key", &key, "--reason", "it leaked"], 0);
    let told = operator.object(&add, 1);
    assert!(
        told["message"].as_str().is_some_and(|text| text.contains("forbids") && text.contains("it leaked")),
        "{told}"
    );
    let remedy = remedy(&told, "E_KEY_REVOKED");
    paste(&operator, &command_of("sochdb-plugin trust remove revoked-key", &remedy));
    assert_eq!(operator.object(&add, 0)["outcome"], "already there");
    operator.object(&verify, 0);
    // Nor a pin of a plugin that is revoked, also where another trust file of the two says so.
    let digest = digest(&plugin).to_string();
    trusting(&operator, "pinned", "");
    operator.object(&["trust", "revoke", &digest], 0);
    let remedy = refused(&operator, &["trust", "add", "pin", &digest], "E_REVOKED");
    paste(&operator, &command_of("sochdb-plugin trust remove revoked", &remedy));
    operator.object(&["trust", "add", "pin", &digest], 0);
    operator.object(&verify, 0);
}

#[test]
fn it_is_told_how_many_keys_of_a_publisher_are_taken_out() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    for name in ["first", "second"] {
        let key = sign(&operator, name, &plugin);
        operator.object(&["trust", "add", "publisher", "acme", &key], 0);
    }
    let human = operator.call(&["trust", "remove", "publisher", "acme"]).stdout;
    assert!(human.contains("keys  2 taken out"), "{human}");
    let key = sign(&operator, "first", &plugin);
    operator.object(&["trust", "add", "publisher", "acme", &key], 0);
    assert_eq!(operator.object(&["trust", "remove", "publisher", "acme", &key], 0)["removed"], 1);
}

#[test]
fn a_manifest_of_another_plugin_is_replaced_by_its_own() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let other = put(&operator.home.join("plugins/other.so"), &fs::read(in_c!("index_sorted")).expect("it was built"));
    let key = sign(&operator, "acme", &plugin);
    trusting(&operator, "signed", &format!("[[publisher]]\nname = \"acme\"\nkey = \"{key}\"\n"));
    // Signed by hand: the digest is right, the name is not.
    let manifest = fs::read_to_string(beside(&plugin, ".manifest")).expect("it was written");
    let wrong = manifest.replace("codec_xor", "index_sorted");
    let secret = fs::read_to_string(operator.home.join("acme.key")).expect("it was made");
    let secret = minisign::SecretKeyBox::from_string(&secret).and_then(|secret| secret.into_unencrypted_secret_key());
    let by_hand = |text: &str| {
        let signature = minisign::sign(None, secret.as_ref().expect("a key"), text.as_bytes(), None, None);
        put(&beside(&plugin, ".manifest"), text.as_bytes());
        put(&beside(&plugin, ".manifest.minisig"), signature.expect("signed").into_string().as_bytes());
    };
    by_hand(&wrong);
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_MANIFEST_MISMATCH");
    assert!(remedy.contains("a signature for another plugin was put beside it"), "{remedy}");
    by_hand("name = 1\n");
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_MANIFEST_SYNTAX");
    assert!(remedy.contains("`sochdb-plugin sign` writes it"), "{remedy}");
    sign(&operator, "acme", &plugin);
    operator.object(&["verify", text(&plugin)], 0);
    sign(&operator, "acme", &other);
    operator.object(&["verify", text(&other)], 0);
}

#[test]
fn a_plugin_that_was_not_checked_is_checked_and_signed_again() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let key = sign(&operator, "acme", &plugin);
    let publisher =
        format!("conformance = \"compression/1, storage/9\"\n[[publisher]]\nname = \"acme\"\nkey = \"{key}\"\n");
    // A directory that demands no signature demands one for that.
    trusting(&operator, "development", &publisher);
    let remedy = refused(&operator, &["verify", text(&plugin)], "E_CONFORMANCE");
    for command in ["sochdb-plugin check --json FILE", "--checked REPORT"] {
        assert!(remedy.contains(command), "{remedy}");
    }
    let report = operator.home.join("report.json");
    let arguments = ["sign", text(&plugin), "--key", "acme.key", "--checked", text(&report)];

    // A report of less, or of another file, is none.
    let less = operator.call(&["check", "--json", "--quick", text(&plugin)]);
    fs::write(&report, less.stdout).expect("its own file");
    let answer = operator.object(&arguments, 1);
    assert!(answer["code"] == "E_REPORT" && answer["remedy"].to_string().contains("--quick"), "{answer}");
    let other = put(&operator.home.join("plugins/other.so"), &fs::read(in_c!("index_sorted")).expect("it was built"));
    let checked = operator.call(&["check", "--json", text(&other)]);
    fs::write(&report, checked.stdout).expect("its own file");
    let answer = operator.object(&arguments, 1);
    assert!(answer["code"] == "E_REPORT" && answer["message"].to_string().contains("SHA-256"), "{answer}");
    let checked = operator.call(&["check", "--json", text(&plugin)]);
    assert!(checked.status.success(), "{}", checked.stdout);
    fs::write(&report, checked.stdout).expect("its own file");
    operator.object(&arguments, 0);
    operator.object(&["verify", text(&plugin)], 0);
    // The demand is on the kinds that a plugin has: a codec needs no storage's suite, and an index none of a codec.
    sign(&operator, "acme", &other);
    operator.object(&["verify", text(&other)], 0);
    // What was signed before stays as it was.
    operator.object(&["verify", text(&plugin)], 0);
}
