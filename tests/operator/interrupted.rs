//! Changes that a power failure or a signal stopped: what is there then loads or is refused, and can be mended.

use sochdb_plugin_host::trust::{Lock, Locked};
use sochdb_plugin_host::DynamicPluginLoader;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use support::home::{digest, row, text, Home};

fn lock(home: &Home) -> Lock {
    DynamicPluginLoader::new_trusted().lock(home.plugins()).expect("there is one")
}

fn write_lock(home: &Home, plugins: Vec<Locked>) {
    fs::write(home.plugins().join("sochdb-plugin.lock"), Lock::from(plugins).to_text()).expect("its own file");
}

fn put(home: &Home, plugin: &Path) {
    let path = home.plugins().join("codec.so");
    fs::copy(plugin, &path).expect("its own file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its own file");
}

/// A home with version 1 installed, and the two downloads.
fn upgrading() -> (Home, std::path::PathBuf, std::path::PathBuf) {
    let home = Home::new();
    let (old, new) = (home.download("codec", "1.0.0"), home.download("codec", "2.0.0"));
    home.call(&["install", text(&old)], 0);
    (home, old, new)
}

/// What the lock file says while version 2 replaces version 1.
fn under_way(home: &Home, old: &Path, new: &Path) -> Locked {
    let parse = |path| digest(path).parse().expect("a digest");
    let mut entry = lock(home).plugins.remove(0);
    entry.sha256 = parse(new);
    entry.version = "2.0.0".to_owned();
    entry.previous = Some(parse(old));
    entry
}

fn mended(home: &Home, new: &Path) {
    home.call(&["install", text(new)], 0);
    assert_eq!(home.listed(0), [row("codec", "2.0.0", "ok")]);
    assert_eq!(home.names(), ["codec.so", "sochdb-plugin.lock"]);
    let lock = lock(home);
    assert!(lock.plugins.iter().all(|entry| entry.previous.is_none()), "{lock:?}");
}

#[test]
fn an_upgrade_can_stop_anywhere() {
    for copied in [false, true] {
        let (home, old, new) = upgrading();
        write_lock(&home, vec![under_way(&home, &old, &new)]);
        if copied {
            put(&home, &new);
        }
        assert_eq!(home.listed(0), [row("codec", "2.0.0", "ok")], "{copied}");
        let path = home.plugins().join("codec.so");
        // SAFETY: it was compiled from this source tree.
        unsafe { DynamicPluginLoader::new_trusted().load(path) }.expect("both are pinned");
        mended(&home, &new);
    }
}

#[test]
fn a_first_install_can_stop_before_the_file_is_there() {
    let (home, _, new) = upgrading();
    fs::remove_file(home.plugins().join("codec.so")).expect("its own file");
    assert_eq!(home.listed(1), [row("codec", "1.0.0", "E_FILE_NOT_FOUND")]);
    mended(&home, &new);
}

#[test]
fn while_an_upgrade_is_stopped_nothing_third_is_accepted() {
    let (home, old, new) = upgrading();
    write_lock(&home, vec![under_way(&home, &old, &new)]);
    put(&home, &home.download("codec", "3.0.0"));
    assert_eq!(home.listed(1), [row("codec", "2.0.0", "E_DIGEST")]);
    mended(&home, &new);
}

#[test]
fn a_removal_can_stop_before_the_file_is_gone() {
    let (home, _, new) = upgrading();
    home.call(&["trust", "add", "minimum", "other", "1.0.0"], 0);
    write_lock(&home, Vec::new());
    let path = home.plugins().join("codec.so");
    assert_eq!(home.call(&["list"], 0)["not_listed"], serde_json::json!([text(&path)]));
    let loader = crate::trusts::loader(&home);
    // The plugin directory of the user counts only for those who read the user's trust file by themselves.
    assert_eq!(loader.verify(&path).expect_err("nobody pinned it").code(), "E_NOT_ALLOWED");
    mended(&home, &new);
}

#[test]
fn what_killed_installs_left_is_cleaned_up() {
    let (home, _, new) = upgrading();
    let left = home.plugins().join(".sochdb-install-left");
    fs::create_dir(&left).expect("its own directory");
    fs::write(left.join("codec.so"), "half").expect("its own directory");
    fs::write(home.plugins().join(".sochdb-install-text"), "half").expect("its own directory");
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
    mended(&home, &new);
}

#[test]
fn a_lock_file_that_cannot_be_read_is_kept_and_begun_anew() {
    let (home, _, new) = upgrading();
    let path = home.plugins().join("sochdb-plugin.lock");
    fs::write(&path, "[[plugin]]\nfile = 7\n").expect("its own file");
    let refused = home.call(&["list"], 1);
    assert_eq!(refused["code"], "E_LOCK_SYNTAX");
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("line 2, column 8")), "{refused}");
    assert_eq!(home.call(&["remove", "codec"], 1)["code"], "E_LOCK_SYNTAX");
    assert_eq!(home.call(&["install", text(&new)], 0)["broken_lock_file_kept"], true);
    assert_eq!(home.listed(0), [row("codec", "2.0.0", "ok")]);
    let kept = fs::read_to_string(path.with_extension("lock.broken")).expect("it is kept");
    assert!(kept.contains("file = 7"), "{kept}");
}

#[test]
fn installs_that_are_killed_leave_what_loads() {
    let (home, old, new) = upgrading();
    for round in 0..24_u64 {
        let download = if round % 2 == 0 { &new } else { &old };
        let mut command = home.command(&["install", text(download), "--downgrade"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        thread::sleep(Duration::from_millis(round * 3));
        let _ = child.kill();
        child.wait().expect("it ends");
        let listed = home.listed(0);
        assert!(listed.len() == 1 && listed[0].2 == "ok", "round {round}: {listed:?}");
    }
    mended(&home, &new);
}

#[test]
fn an_upgrade_that_fails_in_the_middle_leaves_the_old_file_pinned() {
    let (home, old, new) = upgrading();
    home.call(&["keygen", "--no-password", "--out", "acme"], 0);
    home.call(&["sign", "--key", "acme.key", text(&new)], 0);
    // No file can take its place, and it is no file to delete: a step before that of the plugin fails.
    let obstacle = home.plugins().join(format!("codec.so.{}.manifest.minisig", digest(&new)));
    fs::create_dir(&obstacle).expect("its own directory");
    assert_eq!(home.call(&["install", text(&new)], 1)["code"], "E_FILE_IO");
    let path = home.plugins().join("codec.so");
    assert_eq!(digest(&path), digest(&old));
    assert_eq!(home.listed(0), [row("codec", "1.0.0", "ok")]);
    assert_eq!(lock(&home).plugins[0].sha256.to_string(), digest(&old));
    fs::remove_dir(&obstacle).expect("its own directory");
    for suffix in [".manifest", ".manifest.minisig"] {
        fs::remove_file(format!("{}{suffix}", text(&new))).expect("its own file");
    }
    mended(&home, &new);
}
