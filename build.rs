//! Generates the C header and the lists of slots, and compiles the C plugins next to it.

mod include;

#[path = "examples-c/compile.rs"]
mod plugins;

use include::{contract, header, slot_lists};
use std::{env, path::PathBuf};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo:rerun-if-changed=sdk/abi/src");
    println!("cargo:rerun-if-changed=include");
    println!("cargo:rerun-if-env-changed={}", header::RENEW);
    let contract = contract::Contract::read(&root.join("sdk/abi/src"));
    header::generate(&contract, &root);
    slot_lists::generate(&contract, &root);
    plugins::compile();
}
