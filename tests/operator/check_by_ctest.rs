//! A vendor's CMake project, whose tests are those of `sochdb-plugin check`.

use std::fs;
use std::path::Path;
use std::process::Command;
use support::command::program;
use support::{private, root, run, succeed, tool, Finished, MINUTE};

/// The last lines are what each test of this file says of its plugins.
fn project(room: &Path, source: &Path, tests: &str) {
    let include = root().join("include");
    let text = format!(
        "cmake_minimum_required(VERSION 3.17)\nproject(plugins C)\nenable_testing()\ninclude({include}/SochdbPlugin.cmake)\n\
         add_library(plugin MODULE {source})\ntarget_include_directories(plugin PRIVATE {include})\n{tests}\n",
        include = include.display(),
        source = source.display()
    );
    fs::write(room.join("CMakeLists.txt"), text).expect("its own directory");
}

fn ctest(room: &Path, arguments: &[&str]) -> Finished {
    let mut ctest = Command::new("ctest");
    run(ctest.args(arguments).current_dir(room.join("build")), 5 * MINUTE)
}

#[test]
fn each_test_of_the_suite_is_a_test_of_the_project() {
    let name = "each_test_of_the_suite_is_a_test_of_the_project";
    let Some(cmake) = tool(name, "cmake") else { return };
    if tool(name, "make").is_none() {
        return;
    }
    let (_room, room) = private();
    // What others may write, no host loads.
    let cmake = || {
        let mut careful = Command::new("sh");
        careful.args(["-c", "umask 022; exec \"$0\" \"$@\""]).arg(&cmake).current_dir(&room);
        careful
    };
    let check = format!(
        "sochdb_plugin_check(plugin COMMAND {} CONFIG [[{{\"dimensions\": 16}}]] OPTIONS --quick)",
        program().display()
    );
    project(&room, &root().join("examples-c/index_flat.c"), &check);
    let configure = || succeed(cmake().args(["-S", ".", "-B", "build"]), MINUTE);
    configure();
    let before = ctest(&room, &[]);
    assert!(!before.status.success() && before.stdout.contains("plugin.is_not_built_yet"), "{}", before.stdout);
    let build = || succeed(cmake().args(["--build", "build"]), MINUTE);
    build();
    let listed = ctest(&room, &["-N"]).stdout;
    assert!(listed.contains("plugin.index::build_replaces_everything") && listed.contains("plugin.load::"), "{listed}");
    let passed = ctest(&room, &["-R", "index_persist|index::one_key"]);
    assert!(passed.status.success(), "{}", passed.stdout);
    assert!(passed.stdout.contains("index_persist::what_was_saved_is_loaded (Skipped)"), "{}", passed.stdout);

    // Another source, another list, and a test that fails is one.
    project(
        &room,
        &root().join("tests/plugins/unstable_codec.c"),
        &check.replace("CONFIG [[{\"dimensions\": 16}]] ", ""),
    );
    configure();
    build();
    let failed = ctest(&room, &["--output-on-failure"]);
    assert!(!failed.status.success() && failed.stdout.contains("compression::everything_comes_back (Failed)"));
    assert!(failed.stdout.contains("nothing") && failed.stdout.contains("gdb --args"), "{}", failed.stdout);
}

#[test]
fn a_mistake_in_the_line_is_told() {
    let Some(cmake) = tool("a_mistake_in_the_line_is_told", "cmake") else { return };
    let (_room, room) = private();
    project(&room, &root().join("examples-c/codec_xor.c"), "sochdb_plugin_check(plugin --quick)");
    let mut configure = Command::new(&cmake);
    let wrong = run(configure.args(["-S", ".", "-B", "build"]).current_dir(&room), MINUTE);
    assert!(!wrong.status.success() && wrong.stderr.contains("COMMAND, CONFIG or OPTIONS"), "{}", wrong.stderr);
}
