//! The Rust codec as cargo builds it for release, in directories that are kept, as its dependencies are the same every
//! time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use support::{cargo, root, succeed, target_tmp, MINUTE};

/// A build overwrites what another has left.
static BUILDING: Mutex<()> = Mutex::new(());

/// Builds one library below `target` with `flags` for rustc, and copies it to `library`.
fn build(mut command: Command, target: &Path, flags: &[&str], library: &Path) {
    command.args(["--offline", "--release", "-q", "--lib", "--target-dir"]).arg(target).arg("--").args(flags);
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    succeed(&mut command, MINUTE * 15);
    let name = library.file_stem().expect("a name").to_str().expect("names are ASCII");
    fs::copy(target.join(format!("release/lib{name}.so")), library).expect("the built library");
}

/// The codec, built with `flags` for rustc, at `directory`/codec_xor.so.
pub fn release(flags: &[&str], directory: &Path) -> PathBuf {
    let library = directory.join("codec_xor.so");
    let mut command = cargo();
    command.args(["rustc", "-p", "codec_xor", "--crate-type", "cdylib"]);
    build(command, &target_tmp().join("rust-release"), flags, &library);
    library
}

/// A crate of its own with this manifest below `[lib]`, built with `flags` for rustc, at `directory`/`name`.so.
pub fn alone(name: &str, rest: &str, flags: &[&str], directory: &Path) -> PathBuf {
    let package = target_tmp().join("rust-alone").join(name);
    fs::create_dir_all(package.join("src")).expect("a directory for the crate");
    let manifest = package.join("Cargo.toml");
    let head = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[workspace]\n");
    fs::write(&manifest, format!("{head}[lib]\ncrate-type = [\"cdylib\"]\n{rest}")).expect("a manifest");
    fs::write(package.join("src/lib.rs"), "").expect("an empty file");
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).expect("the lock file");
    let library = directory.join(format!("{name}.so"));
    let mut command = cargo();
    command.arg("rustc").arg("--manifest-path").arg(&manifest);
    build(command, &package.join("target"), flags, &library);
    library
}

/// The codec for another system, linked by `linker`; `file` is what it is called there.
pub fn for_system(system: &str, linker: &Path, file: &str) -> PathBuf {
    let target = target_tmp().join("rust-systems");
    let mut command = cargo();
    let variable = format!("CARGO_TARGET_{}_LINKER", system.replace('-', "_").to_uppercase());
    command.env(variable, linker).args(["rustc", "-p", "codec_xor", "--crate-type", "cdylib", "--target", system]);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").args(["--offline", "-q", "--lib", "--target-dir"]).arg(&target);
    let _alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    succeed(&mut command, MINUTE * 15);
    target.join(system).join("debug").join(file)
}
