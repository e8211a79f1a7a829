//! The command `sochdb-plugin` as a person or a script meets it: exit codes, text and JSON, with real plugins.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use support::command::{call, command, object, one_object, outcomes, LIMIT};
use support::in_c;
use support::plugins::{in_rust, Private};
use support::{private, run, PrivateDir};

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
        &["check", "x.so", "--dimensions", "0"],
        &["demo", "--metrics-port", "65536"],
    ] {
        let finished = call(arguments);
        assert_eq!(finished.status.code(), Some(2), "{arguments:?}");
        assert!(finished.stdout.is_empty() && !finished.stderr.is_empty(), "{arguments:?}: {}", finished.stdout);
    }
}

#[test]
fn with_json_wrong_usage_is_an_object_too() {
    for (arguments, part) in [
        (&["--json"][..], "no command"),
        (&["verify", "--json"], "<FILE>"),
        (&["--json", "check", "x.so", "--dimensions", "0"], "--dimensions"),
        (&["unknown", "--json"], "unknown"),
    ] {
        let finished = call(arguments);
        let answer = one_object(&finished, 2);
        assert_eq!(answer["code"], "E_USAGE", "{answer}");
        let error = answer["message"].as_str().expect("a text");
        assert!(error.contains(part) && !error.contains('\n'), "{arguments:?}: {error}");
        assert!(!finished.stderr.is_empty(), "{arguments:?}");
    }
    let help = call(&["--json", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(help.stdout.contains("Usage:"), "{}", help.stdout);
}

#[test]
fn a_pipe_gets_no_colour_and_help_says_what_runs_code() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let finished = run(command().arg("verify").arg(&plugin.path).env("TERM", "xterm-256color"), LIMIT);
    assert!(!finished.stdout.contains('\x1b'), "{}", finished.stdout);
    for subject in ["check", "demo"] {
        let help = call(&[subject, "--help"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("runs native code with your rights"), "{help}");
    }
}

#[test]
fn inspect_prints_note_entry_and_elf() {
    for (library, name, kind, layout) in [
        (in_c!("storage_lmdb"), "storage_lmdb", "storage", false),
        (in_rust("index_hnsw"), "index_hnsw", "index", true),
    ] {
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
    let plugin = Private::copy(&in_c!("codec_xor"));
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
    for (other, code) in [(room.join("nothing"), "E_FILE_NOT_FOUND"), (room.path().into(), "E_FILE_NOT_REGULAR")] {
        let answer = object(&["inspect"], &other, 1);
        assert!(answer["message"].is_string() && answer["code"] == code, "{answer}");
    }
}

#[test]
fn verify_accepts_without_running_anything() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let answer = object(&["verify"], &plugin.path, 0);
    assert_eq!((&answer["accepted"], &answer["not_run"]), (&true.into(), &7.into()));
    assert!(["code", "step", "message", "remedy"].iter().all(|key| answer[*key].is_null()), "{answer}");
    let steps = outcomes(&answer, "steps");
    let first_not_run = steps.iter().position(|(_, outcome)| *outcome == "not run").expect("it is dry");
    assert_eq!(steps[first_not_run - 1], ("dependencies", "ok"));
    assert!(steps[..first_not_run].iter().all(|(_, outcome)| *outcome == "ok"), "{steps:?}");
    assert!(steps[first_not_run..].iter().all(|(_, outcome)| *outcome == "not run"), "{steps:?}");
    assert_eq!(steps.last(), Some(&("create", "not run")));
    let human = run(command().arg("verify").arg(&plugin.path), LIMIT).stdout;
    let end = "accepted so far: the steps from identity to create run when it is loaded, for instance by `sochdb-plugin check`";
    assert_eq!(human.lines().last(), Some(end), "{human}");
    assert!(human.contains("\n  not run: 7 later steps\n"), "{human}");
    let verbose = run(command().args(["verify", "--verbose"]).arg(&plugin.path), LIMIT).stdout;
    assert_eq!(verbose.lines().filter(|line| line.ends_with("needs the plugin to be loaded")).count(), 7, "{verbose}");
}

#[test]
fn verify_makes_a_relative_path_absolute() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let directory = fs::canonicalize(plugin.directory()).expect("its own directory");
    let below = directory.join("below");
    fs::create_dir(&below).expect("its own directory");
    // A link is no way for `..` to go back.
    let link = directory.join("link");
    std::os::unix::fs::symlink(&below, &link).expect("its own directory");
    let verify =
        |file: &Path, current: &Path| run(command().args(["--json", "verify"]).arg(file).current_dir(current), LIMIT);
    let name = Path::new(plugin.path.file_name().expect("a file name"));
    let up = Path::new("..").join(name);
    for (file, current) in [(name, &directory), (&up, &below), (&up, &link)] {
        one_object(&verify(file, current), 0);
    }
    for file in [Path::new("link/..").join(name), directory.join("below/..").join(name)] {
        assert_eq!(one_object(&verify(&file, &directory), 1)["code"], "E_PATH_NOT_NORMAL", "{}", file.display());
    }
}

#[test]
fn verify_names_the_step_that_refuses_and_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let plugin = Private::copy(&in_c!("codec_xor"));
    fs::set_permissions(&plugin.path, fs::Permissions::from_mode(0o777)).expect("its own file");
    let answer = object(&["verify"], &plugin.path, 1);
    assert_eq!((&answer["accepted"], &answer["code"]), (&false.into(), &"E_FILE_WRITABLE".into()));
    assert_eq!((&answer["step"], &answer["not_run"]), (&"file".into(), &14.into()));
    assert!(answer["remedy"].as_str().is_some_and(|remedy| remedy.starts_with("chmod go-w ")), "{answer}");
    let steps = outcomes(&answer, "steps");
    let refused = steps.iter().position(|step| *step == ("file", "refused")).expect("the step is there");
    assert!(steps[refused + 1..].iter().all(|(_, outcome)| *outcome == "not run"), "{steps:?}");
    let human = run(command().arg("verify").arg(&plugin.path), LIMIT).stdout;
    assert!(human.contains("E_FILE_WRITABLE") && human.contains("remedy"), "{human}");
    let not_run = |text: &str| text.matches("not run").count();
    assert_eq!((not_run(&human), human.contains("\n  not run: 14 later steps\n")), (1, true), "{human}");
    let verbose = run(command().args(["verify", "--verbose"]).arg(&plugin.path), LIMIT).stdout;
    assert_eq!(not_run(&verbose), 14, "{verbose}");
}

#[test]
fn manual_pages_need_no_directory_that_is_there() {
    let directory = PrivateDir::new("pages");
    let pages = directory.path().join("share/man/man1");
    for _ in 0..2 {
        one_object(&run(command().args(["man", "--json"]).arg(&pages), LIMIT), 0);
    }
    assert!(pages.join("sochdb-plugin-trust-add.1").is_file());
}

#[test]
fn a_directory_that_cannot_be_changed_is_named_in_the_remedy() {
    let (plugin, (_room, home)) = (Private::copy(&in_c!("codec_xor")), private());
    let plugins = home.join("plugins");
    fs::create_dir(&plugins).and_then(|()| fs::set_permissions(&plugins, Permissions::from_mode(0o555))).expect("mine");
    // Root has no bounds in files until its capabilities are gone.
    let root = rustix::process::geteuid().is_root();
    let bounds = "exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
    let mut install = Command::new("sh");
    install.args(["-c", if root { bounds } else { "exec \"$@\"" }, "sh"]);
    install.arg(command().get_program()).args(["--json", "install", "--directory"]).arg(&plugins).arg(&plugin.path);
    let answer = one_object(&run(install.env("HOME", &home), LIMIT), 1);
    assert_eq!(answer["code"], "E_FILE_DENIED", "{answer}");
    let remedy = answer["remedy"].as_str().expect("a text");
    assert!(remedy.contains(plugins.to_str().expect("UTF-8")) && !remedy.contains("PATH"), "{remedy}");
}

#[test]
fn what_any_step_may_refuse_is_explained_so() {
    for code in ["E_SHORTAGE", "E_LOAD_TIMEOUT"] {
        let text = call(&["explain", code]).stdout;
        assert!(text.contains("or any later one") && !text.contains("LACK"), "{text}");
    }
}
