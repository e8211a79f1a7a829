//! The host and the C twins under valgrind: no invalid access, no definite leak.

use sochdb_plugin_conformance::{tests_for, Kind, Level};
use std::process::Command;
use std::time::Duration;
use support::conforms::{loaded, JSON_CONFIG};
use support::in_c;
use support::{only, run, tool};

/// Slow where nothing but bytes is moved.
const LEFT_OUT: [&str; 4] = [
    "compression::everything_comes_back",
    "compression::a_bomb_is_stopped",
    "compression::the_bound_holds",
    "compression::every_level_comes_back",
];

/// Runs in a process of its own, for the next test.
#[test]
#[ignore = "run by the_c_twins_are_clean under valgrind"]
fn suite_in_a_child() {
    for (name, config) in
        [("codec_xor", "{}"), ("storage_memory", "{}"), ("index_sorted", "{}"), ("observability_json", JSON_CONFIG)]
    {
        let subject = loaded(&in_c!(name), config);
        assert!(subject.has(Kind::Lifecycle));
        // Those of calls that are cancelled look for what takes long, which is everything here. Histories want threads that run
        // at once; here one runs at a time.
        let is_in = |name: &str| {
            let wants_more = ["_cancelled::", "_history::"].iter().any(|part| name.contains(part));
            !LEFT_OUT.contains(&name) && !wants_more
        };
        for test in tests_for(&subject).filter(|test| test.level == Level::Quick && is_in(test.name)) {
            if let Some(error) = test.failure(&subject) {
                panic!("{name}: {}: {error}", test.name);
            }
        }
    }
}

#[test]
fn the_c_twins_are_clean() {
    let Some(valgrind) = tool("the_c_twins_are_clean", "valgrind") else { return };
    let mut command = Command::new(valgrind);
    command.args(["--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
    command.args(["--show-leak-kinds=definite", "--num-callers=30"]);
    command.arg(std::env::current_exe().expect("this test's own path"));
    command.args(only!("suite_in_a_child")).args(["--ignored", "--test-threads=1"]);
    let finished = run(&mut command, Duration::from_secs(600));
    assert!(finished.status.success(), "{}\n{}{}", finished.status, finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("1 passed"), "the child ran nothing: {}", finished.stdout);
}
