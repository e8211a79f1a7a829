//! A plugin is removed where not a byte more can be written.

use serde_json::Value;
use std::process::Command;
use support::command::LIMIT;
use support::home::{text, Home};
use support::{run, skipped, tool};

/// What `script` prints in a mount namespace of its own, where `$1` is an empty file system of 128 KiB; `None` if this
/// user may mount nothing.
fn on_a_small_disk(test: &str, home: &Home, script: &str) -> Option<String> {
    let unshare = tool(test, "unshare")?;
    if !rustix::process::geteuid().is_root() {
        skipped(test, "only root may mount a file system whose way belongs to root");
        return None;
    }
    let (disk, download) = (home.directory("disk"), home.download("codec", "1.0.0"));
    let (download, other) = (text(&download).to_owned(), home.download("other", "1.0.0"));
    let script = format!(
        "set -e; mount -t tmpfs -o size=192k,mode=755 none \"$1\" || {{ echo cannot mount; exit; }}\n\
         \"$0\" install --directory \"$1\" \"$2\" >/dev/null; \"$0\" install --directory \"$1\" \"$3\" >/dev/null\n{script}"
    );
    let mut command = Command::new(unshare);
    command.args(["-m", "--propagation", "private", "sh", "-c", &script]);
    command.arg(support::command::command().get_program()).arg(&disk).arg(download).arg(other);
    command.env("HOME", &home.path).env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    let finished = run(&mut command, LIMIT);
    if finished.stdout.starts_with("cannot mount") || finished.stderr.contains("unshare failed") {
        skipped(test, &format!("no file system can be mounted here: {}", finished.stderr.trim()));
        return None;
    }
    assert!(finished.status.success(), "{}{}", finished.stdout, finished.stderr);
    Some(finished.stdout)
}

const FILL: &str = "while head -c 4096 /dev/zero >> \"$1/fill\" 2>/dev/null; do :; done\n\
                    ! head -c 4096 /dev/zero > \"$1/more\" 2>/dev/null; rm \"$1/more\"\n";

fn check(test: &str, before: &str, after: &str) {
    let home = Home::new();
    let script = format!(
        "{before}\n{FILL}\"$0\" remove codec --directory \"$1\" --json\necho \"---\"\n\
         \"$0\" list --directory \"$1\" --json\n{after}\necho \"---\"\nls \"$1\"\n\"$0\" remove other --directory \"$1\""
    );
    let Some(said) = on_a_small_disk(test, &home, &script) else { return };
    let parts: Vec<&str> = said.split("---\n").collect();
    let [removed, listed, names] = parts[..] else { panic!("{said}") };
    let removed: Value = serde_json::from_str(removed).expect("an object");
    let listed: Value = serde_json::from_str(listed).expect("an object");
    assert_eq!(removed["outcome"], "removed", "{removed}");
    let plugins = listed["plugins"].as_array().expect("a list");
    assert!(plugins.len() == 1 && plugins[0]["name"] == "other" && plugins[0]["state"] == "ok", "{listed}");
    assert!(!names.contains("codec.so"), "{names}");
}

#[test]
fn a_plugin_can_be_removed_from_a_full_disk() {
    check("a_plugin_can_be_removed_from_a_full_disk", "", "");
}

#[test]
fn a_plugin_that_somebody_has_open_can_be_removed_from_a_full_disk() {
    // What is open keeps its room, so the lock file gets none.
    check("a_plugin_that_somebody_has_open_can_be_removed_from_a_full_disk", "exec 3< \"$1/codec.so\"", "exec 3<&-");
}
