//! What to paste into a shell: the command that runs one test alone, where a debugger can follow it, and options to add.

use crate::commands::check::child::SubjectOptions;
use crate::output::quoted::quoted;
use sochdb_plugin_host::{printable, UntrustedText};
use std::ffi::OsString;
use std::path::Path;

/// The command that runs the test.
pub(crate) fn command(file: &Path, test: &str, subject: &SubjectOptions) -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "sochdb-plugin".into());
    let mut words: Vec<OsString> = vec!["gdb".into(), "--args".into(), program, "check".into(), file.into()];
    words.extend(["--in-process".into(), "--test".into(), test.into()]);
    words.extend(subject.arguments());
    line(words)
}

/// Words for a shell.
pub(crate) fn line(words: impl IntoIterator<Item = OsString>) -> String {
    let quoted = |word: OsString| match word.to_str().filter(|text| printable(text).eq(text)) {
        Some(text) => quoted(text),
        // What a terminal must not get, only some shells take.
        None => UntrustedText::from(word.as_os_str()).to_string(),
    };
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}
