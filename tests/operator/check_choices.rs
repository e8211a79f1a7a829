//! `sochdb-plugin check`: which tests are run, how, and what their failures tell.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::command::{call, command, object, one_object, outcomes, LIMIT};
use support::in_c;
use support::plugins::Private;
use support::{run, skipped, tool, PrivateDir};

/// The names of the tests that ran.
fn names(answer: &Value) -> Vec<&str> {
    outcomes(answer, "tests").into_iter().map(|(name, _)| name).collect()
}

/// The answer to `check` with these arguments, of a plugin that this cache knows.
fn with_cache(cache: &PrivateDir, arguments: &[&str], file: &Path, code: i32) -> Value {
    let mut check = command();
    check.env("XDG_CACHE_HOME", cache.path()).args(["check", "--json"]).args(arguments).arg(file);
    one_object(&run(&mut check, LIMIT), code)
}

#[test]
fn tests_are_chosen_by_name() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let answer = object(&["check", "--test", "compression::every*", "--test", "load::*"], &plugin.path, 0);
    assert_eq!(
        names(&answer),
        [
            "load::a_host_accepts_it",
            "load::makes_an_instance",
            "compression::everything_comes_back",
            "compression::every_level_comes_back"
        ]
    );
    for none in ["storage::put_replaces_the_value", "compression::eve"] {
        let answer = object(&["check", "--test", none], &plugin.path, 2);
        assert!(answer["message"].as_str().is_some_and(|why| why.contains("--list")), "{answer}");
    }
    let near = object(&["check", "--test", "every_level_comes"], &plugin.path, 2);
    assert!(
        near["message"].as_str().is_some_and(|why| why.contains("like it: compression::every_level_comes_back;")),
        "{near}"
    );
    assert_eq!(object(&["check", "--test", "[", "--list"], &plugin.path, 2)["code"], "E_USAGE");
}

#[test]
fn a_port_may_be_a_number_of_the_configuration() {
    let plugin = Private::compile("counts_alone", &[]);
    let check = |config: &str, code: i32| {
        object(&["check", "--test", "load::makes_an_instance", "--config", config], &plugin.path, code)
    };
    assert_eq!(check("{\"port\": {port}}", 0)["passed"], 1);
    assert_eq!(check("{\"port\": {file}}", 2)["code"], "E_USAGE");
}

#[test]
fn what_failed_last_is_run_alone() {
    let cache = PrivateDir::new("cache");
    let plugin = Private::compile("unstable_codec", &["-DFAIL"]);
    let unknown = with_cache(&cache, &["--failed"], &plugin.path, 2);
    assert!(unknown["message"].as_str().is_some_and(|why| why.contains("leave out --failed")), "{unknown}");
    let all = with_cache(&cache, &["--quick"], &plugin.path, 1);
    let failed: Vec<&str> =
        outcomes(&all, "tests").into_iter().filter(|(_, outcome)| *outcome == "failed").map(|(name, _)| name).collect();
    let again = with_cache(&cache, &["--failed"], &plugin.path, 1);
    assert!(!failed.is_empty() && failed.len() < names(&all).len());
    assert_eq!(names(&again), failed);
    let good = Private::copy(&in_c!("codec_xor"));
    with_cache(&cache, &[], &good.path, 0);
    let nothing = with_cache(&cache, &["--failed"], &good.path, 2);
    assert!(nothing["message"].as_str().is_some_and(|why| why.contains("found nothing")), "{nothing}");
}

#[test]
fn a_skip_file_is_obeyed_and_repeated() {
    let room = PrivateDir::new("skips");
    let plugin = Private::compile("unstable_codec", &["-DFAIL"]);
    let all = object(&["check", "--quick"], &plugin.path, 1);
    let failed = outcomes(&all, "tests").into_iter().filter(|(_, outcome)| *outcome == "failed").map(|(name, _)| name);
    let lines: String = failed.map(|name| format!("\"{name}\" = \"it is meant to fail\"\n")).collect();
    let file = room.write("skip.toml", &lines);
    let file = file.to_str().expect("UTF-8");
    let answer = object(&["check", "--quick", "--skip", file], &plugin.path, 0);
    let skipped =
        answer["tests"].as_array().expect("tests").iter().find(|test| test["reason"] == "it is meant to fail");
    assert!(skipped.is_some_and(|test| test["outcome"] == "skipped"), "{answer}");
    fs::write(file, "\"storage::*\" = \"there is none\"\n").expect("its own file");
    let stale = object(&["check", "--skip", file], &plugin.path, 2);
    assert!(stale["message"].as_str().is_some_and(|why| why.contains("take the line out")), "{stale}");
}

#[test]
fn what_is_skipped_is_told_in_a_line_unless_somebody_asks() {
    let room = PrivateDir::new("skips");
    let plugin = Private::copy(&in_c!("codec_xor"));
    let skip = room.write("skip.toml", "\"compression::every*\" = \"it is known\"\n");
    let said = |arguments: &[&str]| {
        let mut check = command();
        check.env("XDG_CACHE_HOME", room.path()).args(["check", "--quick"]).args(arguments).arg(&plugin.path);
        run(&mut check, LIMIT).stdout
    };
    let listed = |text: &str| text.lines().filter(|line| line.starts_with("  ") && line.contains(" skipped ")).count();
    let few = said(&["--skip", skip.to_str().expect("UTF-8")]);
    assert_eq!(listed(&few), 0, "{few}");
    assert!(few.contains("2 are left out, such as compression::everything_comes_back: it is known\n"), "{few}");
    assert!(few.ends_with(" have nothing to look at in this plugin; --verbose says why\n"), "{few}");
    let all = said(&["--verbose"]);
    assert!(listed(&all) > 3 && all.contains("           no custom capability is listed\n"), "{all}");
    assert!(!all.contains("--verbose"), "{all}");
    let asked = said(&["--test", "lifecycle::every_listed_interface_is_there"]);
    assert_eq!(listed(&asked), 1, "{asked}");
}

#[test]
fn the_time_that_it_takes_is_said_before() {
    let cache = PrivateDir::new("cache");
    let plugin = Private::copy(&in_c!("codec_xor"));
    let said = |arguments: &[&str]| {
        let mut check = command();
        check.env("XDG_CACHE_HOME", cache.path()).args(["check", "--quick"]).args(arguments).arg(&plugin.path);
        let text = run(&mut check, LIMIT).stdout;
        text.lines().nth(1).expect("a second line").to_owned()
    };
    let one = ["--test", "load::*"];
    assert_eq!(said(&one), "2 tests, about 1 s");
    assert_eq!(said(&one), "2 tests, about 1 s, as the last time");
    // Of the others nothing is known yet, and then of all.
    assert!(!said(&[]).ends_with("as the last time"));
    said(&one);
    assert!(said(&[]).ends_with("as the last time"));
}

#[test]
fn a_sink_whose_output_nobody_can_read_is_told_how() {
    let plugin = Private::copy(&in_c!("observability_json"));
    let place = PrivateDir::new("log");
    let config = serde_json::json!({ "path": place.path().join("log") }).to_string();
    let mut check = command();
    check.args(["check", "--quick", "--config", &config]).arg(&plugin.path);
    let text = run(&mut check, LIMIT).stdout;
    let told = "its output cannot be read: say by {file} or {port} in the configuration where it goes, as in --config \
                '{\"path\":\"{file}\"}'\n";
    assert_eq!(text.matches(told).count(), 1, "{text}");
    let config = told.split('\'').nth(1).expect("a configuration");
    let answer = object(&["check", "--quick", "--config", config], &plugin.path, 0);
    let left = answer["tests"].as_array().expect("tests").iter().filter(|test| test["outcome"] == "skipped");
    assert!(left.into_iter().all(|test| !test["reason"].to_string().contains("cannot be read")), "{answer}");
}

#[test]
fn a_test_is_repeated_with_other_seeds_until_it_fails() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let answer =
        object(&["check", "--repeat", "3", "--seed", "7", "--test", "compression::everything*"], &plugin.path, 0);
    assert_eq!((&answer["seed"], &answer["tests"][0]["seed"]), (&7.into(), &9.into()), "{answer}");
    let bad = Private::compile("unstable_codec", &["-DFAIL"]);
    let answer = object(&["check", "--repeat", "3", "--seed", "7", "--test", "compression::every*"], &bad.path, 1);
    let test = &answer["tests"][0];
    assert_eq!(test["seed"], 7, "{answer}");
    assert!(test["debug"].as_str().is_some_and(|line| line.ends_with("--seed 7")), "{test}");
}

/// The command that a failure tells, as a shell runs it, but for the debugger.
fn repeated(test: &Value) -> std::process::Output {
    let line = test["debug"].as_str().expect("a command");
    let line = line.strip_prefix("gdb --args ").expect("it is for gdb");
    command_of_shell(line)
}

fn command_of_shell(line: &str) -> std::process::Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec {line}")]).env("HOME", "/").output().expect("sh runs")
}

#[test]
fn a_failure_tells_a_command_that_repeats_it() {
    use std::os::unix::process::ExitStatusExt;
    let bad = Private::compile("unstable_codec", &["-DFAIL"]);
    let answer = object(&["check", "--quick"], &bad.path, 1);
    let failed = answer["tests"].as_array().expect("tests").iter().find(|test| test["outcome"] == "failed");
    let failed = failed.expect("one fails");
    let again = repeated(failed);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let text = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(text.contains(failed["name"].as_str().expect("a name")) && text.contains("FAILED"), "{text}");
    assert!(failed["calls_before"].as_array().is_some_and(|calls| !calls.is_empty()), "{failed}");

    // The crash is the command's then.
    let bad = Private::compile("ends_the_process", &["-DIN_CALL"]);
    let config = r#"{"it's": "a b"}"#;
    let answer = object(&["check", "--config", config, "--test", "compression::everything*"], &bad.path, 1);
    let again = repeated(&answer["tests"][0]);
    assert_eq!(again.status.signal(), Some(libc::SIGSEGV), "{again:?}");
}

#[test]
fn a_debugger_stops_at_the_crash() {
    let Some(gdb) = tool("a_debugger_stops_at_the_crash", "gdb") else { return };
    let bad = Private::compile("ends_the_process", &["-DIN_CALL", "-g"]);
    let answer = object(&["check", "--test", "compression::everything*"], &bad.path, 1);
    let line = answer["tests"][0]["debug"].as_str().expect("a command").strip_prefix("gdb ").expect("it is for gdb");
    let stopped = command_of_shell(&format!("{} -batch -nx -ex run -ex bt {line}", gdb.display()));
    let text = String::from_utf8_lossy(&stopped.stdout).into_owned();
    if text.contains("ptrace: Operation not permitted") || text.contains("Could not trace the inferior") {
        return skipped("a_debugger_stops_at_the_crash", "ptrace is not allowed here");
    }
    assert!(text.contains("SIGSEGV") && text.contains("ends_the_process.c"), "{text}");
}

#[test]
fn a_host_that_refuses_is_a_failure_beside_tests_that_pass() {
    let plugin = Private::compile("listens", &[]);
    let answer = object(&["check", "--quick"], &plugin.path, 1);
    let failed: Vec<_> = outcomes(&answer, "tests").into_iter().filter(|(_, outcome)| *outcome != "ok").collect();
    assert_eq!(failed[0], ("load::a_host_accepts_it", "failed"), "{answer}");
    let reason = answer["tests"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("E_PROBE") && reason.contains("remedy"), "{reason}");
}

#[test]
fn what_the_host_demands_is_demanded() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let refused = object(&["check", "--policy", "signed"], &plugin.path, 1);
    assert_eq!(refused["accepted"], false, "{refused}");
    let refused = object(&["check", "--max-size", "1000"], &plugin.path, 1);
    assert!(refused["code"].as_str().is_some_and(|code| code == "E_FILE_TOO_LARGE"), "{refused}");
    object(&["check", "--quick", "--max-size", "10000000"], &plugin.path, 0);
    assert_eq!(call(&["check", "--policy", "none", "x"]).status.code(), Some(2));
}

/// What the option writes is a trust file, which lies where nobody else can change it. Where a library is, the loader knows, so
/// what it says can be pasted.
#[test]
fn a_plugin_may_need_a_library_that_is_allowed() {
    let source = PrivateDir::new("needed");
    let text = "const char *library_name(void) { return \"needed\"; }\n";
    fs::write(source.path().join("needed.c"), text).expect("its own directory");
    let library = Private::compile_file(&source.path().join("needed.c"), &["-Wl,-soname,needed.so"]);
    let needed = library.path.to_str().expect("UTF-8");
    let plugin = Private::compile("needs_library", &["-Wl,--no-as-needed", needed]);
    let cache = PrivateDir::new("cache");
    let name = ["--test", "compression::the_algorithm_has_a_name"];
    let refused = with_cache(&cache, &name, &plugin.path, 1);
    assert_eq!(refused["code"], "E_DEP_FORBIDDEN", "{refused}");
    let allowed = with_cache(&cache, &[&name[..], &["--allow-dependency", needed]].concat(), &plugin.path, 0);
    assert_eq!(names(&allowed).last(), Some(&name[1]), "{allowed}");
    let left = fs::read_dir(cache.path().join("sochdb-plugin/checked")).expect("what the check keeps").count();
    assert_eq!(left, 1, "only what the tests found is kept");
    fs::copy(needed, plugin.path.with_file_name("needed.so")).expect("its own directory");
    let said = call(&["check", plugin.path.to_str().expect("UTF-8")]).stdout;
    let options = said.lines().find_map(|line| line.strip_prefix("to allow what was found, add: ")).expect(&said);
    let mut pasted = Command::new("sh");
    pasted.args(["-c", &format!("exec \"$0\" check --quick \"$1\" {options}")]).arg(command().get_program());
    let pasted = run(pasted.arg(&plugin.path), LIMIT);
    assert!(pasted.status.success(), "{}", pasted.stdout);
}
