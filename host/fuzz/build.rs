//! Compiles the reader of configurations for its target, by clang with the flags of libFuzzer where there is clang.

use std::process::Command;

fn main() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    println!("cargo:rerun-if-changed={root}/include");
    println!("cargo:rerun-if-changed={root}/tests/contract/config/reader.c");
    let mut compiler = cc::Build::new();
    compiler.define("READER_ONLY", None).include(format!("{root}/include")).opt_level(1).debug(true);
    if Command::new("clang").arg("--version").output().is_ok_and(|output| output.status.success()) {
        compiler.compiler("clang").flag("-fsanitize=fuzzer-no-link,address,undefined");
        compiler.flag("-fno-sanitize-recover=all").flag("-fsanitize-undefined-trap-on-error");
    }
    compiler.file(format!("{root}/tests/contract/config/reader.c")).compile("config_reader");
}
