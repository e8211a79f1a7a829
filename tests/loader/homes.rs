//! Where nobody decided anything, and nobody could, a loader that obeys the operator refuses: it does not fall back to
//! what asks for nothing.

use sochdb_plugin_host::{DynamicPluginLoader, Policy, TrustFiles};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use support::command::{command, one_object, LIMIT};
use support::in_c;
use support::plugins::Private;
use support::{alone, private, run, skipped, succeed};

/// Set in a host that this test starts: the plugin to load.
const PLUGIN: &str = "SOCH_TEST_HOMES_PLUGIN";

/// Whether this machine has a trust file, so that what has none cannot be tested.
fn machine_has_one(test: &str) -> bool {
    let there = Path::new("/etc/sochdb/trust.toml").exists();
    if there {
        skipped(test, "this machine has a trust file");
    }
    there
}

/// The environments without a home, and what the refusal says of each.
const HOMELESS: [(&[(&str, &str)], &str); 5] = [
    (&[], "neither XDG_CONFIG_HOME nor HOME is an absolute path"),
    (&[("HOME", "")], "neither XDG_CONFIG_HOME nor HOME is an absolute path"),
    (&[("HOME", "relative"), ("XDG_CONFIG_HOME", "too")], "neither XDG_CONFIG_HOME nor HOME is an absolute path"),
    (&[("HOME", "/nonexistent")], "no directory that exists, but /nonexistent"),
    (&[("HOME", "/dev/null"), ("XDG_CONFIG_HOME", "/nonexistent")], "but /nonexistent and /dev/null"),
];

fn without_home<'a>(command: &'a mut Command, variables: &[(&str, &str)]) -> &'a mut Command {
    command.env_remove("HOME").env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
    command.envs(variables.iter().map(|(name, value)| (*name, OsStr::new(value))))
}

#[test]
fn a_host_without_a_home_and_a_trust_file_loads_nothing_that_nobody_asked_for() {
    let test = "a_host_without_a_home_and_a_trust_file_loads_nothing_that_nobody_asked_for";
    if let Some(plugin) = std::env::var_os(PLUGIN) {
        return host(Path::new(&plugin));
    }
    if machine_has_one(test) {
        return;
    }
    let plugin = Private::copy(&in_c!("codec_xor"));
    for (variables, why) in HOMELESS {
        let mut child = alone!(test);
        child.env(PLUGIN, &plugin.path).env("SOCHDB_ALLOW_NATIVE_PLUGINS", "1");
        let said = succeed(without_home(&mut child, variables), LIMIT).stdout;
        assert!(said.contains(why), "{variables:?}: {said}");
    }
}

/// A host that is allowed by its environment.
fn host(plugin: &Path) {
    // SAFETY: it was built from this source tree.
    let load = |loader: DynamicPluginLoader| unsafe { loader.load(plugin) };
    let error = load(DynamicPluginLoader::new()).expect_err("nobody decided anything");
    assert_eq!(error.code(), "E_TRUST_HOME");
    assert!(error.remedy().contains("trust add directory DIRECTORY --system"), "{error:?}");
    println!("{error}");
    let again = DynamicPluginLoader::new();
    assert_eq!(again.verify(plugin).expect_err("the same").code(), "E_TRUST_HOME");
    assert_eq!(again.verify(plugin).expect_err("the second time too").code(), "E_TRUST_HOME");
    // The program says what it demands, or that no trust file counts.
    load(DynamicPluginLoader::new().policy(Policy::Development)).expect("the program takes that upon itself");
    load(DynamicPluginLoader::new().trust_files(TrustFiles::Unused)).expect("the program decides");
    load(DynamicPluginLoader::new_trusted()).expect("the program decides");
    let pinned = load(DynamicPluginLoader::new().policy(Policy::Pinned)).expect_err("nobody pinned it");
    assert_eq!(pinned.code(), "E_UNPINNED");
}

#[test]
fn the_commands_say_what_such_a_host_says() {
    let test = "the_commands_say_what_such_a_host_says";
    if machine_has_one(test) {
        return;
    }
    let plugin = Private::copy(&in_c!("codec_xor"));
    for (variables, _) in HOMELESS {
        let call = |arguments: &[&str], code: i32| {
            let mut command = command();
            command.args(arguments).arg("--json");
            one_object(&run(without_home(&mut command, variables), LIMIT), code)
        };
        let path = plugin.path.to_str().expect("UTF-8");
        assert_eq!(call(&["verify", path], 1)["code"], "E_TRUST_HOME");
        assert_eq!(call(&["verify", "--policy", "development", path], 0)["accepted"], true);
        assert_eq!(call(&["verify", "--no-trust-files", path], 0)["accepted"], true);
        assert_eq!(call(&["trust", "list"], 1)["code"], "E_TRUST_HOME");
        let doctor = call(&["doctor"], 1);
        assert!(doctor.to_string().contains("E_TRUST_HOME"), "{doctor}");
    }
}

#[test]
fn a_home_without_a_trust_file_is_enough() {
    let test = "a_home_without_a_trust_file_is_enough";
    if machine_has_one(test) {
        return;
    }
    let plugin = Private::copy(&in_c!("codec_xor"));
    let (_room, home) = private();
    let home = home.to_str().expect("UTF-8");
    for variables in
        [&[("HOME", home)][..], &[("XDG_CONFIG_HOME", home)], &[("HOME", home), ("XDG_CONFIG_HOME", "/nonexistent")]]
    {
        let mut command = command();
        command.args(["verify", "--json"]).arg(&plugin.path);
        assert_eq!(
            one_object(&run(without_home(&mut command, variables), LIMIT), 0)["accepted"],
            true,
            "{variables:?}"
        );
    }
}
