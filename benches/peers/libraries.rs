//! Where the libraries are, and the plugin of the benchmarks loaded from its own.

use bench_rust::step::{RustTable, StepTable};
use sochdb_plugin_host::{DynamicPluginLoader, PluginInstance};
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The library of the crate `name`, which this package depends on.
pub fn library(name: &str) -> PathBuf {
    let program = env::current_exe().expect("this program's own path");
    program.with_file_name(format!("lib{name}.so"))
}

/// A copy of it that only this user may change, as the loader demands. The directory goes with the first.
pub fn private(name: &str) -> (TempDir, PathBuf) {
    let only_mine = Permissions::from_mode(0o700);
    let directory = tempfile::Builder::new().prefix("sochdb-bench-").permissions(only_mine).tempdir();
    let directory = directory.expect("a private directory");
    let path = directory.path().canonicalize().expect("it is there").join(format!("lib{name}.so"));
    fs::copy(library(name), &path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("its own file");
    (directory, path)
}

/// Loads the plugin at `path`, with or without the probe.
pub fn load(path: &Path, probing: bool) -> PluginInstance {
    // SAFETY: it was built from this source tree.
    let library = unsafe { DynamicPluginLoader::new_trusted().probing(probing).load(path) };
    library.and_then(|library| library.instance("{}")).unwrap_or_else(|error| panic!("{error}"))
}

/// The tables of the plugin of the benchmarks.
pub fn tables(plugin: &PluginInstance) -> (&'static RustTable, &'static StepTable) {
    let table = |id| plugin.interface(id).expect("the plugin of the benchmarks has it");
    // SAFETY: under these ids it has tables of these types, constants of a library that is never unloaded.
    unsafe { (&*table("sochdb.bench.rust/1").cast(), &*table("sochdb.bench.step/1").cast()) }
}
