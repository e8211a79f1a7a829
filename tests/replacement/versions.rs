//! Two versions of a plugin, and versions that do not work.

use sochdb_plugin_host::{DynamicPluginLoader, ManagerError, PluginLibrary, Unreplaced};
use std::fmt::Debug;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use support::errors::whole;
use support::plugins::Private;

/// How long callers wait at most; each part of a replacement has a quarter of it. Short, as some versions hang.
pub const PATIENCE: Duration = Duration::from_secs(8);

pub fn loader() -> DynamicPluginLoader {
    DynamicPluginLoader::new_trusted().drain_timeout(PATIENCE)
}

/// The plugin, and the same with other bytes.
pub fn two_versions(library: &Path) -> [PluginLibrary; 2] {
    [Private::copy(library), another_version(library)]
        .map(|version| version.load_by(&loader()).expect("the version loads"))
}

/// The plugin with other bytes.
pub fn another_version(library: &Path) -> Private {
    let second = Private::copy(library);
    let mut file = fs::OpenOptions::new().append(true).open(&second.path).expect("a copy of our own");
    file.write_all(b"2").expect("one more byte");
    second
}

/// A version of the plugin `name` that does not work, `FAULT` as in tests/plugins/bad_version.c.
pub fn bad_version(name: &str, kind: &str, fault: &str) -> Private {
    let flags = [format!("-DNAME=\"{name}\""), format!("-DKIND=SOCH_KIND_{kind}"), format!("-DFAULT={fault}")];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    Private::compile("bad_version", &flags)
}

/// What became of an extension that is not to be replaced, and the whole text of why.
pub fn not_replaced(result: Result<impl Debug, ManagerError>) -> (String, Unreplaced) {
    match result {
        Err(ManagerError::NotReplaced(not)) => (whole(&*not), *not),
        other => panic!("it is not to be replaced: {other:?}"),
    }
}
