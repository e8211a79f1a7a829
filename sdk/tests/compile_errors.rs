//! What the macro refuses, and that the compiler's message names the cause.
//!
//! The files in `ui/` are compiled with this test's rustc against an SDK without features.

#[path = "support/ui.rs"]
mod ui;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;
use ui::{files, is_refused, rustc, text};

/// The directory with the compiled SDK, which has no features; each process compiles it once.
fn sdk() -> PathBuf {
    static ONCE: Once = Once::new();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-errors");
    ONCE.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--lib", "--no-default-features"]).arg("--target-dir").arg(&target);
        let result = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
        assert!(result.status.success(), "{}", text(&result));
    });
    target.join("debug")
}

/// Compiles a file of `ui/` as a plugin.
fn compile(name: &str, flags: &[&str]) -> Output {
    compile_file(&Path::new("tests/ui").join(name), flags)
}

fn compile_file(source: &Path, flags: &[&str]) -> Output {
    let mut command = rustc();
    command.args(["--crate-type", "cdylib", "--emit", "obj", "--crate-name", "ui", "--cfg", "ui"]).args(flags);
    let library = sdk().join("libsochdb_plugin_sdk.rlib");
    command.arg("--extern").arg(format!("sochdb_plugin_sdk={}", library.display()));
    command.arg("-L").arg(format!("dependency={}", sdk().join("deps").display()));
    let object = sdk().join(source.file_stem().expect("a file")).with_extension("o");
    command.arg("-o").arg(object).arg(source).output().expect("rustc runs")
}

fn refused(name: &str, flags: &[&str]) {
    is_refused(name, &compile(name, flags));
}

#[test]
fn mistakes_are_named() {
    let files = files("fail_");
    assert!(files.len() >= 8, "{files:?}");
    for name in files {
        refused(&name, &[]);
    }
}

#[test]
fn panic_abort_is_refused() {
    refused("abort.rs", &["-C", "panic=abort"]);
    let result = compile("abort.rs", &["-C", "panic=unwind"]);
    assert!(result.status.success(), "only the flag is wrong: {}", text(&result));
}

#[test]
fn correct_plugins_compile_without_a_warning() {
    let files = files("pass_");
    assert!(files.len() >= 3, "{files:?}");
    for name in files {
        let result = compile(&name, &["-D", "warnings"]);
        assert!(result.status.success(), "{name}: {}", text(&result));
    }
}

#[test]
fn plugin_of_the_readme_compiles_without_a_warning() {
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("```rust\n").expect("a plugin in Rust");
    let (plugin, _) = rest.split_once("```").expect("its end");
    let file = sdk().join("readme.rs");
    fs::write(&file, plugin).expect("a file for the test");
    let result = compile_file(&file, &["-D", "warnings"]);
    assert!(result.status.success(), "{}", text(&result));
}
