//! Compiles the files of the `ui/` beside a test, and compares what rustc says with what they say.
//!
//! They say with `//~ ` what must occur in the message: key phrases, as the rest differs between versions of rustc.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The rustc that belongs to the cargo of this test.
pub fn rustc() -> Command {
    let beside = Path::new(env!("CARGO")).with_file_name("rustc");
    let mut rustc = Command::new(if beside.is_file() { beside } else { PathBuf::from("rustc") });
    rustc.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--edition", "2021", "--color", "never"]);
    rustc.env("CARGO_PKG_VERSION", "1.0.0").env("CARGO_PKG_NAME", "ui").env("CARGO_PKG_AUTHORS", "");
    rustc.env("CARGO_PKG_DESCRIPTION", "").env_remove("RUSTC_BOOTSTRAP");
    rustc
}

/// Its standard error.
pub fn text(result: &Output) -> String {
    String::from_utf8_lossy(&result.stderr).into_owned()
}

/// The files of `ui/` whose name begins so.
pub fn files(prefix: &str) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let entries = fs::read_dir(directory).expect("tests/ui");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(prefix) && name.ends_with(".rs")).collect()
}

/// Checks that the compiler refused a file, and said why.
pub fn is_refused(name: &str, result: &Output) {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui").join(name)).expect("a file");
    let phrases: Vec<&str> = source.lines().filter_map(|line| line.strip_prefix("//~ ")).collect();
    assert!(!phrases.is_empty(), "{name} says nothing with `//~ `");
    let message = text(result);
    assert!(!result.status.success(), "{name} compiles");
    assert!(!message.contains("internal compiler error"), "{name}: {message}");
    for phrase in phrases {
        assert!(message.contains(phrase), "{name}: no {phrase:?} in\n{message}");
    }
}
