//! `sochdb-plugin check`: the suite on plugins that keep the contract, break it, or take the process with them.

use rustix::thread::{capabilities, CapabilitySet};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use support::command::{call, command, object, one_object, outcomes, LIMIT};
use support::conforms::JSON_CONFIG;
use support::in_c;
use support::plugins::{in_rust, Private};
use support::{run, skipped, succeed, PrivateDir, MINUTE};

#[test]
fn passes_a_plugin_that_keeps_the_contract() {
    for (library, config, kind) in
        [(in_c!("codec_xor"), "{}", "compression::"), (in_c!("observability_json"), JSON_CONFIG, "observability::")]
    {
        let plugin = Private::copy(&library);
        let answer = object(&["check", "--quick", "--config", config], &plugin.path, 0);
        let count = |key: &str| answer[key].as_u64().expect("a number");
        assert_eq!((&answer["ok"], count("total")), (&true.into(), count("passed") + count("skipped")));
        let tests = outcomes(&answer, "tests");
        assert_eq!(tests[..2], [("load::a_host_accepts_it", "ok"), ("load::makes_an_instance", "ok")]);
        assert!(tests.iter().any(|(name, _)| name.starts_with(kind)), "{tests:?}");
    }
}

/// Somebody builds anew while the tests run.
#[test]
fn goes_on_while_other_files_take_its_programs_place() {
    let (plugin, room) = (Private::copy(&in_c!("codec_xor")), PrivateDir::new("replaced"));
    let [program, other] = ["sochdb-plugin", "other"].map(|name| room.path().join(name));
    fs::copy(command().get_program(), &program).expect("its own directory");
    let mut check = Command::new(&program);
    check.env("XDG_CACHE_HOME", room.path()).args(["check", "--quick"]).arg(&plugin.path).stdout(Stdio::piped());
    let mut child = check.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("UTF-8"));
    let first = lines.by_ref().find(|line| line.contains("load::")).expect("the first test");
    let ended = AtomicBool::new(false);
    let said: Vec<String> = thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                fs::write(&other, "half of a program").expect("its own directory");
                fs::rename(&other, &program).expect("its own directory");
                thread::sleep(Duration::from_millis(1));
            }
        });
        let said = lines.collect();
        ended.store(true, Ordering::Relaxed);
        said
    });
    let passed = said.iter().filter(|line| line.contains(" ok ")).count();
    let success = child.wait().expect("it ends").success();
    assert!(success && passed > 20, "{passed} passed: {first}\n{}", said.join("\n"));
}

#[test]
fn without_the_configuration_says_so_and_stops() {
    let plugin = Private::copy(&in_c!("index_flat"));
    let answer = object(&["check", "--quick"], &plugin.path, 1);
    let tests = outcomes(&answer, "tests");
    assert_eq!(tests[1], ("load::makes_an_instance", "failed"));
    assert!(tests[2..].iter().all(|(_, outcome)| *outcome == "not run"), "{tests:?}");
    let reason = answer["tests"][1]["reason"].as_str().expect("a reason");
    assert!(reason.contains("`dimensions` is missing") && reason.contains("--config"), "{reason}");
    // A failure of another kind is not the configuration's.
    let plugin = Private::compile("create_fails", &[]);
    let answer = object(&["check", "--quick"], &plugin.path, 1);
    let reason = answer["tests"][1]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("E_CREATE") && !reason.contains("--config"), "{reason}");
}

#[test]
fn a_panic_that_no_call_tells_of_fails_the_test() {
    let plugin = Private::copy(&in_rust("panicking"));
    for (place, text) in [("drop", "a literal text"), ("create thread", "on a thread of its own")] {
        let answer = object(&["check", "--quick", "--config", &format!(r#"{{"in": "{place}"}}"#)], &plugin.path, 1);
        let test = &answer["tests"][1];
        let reason = test["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("the plugin panicked, and no call failed: panicked at "), "{reason}");
        assert!(reason.ends_with(text), "{reason}");
        let log = test["log"].as_array().expect("a log");
        assert!(
            log.iter().any(|line| line["level"] == "error" && line["message"].to_string().contains(text)),
            "{log:?}"
        );
    }
}

/// The first test that does not pass, with the plugin compiled with `flags`.
fn first_failure(source: &str, flags: &[&str]) -> Value {
    let plugin = Private::compile(source, flags);
    let mut answer = object(&["check", "--quick"], &plugin.path, 1);
    let tests = answer["tests"].as_array_mut().expect("tests");
    let is_good = |test: &Value| test["outcome"] == "ok" || test["outcome"] == "skipped";
    // What a host decides of it is another matter.
    let failed =
        tests.iter().skip(1).position(|test| !is_good(test)).unwrap_or_else(|| panic!("{flags:?}: all pass")) + 1;
    tests.swap_remove(failed)
}

fn is_in_end(crashed: &Value) -> bool {
    crashed["functions"][0].as_str().is_some_and(|at| at.starts_with("in end (ends_the_process.c:"))
}

#[test]
fn says_where_the_plugin_ended_the_process() {
    for (flag, phase, place) in [
        ("-DIN_CONSTRUCTOR", "load", "while it was loaded (constructors)"),
        ("-DIN_CREATE", "create", "in create"),
        ("-DIN_CALL", "run", "in the test"),
        ("-DIN_SHUTDOWN", "shutdown", "in shutdown"),
        ("-DIN_DESTROY", "destroy", "in destroy"),
    ] {
        let crashed = first_failure("ends_the_process", &[flag, "-g"]);
        let within = if flag == "-DIN_CALL" { ", in the call #4 compress([74657874])" } else { "" };
        assert_eq!(crashed["reason"], format!("SIGSEGV {place}{within}"), "{crashed}");
        assert_eq!(crashed["address"], "0x8", "{crashed}");
        assert!(is_in_end(&crashed), "{crashed}");
        let left = first_failure("ends_the_process", &[flag, "-DLEAVE=7"]);
        assert_eq!(left["reason"], format!("the plugin ended the process with exit code 7, {place}{within}"));
        for test in [crashed, left] {
            assert_eq!((&test["outcome"], &test["phase"]), (&"crashed".into(), &phase.into()), "{test}");
        }
    }
    let called = first_failure("ends_the_process", &["-DIN_CALL", "-DBY_A_CALL", "-g"]);
    assert!(is_in_end(&called), "who called where no code is: {called}");
    let crashed = first_failure("ends_the_process", &["-DIN_DESTRUCTOR"]);
    assert_eq!(crashed["reason"], "SIGSEGV at the end of the process (destructors)");
}

#[test]
fn shows_the_end_of_the_plugins_log_below_a_test_that_does_not_pass() {
    let crashed = first_failure("ends_the_process", &["-DIN_SHUTDOWN"]);
    let log: Vec<Value> =
        ('c'..='l').map(|line| serde_json::json!({ "level": "warn", "message": format!("line {line}") })).collect();
    assert_eq!(crashed["log"], Value::from(log));
    let plugin = Private::compile("ends_the_process", &["-DIN_SHUTDOWN"]);
    let human = run(command().args(["check", "--quick"]).arg(&plugin.path), LIMIT).stdout;
    assert!(human.contains("log: warn  line l\n") && !human.contains("line b"), "{human}");
    let passed = Private::compile("ends_the_process", &[]);
    let tests = object(&["check", "--quick"], &passed.path, 0)["tests"].take();
    let empty = |test: &Value| test["log"].as_array().is_some_and(Vec::is_empty);
    assert!(tests.as_array().is_some_and(|tests| tests.iter().all(empty)), "{tests}");
}

#[test]
fn a_plugin_of_its_vendors_kind_alone_is_checked() {
    let plugin = Private::compile("careless", &[]);
    assert_eq!(object(&["check", "--quick"], &plugin.path, 0)["failed"], 0);
}

#[test]
fn a_listed_interface_must_be_there() {
    for kind in ["-DCODEC", "-DCUSTOM"] {
        let failed = first_failure("careless", &["-DNO_TABLE", kind]);
        assert_eq!(failed["name"], "lifecycle::every_listed_interface_is_there", "{failed}");
        assert!(failed["reason"].as_str().is_some_and(|reason| reason.contains("org.example.thing/1")), "{failed}");
    }
}

#[test]
fn what_every_instance_leaves_behind_is_found() {
    let failed = first_failure("careless", &["-DLEAK"]);
    assert_eq!((&failed["name"], &failed["outcome"]), (&"lifecycle::instances_leave_nothing".into(), &"failed".into()));
}

#[test]
fn a_plugin_that_changes_the_process_is_told_what_and_where() {
    let plugin = Private::compile("changes_process", &["-Wl,--no-as-needed", "-lm"]);
    for (moment, thing, place, what) in [
        ("constructor", "ignored", "while it was loaded (constructors)", "signal-handler SIGUSR1: default"),
        ("create", "new-variable", "in create", "environment SOCH_TEST_NEW: not set -> set"),
        ("call", "rounding", "in the test", "floating-point: "),
        ("shutdown", "umask", "in shutdown", "umask: "),
        ("destroy", "handler", "in destroy", "signal-handler SIGTERM: default -> function at "),
        ("call", "mask", "in the test", "signal-mask: none -> SIGUSR2"),
    ] {
        let change = format!("{moment} {thing}");
        let mut check = command();
        check.args(["check", "--quick", "--json", "--config", &format!("{{\"do\": \"{change}\"}}")]).arg(&plugin.path);
        let answer = one_object(&run(check.env("SOCH_TEST_CHANGE", &change), LIMIT), 1);
        let tests = answer["tests"].as_array().expect("tests");
        let failed =
            tests.iter().find(|test| test["outcome"] == "failed").unwrap_or_else(|| panic!("{change}: {answer}"));
        let reason = failed["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(&format!("{place}: {what}")), "{change}: {failed}");
    }
    assert_eq!(object(&["check", "--quick"], &plugin.path, 0)["ok"], true);
}

/// The process of its test cannot open anything of ours any more, and says all the same what it found.
#[test]
fn a_plugin_that_becomes_another_user_is_told_so() {
    if !capabilities(None).expect("the kernel tells them").effective.contains(CapabilitySet::SETUID) {
        return skipped("a_plugin_that_becomes_another_user_is_told_so", "only root may become another user");
    }
    let plugin = Private::compile("changes_process", &["-Wl,--no-as-needed", "-lm"]);
    let mut check = command();
    check.args(["check", "--quick", "--json", "--config", "{\"do\": \"create nobody\"}"]).arg(&plugin.path);
    let failed = one_object(&run(&mut check, LIMIT), 1)["tests"][1].take();
    let reason = failed["reason"].as_str().unwrap_or_default();
    let changed =
        "in create: credentials users: real 0, effective 0, saved 0 -> real 65534, effective 65534, saved 65534";
    assert!(failed["outcome"] == "failed" && reason.contains(changed), "{failed}");
}

#[test]
fn options_for_another_kind_are_wrong_usage() {
    for (library, option) in [("codec_xor", &["--dimensions", "3"][..]), ("index_sorted", &["--checksum"])] {
        let plugin = Private::copy(&in_c!(library));
        let answer = object(&[&["check"], option].concat(), &plugin.path, 2);
        assert_eq!(answer["code"], "E_USAGE");
        assert!(answer["message"].as_str().is_some_and(|error| error.starts_with(option[0])), "{answer}");
    }
}

#[test]
fn a_missing_directory_for_temporary_files_is_named() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let mut check = command();
    check.args(["--json", "check"]).arg(&plugin.path).env("TMPDIR", "/nonexistent");
    let answer = one_object(&run(&mut check, LIMIT), 1);
    assert_eq!(answer["code"], "E_TMPDIR");
    let named = |error: &str| error.contains("TMPDIR") && error.contains("/nonexistent");
    assert!(answer["message"].as_str().is_some_and(named), "{answer}");
}

#[test]
fn a_plugin_with_an_address_sanitizer_gets_a_remedy_that_works() {
    let compiler = succeed(Command::new("cc").arg("-print-file-name=libasan.so"), MINUTE);
    let library = Path::new(compiler.stdout.trim());
    if !library.is_absolute() {
        return skipped("a_plugin_with_an_address_sanitizer_gets_a_remedy_that_works", "libasan is not installed");
    }
    let plugin = Private::compile("careless", &["-fsanitize=address"]);
    let first = object(&["check", "--quick"], &plugin.path, 1)["tests"][1].take();
    let reason = first["reason"].as_str().expect("a reason");
    assert!(reason.ends_with("LD_PRELOAD=$(cc -print-file-name=libasan.so)"), "{reason}");
    let mut check = command();
    check.args(["--json", "check", "--quick"]).arg(&plugin.path).env("LD_PRELOAD", library);
    assert_eq!(one_object(&run(&mut check, LIMIT), 0)["failed"], 0);
}

/// Checks the plugin that misbehaves as `flag` says; gives the reasons of the tests with this outcome.
fn unstable(flag: &str, outcome: &str) -> Vec<String> {
    let plugin = Private::compile("unstable_codec", &[flag]);
    let answer = object(&["check", "--quick", "--timeout", "2"], &plugin.path, 1);
    let tests = answer["tests"].as_array().expect("tests");
    assert!(tests.iter().any(|test| test["outcome"] == "ok"), "{flag}: the others go on: {answer}");
    assert_eq!(answer["ok"], false);
    let such = tests.iter().filter(|test| test["outcome"] == outcome);
    such.map(|test| test["reason"].as_str().expect("a reason").to_owned()).collect()
}

#[test]
fn reports_a_crash_by_its_signal() {
    let reasons = unstable("-DCRASH", "crashed");
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.starts_with("SIGSEGV")), "{reasons:?}");
}

#[test]
fn ends_a_test_that_hangs() {
    let reasons = unstable("-DHANG", "hung");
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains("2 s")), "{reasons:?}");
}

#[test]
fn does_not_take_an_exit_for_success() {
    let reasons = unstable("-DLEAVE", "crashed");
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains("exit code 0")), "{reasons:?}");
    let plugin = Private::compile("unstable_codec", &["-DLEAVE"]);
    let human = run(command().args(["check", "--quick"]).arg(&plugin.path), LIMIT).stdout;
    assert!(human.contains("it printed: leaving"), "{human}");
}

#[test]
fn reports_what_failed_and_prints_it_safely() {
    assert!(!unstable("-DFAIL", "failed").is_empty());
    let plugin = Private::compile("unstable_codec", &["-DFAIL"]);
    let human = run(command().args(["check", "--quick"]).arg(&plugin.path), LIMIT);
    assert_eq!(human.status.code(), Some(1));
    assert!(human.stdout.contains("FAILED") && !human.stdout.contains('\x1b'), "{}", human.stdout);
}

#[test]
fn lists_its_tests_without_running_anything() {
    let all = one_object(&call(&["check", "--list", "--json"]), 0);
    let plugin = Private::compile("unstable_codec", &["-DHANG"]);
    let own = object(&["check", "--list"], &plugin.path, 0);
    let count = |list: &Value| list["tests"].as_array().map_or(0, Vec::len);
    assert!(0 < count(&own) && count(&own) < count(&all), "{own} of {all}");
}

#[test]
fn shows_the_decision_on_what_is_refused() {
    let room = PrivateDir::new("cli");
    let answer = object(
        &["check", "--quick"],
        &room.write("text.so", "no plugin, but as long as the loader wants a file to be"),
        1,
    );
    assert_eq!((&answer["accepted"], answer["code"].is_string()), (&false.into(), true));
}

#[test]
fn a_race_is_shown_whole_by_a_thread_sanitizer_and_nothing_else_is() {
    const TEST: &str = "a_race_is_shown_whole_by_a_thread_sanitizer_and_nothing_else_is";
    let said = succeed(Command::new("cc").arg("-print-file-name=libtsan.so"), MINUTE).stdout;
    let library = Path::new(said.trim());
    if !library.is_absolute() {
        return skipped(TEST, "libtsan is not installed");
    }
    for (flag, outcome, code) in [("-DATOMIC", "ok", 0), ("-DRACES", "failed", 1)] {
        let plugin = Private::compile("races", &["-g", "-fsanitize=thread", flag]);
        let decided = object(&["check", "--test", "load::a_host_accepts_it"], &plugin.path, 0)["tests"][0].take();
        let how = decided["reason"].as_str().expect("a reason");
        assert!(how.contains("LD_PRELOAD=$(gcc -print-file-name=libtsan.so)"), "{how}");
        let options = how.split("TSAN_OPTIONS=").nth(1).and_then(|rest| rest.split(',').next()).expect("options");
        let mut check = command();
        check.args(["check", "--json", "--test", "compression_threads::many*"]).arg(&plugin.path);
        let answer = one_object(&run(check.env("LD_PRELOAD", library).env("TSAN_OPTIONS", options), LIMIT), code);
        let test = &answer["tests"][0];
        assert_eq!(test["outcome"], outcome, "{test}");
        if code == 1 {
            let reason = test["reason"].as_str().expect("a reason");
            assert!(reason.contains("WARNING: ThreadSanitizer: data race"), "{test}");
            let printed = test["printed"].as_str().expect("a report");
            assert!(printed.contains("races.c:10") && printed.contains("SUMMARY: ThreadSanitizer"), "{printed}");
        }
    }
}

#[test]
fn what_a_sanitizer_says_of_a_plugin_that_goes_on_is_a_failure() {
    let library = succeed(Command::new("cc").arg("-print-file-name=libubsan.so"), MINUTE);
    if !Path::new(library.stdout.trim()).is_absolute() {
        return skipped("what_a_sanitizer_says_of_a_plugin_that_goes_on_is_a_failure", "libubsan is not installed");
    }
    let plugin = Private::compile("undefined", &["-fsanitize=undefined", "-g"]);
    let answer = object(&["check", "--test", "*everything_comes_back"], &plugin.path, 1);
    let test = &answer["tests"][0];
    let reason = test["reason"].as_str().expect("a reason");
    assert!(reason.contains("undefined.c:6") && reason.contains("signed integer overflow"), "{test}");
    let plain = Private::compile("undefined", &[]);
    object(&["check", "--test", "*everything_comes_back"], &plain.path, 0);
}
