//! What a plugin lacks is told at once, and the commands that the refusal prints allow it when they are pasted.

use crate::dependencies::{again, PLUGIN, TRUST};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::command::search_path;
use support::operator::Operator;
use support::{compiler, find, root, run, skipped, succeed, MINUTE};

/// A plugin in a directory of the operator's that needs these libraries.
fn needing(operator: &Operator, libraries: &[&str]) -> PathBuf {
    let plugin = operator.directory("plugins", 0o755).join("needs.so");
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC"]).arg(root().join("examples-c/codec_xor.c")).arg("-Wl,--no-as-needed");
    // Those that they need in turn are found when it is loaded.
    cc.args(libraries).arg("-Wl,--allow-shlib-undefined").arg("-o").arg(&plugin);
    succeed(&mut cc, MINUTE);
    fs::set_permissions(&plugin, Permissions::from_mode(0o755)).expect("an own file");
    plugin
}

/// Refuses the plugin, pastes the commands that the remedy has into a shell, and gives the remedy.
fn obey(operator: &Operator, plugin: &Path) -> String {
    let plugin = plugin.to_str().expect("UTF-8");
    let refused = operator.object(&["verify", plugin], 1);
    assert_eq!(refused["code"], "E_DEP_FORBIDDEN", "{refused}");
    let remedy = refused["remedy"].as_str().expect("a remedy").to_owned();
    let commands = remedy.split(": ").find(|part| part.starts_with("sochdb-plugin ")).expect("commands");
    let commands = commands.split(';').next().expect("the first part");
    let mut shell = Command::new("sh");
    shell.args(["-c", commands]).env("PATH", search_path()).env("HOME", &operator.home).env_remove("XDG_CONFIG_HOME");
    succeed(&mut shell, MINUTE);
    remedy
}

/// The word of a child that loads the plugin, with the trust file that the commands made.
fn load(operator: &Operator, plugin: &Path) -> String {
    let mut child = again();
    child.env(PLUGIN, plugin);
    let finished = run(child.env(TRUST, operator.home.join(".config/sochdb/trust.toml")), MINUTE);
    let word = finished.stdout.split("answer: ").nth(1).map(|rest| rest.trim_end().to_owned());
    word.unwrap_or_else(|| panic!("{}{}", finished.stdout, finished.stderr))
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// A library in the directory of the plugin that needs `others` beside it.
fn library(operator: &Operator, name: &str, others: &[&str]) -> String {
    let directory = operator.directory("plugins", 0o755);
    let (source, path) = (directory.join("library.c"), directory.join(name));
    fs::write(&source, format!("int {}_;\n", name.replace('.', "_"))).expect("a new file");
    let mut cc = Command::new(find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC", "-Wl,--no-as-needed", &format!("-Wl,-soname,{name}")]).arg(&source);
    cc.args(others.iter().map(|other| directory.join(other))).arg("-o").arg(&path);
    succeed(&mut cc, MINUTE);
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("an own file");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn all_that_is_lacking_is_allowed_by_one_line() {
    let operator = Operator::new();
    library(&operator, "libdeep.so.1", &[]);
    library(&operator, "libmiddle.so.1", &["libdeep.so.1"]);
    let (first, second) =
        (library(&operator, "libfirst.so.1", &["libmiddle.so.1"]), library(&operator, "libsecond.so.1", &[]));
    let plugin = needing(&operator, &[&first, &second]);
    let remedy = obey(&operator, &plugin);
    assert!(!remedy.contains("DIRECTORY"), "{remedy}");
    assert_eq!(remedy.matches("trust add dependency").count(), 4, "{remedy}");
    assert_eq!(operator.verdict(&plugin), "");
    assert_eq!(load(&operator, &plugin), "xor");
}

#[test]
fn with_a_trust_file_the_line_only_adds_to_it() {
    let operator = Operator::new();
    let plugin = needing(&operator, &[&library(&operator, "libfirst.so.1", &[])]);
    operator.trust(&format!("[[directory]]\npath = \"{}\"\npolicy = \"development\"\n", operator.home.display()));
    let remedy = obey(&operator, &plugin);
    assert!(!remedy.contains("trust add directory"), "{remedy}");
    assert_eq!((&*operator.verdict(&plugin), &*load(&operator, &plugin)), ("", "xor"));
}

#[test]
fn what_is_nowhere_is_told_beside_what_was_found() {
    let operator = Operator::new();
    let (found, lost) = (library(&operator, "libfirst.so.1", &[]), library(&operator, "liblost.so.1", &[]));
    let plugin = needing(&operator, &[&found, &lost]);
    fs::remove_file(&lost).expect("an own file");
    let remedy = obey(&operator, &plugin);
    assert!(remedy.contains("install") && remedy.contains("liblost.so.1") && remedy.contains("/usr/lib"), "{remedy}");
    assert!(!remedy.contains("dependency liblost.so.1"), "{remedy}");
    // What it says comes true: then the command is told.
    library(&operator, "liblost.so.1", &[]);
    let remedy = obey(&operator, &plugin);
    assert_eq!(remedy.matches("trust add dependency").count(), 1, "{remedy}");
    assert_eq!(operator.verdict(&plugin), "");
}

#[test]
fn what_cannot_be_allowed_as_it_is_is_told_with_what_can() {
    let operator = Operator::new();
    let (good, open) = (library(&operator, "libfirst.so.1", &[]), library(&operator, "libopen.so.1", &[]));
    let plugin = needing(&operator, &[&good, &open]);
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("an own file");
    let remedy = obey(&operator, &plugin);
    assert!(remedy.contains(&format!("chmod go-w {open}")), "{remedy}");
    succeed(Command::new("chmod").args(["go-w", &open]), MINUTE);
    obey(&operator, &plugin);
    assert_eq!(operator.verdict(&plugin), "");
}

#[test]
fn a_plugin_that_needs_a_library_is_checked_with_the_trust_file_that_allows_it() {
    let operator = Operator::new();
    let plugin = needing(&operator, &[&library(&operator, "libfirst.so.1", &[])]);
    let file = plugin.to_str().expect("UTF-8");
    assert_eq!(operator.object(&["check", file], 1)["code"], "E_DEP_FORBIDDEN");
    obey(&operator, &plugin);
    let trust = operator.home.join(".config/sochdb/trust.toml");
    let checked = operator.object(&["check", "--trust", trust.to_str().expect("UTF-8"), file], 0);
    assert_eq!(checked["ok"], true, "{checked}");
    assert_eq!(operator.object(&["check", file], 1)["code"], "E_DEP_FORBIDDEN", "it obeys the files that it is told");
}

#[test]
fn rocksdb_and_ceph_take_one_round() {
    let name = "rocksdb_and_ceph_take_one_round";
    for library in ["librocksdb.so.7.8", "librados.so.2"] {
        let places = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
        let Some(place) = places.iter().map(|place| Path::new(place).join(library)).find(|path| path.exists()) else {
            skipped(name, &format!("{library} is not installed (packages librocksdb7.8 and librados2 of Debian 12)"));
            continue;
        };
        let operator = Operator::new();
        let plugin = needing(&operator, &[place.to_str().expect("UTF-8")]);
        let remedy = obey(&operator, &plugin);
        assert!(remedy.contains(&format!("trust add dependency {library} /usr/lib/")), "{remedy}");
        // The library that Ceph keeps in a directory of its own comes with it.
        assert!(!remedy.contains("libceph-common"), "{remedy}");
        assert_eq!(operator.verdict(&plugin), "", "{library}");
        assert_eq!(load(&operator, &plugin), "xor", "{library}");
    }
}
