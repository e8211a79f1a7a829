//! A plugin under AddressSanitizer, as the refusal of its probe says: a good one runs, and the fault of another is reported.
#![cfg(target_os = "linux")]

use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::DynamicPluginLoader;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::plugins::Private;
use support::{alone, compiler, find, root, run, skipped, succeed, Finished, MINUTE};

const PLUGIN: &str = "SOCH_TEST_SANITIZED";
const PROBING: &str = "SOCH_TEST_SANITIZED_PROBING";

/// What the tests start.
#[test]
fn inside() {
    let Some(path) = env::var_os(PLUGIN) else { return };
    let loader = DynamicPluginLoader::new_trusted().probing(env::var_os(PROBING).is_some());
    // SAFETY: this test compiled it.
    let library = match unsafe { loader.load(Path::new(&path)) } {
        Ok(library) => library,
        Err(error) => return println!("\nrefused: {}: {error} | {}", error.code(), error.remedy()),
    };
    let plugin = library.instance("").expect("an instance");
    let codec = plugin.compression().expect("a codec");
    assert_eq!(codec.compress(b"some bytes").expect("it copies"), b"some bytes");
    println!("\nit ran");
}

fn host(plugin: &Path, probing: bool, preload: Option<&Path>) -> Finished {
    let mut child = alone!("inside");
    child.arg("--test-threads=1").env(PLUGIN, plugin);
    // What the test harness leaves at its end is not what is looked for.
    child.envs(preload.map(|library| ("LD_PRELOAD", library))).env("ASAN_OPTIONS", "detect_leaks=0");
    if probing {
        child.env(PROBING, "1");
    }
    run(&mut child, MINUTE)
}

/// The sanitizer's library that a compiler links with, by one of these names.
fn library(program: &Path, names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        let said = succeed(Command::new(program).arg(format!("-print-file-name={name}")), MINUTE).stdout;
        Some(PathBuf::from(said.trim())).filter(|path| path.is_absolute() && path.exists())
    })
}

fn compiled(program: &Path, flags: &[&str]) -> Private {
    let plugin = Private::empty("overflows");
    let mut command = compiler(program);
    command.args(["-std=c11", "-shared", "-fPIC", "-g", "-fsanitize=address"]).args(flags);
    command.arg(root().join("tests/plugins/overflows.c")).arg("-o").arg(&plugin.path);
    succeed(&mut command, MINUTE);
    plugin.executable()
}

fn follows(test: &str, program: &str, names: &[&str], code: &str) {
    let Some(compiler) = find(program) else { return skipped(test, &format!("{program} is not installed")) };
    let Some(library) = library(&compiler, names) else {
        return skipped(test, &format!("{program} has none of {}", names.join(", ")));
    };
    let (good, bad) = (compiled(&compiler, &[]), compiled(&compiler, &["-DBUG"]));
    let refused = host(&good.path, true, None).stdout;
    assert!(refused.contains(&format!("refused: {code}: ")), "{refused}");
    assert!(refused.contains("LD_PRELOAD") && refused.contains("probing(false)"), "{refused}");
    let ran = host(&good.path, false, Some(&library));
    assert!(ran.status.success() && ran.stdout.contains("it ran"), "{}{}", ran.stdout, ran.stderr);
    let told = host(&bad.path, false, Some(&library));
    let report = told.stderr.contains("heap-buffer-overflow") && told.stderr.contains("copy_by_way_of_heap");
    assert!(!told.status.success() && report, "{}{}", told.stdout, told.stderr);
}

#[test]
fn a_plugin_that_gcc_sanitizes_is_refused_with_a_remedy_that_works() {
    let test = "a_plugin_that_gcc_sanitizes_is_refused_with_a_remedy_that_works";
    follows(test, "gcc", &["libasan.so"], "E_PROBE_EXIT");
}

/// clang leaves the sanitizer's names undefined in a library.
#[test]
fn a_plugin_that_clang_sanitizes_is_refused_with_a_remedy_that_works() {
    let test = "a_plugin_that_clang_sanitizes_is_refused_with_a_remedy_that_works";
    let name = format!("libclang_rt.asan-{}.so", env::consts::ARCH);
    follows(test, "clang", &[&name, "libclang_rt.asan.so"], "E_OPEN");
}
