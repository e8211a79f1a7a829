//! Remedies of the process that loads: its environment, its limits, its probe. Each load is in a child.

use crate::follow::*;
use sochdb_plugin_host::{DynamicPluginLoader, LoadError};
use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use support::in_c;
use support::operator::Operator;
use support::plugins::Private;
use support::{alone, root, run, succeed, MINUTE};

const PLUGIN: &str = "SOCH_TEST_REMEDY_PLUGIN";

/// The child: loads by a loader that asks the environment.
#[test]
fn inside() {
    let Some(path) = env::var_os(PLUGIN) else { return };
    // SAFETY: it was compiled from this source tree.
    let loaded = unsafe { DynamicPluginLoader::new().load(Path::new(&path)) };
    match loaded {
        Ok(_) => println!("answer: loaded"),
        Err(error) => println!("answer: {}: {error}; remedy: {}", error.code(), error.remedy()),
    }
}

fn child(plugin: &Path, home: &Path) -> Command {
    let mut child = alone!("inside");
    child.env(PLUGIN, plugin).env("HOME", home);
    child.env_remove("SOCHDB_ALLOW_NATIVE_PLUGINS").env_remove("XDG_CONFIG_HOME");
    child
}

fn answer(command: &mut Command) -> String {
    let finished = succeed(command, MINUTE);
    let answer = finished.stdout.split("answer: ").nth(1).and_then(|rest| rest.lines().next());
    answer.unwrap_or_else(|| panic!("{}{}", finished.stdout, finished.stderr)).to_owned()
}

#[test]
fn a_process_that_does_not_allow_plugins_is_told_the_variable() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let refused = answer(&mut child(&plugin, &operator.home));
    assert!(refused.starts_with("E_NOT_TRUSTED: "), "{refused}");
    let (_, remedy) = refused.split_once("; remedy: ").expect("a remedy");
    let set = remedy.split(" set ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a variable");
    let (name, value) = set.trim_end_matches(',').split_once('=').expect("with its value");
    assert_eq!(answer(child(&plugin, &operator.home).env(name, value)), "loaded");
}

#[test]
fn a_load_that_takes_too_long_gets_the_time_that_the_remedy_names() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let short = DynamicPluginLoader::new_trusted().load_limit(Duration::ZERO);
    let error = plugin.load_by(&short).expect_err("no time at all");
    assert_eq!(error.code(), "E_LOAD_TIMEOUT", "{error}");
    assert!(error.remedy().ends_with("raise the limit with `load_limit`"), "{error:?}");
    plugin.load_by(&short.load_limit(Duration::from_secs(30))).expect("there is time");
}

#[test]
fn a_constructor_that_takes_too_long_gets_the_time_that_the_remedy_names() {
    let odd = root().join("tests/hostile_corpus/odd.c");
    let slow = Private::compile_file(&odd, &["-DCONSTRUCTOR=usleep(400000)"]);
    let limit = Duration::from_millis(100);
    let short = DynamicPluginLoader::new_trusted().probe_limit(limit);
    let error = slow.load_by(&short).expect_err("no time");
    assert_eq!(error.code(), "E_PROBE_TIMEOUT", "{error}");
    // The load's own limit has nothing to do with it here.
    assert!(error.remedy().ends_with("raise the limit with `probe_limit`"), "{error:?}");
    slow.load_by(&short.probe_limit(Duration::from_secs(10))).expect("there is time");
    let slower = Private::compile_file(&odd, &["-DCONSTRUCTOR=usleep(1500000)"]);
    let narrow =
        DynamicPluginLoader::new_trusted().probe_limit(Duration::from_millis(700)).load_limit(Duration::from_secs(1));
    let error = slower.load_by(&narrow).expect_err("no time");
    assert_eq!(error.code(), "E_PROBE_TIMEOUT", "{error}");
    assert!(error.remedy().contains("`probe_limit`, and `load_limit` with it"), "{error:?}");
    let long = Duration::from_secs(10);
    assert_eq!(
        slower.load_by(&narrow.clone().probe_limit(long)).expect_err("the other limit").code(),
        "E_LOAD_TIMEOUT"
    );
    slower.load_by(&narrow.probe_limit(long).load_limit(long * 3)).expect("there is time");
}

/// What its vendor is told to mend: without it the plugin loads.
#[test]
fn constructors_that_end_the_process_are_mended_by_their_vendor() {
    let odd = root().join("tests/hostile_corpus/odd.c");
    for (constructor, code, advice) in [
        ("abort()", "E_PROBE_CRASHED", "a library must do nothing while it is loaded that can fail"),
        ("_exit(0)", "E_PROBE_EXIT", "a library must not call exit while it is loaded"),
    ] {
        let error = unloadable(&Private::compile_file(&odd, &[&format!("-DCONSTRUCTOR={constructor}")]), code);
        assert!(error.remedy().contains(advice), "{error:?}");
        loads(&Private::compile_file(&odd, &["-DCONSTRUCTOR=(void)0"]), code);
    }
}

#[test]
fn a_plugin_for_a_newer_host_or_of_another_kind_gives_way_to_one_that_fits() {
    let newer =
        Private::compile("wrong_entry", &["-DMIN_HOST=(SOCH_ABI_MINOR+1)", "-DNOTE_MIN_HOST=(SOCH_ABI_MINOR+1)"]);
    let error = unloadable(&newer, "E_HOST_TOO_OLD");
    assert!(error.remedy().ends_with("or get an older version of the plugin"), "{error:?}");
    loads(&Private::compile("wrong_entry", &[]), "E_HOST_TOO_OLD");
    let codec = Private::copy(&in_c!("codec_xor"));
    let loader = DynamicPluginLoader::new_trusted();
    // SAFETY: it was compiled from this source tree.
    let error = unsafe { loader.load_storage(&codec.path, "{}") }.expect_err("it is no storage");
    assert_eq!(LoadError::code(&error), "E_KIND_MISSING");
    assert!(error.remedy().starts_with("load it as what it is"), "{error:?}");
    // SAFETY: as above.
    unsafe { loader.load_compression(&codec.path, "{}") }.expect("it is a codec");
}

#[test]
fn an_instance_that_is_not_made_is_made_with_another_configuration() {
    let plugin =
        Private::compile_file(&root().join("tests/remedies/picky.c"), &["-I", text(&root().join("tests/plugins"))]);
    let loaded = plugin.load().expect("it loads");
    let error = loaded.instance("{\"level\": 99}").expect_err("no such level");
    assert_eq!(error.code(), "E_CREATE");
    assert!(error.remedy().contains("configuration"), "{error:?}");
    loaded.instance("{}").expect("a configuration that it takes");
}

/// The parent has begun with plugins; its child must become another program first.
#[test]
fn a_child_of_fork_loads_after_exec() {
    let operator = Operator::new();
    let plugin = good(&operator, "good.so");
    let mut forker = alone!("forking");
    forker.env(FORKING, &plugin);
    let finished = run(&mut forker, MINUTE);
    let (_, remedy) = finished.stdout.split_once("child: E_FORKED; remedy: ").expect("a child of fork is refused");
    assert!(remedy.contains("exec"), "{remedy}");
    assert!(finished.stdout.contains("after exec: loaded"), "{}{}", finished.stdout, finished.stderr);
}

const FORKING: &str = "SOCH_TEST_REMEDY_FORKING";

#[test]
fn forking() {
    let Some(path) = env::var_os(FORKING) else { return };
    let loader = DynamicPluginLoader::new_trusted();
    // SAFETY: it was compiled from this source tree.
    unsafe { loader.load(Path::new(&path)) }.expect("the parent loads");
    // SAFETY: the child allocates, which glibc allows after fork, and ends by `_exit`.
    let forked = unsafe { libc::fork() };
    if forked == 0 {
        // SAFETY: as above.
        let error = unsafe { loader.load(Path::new(&path)) }.expect_err("a child of fork");
        println!("child: {}; remedy: {}", error.code(), error.remedy());
        let answer = child(Path::new(&path), Path::new("/")).env("SOCHDB_ALLOW_NATIVE_PLUGINS", "1").output();
        let said = answer.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let said = said.split("answer: ").nth(1).and_then(|rest| rest.lines().next()).unwrap_or("nothing").to_owned();
        println!("after exec: {said}");
        // SAFETY: the process ends at once.
        unsafe { libc::_exit(0) }
    }
    let mut status = 0;
    // SAFETY: a place for the result.
    assert_eq!(unsafe { libc::waitpid(forked, &mut status, 0) }, forked);
}
