//! What the macro refuses, and that the compiler's message names the cause.
//!
//! The files in `ui/` say with `//~ ` what must occur in the message: key phrases, as the rest differs between
//! versions of rustc. They are compiled with this test's rustc against an SDK without features.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

/// The rustc that belongs to the cargo of this test.
fn rustc() -> Command {
    let beside = Path::new(env!("CARGO")).with_file_name("rustc");
    let mut rustc = Command::new(if beside.is_file() { beside } else { PathBuf::from("rustc") });
    rustc.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--edition", "2021", "--color", "never"]);
    rustc.env("CARGO_PKG_VERSION", "1.0.0").env("CARGO_PKG_NAME", "ui").env("CARGO_PKG_AUTHORS", "");
    rustc.env("CARGO_PKG_DESCRIPTION", "").env_remove("RUSTC_BOOTSTRAP");
    rustc
}

/// The directory with the compiled SDK; each process compiles it once.
fn sdk() -> PathBuf {
    static ONCE: Once = Once::new();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-errors");
    ONCE.call_once(|| {
        fs::create_dir_all(&directory).expect("a directory for the test");
        let mut command = rustc();
        command.args(["--crate-type", "rlib", "--crate-name", "sochdb_plugin_sdk", "--cap-lints", "allow"]);
        let result = command.arg("src/lib.rs").arg("--out-dir").arg(&directory).output().expect("rustc runs");
        assert!(result.status.success(), "{}", text(&result));
    });
    directory
}

fn text(result: &Output) -> String {
    String::from_utf8_lossy(&result.stderr).into_owned()
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
    let object = sdk().join(source.file_stem().expect("a file")).with_extension("o");
    command.arg("-o").arg(object).arg(source).output().expect("rustc runs")
}

/// The files of `ui/` whose name begins so.
fn files(prefix: &str) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let entries = fs::read_dir(directory).expect("tests/ui");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(prefix) && name.ends_with(".rs")).collect()
}

fn refused(name: &str, flags: &[&str]) {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(name)).expect("a file");
    let phrases: Vec<&str> = source.lines().filter_map(|line| line.strip_prefix("//~ ")).collect();
    assert!(!phrases.is_empty(), "{name} says nothing with `//~ `");
    let result = compile(name, flags);
    let message = text(&result);
    assert!(!result.status.success(), "{name} compiles");
    assert!(!message.contains("internal compiler error"), "{name}: {message}");
    for phrase in phrases {
        assert!(message.contains(phrase), "{name}: no {phrase:?} in\n{message}");
    }
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
