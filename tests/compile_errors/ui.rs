//! Programs for the compiler, and what it must say of them.
//!
//! They say it with `//~ `: key phrases, as the rest differs between versions of rustc.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::root;

/// The rustc that belongs to the cargo of this test.
pub fn rustc() -> Command {
    let beside = Path::new(env!("CARGO")).with_file_name("rustc");
    let mut rustc = Command::new(if beside.is_file() { beside } else { PathBuf::from("rustc") });
    rustc.args(["--edition", "2021", "--color", "never"]);
    rustc.env("CARGO_PKG_VERSION", "1.0.0").env("CARGO_PKG_NAME", "ui").env("CARGO_PKG_AUTHORS", "");
    rustc.env("CARGO_PKG_DESCRIPTION", "").env_remove("RUSTC_BOOTSTRAP");
    rustc
}

/// Its standard error.
pub fn text(result: &Output) -> String {
    String::from_utf8_lossy(&result.stderr).into_owned()
}

/// The program `name` of one of the folders beside this file.
pub fn program(folder: &str, name: &str) -> PathBuf {
    root().join("tests/compile_errors").join(folder).join(name)
}

/// The programs of a folder whose names begin so.
pub fn programs(folder: &str, prefix: &str) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(program(folder, "")).expect("the folder of the programs");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let names = names.filter(|name| name.starts_with(prefix) && name.ends_with(".rs"));
    names.map(|name| program(folder, &name)).collect()
}

/// Checks that the compiler refused a program, and said why.
pub fn is_refused(program: &Path, result: &Output) {
    let name = program.display();
    let source = fs::read_to_string(program).expect("a program");
    let phrases: Vec<&str> = source.lines().filter_map(|line| line.strip_prefix("//~ ")).collect();
    assert!(!phrases.is_empty(), "{name} says nothing with `//~ `");
    let message = text(result);
    assert!(!result.status.success(), "{name} compiles");
    assert!(!message.contains("internal compiler error"), "{name}: {message}");
    for phrase in phrases {
        assert!(message.contains(phrase), "{name}: no {phrase:?} in\n{message}");
    }
}
