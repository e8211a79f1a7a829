//! The command `sochdb-plugin` as a person or a script meets it: exit codes, text and JSON, with real plugins.

#[path = "support/plugins.rs"]
mod plugins;
mod support;

use plugins::{in_c, in_rust, Private};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use support::{run, Finished, PrivateDir};

const LIMIT: Duration = Duration::from_secs(300);

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sochdb-plugin"));
    command.env_remove("SOCHDB_ALLOW_NATIVE_PLUGINS");
    command
}

fn call(arguments: &[&str]) -> Finished {
    run(command().args(arguments), LIMIT)
}

/// Runs it with a file and `--json`; checks the exit code and that standard output is one object.
fn object(arguments: &[&str], file: &Path, code: i32) -> Value {
    let finished = run(command().args(arguments).arg("--json").arg(file), LIMIT);
    one_object(&finished, code)
}

fn one_object(finished: &Finished, code: i32) -> Value {
    assert_eq!(finished.status.code(), Some(code), "{}{}", finished.stdout, finished.stderr);
    let value: Value =
        serde_json::from_str(&finished.stdout).unwrap_or_else(|why| panic!("{why}: {}", finished.stdout));
    assert!(value.is_object(), "{value}");
    value
}

fn outcomes<'a>(steps: &'a Value, key: &str) -> Vec<(&'a str, &'a str)> {
    let text = |value: &'a Value, key: &str| value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"));
    let list = steps[key].as_array().unwrap_or_else(|| panic!("no {key} in {steps}"));
    list.iter().map(|step| (text(step, "name"), text(step, "outcome"))).collect()
}

#[test]
fn wrong_usage_is_2_and_goes_to_standard_error() {
    for arguments in [
        &[][..],
        &["inspect"],
        &["verify"],
        &["check"],
        &["unknown"],
        &["check", "x.so", "--config", "not JSON"],
        &["check", "x.so", "--config", "[]"],
        &["check", "x.so", "--timeout", "0"],
        &["demo", "--metrics-port", "65536"],
    ] {
        let finished = call(arguments);
        assert_eq!(finished.status.code(), Some(2), "{arguments:?}");
        assert!(finished.stdout.is_empty() && !finished.stderr.is_empty(), "{arguments:?}: {}", finished.stdout);
    }
}

#[test]
fn a_pipe_gets_no_colour_and_help_says_what_runs_code() {
    let plugin = Private::copy(&in_c("codec_xor"));
    let finished = run(command().arg("verify").arg(&plugin.path).env("TERM", "xterm-256color"), LIMIT);
    assert!(!finished.stdout.contains('\x1b'), "{}", finished.stdout);
    for subject in ["check", "demo"] {
        let help = call(&[subject, "--help"]).stdout;
        assert!(help.contains("runs native code with your rights"), "{help}");
    }
}

#[test]
fn inspect_prints_note_entry_and_elf() {
    for (library, name, kind, layout) in
        [(in_c("storage_lmdb"), "storage_lmdb", "storage", false), (in_rust("index_hnsw"), "index_hnsw", "index", true)]
    {
        let facts = object(&["inspect"], &library, 0);
        assert_eq!(facts["plugin"], true);
        assert_eq!(facts["note"]["name"], name);
        assert_eq!(facts["note"]["kinds"], serde_json::json!([kind]));
        assert_eq!(facts["note"]["layout_hash"], facts["entry"]["layout_hash"]);
        assert_eq!(facts["entry"]["exports_type_layout"], layout);
        assert_eq!(facts["elf"]["machine"], std::env::consts::ARCH);
    }
}

#[test]
fn inspect_reads_a_plugin_for_another_processor_and_verify_refuses_it() {
    const MACHINE_AT: usize = 18;
    const S390X: [u8; 2] = 22_u16.to_ne_bytes();
    let plugin = Private::copy(&in_c("codec_xor"));
    let mut bytes = fs::read(&plugin.path).expect("a plugin");
    bytes[MACHINE_AT..MACHINE_AT + 2].copy_from_slice(&S390X);
    fs::write(&plugin.path, bytes).expect("its own file");
    let facts = object(&["inspect"], &plugin.path, 0);
    assert_eq!((&facts["elf"]["machine"], &facts["note"]["name"]), (&"s390x".into(), &"codec_xor".into()));
    assert_eq!(object(&["verify"], &plugin.path, 1)["code"], "E_ELF_MACHINE");
}

#[test]
fn inspect_says_what_else_a_file_is() {
    let room = PrivateDir::new("cli");
    for (text, looks) in [("just text\n", "a text file"), ("#!/bin/sh\n", "a script"), ("PK\x03\x04", "a zip archive")]
    {
        let answer = object(&["inspect"], &room.write("file", text), 1);
        assert_eq!((&answer["plugin"], &answer["code"]), (&false.into(), &"E_ELF_MAGIC".into()));
        assert!(answer["message"].as_str().is_some_and(|message| message.contains(looks)), "{answer}");
    }
    let library = object(&["inspect"], &std::env::current_exe().expect("this test"), 1);
    assert_eq!(library["plugin"], false);
    for other in [room.join("nothing"), room.path().to_owned()] {
        assert!(object(&["inspect"], &other, 1)["error"].is_string());
    }
}

#[test]
fn verify_accepts_without_running_anything() {
    let plugin = Private::copy(&in_c("codec_xor"));
    let answer = object(&["verify"], &plugin.path, 0);
    assert_eq!(answer["accepted"], true);
    assert!(["code", "step", "message", "remedy"].iter().all(|key| answer[*key].is_null()), "{answer}");
    let steps = outcomes(&answer, "steps");
    let first_not_run = steps.iter().position(|(_, outcome)| *outcome == "not run").expect("it is dry");
    assert_eq!(steps[first_not_run - 1], ("note", "ok"));
    assert!(steps[..first_not_run].iter().all(|(_, outcome)| *outcome == "ok"), "{steps:?}");
    assert!(steps[first_not_run..].iter().all(|(_, outcome)| *outcome == "not run"), "{steps:?}");
    assert_eq!(steps.last(), Some(&("create", "not run")));
}

#[test]
fn verify_makes_a_relative_path_absolute() {
    let plugin = Private::copy(&in_c("codec_xor"));
    let name = plugin.path.file_name().expect("a file name");
    let finished = run(command().arg("verify").arg(name).current_dir(plugin.directory()), LIMIT);
    assert_eq!(finished.status.code(), Some(0), "{}", finished.stdout);
}

#[test]
fn verify_names_the_step_that_refuses_and_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let plugin = Private::copy(&in_c("codec_xor"));
    fs::set_permissions(&plugin.path, fs::Permissions::from_mode(0o777)).expect("its own file");
    let answer = object(&["verify"], &plugin.path, 1);
    assert_eq!((&answer["accepted"], &answer["code"]), (&false.into(), &"E_FILE_WRITABLE".into()));
    assert_eq!(answer["step"], "file");
    assert!(answer["remedy"].as_str().is_some_and(|remedy| remedy.starts_with("chmod go-w ")), "{answer}");
    let steps = outcomes(&answer, "steps");
    let refused = steps.iter().position(|step| *step == ("file", "refused")).expect("the step is there");
    assert!(steps[refused + 1..].iter().all(|(_, outcome)| *outcome == "not run"), "{steps:?}");
    let human = run(command().arg("verify").arg(&plugin.path), LIMIT).stdout;
    assert!(human.contains("E_FILE_WRITABLE") && human.contains("remedy"), "{human}");
}

#[test]
fn check_passes_a_plugin_that_keeps_the_contract() {
    for (library, config, kind) in
        [(in_c("codec_xor"), "{}", "compression::"), (in_c("storage_lmdb"), r#"{"path": "{dir}"}"#, "storage::")]
    {
        let plugin = Private::copy(&library);
        let answer = object(&["check", "--config", config], &plugin.path, 0);
        assert_eq!((&answer["passed"], &answer["total"]), (&true.into(), &answer["ok"]));
        let tests = outcomes(&answer, "tests");
        assert_eq!(tests[0], ("load::makes_an_instance", "ok"));
        assert!(tests.iter().any(|(name, _)| name.starts_with(kind)), "{tests:?}");
    }
}

#[test]
fn check_without_the_configuration_says_so_and_stops() {
    let plugin = Private::copy(&in_c("storage_lmdb"));
    let answer = object(&["check"], &plugin.path, 1);
    let tests = outcomes(&answer, "tests");
    assert_eq!(tests[0], ("load::makes_an_instance", "failed"));
    assert!(tests[1..].iter().all(|(_, outcome)| *outcome == "not run"), "{tests:?}");
    let reason = answer["tests"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("`path` is missing") && reason.contains("--config"), "{reason}");
}

/// Checks the plugin that misbehaves as `flag` says; gives the reasons of the tests with this outcome.
fn unstable(flag: &str, outcome: &str) -> Vec<String> {
    let plugin = Private::compile("unstable_codec", &[flag]);
    let answer = object(&["check", "--timeout", "2"], &plugin.path, 1);
    let tests = answer["tests"].as_array().expect("tests");
    assert!(tests.iter().any(|test| test["outcome"] == "ok"), "{flag}: the others go on: {answer}");
    assert_eq!(answer["passed"], false);
    let such = tests.iter().filter(|test| test["outcome"] == outcome);
    such.map(|test| test["reason"].as_str().expect("a reason").to_owned()).collect()
}

#[test]
fn check_reports_a_crash_by_its_signal() {
    let reasons = unstable("-DCRASH", "crashed");
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.starts_with("SIGSEGV")), "{reasons:?}");
}

#[test]
fn check_ends_a_test_that_hangs() {
    let reasons = unstable("-DHANG", "hung");
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains("2 s")), "{reasons:?}");
}

#[test]
fn check_does_not_take_an_exit_for_success() {
    let reasons = unstable("-DLEAVE", "crashed");
    let told = |reason: &String| reason.contains("exit code 0") && reason.contains("leaving");
    assert!(!reasons.is_empty() && reasons.iter().all(told), "{reasons:?}");
}

#[test]
fn check_reports_what_failed_and_prints_it_safely() {
    assert!(!unstable("-DFAIL", "failed").is_empty());
    let plugin = Private::compile("unstable_codec", &["-DFAIL"]);
    let human = run(command().arg("check").arg(&plugin.path), LIMIT);
    assert_eq!(human.status.code(), Some(1));
    assert!(human.stdout.contains("FAILED") && !human.stdout.contains('\x1b'), "{}", human.stdout);
}

#[test]
fn check_lists_its_tests_without_running_anything() {
    let all = one_object(&call(&["check", "--list", "--json"]), 0);
    let plugin = Private::compile("unstable_codec", &["-DHANG"]);
    let own = object(&["check", "--list"], &plugin.path, 0);
    let count = |list: &Value| list["tests"].as_array().map_or(0, Vec::len);
    assert!(0 < count(&own) && count(&own) < count(&all), "{own} of {all}");
}

#[test]
fn check_shows_the_decision_on_what_is_refused() {
    let room = PrivateDir::new("cli");
    let answer =
        object(&["check"], &room.write("text.so", "no plugin, but as long as the loader wants a file to be"), 1);
    assert_eq!((&answer["accepted"], answer["code"].is_string()), (&false.into(), true));
}
