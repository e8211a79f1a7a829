//! The plugins of `examples-c`, compiled for each minor version of the contract.

use sochdb_plugin_abi::SOCH_ABI_MINOR;
use std::path::PathBuf;
use support::{compiler, root, run, succeed, tool, MINUTE};

/// What the compiler says of a C++ class for an older minor, unless it has none of what came later.
const LEFT_OUT: &str = "which SOCH_TARGET_MINOR leaves out";

fn sources(suffix: &str) -> Vec<PathBuf> {
    let files = root().join("examples-c").read_dir().expect("the examples").map(|file| file.expect("a file").path());
    let mut sources: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == suffix)).collect();
    sources.sort();
    assert!(sources.len() >= 3, "{sources:?}");
    sources
}

#[test]
fn each_in_c_compiles_for_each_minor() {
    let test = "each_in_c_compiles_for_each_minor";
    for program in ["gcc", "clang"].iter().filter_map(|name| tool(test, name)) {
        for source in sources("c") {
            if source.ends_with("storage_rocksdb.c") && !PathBuf::from("/usr/include/rocksdb/c.h").exists() {
                println!("skipped: {test}, of storage_rocksdb.c: the package librocksdb-dev is not there");
                continue;
            }
            for minor in 0..=SOCH_ABI_MINOR {
                let mut command = compiler(&program);
                command.args(["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]);
                command.arg(format!("-DSOCH_TARGET_MINOR={minor}")).arg("-isystem").arg(env!("SOCH_LMDB"));
                command.arg("-isystem").arg(PathBuf::from(env!("SOCH_ZSTD")).join("include"));
                succeed(command.arg(&source), MINUTE);
            }
        }
    }
}

#[test]
fn each_in_cpp_compiles_or_tells_what_an_older_minor_leaves_out() {
    let test = "each_in_cpp_compiles_or_tells_what_an_older_minor_leaves_out";
    for program in ["g++", "clang++"].iter().filter_map(|name| tool(test, name)) {
        for source in sources("cpp") {
            for minor in 0..=SOCH_ABI_MINOR {
                let mut command = compiler(&program);
                command.args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
                let result = run(command.arg(format!("-DSOCH_TARGET_MINOR={minor}")).arg(&source), MINUTE);
                let told = minor < SOCH_ABI_MINOR && result.stderr.contains(LEFT_OUT);
                assert!(result.status.success() || told, "{}: minor {minor}: {}", source.display(), result.stderr);
            }
        }
    }
}
