//! Compiles the plugin to a library of its own, and usearch called directly into the program beside it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The same for both, or they would not be compared. Of `-ffast-math` what vectorizes a sum: with all of it nobody finds
/// what is not a number, and a library that is linked with it changes how its whole process computes.
const FLAGS: &[&str] = &[
    "-std=c++17",
    "-O3",
    "-fassociative-math",
    "-fno-signed-zeros",
    "-fno-trapping-math",
    "-fno-math-errno",
    "-DNDEBUG",
];

fn main() {
    let directory = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for watched in ["beside", "../../include", "."] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let library = output.join("index_usearch.so");
    println!("cargo:rustc-env=INDEX_USEARCH={}", library.display());
    if env::var_os("CLIPPY_ARGS").is_some() {
        // It links nothing.
        return;
    }
    let (usearch, include) = (usearch().join("include"), directory.join("../../include"));
    let mut command = cc::Build::new().cpp(true).opt_level(3).debug(false).warnings(false).get_compiler().to_command();
    command.args(FLAGS).args(["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]);
    command
        .arg(format!("-Wl,-z,defs,-z,now,-z,relro,--version-script={}", include.join("sochdb_plugin.map").display()));
    command.arg("-I").arg(&include).arg("-isystem").arg(&usearch);
    command.arg(directory.join("index_usearch.cpp")).arg("-o").arg(&library).arg("-pthread");
    let mut plugin = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));

    let mut direct = cc::Build::new();
    direct.cpp(true).opt_level(3).debug(false).warnings(false).file("beside/direct.cpp");
    for flag in FLAGS {
        direct.flag(flag);
    }
    direct.flag("-isystem").flag(&usearch).compile("direct");
    assert!(plugin.wait().is_ok_and(|status| status.success()), "{command:?} failed");
    only_the_owner_writes(&output, &library);
}

/// A library that others may change is refused.
#[cfg(unix)]
fn only_the_owner_writes(directory: &Path, library: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for path in [directory, library] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
}

#[cfg(not(unix))]
fn only_the_owner_writes(_: &Path, _: &Path) {}

/// Where cargo keeps the source of usearch.
fn usearch() -> PathBuf {
    let mut command = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    command.args(["metadata", "--format-version=1", "--locked"]);
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo metadata writes JSON");
    // `"manifest_path":"…/usearch-2.26.6/Cargo.toml"`
    let mut paths = text.split('"').map(Path::new);
    let manifest = paths.find(|path| path.ends_with("Cargo.toml") && path.to_string_lossy().contains("/usearch-"));
    manifest.and_then(Path::parent).expect("usearch is a dependency").to_owned()
}
