//! `sochdb-plugin demo`: four plugins do real work, twice with the same result, also on somebody's own rows.

use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;
use support::command::program;
use support::{run, Finished, PrivateDir};

const LIMIT: Duration = Duration::from_secs(300);

fn demo(arguments: &[&str]) -> Finished {
    // The trusted loader must not need the environment's word.
    let mut command = Command::new("sh");
    command.args(["-c", "umask 002; exec \"$0\" demo \"$@\""]).arg(program()).args(arguments);
    run(command.env_remove("SOCHDB_ALLOW_NATIVE_PLUGINS"), LIMIT)
}

fn object(arguments: &[&str], code: i32) -> Value {
    let finished = demo(&[arguments, &["--json"]].concat());
    assert_eq!(finished.status.code(), Some(code), "{}{}", finished.stdout, finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap_or_else(|why| panic!("{why}: {}", finished.stdout))
}

/// What must not change from run to run.
fn lasting(mut result: Value) -> Value {
    result["queries_per_second"].take();
    result["queries_per_second_in_a_batch"].take();
    result["metrics"]["address"].take();
    for calls in result["calls"].as_array_mut().expect("calls") {
        calls["ns_per_call"].take();
        calls["mb_per_s"].take();
    }
    for plugin in result["plugins"].as_array_mut().expect("plugins") {
        // They name the private directory and the process.
        for step in plugin["steps"].as_array_mut().expect("steps") {
            step["detail"].take();
            step["microseconds"].take();
        }
    }
    for check in result["checks"].as_array_mut().expect("checks") {
        // How many buckets of a histogram are shown depends on times.
        if check["name"] == "/metrics answers" {
            check["detail"].take();
        }
    }
    result
}

#[test]
fn all_checks_pass_and_a_second_run_gives_the_same() {
    let first = object(&[], 0);
    assert_eq!((&first["ok"], &first["rows"], &first["vectors"]), (&true.into(), &3376.into(), &1797.into()));
    assert!(first["recall_at_10"].as_f64().is_some_and(|recall| recall >= 0.95), "{}", first["recall_at_10"]);
    assert!(first["compression_ratio"].as_f64().is_some_and(|ratio| ratio > 2.0), "{}", first["compression_ratio"]);
    let plugins = first["plugins"].as_array().expect("plugins");
    let languages: Vec<&str> = plugins.iter().filter_map(|plugin| plugin["language"].as_str()).collect();
    assert_eq!(languages, ["C", "C", "Rust", "Rust"]);
    for plugin in plugins {
        let steps = plugin["steps"].as_array().expect("steps");
        assert!(steps.len() >= 15 && steps.iter().all(|step| step["outcome"] == "ok"), "{plugin}");
    }
    assert!(first["checks"].as_array().is_some_and(|checks| checks.len() >= 20), "{}", first["checks"]);
    assert_eq!(lasting(first), lasting(object(&[], 0)));
}

#[test]
fn text_in_a_pipe_has_steps_checks_and_a_table_but_no_colour_and_no_bar() {
    let Finished { status, stdout, stderr } = demo(&[]);
    assert_eq!(status.code(), Some(0), "{stdout}{stderr}");
    assert!(stderr.is_empty(), "{stderr}");
    assert!(!stdout.contains(['\x1b', '\r']), "{stdout}");
    let table: Vec<&str> = stdout.lines().skip_while(|line| !line.trim_start().starts_with("plugin ")).collect();
    for column in ["plugin", "language", "kind", "calls", "ns a call", "MB/s"] {
        assert!(table[0].contains(column), "{}", table[0]);
    }
    for (plugin, language) in
        [("storage_lmdb", "C"), ("compression_zstd", "C"), ("index_hnsw", "Rust"), ("observability_prometheus", "Rust")]
    {
        let of_plugin = |line: &&str| line.split_whitespace().take(2).eq([plugin, language]);
        assert!(table.iter().any(of_plugin), "{plugin} is not in {table:#?}");
    }
    assert!(stdout.contains("sochdb_calls_total{call=\"put\",plugin=\"storage_lmdb\"} 3376"), "{stdout}");
    assert!(stdout.trim_end().ends_with("all ok"), "{stdout}");
}

#[test]
fn own_rows_are_stored_and_nothing_is_left_in_the_work_directory() {
    // Without the mode, the umask would decide who may write it, and the loader would refuse it.
    let only_mine = Permissions::from_mode(0o700);
    let work = tempfile::Builder::new().permissions(only_mine).tempdir().expect("a private directory");
    let room = PrivateDir::new("demo");
    let rows = room.write("own.csv", "id,text\nb,\"one, two\"\na,\nc,\u{e9}\n");
    let paths = [rows.as_path(), work.path()].map(|path| path.to_str().expect("UTF-8"));
    let result = object(&["--rows", paths[0], "--work-dir", paths[1]], 0);
    assert_eq!((&result["ok"], &result["rows"]), (&true.into(), &3.into()));
    assert_eq!(std::fs::read_dir(work.path()).expect("it is there").count(), 0);
}

#[test]
fn a_bad_file_is_refused_with_its_line() {
    let room = PrivateDir::new("demo");
    let rows = room.write("bad.csv", "id,text\na,1\nb,1,2\n");
    let finished = demo(&["--rows", rows.to_str().expect("UTF-8")]);
    assert_eq!(finished.status.code(), Some(1), "{}", finished.stdout);
    assert!(finished.stderr.contains("bad.csv, line 3: 3 columns"), "{}", finished.stderr);
    assert!(object(&["--rows", "/nowhere/rows.csv"], 1)["message"].is_string());
}

#[test]
fn a_row_that_the_storage_cannot_take_is_a_failed_check() {
    let room = PrivateDir::new("demo");
    let rows = room.write("long.csv", &format!("id,text\n{},1\n", "k".repeat(600)));
    let result = object(&["--rows", rows.to_str().expect("UTF-8")], 1);
    assert_eq!(result["ok"], false);
    let failed = result["checks"].as_array().expect("checks").iter().find(|check| check["ok"] == false);
    let detail = failed.and_then(|check| check["detail"].as_str()).expect("a reason");
    assert!(detail.contains("600 bytes"), "{detail}");
}
