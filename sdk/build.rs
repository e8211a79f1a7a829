//! Finds out what this rustc knows beyond the oldest one that the SDK builds with.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(has_diagnostic_namespace)");
    let rustc = std::env::var_os("RUSTC").expect("cargo sets it");
    let version = Command::new(rustc).arg("--version").output().ok();
    let minor = version.and_then(|version| {
        let text = String::from_utf8(version.stdout).ok()?;
        text.split('.').nth(1)?.parse::<u32>().ok()
    });
    // `#[diagnostic::on_unimplemented]` came with 1.78.
    if minor.is_some_and(|minor| minor >= 78) {
        println!("cargo:rustc-cfg=has_diagnostic_namespace");
    }
}
