//! `install`, `list` and `remove`.

use sochdb_plugin_host::trust::Manifest;
use sochdb_plugin_host::{Digest, DynamicPluginLoader, TrustFiles};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::command::{one_object, LIMIT};
use support::home::{digest, mode, row, text, Home};
use support::{run, skipped, succeed, tool, MINUTE};

#[test]
fn a_download_that_anybody_may_write_is_pinned_and_loads() {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    let installed = home.call(&["install", text(&download)], 0);
    let path = home.plugins().join("codec.so");
    assert_eq!((&installed["outcome"], &installed["path"]), (&"installed".into(), &text(&path).into()));
    assert_eq!((&installed["name"], &installed["version"]), (&"codec".into(), &"1.0.0".into()));
    assert_eq!((&installed["sha256"], &installed["kinds"]), (&digest(&download).into(), &["compression"][..].into()));
    let next: Vec<&str> = installed["next"].as_str().expect("a command").split(' ').collect();
    let listed = home.call(&next[1..], 0);
    assert_eq!((next[0], &listed["plugins"][0]["state"]), ("sochdb-plugin", &"ok".into()), "{listed}");
    let host = installed["host"].as_str().expect("a text");
    assert!(host.contains(text(&home.plugins())) && host.contains("SOCHDB_ALLOW_NATIVE_PLUGINS=1"), "{host}");
    assert_eq!((mode(&path), mode(&path.with_file_name("sochdb-plugin.lock"))), (0o755, 0o644));
    for directory in home.plugins().ancestors().take(3) {
        assert_eq!(mode(directory), 0o755, "{}", directory.display());
    }
    assert_eq!(home.names(), ["codec.so", "sochdb-plugin.lock"]);
    home.call(&["verify", text(&path)], 0);
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
    let loader = DynamicPluginLoader::new_trusted();
    assert_eq!(loader.lock(home.plugins()).expect("it was written").plugins.len(), 1);
    // SAFETY: it was compiled from this source tree.
    unsafe { loader.load(&path) }.expect("it is installed");
}

#[test]
fn the_same_again_changes_nothing() {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    home.call(&["install", text(&download)], 0);
    let written = || fs::metadata(home.plugins().join("sochdb-plugin.lock")).expect("it exists").modified().ok();
    let before = written();
    assert_eq!(home.call(&["install", text(&download)], 0)["outcome"], "already installed");
    assert_eq!(written(), before);
    assert!(home.say(&["install", text(&download)]).stdout.contains("already installed"));
}

#[test]
fn what_was_tampered_with_is_refused_until_it_is_installed_again() {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    home.call(&["install", text(&download)], 0);
    let path = home.plugins().join("codec.so");
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(b"x")).expect("its own file");
    assert_eq!(home.listed(1), [row("codec", "1.0.0", "E_DIGEST")]);
    assert_eq!(home.call(&["verify", text(&path)], 1)["code"], "E_DIGEST");
    let human = home.say(&["list"]);
    assert!(human.stdout.contains("\nremedy   "), "{}", human.stdout);
    home.call(&["install", text(&download)], 0);
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
    let lock = fs::read_to_string(home.plugins().join("sochdb-plugin.lock")).expect("it exists");
    assert!(!lock.contains("previous"), "{lock}");
}

#[test]
fn a_newer_version_replaces_and_an_older_one_needs_a_word() {
    let home = Home::new();
    let (old, new) = (home.download("codec", "1.9.0"), home.download("codec", "1.10.0"));
    home.call(&["install", text(&old)], 0);
    let replaced = home.call(&["install", text(&new)], 0);
    assert_eq!((&replaced["outcome"], &replaced["replaced"]), (&"replaced".into(), &"1.9.0".into()));
    assert_eq!(home.listed(0), [row("codec", "1.10.0", "ok")]);
    let refused = home.call(&["install", text(&old)], 1);
    assert_eq!(refused["code"], "E_DOWNGRADE");
    assert!(refused["message"].as_str().is_some_and(|error| error.contains("--downgrade")), "{refused}");
    assert_eq!(home.listed(0), [row("codec", "1.10.0", "ok")]);
    home.call(&["install", text(&old), "--downgrade"], 0);
    assert_eq!(home.listed(0), [row("codec", "1.9.0", "ok")]);
    assert_eq!(home.names(), ["codec.so", "sochdb-plugin.lock"]);
}

#[test]
fn what_is_removed_is_gone_and_what_is_not_there_is_named() {
    let home = Home::new();
    assert_eq!(home.call(&["remove", "codec"], 1)["code"], "E_NOT_INSTALLED");
    assert_eq!(home.listed(0), []);
    home.call(&["install", text(&home.download("codec", "1.0.0"))], 0);
    let other = home.download("other", "1.0.0");
    home.call(&["install", text(&other)], 0);
    let unknown = home.call(&["remove", "nothing"], 1);
    assert!(unknown["message"].as_str().is_some_and(|error| error.ends_with("installed: codec, other")), "{unknown}");
    home.call(&["remove", "codec"], 0);
    assert_eq!(home.listed(0), [row("other", "1.0.0", "ok")]);
    assert_eq!(home.names(), ["other.so", "sochdb-plugin.lock"]);
    fs::copy(&other, home.plugins().join("stray.so")).expect("its own directory");
    let list = home.call(&["list"], 0);
    assert_eq!(list["not_listed"], serde_json::json!([text(&home.plugins().join("stray.so"))]));
    assert!(home.say(&["list"]).stdout.contains("not listed"));
}

#[test]
fn a_directory_that_was_named_and_is_missing_is_no_empty_one() {
    let home = Home::new();
    let none = home.path.join("none");
    let refused = home.call(&["list", "--directory", text(&none)], 1);
    assert_eq!(refused["code"], "E_DIR_NOT_FOUND", "{refused}");
    assert!(home.say(&["list", "--directory", text(&none)]).status.code() == Some(1) && !none.exists());
    let empty = home.directory("empty");
    assert_eq!(home.call(&["list", "--directory", text(&empty)], 0)["plugins"], serde_json::json!([]));
    assert_eq!(home.listed(0), [], "nothing was installed yet where nobody said where");
}

#[test]
fn eight_installs_at_once_end_with_eight_plugins() {
    let home = Home::new();
    let names: Vec<String> = (0..8).map(|number| format!("codec_{number}")).collect();
    let downloads: Vec<_> = names.iter().map(|name| home.download(name, "1.0.0")).collect();
    // A refused one among them may not take the directory away that it made.
    let broken = home.path.join("download/broken.so");
    fs::write(&broken, [0; 100]).expect("its own file");
    let start =
        |file: &PathBuf| home.command(&["install", text(file)]).stdout(Stdio::null()).spawn().expect("it starts");
    let refused = start(&broken);
    let children: Vec<_> = downloads.iter().map(start).collect();
    for child in children {
        let finished = child.wait_with_output().expect("it ends");
        assert!(finished.status.success(), "{}", finished.status);
    }
    assert_eq!(refused.wait_with_output().expect("it ends").status.code(), Some(1));
    let mut listed: Vec<_> = home.listed(0);
    listed.sort();
    assert_eq!(listed, names.iter().map(|name| row(name, "1.0.0", "ok")).collect::<Vec<_>>());
    assert_eq!(home.names().len(), 9, "{:?}", home.names());
}

#[test]
fn a_refused_install_leaves_nothing() {
    let home = Home::new();
    let download = home.download("codec", "1.0.0");
    let not_elf = home.path.join("download/text.so");
    fs::write(&not_elf, "no library".repeat(100)).expect("its own file");
    assert_eq!(home.call(&["install", text(&not_elf)], 1)["code"], "E_ELF_MAGIC");
    assert!(!home.path.join("data").exists());

    let link = home.path.join("link.so");
    std::os::unix::fs::symlink(&download, &link).expect("its own directory");
    assert_eq!(home.call(&["install", text(&link)], 1)["code"], "E_FILE_SYMLINK");
    assert_eq!(home.call(&["install", text(&home.path)], 1)["code"], "E_FILE_NOT_REGULAR");
    assert_eq!(home.call(&["install", "nothing.so"], 1)["code"], "E_FILE_NOT_FOUND");

    let open = home.path.join("download");
    let refused = home.call(&["install", text(&download), "--directory", text(&open)], 1);
    assert_eq!((&refused["code"], &refused["step"]), (&"E_DIR_WRITABLE".into(), &"directories".into()));
    assert!(!refused.to_string().contains("sochdb-plugin.lock"), "{refused}");

    home.call(&["trust", "add", "directory", text(&home.directory("listed"))], 0);
    let elsewhere = home.path.join("else/where");
    let refused = home.call(&["install", text(&download), "--directory", text(&elsewhere)], 1);
    assert_eq!(refused["code"], "E_NOT_ALLOWED");
    assert!(!elsewhere.exists() && !home.path.join("else").exists() && !home.path.join("data").exists());

    home.call(&["install", text(&download)], 0);
    home.call(&["trust", "add", "minimum", "codec", "2.0.0"], 0);
    let refused = home.call(&["install", text(&home.download("codec", "1.1.0"))], 1);
    assert_eq!(refused["code"], "E_VERSION_TOO_OLD");
    assert_eq!(home.names(), ["codec.so", "sochdb-plugin.lock"]);
    assert_eq!(home.listed(1), [row("codec", "1.0.0", "E_VERSION_TOO_OLD")]);
}

#[test]
fn a_refusal_does_not_name_the_copy_that_is_gone() {
    let home = Home::new();
    let target = home.directory("signed");
    home.call(&["trust", "add", "directory", text(&target), "--policy", "signed"], 0);
    let download = home.download("codec", "1.0.0");
    let refused = home.call(&["install", text(&download), "--directory", text(&target)], 1);
    assert_eq!(refused["code"], "E_SIGNATURE_MISSING");
    let message = refused["message"].as_str().expect("a text");
    assert!(message.contains(&format!("{}.manifest", text(&download))), "{message}");
    assert!(!refused.to_string().contains(".sochdb-install-"), "{refused}");
}

#[test]
fn manifest_and_signature_come_along() {
    let test = "manifest_and_signature_come_along";
    let Some(minisign) = tool(test, "minisign") else { return };
    let home = Home::new();
    let [public, secret] = ["key.pub", "key"].map(|name| home.path.join(name));
    let mut make = Command::new(&minisign);
    succeed(make.args(["-G", "-W", "-p"]).arg(&public).arg("-s").arg(&secret), MINUTE);
    let download = home.download("codec", "1.0.0");
    let manifest = format!("{}.manifest", text(&download));
    let sha256 = Digest::of(&fs::read(&download).expect("it exists"));
    let said = Manifest::new(sha256, "codec".to_owned(), "1.0.0".to_owned(), (1, 1));
    fs::write(&manifest, said.to_text()).expect("its own file");
    succeed(Command::new(&minisign).args(["-S", "-s", text(&secret), "-m", &manifest]), MINUTE);

    let target = home.directory("signed");
    home.call(&["trust", "add", "directory", text(&target), "--policy", "signed"], 0);
    let install = ["install", text(&download), "--directory", text(&target)];
    assert_eq!(home.call(&install, 1)["code"], "E_KEY_UNKNOWN");
    let key = fs::read_to_string(&public).expect("it was made");
    let Some(key) = key.lines().nth(1) else { return skipped(test, "minisign made no key") };
    home.call(&["trust", "add", "publisher", "acme", key], 0);
    assert_eq!(home.call(&install, 0)["publisher"], "acme");
    let list = home.call(&["list", "--directory", text(&target)], 0);
    assert_eq!((&list["plugins"][0]["publisher"], &list["plugins"][0]["state"]), (&"acme".into(), &"ok".into()));
    let kept = format!("codec.so.{}.manifest", digest(&download));
    for name in [kept.clone(), format!("{kept}.minisig")] {
        assert!(target.join(&name).exists(), "{name}");
    }
    succeed(Command::new(&minisign).args(["-V", "-p", text(&public), "-m"]).arg(target.join(&kept)), MINUTE);
    let only = TrustFiles::Only(vec![home.trust_file()]);
    DynamicPluginLoader::new_trusted().trust_files(only).verify(target.join("codec.so")).expect("it is signed");
    home.call(&["remove", "codec", "--directory", text(&target)], 0);
    assert_eq!(fs::read_dir(&target).expect("it stays").count(), 1);
}

#[test]
fn wrong_usage_is_2_and_help_shows_the_way() {
    let home = Home::new();
    for arguments in [
        &["install"][..],
        &["remove"],
        &["trust"],
        &["trust", "add"],
        &["trust", "add", "revoked"],
        &["install", "x.so", "--system", "--directory", "d"],
    ] {
        assert_eq!(home.say(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let steps = ["inspect FILE", "install FILE", "SOCHDB_ALLOW_NATIVE_PLUGINS=1"];
    for arguments in [&["--help"][..], &["install", "--help"]] {
        let help = home.say(arguments).stdout;
        assert!(steps.iter().all(|step| help.contains(step)), "{help}");
    }
}

#[test]
fn who_has_no_home_names_a_directory() {
    let home = Home::new();
    for arguments in [&["list", "--json"][..], &["trust", "add", "minimum", "codec", "1.0.0", "--json"]] {
        let mut command = home.command(arguments);
        command.env_remove("HOME").env_remove("XDG_DATA_HOME").env("XDG_CONFIG_HOME", "not/absolute");
        assert_eq!(one_object(&run(&mut command, LIMIT), 1)["code"], "E_NO_HOME");
    }
}
