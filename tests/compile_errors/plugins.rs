//! Plugins with a mistake, compiled with this test's rustc against an SDK without features.

use crate::ui::{is_refused, program, programs, rustc, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Once;
use support::{cargo, root, succeed, target_tmp, MINUTE};

const FOLDER: &str = "plugins";

/// The directory with the compiled SDK, which has no features; each process compiles it once.
fn sdk() -> PathBuf {
    static ONCE: Once = Once::new();
    let target = target_tmp().join("compile-errors");
    ONCE.call_once(|| {
        let mut cargo = cargo();
        cargo
            .args(["build", "-p", "sochdb-plugin-sdk", "--lib", "--no-default-features"])
            .arg("--target-dir")
            .arg(&target);
        succeed(&mut cargo, 10 * MINUTE);
    });
    target.join("debug")
}

/// Compiles a program as a plugin.
fn compile(source: &Path, flags: &[&str]) -> Output {
    let mut command = rustc();
    command.args(["--crate-type", "cdylib", "--emit", "obj", "--crate-name", "ui", "--cfg", "ui"]).args(flags);
    let library = sdk().join("libsochdb_plugin_sdk.rlib");
    command.arg("--extern").arg(format!("sochdb_plugin_sdk={}", library.display()));
    command.arg("-L").arg(format!("dependency={}", sdk().join("deps").display()));
    let object = sdk().join(source.file_stem().expect("a file")).with_extension("o");
    command.arg("-o").arg(object).arg(source).output().expect("rustc runs")
}

#[test]
fn mistakes_are_named() {
    let programs = programs(FOLDER, "fail_");
    assert!(programs.len() >= 8, "{programs:?}");
    for program in programs {
        is_refused(&program, &compile(&program, &[]));
    }
}

#[test]
fn panic_abort_is_refused() {
    let program = program(FOLDER, "abort.rs");
    is_refused(&program, &compile(&program, &["-C", "panic=abort"]));
    let result = compile(&program, &["-C", "panic=unwind"]);
    assert!(result.status.success(), "only the flag is wrong: {}", text(&result));
}

#[test]
fn correct_plugins_compile_without_a_warning() {
    let programs = programs(FOLDER, "pass_");
    assert!(programs.len() >= 3, "{programs:?}");
    for program in programs {
        let result = compile(&program, &["-D", "warnings"]);
        assert!(result.status.success(), "{}: {}", program.display(), text(&result));
    }
}

#[test]
fn plugin_of_the_readme_compiles_without_a_warning() {
    let readme = fs::read_to_string(root().join("sdk/README.md")).expect("the page of the SDK");
    let (_, rest) = readme.split_once("```rust\n").expect("a plugin in Rust");
    let (plugin, _) = rest.split_once("```").expect("its end");
    let file = sdk().join("readme.rs");
    fs::write(&file, plugin).expect("a file for the test");
    let result = compile(&file, &["-D", "warnings"]);
    assert!(result.status.success(), "{}", text(&result));
}
