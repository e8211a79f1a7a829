//! Which hosts a trust file reaches.

use crate::output::quoted::quoted;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::trust::places;
use sochdb_plugin_host::UntrustedText;
use std::env::args_os;
use std::path::Path;

/// The hosts that read the trust file at `path`, in a word for scripts.
pub(crate) fn reach(path: &Path) -> &'static str {
    match path {
        _ if path == places::system_trust_file() => "machine",
        _ if places::user_trust_file().as_deref() == Some(path) => "user",
        _ => "named",
    }
}

/// The arguments with which `trust` changes the file at `path`, with a space before them.
pub(crate) fn arguments(path: &Path) -> String {
    match reach(path) {
        "user" => String::new(),
        "machine" => " --system".to_owned(),
        _ => format!(" --trust {}", UntrustedText::from(path)),
    }
}

/// The hosts that it does not reach though root may have meant them, and what to say for those.
pub(crate) fn unreached(path: &Path) -> Option<String> {
    let of_root = Native::is_administrator() && reach(path) == "user";
    of_root.then(|| {
        let again: Vec<String> = args_os().skip(1).map(|argument| quoted(&argument.to_string_lossy())).collect();
        format!(
            "this is root's own trust file: hosts that other users run do not read it; for every host of this machine: \
             sochdb-plugin {} --system",
            again.join(" ")
        )
    })
}
