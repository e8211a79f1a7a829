//! What the SDK adds to a plugin's file.

use std::fs;
use std::path::{Path, PathBuf};
use support::{cargo, root, succeed, target_tmp, MINUTE};

const MOST: u64 = 60 << 10;

/// Size of the stripped library that `cargo build --release` makes of the package at `manifest`.
fn size(manifest: &Path, package: &str) -> u64 {
    let target = target_tmp().join("size/target");
    let mut build = cargo();
    build.args(["build", "--release", "--offline", "-q", "-p", package, "--manifest-path"]).arg(manifest);
    build.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    succeed(&mut build, MINUTE * 10);
    fs::metadata(target.join(format!("release/lib{package}.so"))).expect("the built library").len()
}

/// A crate of the same type with nothing in it: what the standard library costs.
fn empty() -> PathBuf {
    let directory = target_tmp().join("size/empty");
    fs::create_dir_all(directory.join("src")).expect("a directory for the crate");
    let manifest = directory.join("Cargo.toml");
    let text = "[package]\nname = \"empty\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    fs::write(&manifest, text).expect("a manifest");
    fs::write(directory.join("src/lib.rs"), "").expect("an empty file");
    manifest
}

#[test]
fn a_rust_plugin_costs_60_kb_more_than_an_empty_library_at_most() {
    let (plugin, empty) = (size(&root().join("Cargo.toml"), "codec_xor"), size(&empty(), "empty"));
    let cost = plugin.saturating_sub(empty);
    println!("codec_xor has {plugin} bytes, an empty library {empty}: {cost} more");
    assert!(
        cost <= MOST,
        "codec_xor has {plugin} bytes, an empty library {empty}: {cost} more, and {MOST} are allowed"
    );
    assert!(cost > 0, "an empty library is not smaller than a plugin: something else was measured");
}
