//! Thread-local data that must fit what glibc reserved when the process began: the remedy is followed literally.

use std::env;
use support::plugins::Private;
use support::{alone, root, run, Finished, PrivateDir, MINUTE};

const TEST: &str = "plugins_with_static_thread_local_data_are_refused_with_a_remedy_that_works";
/// Paths of plugins to load in a process of its own.
const PLUGINS: &str = "SOCH_STATIC_TLS_PLUGINS";
const COUNT: usize = 24;
/// Takes so many bytes of each thread.
const SOURCE: &str = "__thread char room[ROOM];\nchar *touch(int at) { return &room[at + NUMBER]; }\n";

/// Different plugins, each with its own 128 bytes, and one with more than a process without the setting has, be it the
/// probe; compiled with this model of access.
fn compiled(model: &str) -> Vec<Private> {
    let directory = PrivateDir::new("static-tls");
    let more = directory.write("more.c", SOURCE);
    let source = root().join("examples-c/codec_xor.c");
    let compile = |number: usize| {
        let room = if number + 1 == COUNT { 8192 } else { 128 };
        let flags = [
            format!("-DNUMBER={number}"),
            format!("-DROOM={room}"),
            format!("-ftls-model={model}"),
            more.display().to_string(),
        ];
        Private::compile_file(&source, &flags.iter().map(String::as_str).collect::<Vec<_>>())
    };
    (0..COUNT).map(compile).collect()
}

/// Loads them in a process of its own, which has the variable if one is given.
fn load(plugins: &[Private], variable: Option<(&str, &str)>) -> Finished {
    let paths: Vec<_> = plugins.iter().map(|plugin| plugin.path.as_path()).collect();
    let mut command = alone!(TEST);
    command.env(PLUGINS, env::join_paths(paths).expect("no colons"));
    command.env_remove("GLIBC_TUNABLES").envs(variable);
    run(&mut command, 2 * MINUTE)
}

/// The process that loads.
fn child(paths: &std::ffi::OsStr) {
    let loader = sochdb_plugin_host::DynamicPluginLoader::new_trusted();
    for (count, path) in env::split_paths(paths).enumerate() {
        // SAFETY: this test compiled it.
        if let Err(error) = unsafe { loader.load(&path) } {
            return println!("after {count}: {}: {error}\nremedy: {}", error.code(), error.remedy());
        }
    }
    println!("all are loaded");
}

#[test]
fn plugins_with_static_thread_local_data_are_refused_with_a_remedy_that_works() {
    if let Some(paths) = env::var_os(PLUGINS) {
        return child(&paths);
    }
    if cfg!(target_env = "musl") {
        return support::skipped(TEST, "musl takes no such data");
    }
    let plugins = compiled("initial-exec");
    let refused = load(&plugins, None).stdout;
    assert!(refused.contains(": E_OPEN: ") && refused.contains("static TLS block"), "{refused}");
    assert!(refused.contains("-ftls-model=global-dynamic"), "{refused}");
    // What the operator does.
    let words = refused.split_whitespace().find_map(|word| word.split_once('='));
    let (name, value) = words.expect("the remedy names a variable and its value");
    assert_eq!(name, "GLIBC_TUNABLES", "{refused}");
    let loaded = load(&plugins, Some((name, value)));
    assert!(loaded.stdout.contains("all are loaded"), "{name}={value}: {}{}", loaded.stdout, loaded.stderr);
    // What the vendor does.
    let loaded = load(&compiled("global-dynamic"), None);
    assert!(loaded.stdout.contains("all are loaded"), "{}{}", loaded.stdout, loaded.stderr);
}
